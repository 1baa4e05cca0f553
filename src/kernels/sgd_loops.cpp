#include "kernels/sgd_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sgd_loops.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "kernels/stored_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

template <class D, class V = hn::Vec<D>>
struct Values {
  V parameter;
  V grad;
  V buffer;
};

// Each MulAdd stands for one tensor operation of PyTorch, which rounds to the stored type S.
template <class S, bool kMomentum, class D, class T = hn::TFromD<D>>
HWY_INLINE void update(D d, const SgdFactors<T>& f, Values<D>& at) {
  const auto rounded = [&](hn::Vec<D> x) HWY_ATTR { return Rounding<S>::rounded(d, x); };
  if (f.maximize) at.grad = hn::Neg(at.grad);
  if (f.has_decay) at.grad = rounded(hn::MulAdd(at.parameter, hn::Set(d, f.decay), at.grad));
  if (kMomentum) {
    const auto kept = rounded(hn::Mul(at.buffer, hn::Set(d, f.momentum)));
    at.buffer = f.first ? at.grad : rounded(hn::MulAdd(at.grad, hn::Set(d, f.taken), kept));
    at.grad = f.nesterov ? rounded(hn::MulAdd(at.buffer, hn::Set(d, f.ahead), at.grad)) : at.buffer;
  }
  at.parameter = rounded(hn::MulAdd(at.grad, hn::Set(d, f.minus_lr), at.parameter));
}

// `count` elements from i on, at most a vector.
template <bool kMomentum, class D, class S, class T = hn::TFromD<D>>
HWY_INLINE void update_at(D d, const SgdFactors<T>& f, const UpdateArrays<S, 1>& at, size_t i,
                          size_t count) {
  Values<D> values{load_stored(d, at.parameter + i, count), load_stored(d, at.grad + i, count),
                   hn::Zero(d)};
  if (kMomentum && !f.first) values.buffer = load_stored(d, at.state[0] + i, count);
  update<S, kMomentum>(d, f, values);
  if (kMomentum) store_stored(d, values.buffer, at.state[0] + i, count);
  store_stored(d, values.parameter, at.parameter + i, count);
}

template <bool kMomentum, class T, class S>
HWY_INLINE void update_all_of(const SgdFactors<T> f, const UpdateArrays<S, 1> at) {
  const hn::ScalableTag<T> d;
  const size_t step = hn::Lanes(d);
  size_t i = 0;
  for (; i + step <= at.count; i += step) update_at<kMomentum>(d, f, at, i, step);
  if (i < at.count) update_at<kMomentum>(d, f, at, i, at.count - i);
}

template <class T, class S>
HWY_INLINE void loop(const SgdFactors<T>& f, const UpdateArrays<S, 1>& at) {
  if (at.state[0]) return update_all_of<true>(f, at);
  update_all_of<false>(f, at);
}

void sgd_floats_loop(const SgdFactors<float>& f, const UpdateArrays<float, 1>& at) { loop(f, at); }
void sgd_doubles_loop(const SgdFactors<double>& f, const UpdateArrays<double, 1>& at) {
  loop(f, at);
}
void sgd_halves_loop(const SgdFactors<float>& f, const UpdateArrays<Half, 1>& at) { loop(f, at); }
void sgd_bfloats_loop(const SgdFactors<float>& f, const UpdateArrays<Bfloat16, 1>& at) {
  loop(f, at);
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {

HWY_EXPORT(sgd_floats_loop);
HWY_EXPORT(sgd_doubles_loop);
HWY_EXPORT(sgd_halves_loop);
HWY_EXPORT(sgd_bfloats_loop);

void sgd_floats(const SgdFactors<float>& factors, const UpdateArrays<float, 1>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(sgd_floats_loop)(factors, at);
}
void sgd_doubles(const SgdFactors<double>& factors, const UpdateArrays<double, 1>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(sgd_doubles_loop)(factors, at);
}
void sgd_halves(const SgdFactors<float>& factors, const UpdateArrays<Half, 1>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(sgd_halves_loop)(factors, at);
}
void sgd_bfloats(const SgdFactors<float>& factors, const UpdateArrays<Bfloat16, 1>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(sgd_bfloats_loop)(factors, at);
}

}  // namespace duramen::kernels
#endif
