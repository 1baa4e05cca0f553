// Vectors of float or double from memory of float, double, Half or Bfloat16, and back; conversions
// and roundings have the bits of small_float.hpp. Included once for each CPU target.
#if defined(DURAMEN_KERNELS_STORED_VECTORS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef DURAMEN_KERNELS_STORED_VECTORS_INL_HPP
#undef DURAMEN_KERNELS_STORED_VECTORS_INL_HPP
#else
#define DURAMEN_KERNELS_STORED_VECTORS_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "kernels/small_float.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The codes of Half or Bfloat16 that go with a vector of floats.
template <class D>
using CodesOf = hn::Vec<hn::Rebind<uint16_t, D>>;
template <class D, class U>
HWY_INLINE CodesOf<D> codes_of(D, U wide) {
  const hn::Rebind<uint16_t, D> codes;
  return hn::DemoteTo(codes, hn::BitCast(hn::RebindToSigned<D>(), wide));
}

// To the nearest number that S has; that of float and double is the number itself.
template <class S>
struct Rounding {
  template <class D, class V>
  static HWY_INLINE V rounded(D, V x) {
    return x;
  }
};

template <>
struct Rounding<Bfloat16> {
  template <class D, class V>
  static HWY_INLINE V rounded(D d, V x) {
    const hn::RebindToUnsigned<D> du;
    const auto bits = hn::BitCast(du, x);
    const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1u));
    const auto sum = hn::Add(bits, hn::Add(odd, hn::Set(du, 0x7fffu)));
    const auto kept = hn::And(sum, hn::Set(du, 0xffff0000u));
    const auto nan = hn::Set(du, 0x7fc00000u);
    return hn::IfThenElse(hn::IsNaN(x), hn::BitCast(d, nan), hn::BitCast(d, kept));
  }
  template <class D>
  static HWY_INLINE hn::Vec<D> widened(D d, CodesOf<D> codes) {
    return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(hn::RebindToUnsigned<D>(), codes)));
  }
  // Of a number that is rounded already.
  template <class D, class V>
  static HWY_INLINE CodesOf<D> narrowed(D d, V x) {
    return codes_of(d, hn::ShiftRight<16>(hn::BitCast(hn::RebindToUnsigned<D>(), x)));
  }
};

// With the CPU's own conversions, where there are any.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2 && !defined(HWY_DISABLE_F16C)
template <>
struct Rounding<Half> {
  template <class D, class V>
  static HWY_INLINE V rounded(D d, V x) {
    return hn::PromoteTo(d, hn::DemoteTo(hn::Rebind<hwy::float16_t, D>(), x));
  }
  template <class D>
  static HWY_INLINE hn::Vec<D> widened(D d, CodesOf<D> codes) {
    return hn::PromoteTo(d, hn::BitCast(hn::Rebind<hwy::float16_t, D>(), codes));
  }
  template <class D, class V>
  static HWY_INLINE CodesOf<D> narrowed(D, V x) {
    const auto half = hn::DemoteTo(hn::Rebind<hwy::float16_t, D>(), x);
    return hn::BitCast(hn::Rebind<uint16_t, D>(), half);
  }
};
#else
template <>
struct Rounding<Half> {
  static constexpr uint32_t kBias = uint32_t{127 - 15} << 23;

