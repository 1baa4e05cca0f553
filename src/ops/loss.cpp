#include "kernels/loss.hpp"

#include "base/text.hpp"
#include "kernels/softmax.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

Error shape_error(std::string message) {
  return Error(Code::shape_mismatch, std::move(message)).with("torch_error", "ValueError");
}

// The classes as the last dimension, contiguous: [N, d1, …, C] of [N, C, d1, …].
Layout classes_last(const Layout& layout) {
  if (layout.rank() <= 2) return layout;
  SmallVector<int64_t, 5> dims;
  dims.push_back(0);
  for (size_t i = 2; i < layout.rank(); ++i) dims.push_back(static_cast<int64_t>(i));
  dims.push_back(1);
  return view_permute(layout, dims);
}
Layout classes_second(const Layout& layout) {
  if (layout.rank() <= 2) return layout;
  SmallVector<int64_t, 5> dims;
  dims.push_back(0);
  dims.push_back(static_cast<int64_t>(layout.rank()) - 1);
  for (size_t i = 1; i + 1 < layout.rank(); ++i) dims.push_back(static_cast<int64_t>(i));
  return view_permute(layout, dims);
}

template <class T>
kernels::NllJob<T> job_of(const Tensor& rows, const Tensor& target, const Tensor* weight,
                          const CrossEntropyOptions& options) {
  const int64_t cols = rows.size(rows.rank() - 1);
  return {cols == 0 ? 0 : rows.numel() / cols,
          cols,
          rows.data<T>(),
          target.data<int64_t>(),
          weight ? weight->data<T>() : nullptr,
          options.ignore_index,
          options.label_smoothing};
}

class NllBackward final : public Node {
 public:
  SavedTensor log_p, target, weight;
  CrossEntropyOptions options;
  double divisor = 1;
  bool has_weight = false;
  bool through_softmax = true;
  bool planes = false;
  Dtype dtype = Dtype::float32;
  const char* name() const noexcept override {
    return planes ? "NllLoss2DBackward0" : "NllLossBackward0";
  }
  void release_saved() noexcept override {
    log_p.reset();
    target.reset();
    weight.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& rows = log_p.unpack(name());
    TensorRef out = empty(context.allocator(), rows->shape(), rows->dtype());
    const TensorRef g = as_contiguous(context, finish(context, grads[0], rows->dtype()));
    if (rows->dtype() == Dtype::float32) {
      run<float>(*rows, *g, *out);
    } else {
      run<double>(*rows, *g, *out);
    }
    const TensorRef turned = alias(*out, classes_second(out->layout()));
    return one(finish(context, turned, dtype));
  }

 private:
  template <class T>
  void run(const Tensor& rows, const Tensor& g, Tensor& out) const {
    const TensorRef weights = has_weight ? weight.unpack(name()) : nullptr;
    const auto job = job_of<T>(rows, *target.unpack(name()), weights.get(), options);
    const bool each = options.reduction == Reduction::none;
    kernels::nll_backward<T>(
        job, {g.data<T>(), each ? 1 : 0, 1 / divisor, through_softmax, out.mutable_data<T>()});
  }
};

Error runtime_error(Code code, std::string message) {
  return Error(code, std::move(message)).with("torch_error", "RuntimeError");
}

void check_batch(const Tensor& input, const Tensor& target) {
  const int64_t given = target.rank() == 0 ? 0 : target.size(0);
  if (input.rank() == 1) {
    if (target.rank() == 0 || given == 1) return;
    throw shape_error(join(
        "cross_entropy: For 1D input, 1D target must have size 1, but got target size: ", given));
  }
  if (target.rank() > 0 && input.size(0) == given) return;
  throw shape_error(join("cross_entropy: Expected input batch_size (", input.size(0),
                         ") to match target batch_size (", given, ")."));
}

