#include "kernels/adam_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/adam_loops.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

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

// Each line stands for one tensor operation of PyTorch.
template <bool kLargest, class D, class T = hn::TFromD<D>>
HWY_INLINE void update(D d, const AdamFactors<T>& f, Values<hn::Vec<D>>& at) {
  if (f.maximize) at.grad = hn::Neg(at.grad);
  if (f.has_shrink) at.parameter = hn::Mul(at.parameter, hn::Set(d, f.shrink));
  if (f.has_decay) at.grad = hn::MulAdd(at.parameter, hn::Set(d, f.decay), at.grad);
  const auto start = f.from_grad ? at.grad : at.mean;
  at.mean = hn::MulAdd(hn::Set(d, f.lerp), hn::Sub(at.grad, at.mean), start);
  const auto taken = hn::Mul(hn::Set(d, f.taken), at.grad);
  at.square = hn::MulAdd(taken, at.grad, hn::Mul(at.square, hn::Set(d, f.beta2)));
  if (kLargest) at.largest = maximum(d, at.largest, at.square);
  const auto root = hn::Div(hn::Sqrt(kLargest ? at.largest : at.square), hn::Set(d, f.root));
  const auto scaled = hn::Mul(hn::Set(d, f.minus_step), at.mean);
  at.parameter = hn::Add(at.parameter, hn::Div(scaled, hn::Add(root, hn::Set(d, f.eps))));
}

// `load(pointer)` and `store(values, pointer)` reach one vector or the rest of one.
template <bool kLargest, class D, class T, class Load, class Store>
HWY_INLINE void update_at(D d, const AdamFactors<T>& f, const UpdateArrays<T, 3>& at, size_t i,
                          const Load& load, const Store& store) {
  auto [mean, square, largest] = at.state;
  const auto zero = hn::Zero(d);
  Values<hn::Vec<D>> values{load(at.parameter + i), load(at.grad + i), zero, zero, zero};
  if (!f.first) {
    values.mean = load(mean + i);
    values.square = load(square + i);
    if (kLargest) values.largest = load(largest + i);
  }
  update<kLargest>(d, f, values);
  store(values.mean, mean + i);
  store(values.square, square + i);
  if (kLargest) store(values.largest, largest + i);
  store(values.parameter, at.parameter + i);
}

template <bool kLargest, class T>
HWY_INLINE void loop(const AdamFactors<T> f, const UpdateArrays<T, 3> at) {
  using D = hn::ScalableTag<T>;
  const D d;
  const size_t step = hn::Lanes(d);
  size_t i = 0;
  for (; i + step <= at.count; i += step) {
    update_at<kLargest>(
        d, f, at, i, [&](const T* from) HWY_ATTR { return hn::LoadU(d, from); },
        [&](hn::Vec<D> value, T* to) HWY_ATTR { hn::StoreU(value, d, to); });
  }
  if (i == at.count) return;
  const auto rest = hn::FirstN(d, at.count - i);
  update_at<kLargest>(
      d, f, at, i, [&](const T* from) HWY_ATTR { return hn::MaskedLoad(rest, d, from); },
      [&](hn::Vec<D> value, T* to) HWY_ATTR { hn::BlendedStore(value, rest, d, to); });
}

void adam_floats_loop(const AdamFactors<float>& f, const UpdateArrays<float, 3>& at) {
  if (at.state[2]) return loop<true>(f, at);
  loop<false>(f, at);
}
void adam_doubles_loop(const AdamFactors<double>& f, const UpdateArrays<double, 3>& at) {
  if (at.state[2]) return loop<true>(f, at);
  loop<false>(f, at);
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {

HWY_EXPORT(adam_floats_loop);
HWY_EXPORT(adam_doubles_loop);

void adam_floats(const AdamFactors<float>& factors, const UpdateArrays<float, 3>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(adam_floats_loop)(factors, at);
}
void adam_doubles(const AdamFactors<double>& factors, const UpdateArrays<double, 3>& at) noexcept {
  HWY_DYNAMIC_DISPATCH(adam_doubles_loop)(factors, at);
}

}  // namespace duramen::kernels
#endif
