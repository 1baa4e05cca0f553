#include "kernels/normalization.hpp"

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "ops/mixed_dtypes.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

using kernels::ChannelShape;

// Per channel, in double: mean, inverse standard deviation, biased variance.
constexpr int64_t kMean = 0;
constexpr int64_t kInverse = 1;
constexpr int64_t kVariance = 2;

double* row_of(const TensorRef& statistics, int64_t row) noexcept {
  return statistics->mutable_data<double>() + row * statistics->size(1);
}

ChannelShape channel_shape(const Tensor& input) {
  ChannelShape shape{input.size(0), input.size(1), 1};
  for (size_t i = 2; i < input.rank(); ++i) shape.length *= input.size(i);
  return shape;
}

class BatchNormBackward final : public Node {
 public:
  SavedTensor input, weight, statistics;
  Form form_weight, form_bias;
  bool batch_statistics = true;
  bool has_weight = false;
  const char* name() const noexcept override { return "NativeBatchNormBackward0"; }
  void release_saved() noexcept override {
    input.reset();
    weight.reset();
    statistics.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& x = input.unpack(name());
    const TensorRef& kept = statistics.unpack(name());
    const Dtype compute = compute_dtype(x->dtype(), "batch_norm");
    const TensorRef weights =
        contiguous_in(context, has_weight ? weight.unpack(name()) : nullptr, compute);
    std::vector<TensorRef> result(3);
    const Shape channels{x->size(1)};
    if (needs(0)) result[0] = empty(context.allocator(), x->shape(), compute);
    if (needs(1)) result[1] = empty(context.allocator(), channels, compute);
    if (needs(2)) result[2] = empty(context.allocator(), channels, compute);
    const TensorRef in = contiguous_in(context, x, compute);
    const TensorRef g = contiguous_in(context, grads[0], compute);
    if (compute == Dtype::float32) {
      run<float>(context, *in, *g, weights, kept, result);
    } else {
      run<double>(context, *in, *g, weights, kept, result);
    }
    if (result[0]) result[0] = finish(context, std::move(result[0]), x->dtype());
    if (result[1]) result[1] = finish(context, std::move(result[1]), form_weight.dtype);
    if (result[2]) result[2] = finish(context, std::move(result[2]), form_bias.dtype);
    return result;
  }

 private:
  template <class T>
  void run(Context& context, const Tensor& x, const Tensor& g, const TensorRef& weights,
           const TensorRef& kept, const std::vector<TensorRef>& result) const {
    kernels::BatchNormBackward<T> job{};
    job.shape = channel_shape(x);
    job.x = x.data<T>();
    job.dy = g.data<T>();
    job.weight = data_of<T>(weights);
    job.mean = row_of(kept, kMean);
    job.inverse_std = row_of(kept, kInverse);
    job.dx = result[0] ? result[0]->mutable_data<T>() : nullptr;
    job.dweight = result[1] ? result[1]->mutable_data<T>() : nullptr;
    job.dbias = result[2] ? result[2]->mutable_data<T>() : nullptr;
    job.batch_statistics = batch_statistics;
    kernels::batch_norm_backward(context.pool(), job);
  }
};

void check_channels(const TensorRef& tensor, int64_t channels, const char* what) {
  if (!tensor || tensor->numel() == channels) return;
  throw Error(Code::shape_mismatch, join("batch_norm: ", what, " should contain ", channels,
                                         " elements not ", tensor->numel()))
      .with("argument", what)
      .with("torch_error", "RuntimeError");
}

void check_counts(const Tensor& input) {
  int64_t count = input.size(0);
  for (size_t i = 2; i < input.rank(); ++i) count *= input.size(i);
  if (count != 1) return;
  throw Error(Code::invalid_argument,
              join("batch_norm: Expected more than 1 value per channel when training, got input "
                   "size ",
                   format_shape(input.shape())))
      .with("torch_error", "ValueError");
}

// What is read and written one element a channel. `written`: the forward changes it.
void check_running(const TensorRef& running, int64_t channels, bool written, const char* what) {
  check_channels(running, channels, what);
  if (!running) return;
  if (running->rank() != 1) {
    throw Error(Code::shape_mismatch, join("batch_norm: ", what, " must have one dimension (got ",
                                           format_shape(running->shape()), ")"))
        .with("argument", what)
        .with("torch_error", "RuntimeError");
  }
  if (!written) return;
  if (running->storage()->read_only()) {
    throw Error(Code::read_only, join("batch_norm: ", what, " lies in read-only memory"))
        .with("argument", what);
  }
  if (may_overlap_itself(running->layout())) {
    throw Error(Code::invalid_argument, join("batch_norm: more than one element of ", what,
                                             " refers to a single memory location"))
        .with("argument", what)
        .with("torch_error", "RuntimeError");
  }
}

// running = (1 - momentum) · running + momentum · observed. Requires: check_running.
void blend(const TensorRef& running, const double* observed, double factor, double momentum) {
  if (!running) return;
  Tensor& target = *running;
  const int64_t channels = target.numel();
  if (target.dtype() == Dtype::float32 && target.is_contiguous()) {
    auto* values = target.mutable_data<float>();
    for (int64_t c = 0; c < channels; ++c) {
      const double step = momentum * observed[c] * factor;
      values[c] = static_cast<float>((1 - momentum) * values[c] + step);
    }
    target.storage()->bump_version();
    return;
  }
  const int64_t step = target.strides()[0] * static_cast<int64_t>(itemsize(target.dtype()));
  for (int64_t c = 0; c < channels; ++c) {
    std::byte* at = target.mutable_bytes() + c * step;
    const double before = kernels::read_double(at, target.dtype());
    const double after = (1 - momentum) * before + momentum * observed[c] * factor;
    kernels::write_double(at, target.dtype(), after);
  }
  target.storage()->bump_version();
}