// Requires: check_batch.
void check_targets(const Tensor& input, const Tensor& target) {
  if (input.rank() <= 2) {
    if (target.rank() <= 1) return;
    throw runtime_error(
        Code::shape_mismatch,
        "cross_entropy: 0D or 1D target tensor expected, multi-target not supported");
  }
  Shape expected = input.shape();
  expected.erase(1);
  if (target.shape() == expected) return;
  throw runtime_error(Code::shape_mismatch,
                      join("cross_entropy: Expected target size ", format_shape(expected), ", got ",
                           format_shape(target.shape())));
}

void check_target_dtype(const Tensor& input, const Tensor& target,
                        const CrossEntropyOptions& options) {
  const Dtype dtype = target.dtype();
  if (dtype != Dtype::int64 && dtype != Dtype::uint8) {
    throw runtime_error(Code::dtype_mismatch,
                        join("cross_entropy: expected target dtype to be Long or Byte, but got ",
                             scalar_type_name(dtype)));
  }
  if (dtype == Dtype::int64) return;
  if (input.rank() > 2) {
    throw runtime_error(Code::dtype_mismatch,
                        "cross_entropy: expected scalar type Long but found Byte");
  }
  if (options.label_smoothing > 0 && options.weight && options.reduction == Reduction::mean) {
    throw runtime_error(Code::dtype_mismatch,
                        "cross_entropy: gather(): Expected dtype int32/int64 for index");
  }
}

void check_classes(const Tensor& target, int64_t classes, int64_t ignore_index) {
  const auto* values = target.data<int64_t>();
  for (int64_t i = 0, count = target.numel(); i < count; ++i) {
    if (values[i] == ignore_index || (values[i] >= 0 && values[i] < classes)) continue;
    throw Error(Code::invalid_argument,
                join("cross_entropy: Target ", values[i], " is out of bounds."))
        .with("torch_error", "IndexError");
  }
}

// PyTorch takes a weight of any shape for planes.
void check_weight(const TensorRef& weight, int64_t classes, bool planes = false) {
  if (!weight || ((planes || weight->rank() == 1) && weight->numel() == classes)) return;
  throw Error(Code::shape_mismatch,
              join("cross_entropy: weight tensor should be defined either for all ", classes,
                   " classes or no classes but got weight tensor of shape: ",
                   format_shape(weight->shape())))
      .with("torch_error", "RuntimeError");
}

void check_weight_dtype(const Tensor& input, const TensorRef& weight) {
  if (!weight || weight->dtype() == input.dtype()) return;
  throw runtime_error(Code::dtype_mismatch,
                      join("cross_entropy: expected scalar type ", scalar_type_name(input.dtype()),
                           " but found ", scalar_type_name(weight->dtype())));
}

template <class T>
TensorRef reduce_rows(Context& context, const kernels::NllJob<T>& job, const Shape& shape,
                      Dtype dtype, Reduction reduction, double* divisor) {
  const bool each = reduction == Reduction::none;
  TensorRef out = empty(context.allocator(), each ? shape : Shape(), dtype);
  const kernels::NllTotals totals = kernels::nll<T>(job, each ? out->mutable_data<T>() : nullptr);
  if (reduction == Reduction::mean) *divisor = totals.weight;
  if (!each) *out->mutable_data<T>() = static_cast<T>(totals.loss / *divisor);
  return out;
}

// The logarithms of the classes' probabilities, classes last, in the dtype of computation.
TensorRef log_rows(Context& context, const TensorRef& input, bool through_softmax) {
  const Dtype compute = compute_dtype(input->dtype(), "cross_entropy");
  if (compute == Dtype::int64) {
    throw Error(Code::unsupported,
                join("cross_entropy: not implemented for ", dtype_name(input->dtype())))
        .with("torch_error", "NotImplementedError");
  }
  const TensorRef converted = finish(context, input, compute);
  const TensorRef rows =
      as_contiguous(context, alias(*converted, classes_last(converted->layout())));
  const NoGrad no_grad(context);
  return through_softmax ? log_softmax(context, rows, -1) : rows;
}

