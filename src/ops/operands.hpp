// What every operator does around its kernel: the dtype of the result (PyTorch's promotion), the
// dtype of the computation, inputs brought to it, and gradients brought back to an input's shape
// and dtype.
#pragma once

#include "autograd/node.hpp"
#include "kernels/elementwise.hpp"

namespace duramen::ops {

// PyTorch's promote_types. UNSUPPORTED for what it does not combine.
Dtype promote_types(Dtype a, Dtype b);
// PyTorch's result_type: tensors with dimensions, then 0-dim ones, then numbers.
Dtype result_type(const Tensor& a, const Tensor& b);
// The default float for integers and bool, else the dtype itself.
Dtype float_result(Dtype dtype) noexcept;
// float32, float64 or int64. UNSUPPORTED naming `operation` for a dtype without arithmetic.
Dtype compute_dtype(Dtype dtype, const char* operation);

// A tensor of the wanted dtype: the input itself, or a converted copy that it owns.
class Operand {
 public:
  Operand(Context& context, const Tensor& tensor, Dtype dtype);
  const Tensor& operator*() const noexcept { return *tensor_; }
  const Tensor* operator->() const noexcept { return tensor_; }

 private:
  TensorRef converted_;
  const Tensor* tensor_;
};

// Two tensors, broadcast, in the dtype that they promote to.
TensorRef promoted(Context& context, kernels::Binary op, const Tensor& a, const Tensor& b,
                   const char* name);
// A result of `dtype`: `computed` itself or converted.
TensorRef finish(Context& context, TensorRef computed, Dtype dtype);
// The tensor itself, or a contiguous copy.
TensorRef as_contiguous(Context& context, const TensorRef& tensor);
// The same in `dtype`; null stays null.
TensorRef contiguous_in(Context& context, const TensorRef& tensor, Dtype dtype);
// The first element, null for null.
template <class T>
const T* data_of(const TensorRef& tensor) noexcept {
  return tensor ? tensor->data<T>() : nullptr;
}
// Strides without gaps in the order of the layout's own, as PyTorch works them out: a stride of
// zero is no order, and of equal strides the smaller dimension is the inner one.
Shape dense_strides(const Layout& layout);
TensorRef filled(Context& context, const Shape& shape, Dtype dtype, double value);

// What an input looked like: its gradient takes the same form.
struct Form {
  Shape shape;
  Dtype dtype = Dtype::float32;
  Form() = default;
  explicit Form(const Tensor& tensor) : shape(tensor.shape()), dtype(tensor.dtype()) {}
};
// Sums the dimensions that were broadcast, and converts.
TensorRef sum_to(Context& context, const TensorRef& gradient, const Form& form);

// A list of one gradient.
std::vector<TensorRef> one(TensorRef gradient);
std::vector<TensorRef> two(TensorRef first, TensorRef second);

}  // namespace duramen::ops
