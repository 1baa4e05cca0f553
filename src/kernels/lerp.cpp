#include "kernels/lerp.hpp"

#include <cmath>

#include "kernels/lerp_loops.hpp"

namespace duramen::kernels {
namespace {

// About 100 µs of memory traffic.
constexpr int64_t kGrain = 32768;

template <class T>
struct Complex {
  T real;
  T imag;
};

// The product with a complex number that has no imaginary part, as it is written out.
template <class T>
Complex<T> times(Complex<T> z, T factor) noexcept {
  return {z.real * factor - z.imag * T(0), z.real * T(0) + z.imag * factor};
}

template <class T>
void lerp_complex(T weight, const UpdateArrays<T, 0>& at) noexcept {
  const bool is_small = weight * weight < T(0.25);
  for (size_t i = 0; i + 1 < at.count; i += 2) {
    T* const target = at.parameter + i;
    const T* const end = at.grad + i;
    const Complex<T> way{end[0] - target[0], end[1] - target[1]};
    const Complex<T> step = times(way, is_small ? weight : T(1) - weight);
    target[0] = is_small ? target[0] + step.real : end[0] - step.real;
    target[1] = is_small ? target[1] + step.imag : end[1] - step.imag;
  }
}

}  // namespace

void lerp(ThreadPool& pool, Tensor& target, const Tensor& end, double weight) {
  const UpdateTensors<0> tensors{target, end, {}, false};
  const auto rounded = static_cast<float>(weight);
  switch (target.dtype()) {
    case Dtype::float64:
      return update_all<double>(pool, kGrain, tensors,
                                [&](const auto& at) { lerp_doubles(weight, at); });
    case Dtype::float16:
      return update_all<Half>(pool, kGrain, tensors,
                              [&](const auto& at) { lerp_halves(rounded, at); });
    case Dtype::bfloat16:
      return update_all<Bfloat16>(pool, kGrain, tensors,
                                  [&](const auto& at) { lerp_bfloats(rounded, at); });
    case Dtype::complex64:
      return update_all<float>(pool, kGrain, tensors,
                               [&](const auto& at) { lerp_complex(rounded, at); });
    case Dtype::complex128:
      return update_all<double>(pool, kGrain, tensors,
                                [&](const auto& at) { lerp_complex(weight, at); });
    default:
      return update_all<float>(pool, kGrain, tensors,
                               [&](const auto& at) { lerp_floats(rounded, at); });
  }
}

}  // namespace duramen::kernels