void read_running(const TensorRef& running, double* out) {
  const int64_t step = running->strides()[0] * static_cast<int64_t>(itemsize(running->dtype()));
  for (int64_t c = 0, channels = running->numel(); c < channels; ++c) {
    out[c] = kernels::read_double(running->bytes() + c * step, running->dtype());
  }
}

template <class T>
void run_forward(Context& context, const Tensor& x, const TensorRef& weight, const TensorRef& bias,
                 const BatchNormOptions& options, const TensorRef& kept, Tensor& out) {
  kernels::BatchNormForward<T> job{};
  job.shape = channel_shape(x);
  job.x = x.data<T>();
  job.y = out.mutable_data<T>();
  job.weight = data_of<T>(weight);
  job.bias = data_of<T>(bias);
  job.mean = row_of(kept, kMean);
  job.inverse_std = row_of(kept, kInverse);
  job.variance = row_of(kept, kVariance);
  job.eps = options.eps;
  job.batch_statistics = options.use_batch_statistics;
  kernels::batch_norm(context.pool(), job);
}

// The dtype that the computation runs in.
Dtype check_input(const Tensor& input) {
  if (input.rank() < 2) {
    throw Error(Code::shape_mismatch,
                join("batch_norm: expected at least 2 dimensions (got ", input.rank(), ")"))
        .with("torch_error", "RuntimeError");
  }
  const Dtype compute = compute_dtype(input.dtype(), "batch_norm");
  if (compute == Dtype::int64) {
    throw Error(Code::unsupported,
                join("batch_norm: not implemented for ", dtype_name(input.dtype())))
        .with("torch_error", "NotImplementedError");
  }
  return compute;
}

void check_eps(const BatchNormOptions& options) {
  const bool train = options.use_batch_statistics;
  if (!(train ? options.eps <= 0 : options.eps < 0)) return;
  throw Error(
      Code::invalid_argument,
      join("batch_norm eps must be ", train ? "positive during training" : "non-negative",
           ", but got ", options.eps_text.empty() ? format_float(options.eps) : options.eps_text))
      .with("argument", "eps")
      .with("torch_error", "ValueError");
}

// PyTorch's way out for an input without elements, whatever its channels: the statistics stay, and
// the first elements of weight and bias stand for all, so that both get zeros as gradients.
TensorRef of_nothing(Context& context, const TensorRef& input, const TensorRef& weight,
                     const TensorRef& bias) {
  TensorRef out = clone(context, input);
  if (weight) out = mul(context, out, select(context, weight, 0, 0));
  if (bias) out = add(context, out, select(context, bias, 0, 0));
  return out;
}

// Evaluation reads both.
void check_given(const TensorRef& mean, const TensorRef& variance) {
  if (mean && variance) return;
  throw Error(Code::invalid_argument,
              "batch_norm: Expected running_mean and running_var to be defined when "
              "training=False")
      .with("torch_error", "RuntimeError");
}

}  // namespace

TensorRef batch_norm(Context& context, const TensorRef& input, const TensorRef& running_mean,
                     const TensorRef& running_var, const TensorRef& weight, const TensorRef& bias,
                     const BatchNormOptions& options) {
  const bool train = options.use_batch_statistics;
  const bool nothing = input->numel() == 0;
  const Dtype compute = nothing ? input->dtype() : check_input(*input);
  if (train) check_counts(*input);
  check_eps(options);
  if (nothing) return of_nothing(context, input, weight, bias);
  const int64_t channels = input->size(1);
  check_running(running_mean, channels, train, "running_mean");
  check_running(running_var, channels, train, "running_var");
  check_channels(weight, channels, "weight");
  check_channels(bias, channels, "bias");
  if (!train) check_given(running_mean, running_var);
  check_mixed_dtypes("batch_norm", *input,
                     {weight.get(), bias.get(), running_mean.get(), running_var.get()});
  const TensorRef kept = empty(context.allocator(), Shape{3, channels}, Dtype::float64);
  if (!train) {
    read_running(running_mean, row_of(kept, kMean));
    read_running(running_var, row_of(kept, kVariance));
  }
  const TensorRef x = contiguous_in(context, input, compute);
  const TensorRef scale = contiguous_in(context, weight, compute);
  const TensorRef shift = contiguous_in(context, bias, compute);
  TensorRef out = empty(context.allocator(), input->shape(), compute);
  if (compute == Dtype::float32) {
    run_forward<float>(context, *x, scale, shift, options, kept, *out);
  } else {
    run_forward<double>(context, *x, scale, shift, options, kept, *out);
  }
  out = finish(context, std::move(out), input->dtype());
  if (auto node = record<BatchNormBackward>(context, input, weight, bias)) {
    node->input = SavedTensor(input);
    if (weight) node->weight = SavedTensor(weight);
    if (weight) node->form_weight = Form(*weight);
    if (bias) node->form_bias = Form(*bias);
    node->statistics = SavedTensor(kept);
    node->has_weight = bool(weight);
    node->batch_statistics = train;
    attach(node, *out);
  }
  if (train) {  // last: a forward that fails leaves them as they were
    const auto count = static_cast<double>(channel_shape(*input).count());
    blend(running_mean, row_of(kept, kMean), 1, options.momentum);
    blend(running_var, row_of(kept, kVariance), count / (count - 1), options.momentum);
  }
  return out;
}

}  // namespace duramen::ops
