// Vector functions that hold for every float: Highway's polynomials where they are exact, and the
// limits (infinities, NaN, zero) where they are not. Included once for each CPU target.
#if defined(DURAMEN_KERNELS_MATH_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef DURAMEN_KERNELS_MATH_INL_HPP
#undef DURAMEN_KERNELS_MATH_INL_HPP
#else
#define DURAMEN_KERNELS_MATH_INL_HPP
#endif

#include <hwy/highway.h>
// After highway.h.
#include <hwy/contrib/math/math-inl.h>

#include <limits>

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_of(D d, V x) {
  using T = hn::TFromD<D>;
  constexpr T kOverflow = sizeof(T) == 4 ? T(88.72283935546875) : T(709.782712893384);
  const V finite = hn::Exp(d, hn::Min(x, hn::Set(d, kOverflow)));
  const V infinity = hn::Set(d, std::numeric_limits<T>::infinity());
  const V limited = hn::IfThenElse(hn::Gt(x, hn::Set(d, kOverflow)), infinity, finite);
  return hn::IfThenElse(hn::IsNaN(x), x, limited);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V log_of(D d, V x) {
  using T = hn::TFromD<D>;
  const V zero = hn::Zero(d);
  const V infinity = hn::Set(d, std::numeric_limits<T>::infinity());
  V result = hn::Log(d, x);
  result = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity), result);
  result = hn::IfThenElse(hn::Eq(x, infinity), infinity, result);
  const V nan = hn::Set(d, std::numeric_limits<T>::quiet_NaN());
  return hn::IfThenElse(hn::Or(hn::Lt(x, zero), hn::IsNaN(x)), nan, result);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V tanh_of(D d, V x) {
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Tanh(d, x));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid_of(D d, V x) {
  const V one = hn::Set(d, hn::TFromD<D>(1));
  return hn::Div(one, hn::Add(one, exp_of(d, hn::Neg(x))));
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
