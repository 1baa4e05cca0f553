// Compiled with -ffp-contract=off: what is fused is fused by name, on every CPU.
#include "kernels/random_loops.hpp"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/random_loops.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Eight at most: half of a block of normals.
using Floats = hn::CappedTag<float, 8>;
using Ints = hn::RebindToSigned<Floats>;
using V = hn::Vec<Floats>;
using I = hn::Vec<Ints>;

// One rounding, also where the CPU has no such instruction.
HWY_INLINE V fma(V a, V b, V c) {
#if HWY_NATIVE_FMA
  return hn::MulAdd(a, b, c);
#else
  const Floats d;
  HWY_ALIGN float x[8];
  HWY_ALIGN float y[8];
  HWY_ALIGN float z[8];
  hn::Store(a, d, x);
  hn::Store(b, d, y);
  hn::Store(c, d, z);
  for (size_t i = 0; i < hn::Lanes(d); ++i) x[i] = std::fma(x[i], y[i], z[i]);
  return hn::Load(d, x);
#endif
}
HWY_INLINE V constant(float value) { return hn::Set(Floats(), value); }

HWY_INLINE V unit_floats(const uint32_t* raw) {
  const Ints di;
  const I bits = hn::LoadU(di, reinterpret_cast<const int32_t*>(raw));
  return hn::Mul(hn::ConvertTo(Floats(), hn::And(bits, hn::Set(di, 0xffffff))), constant(0x1p-24f));
}

// Natural logarithm of 0 < x <= 1.
HWY_INLINE V log_floats(V x) {
  const Floats d;
  const Ints di;
  x = hn::Max(x, constant(0x1p-126f));
  const I bits = hn::BitCast(di, x);
  V e = hn::ConvertTo(d, hn::Sub(hn::ShiftRight<23>(bits), hn::Set(di, 126)));
  const I half = hn::Or(hn::And(bits, hn::Set(di, 0x007fffff)), hn::Set(di, 0x3f000000));
  V m = hn::BitCast(d, half);
  const auto low = hn::Lt(m, constant(0.70710677f));
  const V added = hn::IfThenElseZero(low, m);
  e = hn::Sub(e, hn::IfThenElseZero(low, constant(1.0f)));
  m = hn::Add(hn::Sub(m, constant(1.0f)), added);
  const V z = hn::Mul(m, m);
  V y = constant(7.0376836292e-2f);
  y = fma(y, m, constant(-1.1514610310e-1f));
  y = fma(y, m, constant(1.1676998740e-1f));
  y = fma(y, m, constant(-1.2420140846e-1f));
  y = fma(y, m, constant(1.4249322787e-1f));
  y = fma(y, m, constant(-1.6668057665e-1f));
  y = fma(y, m, constant(2.0000714765e-1f));
  y = fma(y, m, constant(-2.4999993993e-1f));
  y = fma(y, m, constant(3.3333331174e-1f));
  y = hn::Mul(y, m);
  y = fma(y, z, hn::Mul(e, constant(-2.12194440e-4f)));
  y = fma(z, constant(-0.5f), y);
  return fma(e, constant(0.693359375f), hn::Add(m, y));
}

struct SinCos {
  V sin;
  V cos;
};

// The sign bit of v flipped where bit 2 of `octant` is set.
HWY_INLINE V flip_sign(V v, I octant) {
  const Ints di;
  const I sign = hn::ShiftLeft<29>(hn::And(octant, hn::Set(di, 4)));
  return hn::BitCast(Floats(), hn::Xor(hn::BitCast(di, v), sign));
}

