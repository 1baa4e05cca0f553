#include "kernels/layer_norm.hpp"

#include <algorithm>

#include "autograd/conversion.hpp"
#include "base/text.hpp"
#include "kernels/reduce.hpp"
#include "ops/mixed_dtypes.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

// [blocks][2][cols] to [2][cols].
TensorRef sum_parts(Context& context, const Tensor& parts) {
  TensorRef out = empty(context.allocator(), Shape{2, parts.size(2)}, parts.dtype());
  kernels::sum(context.pool(), *out, parts, 1);
  return out;
}

class LayerNormBackward final : public Node {
 public:
  SavedTensor input, weight, statistics;
  Form form_weight, form_bias;
  int64_t cols = 0;
  bool has_weight = false;
  const char* name() const noexcept override { return "NativeLayerNormBackward0"; }
  void release_saved() noexcept override {
    input.reset();
    weight.reset();
    statistics.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& x = input.unpack(name());
    const Dtype compute = compute_dtype(x->dtype(), "layer_norm");
    std::vector<TensorRef> result(3);
    if (needs(0)) result[0] = empty(context.allocator(), x->shape(), compute);
    const TensorRef sums = x->numel() == 0 ? filled(context, Shape{2, cols}, compute, 0)
                                           : run_any(context, x, grads[0], result[0]);
    if (result[0]) result[0] = finish(context, std::move(result[0]), x->dtype());
    if (needs(1)) result[1] = shaped(context, *sums, 0, form_weight);
    if (needs(2)) result[2] = shaped(context, *sums, 1, form_bias);
    return result;
  }

 private:
  TensorRef run_any(Context& context, const TensorRef& x, const TensorRef& grad,
                    const TensorRef& dx) const {
    const Dtype compute = compute_dtype(x->dtype(), "layer_norm");
    const TensorRef in = contiguous_in(context, x, compute);
    const TensorRef g = contiguous_in(context, grad, compute);
    const TensorRef weights =
        contiguous_in(context, has_weight ? weight.unpack(name()) : nullptr, compute);
    return compute == Dtype::float32 ? run<float>(context, *in, *g, weights, dx)
                                     : run<double>(context, *in, *g, weights, dx);
  }
  // Writes dx unless it is null; the gradients of weight and bias, or null.
  template <class T>
  TensorRef run(Context& context, const Tensor& x, const Tensor& g, const TensorRef& weights,
                const TensorRef& dx) const {
    const TensorRef& kept = statistics.unpack(name());
    const int64_t rows = x.numel() / cols;
    TensorRef parts;
    if (needs(1) || needs(2)) {
      parts = empty(context.allocator(), Shape{kernels::layer_norm_blocks(rows, cols), 2, cols},
                    x.dtype());
    }
    kernels::LayerNormBackward<T> job{};
    job.rows = rows;
    job.cols = cols;
    job.x = x.data<T>();
    job.dy = g.data<T>();
    job.weight = data_of<T>(weights);
    job.mean = kept->data<double>();
    job.inverse_std = kept->data<double>() + rows;
    job.dx = dx ? dx->mutable_data<T>() : nullptr;
    job.parts = parts ? parts->mutable_data<T>() : nullptr;
    kernels::layer_norm_backward(context.pool(), job);
    return parts ? sum_parts(context, *parts) : nullptr;
  }
  static TensorRef shaped(Context& context, const Tensor& sums, int64_t row, const Form& form) {
    Layout layout = contiguous_layout(form.shape);
    layout.offset = row * sums.size(1);
    return converted(context, *alias(sums, layout), form.dtype);
  }
};

Error shape_error(std::string message) {
  return Error(Code::shape_mismatch, std::move(message)).with("torch_error", "RuntimeError");
}

