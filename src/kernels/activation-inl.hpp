// GELU and SiLU of vectors, with their derivatives. Included once for each CPU target.
//
// The distribution function of the normal law comes from its tail, exp(-x²/2) times a polynomial in
// 1 / (1 + a |x|), so that it keeps its relative precision on the left side.
#if defined(DURAMEN_KERNELS_ACTIVATION_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef DURAMEN_KERNELS_ACTIVATION_INL_HPP
#undef DURAMEN_KERNELS_ACTIVATION_INL_HPP
#else
#define DURAMEN_KERNELS_ACTIVATION_INL_HPP
#endif

#include <iterator>

#include "kernels/math-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Coefficients of exp(x²/2) Φ(-x) / t over t = 1 / (1 + a x), x >= 0, the highest power first:
// relative errors below 2.1e-8 and 2.6e-16 as far as exp(-x²/2) is not zero.
template <class T>
struct NormalTail;
template <>
struct NormalTail<float> {
  static constexpr float a = 0.345f;
  static constexpr float k[] = {
      -0.028403576460821443f, 0.14537516165830522f,  -0.27134177195076553f,
      0.18736348199182898f,   -0.03769985296014469f, 0.11183471877555529f,
      0.11723083737075084f,   0.138021742517798f,    0.1376192493106123f};
};
template <>
struct NormalTail<double> {
  static constexpr double a = 0.25;
  static constexpr double k[] = {0.0020863539743202894,  -0.02263703080386444, 0.11185843161259991,
                                 -0.3313663350529518,    0.6522015921002421,   -0.8960469330354552,
                                 0.8871929962610808,     -0.6573309616387953,  0.38107925484435984,
                                 -0.16916235967375015,   0.05326523326312,     -0.02210180253367591,
                                 1.5202895927924364e-05, 0.006756188322317656, 0.023433450514395382,
                                 0.04324529665168791,    0.06350296624108728,  0.08103522394746532,
                                 0.0935020917059997,     0.09973557030702798,  0.09973557009686088};
};

// exp(-x²/2)
template <class D, class V = hn::Vec<D>>
HWY_INLINE V bell_of(D d, V x) {
  return exp_of_negative(d, hn::Mul(hn::Mul(x, x), hn::Set(d, hn::TFromD<D>(-0.5))));
}

// Φ(x), given bell_of(x).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V normal_cdf_of(D d, V x, V bell) {
  using Tail = NormalTail<hn::TFromD<D>>;
  const V one = hn::Set(d, hn::TFromD<D>(1));
  const V far = hn::Min(hn::Abs(x), hn::Set(d, hn::TFromD<D>(1e9)));  // the bell is 0 by then
  const V t = reciprocal_of(d, hn::MulAdd(far, hn::Set(d, Tail::a), one));
  constexpr size_t kCount = std::size(Tail::k);
  V sum = hn::Set(d, Tail::k[0]);
  HWY_UNROLL(20)
  for (size_t i = 1; i < kCount; ++i) sum = hn::MulAdd(sum, t, hn::Set(d, Tail::k[i]));
  const V tail = hn::Mul(hn::Mul(sum, t), bell);
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(one, tail));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V gelu_of(D d, V x) {
  return hn::Mul(x, normal_cdf_of(d, x, bell_of(d, x)));
}

// g (Φ(x) + x φ(x))
template <class D, class V = hn::Vec<D>>
HWY_INLINE V gelu_backward_of(D d, V g, V x) {
  const V bell = bell_of(d, x);
  const V density = hn::Mul(bell, hn::Set(d, hn::TFromD<D>(0.39894228040143267794)));
  return hn::Mul(g, hn::MulAdd(x, density, normal_cdf_of(d, x, bell)));
}

// The sigmoids of u and -u, both with their relative precision.
template <class V>
struct Sigmoids {
  V up;
  V down;
};
template <class D, class V = hn::Vec<D>>
HWY_INLINE Sigmoids<V> sigmoids_of(D d, V u) {
  const V one = hn::Set(d, hn::TFromD<D>(1));
  const V e = exp_of_negative(d, hn::Neg(hn::Abs(u)));
  const V larger = reciprocal_of(d, hn::Add(one, e));
  const V smaller = hn::Mul(e, larger);
  const auto swapped = hn::Lt(u, hn::Zero(d));
  return {hn::IfThenElse(swapped, smaller, larger), hn::IfThenElse(swapped, larger, smaller)};
}

// (1 + tanh(u)) / 2 is the sigmoid of 2u; here 2u, with u = √(2/π) (x + 0.044715 x³).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V gelu_argument_of(D d, V x) {
  using T = hn::TFromD<D>;
  constexpr T kTwice = T(1.59576912160573071176);  // 2 √(2/π)
  const V cubic = hn::Set(d, T(kTwice * T(0.044715)));
  return hn::Mul(x, hn::MulAdd(hn::Mul(x, x), cubic, hn::Set(d, kTwice)));
}

// x times the sigmoid of u.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V gated(D d, V x, V u) {
  const V one = hn::Set(d, hn::TFromD<D>(1));
  const V e = exp_of_negative(d, hn::Neg(hn::Abs(u)));
  const V above = hn::Mul(x, hn::IfThenElse(hn::Lt(u, hn::Zero(d)), e, one));
  return hn::Mul(above, reciprocal_of(d, hn::Add(one, e)));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V silu_of(D d, V x) {
  return gated(d, x, x);
}

// g s (1 + x (1 - s)), s the sigmoid of x
template <class D, class V = hn::Vec<D>>
HWY_INLINE V silu_backward_of(D d, V g, V x) {
  const auto gate = sigmoids_of(d, x);
  const V inner = hn::MulAdd(x, gate.down, hn::Set(d, hn::TFromD<D>(1)));
  return hn::Mul(g, hn::Mul(gate.up, inner));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V gelu_tanh_of(D d, V x) {
  return gated(d, x, gelu_argument_of(d, x));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V gelu_tanh_backward_of(D d, V g, V x) {
  using T = hn::TFromD<D>;
  constexpr T kTwice = T(1.59576912160573071176);
  const auto gate = sigmoids_of(d, gelu_argument_of(d, x));
  const V cubic = hn::Set(d, T(3 * kTwice * T(0.044715)));
  const V slope = hn::MulAdd(hn::Mul(x, x), cubic, hn::Set(d, kTwice));
  const V change = hn::Mul(hn::Mul(gate.up, gate.down), slope);
  return hn::Mul(g, hn::MulAdd(x, change, gate.up));
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
