// Elements of the four floating types that initial values are made of, computed in float or double.
#pragma once

#include <type_traits>

#include "kernels/small_float.hpp"
#include "tensor/dtype.hpp"

namespace duramen::kernels {

// float for the two 16-bit types.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;

template <class T>
Wide<T> wide(T element) noexcept {
  if constexpr (std::is_floating_point_v<T>) {
    return element;
  } else {
    return element.value();
  }
}
template <class T>
T narrow(Wide<T> value) noexcept {
  if constexpr (std::is_floating_point_v<T>) {
    return value;
  } else {
    return T::from(value);
  }
}

// Calls body with a null pointer of the element type.
template <class Body>
auto with_floating_type(Dtype dtype, const Body& body) {
  switch (dtype) {
    case Dtype::float64:
      return body(static_cast<double*>(nullptr));
    case Dtype::float16:
      return body(static_cast<Half*>(nullptr));
    case Dtype::bfloat16:
      return body(static_cast<Bfloat16*>(nullptr));
    default:
      return body(static_cast<float*>(nullptr));
  }
}

}  // namespace duramen::kernels
