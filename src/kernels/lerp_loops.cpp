#include "kernels/lerp_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/lerp_loops.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "kernels/stored_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

template <class T, class S>
HWY_INLINE void lerp_all(T weight, const UpdateArrays<S, 0> at) {
  const hn::ScalableTag<T> d;
  const bool is_small = weight > T(-0.5) && weight < T(0.5);
  const auto factor = hn::Set(d, is_small ? weight : weight - 1);
  const auto lerp_at = [&](size_t i, size_t count) HWY_ATTR {
    const auto target = load_stored(d, at.parameter + i, count);
    const auto end = load_stored(d, at.grad + i, count);
    const auto out = hn::MulAdd(hn::Sub(end, target), factor, is_small ? target : end);
    store_stored(d, Rounding<S>::rounded(d, out), at.parameter + i, count);
  };
  const size_t step = hn::Lanes(d);
  size_t i = 0;
  for (; i + step <= at.count; i += step) lerp_at(i, step);
  if (i < at.count) lerp_at(i, at.count - i);
}

void lerp_floats_loop(float weight, const UpdateArrays<float, 0>& at) { lerp_all(weight, at); }
void lerp_doubles_loop(double weight, const UpdateArrays<double, 0>& at) { lerp_all(weight, at); }
void lerp_halves_loop(float weight, const UpdateArrays<Half, 0>& at) { lerp_all(weight, at); }
void lerp_bfloats_loop(float weight, const UpdateArrays<Bfloat16, 0>& at) { lerp_all(weight, at); }

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {

HWY_EXPORT(lerp_floats_loop);
HWY_EXPORT(lerp_doubles_loop);
HWY_EXPORT(lerp_halves_loop);
HWY_EXPORT(lerp_bfloats_loop);

void lerp_floats(float weight, const UpdateArrays<float, 0>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(lerp_floats_loop)(weight, at);
}
void lerp_doubles(double weight, const UpdateArrays<double, 0>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(lerp_doubles_loop)(weight, at);
}
void lerp_halves(float weight, const UpdateArrays<Half, 0>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(lerp_halves_loop)(weight, at);
}
void lerp_bfloats(float weight, const UpdateArrays<Bfloat16, 0>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(lerp_bfloats_loop)(weight, at);
}

}  // namespace duramen::kernels
#endif