TensorRef likelihood(Context& context, const TensorRef& input, const TensorRef& target,
                     const CrossEntropyOptions& options, bool through_softmax) {
  if (input->rank() == 0) throw shape_error("cross_entropy: Expected 1 or more dimensions (got 0)");
  check_batch(*input, *target);
  check_targets(*input, *target);
  check_target_dtype(*input, *target, options);
  const int64_t classes = input->size(input->rank() == 1 ? 0 : 1);
  check_weight(options.weight, classes, input->rank() > 2);
  if (input->rank() == 1 && target->rank() == 1 && options.label_smoothing > 0) {
    throw runtime_error(
        Code::shape_mismatch,
        "cross_entropy: output with shape [] doesn't match the broadcast shape [1]");
  }
  const Shape each = input->rank() == 1 ? Shape() : target->shape();
  const TensorRef indices = as_contiguous(context, finish(context, target, Dtype::int64));
  check_classes(*indices, classes, options.ignore_index);
  const TensorRef rows = log_rows(context, input, through_softmax);
  check_weight_dtype(*input, options.weight);
  TensorRef weight;
  if (options.weight) {
    weight = as_contiguous(context, finish(context, options.weight, rows->dtype()));
  }
  double divisor = 1;
  TensorRef out;
  if (rows->dtype() == Dtype::float32) {
    out = reduce_rows(context, job_of<float>(*rows, *indices, weight.get(), options), each,
                      rows->dtype(), options.reduction, &divisor);
  } else {
    out = reduce_rows(context, job_of<double>(*rows, *indices, weight.get(), options), each,
                      rows->dtype(), options.reduction, &divisor);
  }
  out = finish(context, std::move(out), input->dtype());
  if (auto node = record<NllBackward>(context, input)) {
    node->log_p = SavedTensor(rows);
    node->target = SavedTensor(indices);
    node->weight = SavedTensor(weight);
    node->has_weight = bool(weight);
    node->options = options;
    node->options.weight = nullptr;
    node->divisor = divisor;
    node->through_softmax = through_softmax;
    node->planes = input->rank() > 2;
    node->dtype = input->dtype();
    attach(node, *out);
  }
  return out;
}

Error no_class_dimension() {
  return Error(Code::shape_mismatch,
               "cross_entropy: Dimension specified as 1 but tensor has no dimensions")
      .with("torch_error", "IndexError");
}

// Targets of the input's shape are probabilities: -Σ w[c] · t[c] · log p[c], the mean over the
// rows.
TensorRef soft_cross_entropy(Context& context, const TensorRef& input, const TensorRef& target,
                             const CrossEntropyOptions& options) {
  if (!is_floating(target->dtype())) {
    throw runtime_error(Code::dtype_mismatch,
                        join("cross_entropy: Expected floating point type for target with class "
                             "probabilities, got ",
                             scalar_type_name(target->dtype())));
  }
  if (options.ignore_index >= 0) {
    throw runtime_error(Code::invalid_argument,
                        "cross_entropy: ignore_index is not supported for floating point target");
  }
  if (input->rank() == 0) {
    throw no_class_dimension();
  }
  const size_t dim = input->rank() == 1 ? 0 : 1;
  const int64_t classes = input->size(dim);
  check_weight(options.weight, classes);
  TensorRef share = target;
  if (options.label_smoothing > 0) {
    const double smoothing = options.label_smoothing;
    share = mul(context, share, float_scalar(context, 1 - smoothing));
    const double each = smoothing / static_cast<double>(classes);
    share = add(context, share, float_scalar(context, each));
  }
  if (options.weight) {
    Shape shape(input->rank(), 1);
    shape[dim] = classes;
    share = mul(context, share, reshape(context, options.weight, shape));
  }
  const TensorRef log_p = log_softmax(context, input, static_cast<int64_t>(dim));
  const TensorRef product = neg(context, mul(context, share, log_p));
  if (options.reduction == Reduction::none) {
    return sum(context, product, {{static_cast<int64_t>(dim)}, false});
  }
  TensorRef total = sum(context, product);
  if (options.reduction == Reduction::sum) return total;
  const int64_t rows = classes == 0 ? 0 : input->numel() / classes;
  return div(context, total, float_scalar(context, static_cast<double>(rows)));
}

}  // namespace

