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

#include <iterator>
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

// 1 / x of an x between 1 and 1e10.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V reciprocal_of(D d, V x) {
  const V one = hn::Set(d, hn::TFromD<D>(1));
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86  // 14 bits, of which one step makes 28
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    const V near = hn::ApproximateReciprocal(x);
    return hn::MulAdd(near, hn::NegMulAdd(x, near, one), near);
  }
#endif
  return hn::Div(one, x);
}

// exp(x) of x <= 0, with less work: what would be subnormal is 0. NaN stays.
template <class T>
struct NegativeExp;
template <>
struct NegativeExp<float> {
  static constexpr int kMantissa = 23;
  static constexpr float kMagic = 0x1.8p23f;  // added, it rounds to an integer
  static constexpr float kLowest = -87.3365f;
  static constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  // (exp(r) - 1 - r) / r², the highest power first; |r| <= ln(2) / 2.
  static constexpr float k[] = {0.0013814533594995737f, 0.008368723094463348f, 0.04166838899254799f,
                                0.1666652113199234f, 0.4999999403953552f};
};
template <>
struct NegativeExp<double> {
  static constexpr int kMantissa = 52;
  static constexpr double kMagic = 0x1.8p52;
  static constexpr double kLowest = -708.3964;
  static constexpr double kLn2High = 6.93147180369123816490e-01;
  static constexpr double kLn2Low = 1.90821492927058770002e-10;
  static constexpr double k[] = {
      2.500013993950346e-08,  2.7630256439417545e-07, 2.755758617046879e-06, 2.4801493074756228e-05,
      0.00019841269506737608, 0.0013888888943655153,  0.008333333333494435,  0.04166666666653006,
      0.16666666666666413,    0.5000000000000011};
};

template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_of_negative(D d, V x) {
  using T = hn::TFromD<D>;
  using Exp = NegativeExp<T>;
  const hn::RebindToSigned<D> bits;
  const V shifted = hn::MulAdd(x, hn::Set(d, T(1.44269504088896340736)), hn::Set(d, Exp::kMagic));
  const V n = hn::Sub(shifted, hn::Set(d, Exp::kMagic));
  V r = hn::NegMulAdd(n, hn::Set(d, Exp::kLn2High), x);
  r = hn::NegMulAdd(n, hn::Set(d, Exp::kLn2Low), r);
  constexpr size_t kCount = std::size(Exp::k);
  V sum = hn::Set(d, Exp::k[0]);
  HWY_UNROLL(10)
  for (size_t i = 1; i < kCount; ++i) {
    sum = hn::MulAdd(sum, r, hn::Set(d, Exp::k[i]));
  }
  sum = hn::Add(hn::MulAdd(hn::Mul(r, r), sum, r), hn::Set(d, T(1)));
  // The low bits of `shifted` are n: added to the exponent.
  const auto power = hn::ShiftLeft<Exp::kMantissa>(hn::BitCast(bits, shifted));
  const V scaled = hn::BitCast(d, hn::Add(hn::BitCast(bits, sum), power));
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, Exp::kLowest)), scaled);
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