  template <class D, class V>
  static HWY_INLINE V rounded(D d, V x) {
    const hn::RebindToUnsigned<D> du;
    const V magnitude = hn::Abs(x);
    const auto bits = hn::BitCast(du, magnitude);
    const auto odd = hn::And(hn::ShiftRight<13>(bits), hn::Set(du, 1u));
    const auto sum = hn::Add(bits, hn::Add(odd, hn::Set(du, 0xfffu)));
    const V normal = hn::BitCast(d, hn::AndNot(hn::Set(du, 0x1fffu), sum));
    // The last place of 0.5 is the smallest number.
    const V half = hn::Set(d, 0.5f);
    const V tiny = hn::Sub(hn::Add(magnitude, half), half);
    V out = hn::IfThenElse(hn::Lt(magnitude, hn::Set(d, 0x1p-14f)), tiny, normal);
    const V infinity = hn::BitCast(d, hn::Set(du, 0x7f800000u));
    out = hn::IfThenElse(hn::Ge(out, hn::Set(d, 65536.0f)), infinity, out);
    const V nan = hn::BitCast(d, hn::Set(du, 0x7fc00000u));
    return hn::CopySign(hn::IfThenElse(hn::IsNaN(x), nan, out), x);
  }
  template <class D>
  static HWY_INLINE hn::Vec<D> widened(D d, CodesOf<D> codes) {
    const hn::RebindToUnsigned<D> du;
    const hn::RebindToSigned<D> di;
    const auto wide = hn::PromoteTo(du, codes);
    const auto magnitude = hn::And(wide, hn::Set(du, 0x7fffu));
    const auto sign = hn::ShiftLeft<16>(hn::Sub(wide, magnitude));
    const auto shifted = hn::Add(hn::ShiftLeft<13>(magnitude), hn::Set(du, kBias));
    const auto normal = hn::BitCast(d, shifted);
    const auto special = hn::BitCast(d, hn::Add(shifted, hn::Set(du, kBias)));
    const auto tiny = hn::Mul(hn::ConvertTo(d, hn::BitCast(di, magnitude)), hn::Set(d, 0x1p-24f));
    auto out = hn::IfThenElse(hn::Lt(normal, hn::Set(d, 0x1p-14f)), tiny, normal);
    out = hn::IfThenElse(hn::Ge(normal, hn::Set(d, 65536.0f)), special, out);
    return hn::BitCast(d, hn::Or(hn::BitCast(du, out), sign));
  }
  template <class D, class V>
  static HWY_INLINE CodesOf<D> narrowed(D d, V x) {
    const hn::RebindToUnsigned<D> du;
    const hn::RebindToSigned<D> di;
    const V magnitude = hn::Abs(x);
    const auto shifted = hn::Sub(hn::BitCast(du, magnitude), hn::Set(du, kBias));
    const auto normal = hn::Min(hn::ShiftRight<13>(shifted), hn::Set(du, 0x7c00u));
    const auto tiny = hn::ConvertTo(di, hn::Mul(magnitude, hn::Set(d, 0x1p24f)));
    auto out = hn::IfThenElse(hn::Lt(magnitude, hn::Set(d, 0x1p-14f)), hn::BitCast(d, tiny),
                              hn::BitCast(d, normal));
    out = hn::IfThenElse(hn::IsNaN(x), hn::BitCast(d, hn::Set(du, 0x7e00u)), out);
    const auto sign = hn::Xor(hn::BitCast(du, x), hn::BitCast(du, magnitude));
    return codes_of(d, hn::Or(hn::BitCast(du, out), hn::ShiftRight<16>(sign)));
  }
};
#endif

// `count` elements, at most a vector; lanes beyond them are 0.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_stored(D d, const T* from, size_t count) {
  if (count == hn::Lanes(d)) return hn::LoadU(d, from);
  return hn::MaskedLoad(hn::FirstN(d, count), d, from);
}
template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_stored(D d, hn::Vec<D> value, T* to, size_t count) {
  if (count == hn::Lanes(d)) return hn::StoreU(value, d, to);
  hn::BlendedStore(value, hn::FirstN(d, count), d, to);
}

// What is masked in vectors of 16 bits may touch what lies behind; an array of its own may not.
template <class S, class D>
HWY_INLINE hn::Vec<D> load_small(D d, const S* from, size_t count) {
  const hn::Rebind<uint16_t, D> codes;
  if (count == hn::Lanes(d)) {
    const auto* all = reinterpret_cast<const uint16_t*>(from);
    return Rounding<S>::widened(d, hn::LoadU(codes, all));
  }
  HWY_ALIGN uint16_t lanes[hn::MaxLanes(d)] = {};
  for (size_t i = 0; i < count; ++i) lanes[i] = from[i].code;
  return Rounding<S>::widened(d, hn::Load(codes, lanes));
}
template <class S, class D>
HWY_INLINE void store_small(D d, hn::Vec<D> value, S* to, size_t count) {
  const hn::Rebind<uint16_t, D> codes;
  const auto narrow = Rounding<S>::narrowed(d, value);
  if (count == hn::Lanes(d)) return hn::StoreU(narrow, codes, reinterpret_cast<uint16_t*>(to));
  HWY_ALIGN uint16_t lanes[hn::MaxLanes(d)];
  hn::Store(narrow, codes, lanes);
  for (size_t i = 0; i < count; ++i) to[i].code = lanes[i];
}
template <class D>
HWY_INLINE hn::Vec<D> load_stored(D d, const Half* from, size_t count) {
  return load_small(d, from, count);
}
template <class D>
HWY_INLINE hn::Vec<D> load_stored(D d, const Bfloat16* from, size_t count) {
  return load_small(d, from, count);
}
template <class D>
HWY_INLINE void store_stored(D d, hn::Vec<D> value, Half* to, size_t count) {
  store_small(d, value, to, count);
}
template <class D>
HWY_INLINE void store_stored(D d, hn::Vec<D> value, Bfloat16* to, size_t count) {
  store_small(d, value, to, count);
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
