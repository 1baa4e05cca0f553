#include "ops/operands.hpp"

#include "autograd/conversion.hpp"
#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "kernels/reduce.hpp"

namespace duramen::ops {
namespace {

bool is_wide_unsigned(Dtype dtype) noexcept {
  return dtype == Dtype::uint16 || dtype == Dtype::uint32 || dtype == Dtype::uint64;
}

Error no_promotion(Dtype a, Dtype b) {
  return Error(Code::unsupported,
               join("promotion of ", dtype_name(a), " and ", dtype_name(b), " is not supported"))
      .with("torch_error", "RuntimeError");
}

Dtype promote_floats(Dtype a, Dtype b) {
  const bool halves = itemsize(a) == 2 && itemsize(b) == 2;
  if (halves) return Dtype::float32;  // float16 and bfloat16 hold neither each other
  if (itemsize(a) < 2 || itemsize(b) < 2) throw no_promotion(a, b);
  return itemsize(a) > itemsize(b) ? a : b;
}

Dtype promote_integers(Dtype a, Dtype b) {
  if (is_wide_unsigned(a) || is_wide_unsigned(b)) throw no_promotion(a, b);
  // The unsigned one is uint8 or neither is.
  if (a == Dtype::uint8) return b == Dtype::int8 ? Dtype::int16 : b;
  if (b == Dtype::uint8) return a == Dtype::int8 ? Dtype::int16 : a;
  return itemsize(a) > itemsize(b) ? a : b;
}

// 2: has dimensions, 1: a 0-dim tensor, 0: a number.
int priority(const Tensor& tensor) noexcept {
  if (tensor.is_number()) return 0;
  return tensor.rank() == 0 ? 1 : 2;
}

Dtype own_dtype(const Tensor& tensor) noexcept {
  return tensor.is_number() && is_floating(tensor.dtype()) ? Dtype::float32 : tensor.dtype();
}

Dtype combine(Dtype higher, Dtype lower) {
  if (is_complex(higher) || is_floating(higher)) return higher;
  const bool raises = is_floating(lower) || is_complex(lower) || higher == Dtype::boolean;
  return raises ? promote_types(higher, lower) : higher;
}

}  // namespace

Dtype promote_types(Dtype a, Dtype b) {
  if (a == b) return a;
  const DtypeKind kind_a = dtype_info(a).kind;
  const DtypeKind kind_b = dtype_info(b).kind;
  if (kind_a == DtypeKind::opaque || kind_b == DtypeKind::opaque || is_complex(a) ||
      is_complex(b)) {
    throw no_promotion(a, b);
  }
  if (kind_a == DtypeKind::boolean) return b;
  if (kind_b == DtypeKind::boolean) return a;
  if (is_floating(a) && is_floating(b)) return promote_floats(a, b);
  if (is_floating(a)) return a;
  if (is_floating(b)) return b;
  return promote_integers(a, b);
}

Dtype result_type(const Tensor& a, const Tensor& b) {
  const Dtype dtype_a = own_dtype(a);
  const Dtype dtype_b = own_dtype(b);
  const int priority_a = priority(a);
  const int priority_b = priority(b);
  if (priority_a == priority_b) return promote_types(dtype_a, dtype_b);
  return priority_a > priority_b ? combine(dtype_a, dtype_b) : combine(dtype_b, dtype_a);
}

Dtype float_result(Dtype dtype) noexcept {
  return is_integral(dtype) || dtype == Dtype::boolean ? Dtype::float32 : dtype;
}

Dtype compute_dtype(Dtype dtype, const char* operation) {
  switch (dtype) {
    case Dtype::float32:
    case Dtype::float16:
    case Dtype::bfloat16:
      return Dtype::float32;
    case Dtype::float64:
      return Dtype::float64;
    default:
      break;
  }
  if (is_integral(dtype) || dtype == Dtype::boolean) return Dtype::int64;
  throw Error(Code::unsupported, join(operation, ": not implemented for ", dtype_name(dtype)))
      .with("actual", std::string(dtype_name(dtype)))
      .with("torch_error", "NotImplementedError");
}

Operand::Operand(Context& context, const Tensor& tensor, Dtype dtype) : tensor_(&tensor) {
  if (tensor.dtype() == dtype) return;
  converted_ = converted(context, tensor, dtype);
  tensor_ = converted_.get();
}

TensorRef promoted(Context& context, kernels::Binary op, const Tensor& a, const Tensor& b,
                   const char* name) {
  const Dtype dtype = result_type(a, b);
  const Dtype compute = compute_dtype(dtype, name);
  const Operand x(context, a, compute);
  const Operand y(context, b, compute);
  TensorRef out = empty(context.allocator(), broadcast_shapes(a.shape(), b.shape(), name), compute);
  kernels::binary(context.pool(), op, *out, *x, *y);
  return finish(context, std::move(out), dtype);
}

TensorRef finish(Context& context, TensorRef computed, Dtype dtype) {
  if (computed->dtype() == dtype) return computed;
  return converted(context, *computed, dtype);
}

TensorRef as_contiguous(Context& context, const TensorRef& tensor) {
  return tensor->is_contiguous() ? tensor : converted(context, *tensor, tensor->dtype());
}

TensorRef contiguous_in(Context& context, const TensorRef& tensor, Dtype dtype) {
  return tensor ? as_contiguous(context, finish(context, tensor, dtype)) : nullptr;
}

namespace {

// Negative: `a` is the inner one. Zero: nothing is said.
int compare_strides(const Layout& layout, size_t a, size_t b) noexcept {
  const int64_t stride_a = layout.strides[a];
  const int64_t stride_b = layout.strides[b];
  if (stride_a == 0 || stride_b == 0) return 0;
  if (stride_a != stride_b) return stride_a < stride_b ? -1 : 1;
  return layout.shape[a] > layout.shape[b] ? 1 : 0;
}

}  // namespace

Shape dense_strides(const Layout& layout) {
  const size_t rank = layout.rank();
  SmallVector<size_t, 5> inner_first;
  for (size_t i = rank; i-- > 0;) inner_first.push_back(i);
  // Insertion by a comparison that is no strict order: the result depends on these very steps.
  for (size_t i = 1; i < rank; ++i) {
    size_t moving = i;
    for (size_t j = i; j-- > 0;) {
      const int order = compare_strides(layout, inner_first[j], inner_first[moving]);
      if (order < 0) break;
      if (order == 0) continue;
      std::swap(inner_first[j], inner_first[moving]);
      moving = j;
    }
  }
  Shape strides(rank, 1);
  int64_t stride = 1;
  for (const size_t dim : inner_first) {
    strides[dim] = stride;
    stride *= std::max<int64_t>(1, layout.shape[dim]);
  }
  return strides;
}

TensorRef filled(Context& context, const Shape& shape, Dtype dtype, double value) {
  TensorRef out = empty(context.allocator(), shape, dtype);
  kernels::fill(*out, value, &context.cancel());
  return out;
}

TensorRef sum_to(Context& context, const TensorRef& gradient, const Form& form) {
  if (gradient->shape() == form.shape) {
    return gradient->dtype() == form.dtype ? gradient : finish(context, gradient, form.dtype);
  }
  const size_t added = gradient->rank() - form.shape.size();
  kernels::DimSet dims = 0;
  for (size_t i = 0; i < gradient->rank(); ++i) {
    if (i < added || (form.shape[i - added] == 1 && gradient->size(i) != 1)) {
      dims |= kernels::DimSet{1} << i;
    }
  }
  const Dtype compute = compute_dtype(gradient->dtype(), "sum_to");
  const Operand in(context, *gradient, compute);
  TensorRef out = empty(context.allocator(), form.shape, compute);
  kernels::sum(context.pool(), *out, *in, dims);
  return finish(context, std::move(out), form.dtype);
}

std::vector<TensorRef> one(TensorRef gradient) {
  std::vector<TensorRef> result(1);
  result[0] = std::move(gradient);
  return result;
}

std::vector<TensorRef> two(TensorRef first, TensorRef second) {
  std::vector<TensorRef> result(2);
  result[0] = std::move(first);
  result[1] = std::move(second);
  return result;
}

}  // namespace duramen::ops