// Of 0 <= x < 2 pi.
HWY_INLINE SinCos sincos_floats(V x) {
  const Floats d;
  const Ints di;
  const I octant = hn::ConvertTo(di, hn::Mul(x, constant(1.27323954473516f)));
  const I j = hn::And(hn::Add(octant, hn::Set(di, 1)), hn::Set(di, ~1));
  const V y = hn::ConvertTo(d, j);
  V r = fma(y, constant(-0.78515625f), x);
  r = fma(y, constant(-2.4187564849853515625e-4f), r);
  r = fma(y, constant(-3.77489497744594108e-8f), r);
  const V z = hn::Mul(r, r);
  V c = fma(constant(2.443315711809948e-5f), z, constant(-1.388731625493765e-3f));
  c = hn::Mul(fma(c, z, constant(4.166664568298827e-2f)), z);
  c = hn::Add(fma(c, z, hn::Neg(hn::Mul(constant(0.5f), z))), constant(1.0f));
  V s = fma(constant(-1.9515295891e-4f), z, constant(8.3321608736e-3f));
  s = hn::Mul(fma(s, z, constant(-1.6666654611e-1f)), z);
  s = fma(s, r, r);
  const auto swapped = hn::RebindMask(d, hn::Ne(hn::And(j, hn::Set(di, 2)), hn::Zero(di)));
  const I cos_octant = hn::Not(hn::Sub(j, hn::Set(di, 2)));
  return {flip_sign(hn::IfThenElse(swapped, c, s), j),
          flip_sign(hn::IfThenElse(swapped, s, c), cos_octant)};
}

void uniform_floats_loop(const uint32_t* raw, float* out, size_t count,
                         const UniformRange<float>& range) {
  const Floats d;
  const size_t lanes = hn::Lanes(d);
  const V width = constant(range.width);
  const V from = constant(range.from);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(fma(unit_floats(raw + i), width, from), d, out + i);
  }
  for (; i < count; ++i) {
    const float unit = static_cast<float>(raw[i] & 0xffffffu) * 0x1p-24f;
    out[i] = __builtin_fmaf(unit, range.width, range.from);
  }
}

void uniform_doubles_loop(const uint32_t* raw, double* out, size_t count,
                          const UniformRange<double>& range) {
  constexpr uint64_t kMask = (uint64_t{1} << 53) - 1;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t bits = (uint64_t{raw[2 * i]} << 32 | raw[2 * i + 1]) & kMask;
    const double unit = static_cast<double>(static_cast<int64_t>(bits)) * 0x1p-53;
    out[i] = __builtin_fma(unit, range.width, range.from);
  }
}

void normal_float_blocks_loop(float* values, size_t blocks, float mean, float std) {
  const Floats d;
  const size_t lanes = hn::Lanes(d);
  const V one = constant(1.0f);
  const V scale = constant(std);
  const V shift = constant(mean);
  for (size_t block = 0; block < blocks; ++block) {
    for (size_t i = 0; i < 8; i += lanes) {
      float* first = values + 16 * block + i;
      const V u1 = hn::Sub(one, hn::LoadU(d, first));
      const V u2 = hn::LoadU(d, first + 8);
      const V radius = hn::Sqrt(hn::Mul(constant(-2.0f), log_floats(u1)));
      const SinCos angle = sincos_floats(hn::Mul(constant(6.2831855f), u2));
      hn::StoreU(fma(hn::Mul(radius, angle.cos), scale, shift), d, first);
      hn::StoreU(fma(hn::Mul(radius, angle.sin), scale, shift), d, first + 8);
    }
  }
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {

HWY_EXPORT(uniform_floats_loop);
HWY_EXPORT(uniform_doubles_loop);
HWY_EXPORT(normal_float_blocks_loop);

void uniform_floats(const uint32_t* raw, float* out, size_t count,
                    const UniformRange<float>& range) noexcept {
  HWY_DYNAMIC_DISPATCH(uniform_floats_loop)(raw, out, count, range);
}
void uniform_doubles(const uint32_t* raw, double* out, size_t count,
                     const UniformRange<double>& range) noexcept {
  HWY_DYNAMIC_DISPATCH(uniform_doubles_loop)(raw, out, count, range);
}
void normal_float_blocks(float* values, size_t blocks, float mean, float std) noexcept {
  HWY_DYNAMIC_DISPATCH(normal_float_blocks_loop)(values, blocks, mean, std);
}

}  // namespace duramen::kernels
#endif
