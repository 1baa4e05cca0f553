// Tensors from lists of numbers, and what a gradient is, for the tests of ops.
#pragma once

#include <cmath>
#include <initializer_list>
#include <limits>
#include <vector>

#include "autograd/backward.hpp"
#include "ops/ops.hpp"
#include "support/tensors.hpp"

namespace duramen::test {

using Values = std::vector<double>;

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

inline TensorRef tensor(Context& context, std::initializer_list<int64_t> shape,
                        const Values& values, Dtype dtype = Dtype::float32) {
  return make_tensor(context, Shape(shape), dtype, values);
}
// A vector that requires grad.
inline TensorRef leaf(Context& context, const Values& values) {
  const int64_t size = static_cast<int64_t>(values.size());
  TensorRef out = make_tensor(context, Shape{size}, Dtype::float32, values);
  out->set_requires_grad(true);
  return out;
}
// Backward with `each` as the gradient of every element of `out`.
inline void back(Context& context, const TensorRef& out, double each = 1) {
  const Values ones(static_cast<size_t>(out->numel()), each);
  backward(context, out, make_tensor(context, out->shape(), out->dtype(), ones));
}
inline Values grad_of(const Tensor& tensor) {
  return tensor.grad() ? values_of(*tensor.grad()) : Values{};
}
// Equal, NaN to NaN.
inline bool same(const Values& a, const Values& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && !(std::isnan(a[i]) && std::isnan(b[i]))) return false;
  }
  return true;
}

}  // namespace duramen::test