TensorRef cross_entropy(Context& context, const TensorRef& input, const TensorRef& target,
                        const CrossEntropyOptions& options) {
  if (options.label_smoothing > 1) {
    throw Error(Code::invalid_argument,
                join("cross_entropy: label_smoothing must be between 0.0 and 1.0. Got: ",
                     format_float(options.label_smoothing)))
        .with("torch_error", "RuntimeError");
  }
  if (input->shape() == target->shape()) {
    return soft_cross_entropy(context, input, target, options);
  }
  if (input->rank() == 0) throw no_class_dimension();
  CrossEntropyOptions indexed = options;
  if (!(indexed.label_smoothing > 0)) indexed.label_smoothing = 0;
  return likelihood(context, input, target, indexed, true);
}

TensorRef nll_loss(Context& context, const TensorRef& input, const TensorRef& target,
                   const CrossEntropyOptions& options) {
  CrossEntropyOptions plain = options;
  plain.label_smoothing = 0;
  return likelihood(context, input, target, plain, false);
}

namespace {

void warn_of_broadcast(Context& context, const Tensor& input, const Tensor& target) {
  context.log().write(
      LogLevel::warning,
      join("mse_loss: Using a target size (torch.Size(", format_shape(target.shape()),
           ")) that is different to the input size (torch.Size(", format_shape(input.shape()),
           ")). This will likely lead to incorrect results due to broadcasting. "
           "Please ensure they have the same size."));
}

class MseBackward final : public Node {
 public:
  SavedTensor input, target;
  Form form_input, form_target;
  double factor = 2;
  const char* name() const noexcept override { return "MseLossBackward0"; }
  void release_saved() noexcept override {
    input.reset();
    target.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const Dtype dtype = grads[0]->dtype();
    const TensorRef off = sub(context, to(context, input.unpack(name()), dtype),
                              to(context, target.unpack(name()), dtype));
    const TensorRef scaled = mul(context, grads[0], float_scalar(context, factor));
    const TensorRef slope = mul(context, off, scaled);
    TensorRef to_target;
    if (needs(1)) to_target = sum_to(context, neg(context, slope), form_target);
    return two(needs(0) ? sum_to(context, slope, form_input) : nullptr, std::move(to_target));
  }
};

}  // namespace

TensorRef mse_loss(Context& context, const TensorRef& input, const TensorRef& target,
                   Reduction reduction) {
  if (!(input->shape() == target->shape())) warn_of_broadcast(context, *input, *target);
  const Dtype dtype = result_type(*input, *target);
  if (!is_floating(dtype)) {
    throw Error(Code::unsupported,
                join("mse_loss: \"mse_cpu\" not implemented for '", scalar_type_name(dtype), "'"))
        .with("torch_error", "NotImplementedError");
  }
  TensorRef out;
  int64_t count = 0;
  {
    const NoGrad no_grad(context);
    const TensorRef off = sub(context, to(context, input, dtype), to(context, target, dtype));
    out = square(context, off);
    count = off->numel();
    if (reduction == Reduction::mean) out = mean(context, out);
    if (reduction == Reduction::sum) out = sum(context, out);
  }
  if (auto node = record<MseBackward>(context, input, target)) {
    node->input = SavedTensor(input);
    node->target = SavedTensor(target);
    node->form_input = Form(*input);
    node->form_target = Form(*target);
    if (reduction == Reduction::mean) node->factor = 2 / static_cast<double>(count);
    attach(node, *out);
  }
  return out;
}

}  // namespace duramen::ops