void check_affine(const TensorRef& tensor, const Shape& shape, const char* what) {
  if (!tensor || tensor->shape() == shape) return;
  throw shape_error(join("layer_norm: Expected ", what,
                         " to be of same shape as normalized_shape, ", "but got ", what,
                         " of shape ", format_shape(tensor->shape()),
                         " and normalized_shape = ", format_shape(shape)))
      .with("argument", what);
}

// "*, 3, 4"
std::string ending_in(const Shape& shape) {
  std::string out = "*";
  for (const int64_t size : shape) out += join(", ", size);
  return out;
}

void check_shape(const Tensor& input, const Shape& shape) {
  if (shape.empty()) {
    throw Error(Code::invalid_argument,
                "layer_norm: Expected normalized_shape to be at least 1-dimensional, i.e., "
                "containing at least one element, but got normalized_shape = []")
        .with("argument", "normalized_shape")
        .with("torch_error", "RuntimeError");
  }
  const size_t rank = input.rank();
  if (rank >= shape.size() &&
      std::equal(shape.begin(), shape.end(), input.shape().end() - shape.size())) {
    return;
  }
  throw shape_error(join("layer_norm: Given normalized_shape=", format_shape(shape),
                         ", expected input with shape [", ending_in(shape),
                         "], but got input of size", format_shape(input.shape())));
}

template <class T>
void run_forward(Context& context, const Tensor& x, const TensorRef& weight, const TensorRef& bias,
                 double eps, const TensorRef& kept, Tensor& out) {
  kernels::LayerNormForward<T> job{};
  job.rows = kept->size(1);  // not 0
  job.cols = x.numel() / job.rows;
  job.x = x.data<T>();
  job.y = out.mutable_data<T>();
  job.weight = data_of<T>(weight);
  job.bias = data_of<T>(bias);
  job.mean = kept->mutable_data<double>();
  job.inverse_std = kept->mutable_data<double>() + job.rows;
  job.eps = eps;
  kernels::layer_norm(context.pool(), job);
}

Dtype check_dtype(const Tensor& input) {
  if (is_floating(input.dtype())) return compute_dtype(input.dtype(), "layer_norm");
  throw Error(Code::unsupported, join("layer_norm: \"LayerNormKernelImpl\" not implemented for '",
                                      scalar_type_name(input.dtype()), "'"))
      .with("torch_error", "NotImplementedError");
}

}  // namespace

TensorRef layer_norm(Context& context, const TensorRef& input, const Shape& normalized_shape,
                     const TensorRef& weight, const TensorRef& bias, double eps) {
  check_shape(*input, normalized_shape);
  check_affine(weight, normalized_shape, "weight");
  check_affine(bias, normalized_shape, "bias");
  const Dtype compute = check_dtype(*input);
  check_mixed_dtypes("layer_norm", *input, {weight.get(), bias.get()});
  const int64_t cols = numel_of(normalized_shape);
  TensorRef out = empty(context.allocator(), input->shape(), compute);
  TensorRef kept;
  if (input->numel() > 0) {
    kept = empty(context.allocator(), Shape{2, input->numel() / cols}, Dtype::float64);
    const TensorRef x = contiguous_in(context, input, compute);
    const TensorRef scale = contiguous_in(context, weight, compute);
    const TensorRef shift = contiguous_in(context, bias, compute);
    if (compute == Dtype::float32) {
      run_forward<float>(context, *x, scale, shift, eps, kept, *out);
    } else {
      run_forward<double>(context, *x, scale, shift, eps, kept, *out);
    }
  }
  out = finish(context, std::move(out), input->dtype());
  if (auto node = record<LayerNormBackward>(context, input, weight, bias)) {
    node->input = SavedTensor(input);
    if (weight) node->weight = SavedTensor(weight);
    if (weight) node->form_weight = Form(*weight);
    if (bias) node->form_bias = Form(*bias);
    if (kept) node->statistics = SavedTensor(kept);
    node->has_weight = bool(weight);
    node->cols = cols;
    attach(node, *out);
  }
  return out;
}

}  // namespace duramen::ops
