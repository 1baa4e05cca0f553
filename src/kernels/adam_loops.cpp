#include "kernels/adam_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/adam_loops.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "kernels/stored_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

template <class V>
struct Values {
  V parameter;
  V grad;
  V mean;
  V square;
  V largest;
};

// The larger one; NaN if either is.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V maximum(D, V a, V b) {
  return hn::IfThenElse(hn::Or(hn::Ge(a, b), hn::IsNaN(a)), a, b);
}

// Each line stands for one tensor operation of PyTorch, which rounds to the stored type S.
template <class S, bool kLargest, class D, class T = hn::TFromD<D>>
HWY_INLINE void update(D d, const AdamFactors<T>& f, Values<hn::Vec<D>>& at) {
  const auto rounded = [&](hn::Vec<D> x) HWY_ATTR { return Rounding<S>::rounded(d, x); };
  if (f.maximize) at.grad = hn::Neg(at.grad);
  if (f.has_shrink) at.parameter = rounded(hn::Mul(at.parameter, hn::Set(d, f.shrink)));
  if (f.has_decay) at.grad = rounded(hn::MulAdd(at.parameter, hn::Set(d, f.decay), at.grad));
  const auto start = f.from_grad ? at.grad : at.mean;
  at.mean = rounded(hn::MulAdd(hn::Set(d, f.lerp), hn::Sub(at.grad, at.mean), start));
  const auto taken = hn::Mul(hn::Set(d, f.taken), at.grad);
  const auto kept = rounded(hn::Mul(at.square, hn::Set(d, f.beta2)));
  at.square = rounded(hn::MulAdd(taken, at.grad, kept));
  if (kLargest) at.largest = maximum(d, at.largest, at.square);
  const auto deviation = rounded(hn::Sqrt(kLargest ? at.largest : at.square));
  const auto root = rounded(hn::Div(deviation, hn::Set(d, f.root)));
  const auto divisor = rounded(hn::Add(root, hn::Set(d, f.eps)));
  const auto scaled = hn::Mul(hn::Set(d, f.minus_step), at.mean);
  at.parameter = rounded(hn::Add(at.parameter, hn::Div(scaled, divisor)));
}

// `count` elements from i on, at most a vector.
template <bool kLargest, class D, class S, class T = hn::TFromD<D>>
HWY_INLINE void update_at(D d, const AdamFactors<T>& f, const UpdateArrays<S, 3>& at, size_t i,
                          size_t count) {
  const auto [mean, square, largest] = at.state;
  const auto zero = hn::Zero(d);
  Values<hn::Vec<D>> values{load_stored(d, at.parameter + i, count),
                            load_stored(d, at.grad + i, count), zero, zero, zero};
  if (!f.first) {
    values.mean = load_stored(d, mean + i, count);
    values.square = load_stored(d, square + i, count);
    if (kLargest) values.largest = load_stored(d, largest + i, count);
  }
  update<S, kLargest>(d, f, values);
  store_stored(d, values.mean, mean + i, count);
  store_stored(d, values.square, square + i, count);
  if (kLargest) store_stored(d, values.largest, largest + i, count);
  store_stored(d, values.parameter, at.parameter + i, count);
}

template <bool kLargest, class T, class S>
HWY_INLINE void update_all_of(const AdamFactors<T> f, const UpdateArrays<S, 3> at) {
  const hn::ScalableTag<T> d;
  const size_t step = hn::Lanes(d);
  size_t i = 0;
  for (; i + step <= at.count; i += step) update_at<kLargest>(d, f, at, i, step);
  if (i < at.count) update_at<kLargest>(d, f, at, i, at.count - i);
}

template <class T, class S>
HWY_INLINE void loop(const AdamFactors<T>& f, const UpdateArrays<S, 3>& at) {
  if (at.state[2]) return update_all_of<true>(f, at);
  update_all_of<false>(f, at);
}

void adam_floats_loop(const AdamFactors<float>& f, const UpdateArrays<float, 3>& at) {
  loop(f, at);
}
void adam_doubles_loop(const AdamFactors<double>& f, const UpdateArrays<double, 3>& at) {
  loop(f, at);
}
void adam_halves_loop(const AdamFactors<float>& f, const UpdateArrays<Half, 3>& at) { loop(f, at); }
void adam_bfloats_loop(const AdamFactors<float>& f, const UpdateArrays<Bfloat16, 3>& at) {
  loop(f, at);
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {

HWY_EXPORT(adam_floats_loop);
HWY_EXPORT(adam_doubles_loop);
HWY_EXPORT(adam_halves_loop);
HWY_EXPORT(adam_bfloats_loop);

void adam_floats(const AdamFactors<float>& factors, const UpdateArrays<float, 3>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(adam_floats_loop)(factors, at);
}
void adam_doubles(const AdamFactors<double>& factors, const UpdateArrays<double, 3>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(adam_doubles_loop)(factors, at);
}
void adam_halves(const AdamFactors<float>& factors, const UpdateArrays<Half, 3>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(adam_halves_loop)(factors, at);
}
void adam_bfloats(const AdamFactors<float>& factors, const UpdateArrays<Bfloat16, 3>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(adam_bfloats_loop)(factors, at);
}

}  // namespace duramen::kernels
#endif
