// The small floating formats, from float and to float: half, bfloat16 and the five float8 kinds.
//
// Rounding is to nearest even. What is too large becomes what PyTorch makes of it: infinity where
// the format has one, else its NaN. All through integer arithmetic, so no compiler flag changes it.
#pragma once

#include <bit>
#include <cstdint>

namespace duramen::kernels {

// How a format ends: with infinities as IEEE has them, with the one NaN code 0x7f, or with the one
// NaN code 0x80 and no negative zero.
enum class FloatEnd { ieee, finite, unsigned_zero };

// Bits: 1 sign, then exponent, then `Mantissa`.
template <class Code, int Mantissa, int Bias, FloatEnd End>
struct SmallFloat {
  Code code;

  static SmallFloat from(float value) noexcept {
    const auto bits = std::bit_cast<uint32_t>(value);
    const uint32_t sign = (bits >> 31) << (8 * sizeof(Code) - 1);
    const uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude >= kOverflow) return {static_cast<Code>(overflow(magnitude, sign))};
    const uint32_t rounded = magnitude < kSmallestNormal ? subnormal(magnitude) : normal(magnitude);
    if (End == FloatEnd::unsigned_zero && rounded == 0) return {0};
    return {static_cast<Code>(rounded | sign)};
  }

  float value() const noexcept {
    const uint32_t magnitude = code & kMagnitude;
    const uint32_t sign = static_cast<uint32_t>(code & ~kMagnitude) << (32 - 8 * sizeof(Code));
    if (is_nan(magnitude)) return std::bit_cast<float>(sign | 0x7fc00000u);
    if (End == FloatEnd::ieee && magnitude == kInfinity) {
      return std::bit_cast<float>(sign | 0x7f800000u);
    }
    if (magnitude >> Mantissa == 0) {  // exact: at most 10 bits, times a power of two
      const float scale = std::bit_cast<float>(uint32_t{127 + 1 - Bias - Mantissa} << 23);
      const float small = static_cast<float>(magnitude) * scale;
      return std::bit_cast<float>(std::bit_cast<uint32_t>(small) | sign);
    }
    return std::bit_cast<float>(((magnitude << (23 - Mantissa)) + (uint32_t{127 - Bias} << 23)) |
                                sign);
  }

 private:
  static constexpr uint32_t kMagnitude = (1u << (8 * sizeof(Code) - 1)) - 1;
  static constexpr uint32_t kInfinity = kMagnitude >> Mantissa << Mantissa;
  static constexpr uint32_t kSmallestNormal = uint32_t{128 - Bias} << 23;
  // The power of two (for `finite`: the value) from which on nothing finite is near.
  static constexpr uint32_t kOverflow =
      End == FloatEnd::finite
          ? ((kMagnitude << (23 - Mantissa)) + (uint32_t{127 - Bias} << 23))
          : (((kMagnitude >> Mantissa) + (End == FloatEnd::ieee ? 0u : 1u) + 127 - Bias) << 23);

  static uint32_t overflow(uint32_t magnitude, uint32_t sign) noexcept {
    if (End == FloatEnd::unsigned_zero) return kMagnitude + 1;
    if (End == FloatEnd::finite) return kMagnitude | sign;
    if (magnitude <= 0x7f800000u) return kInfinity | sign;
    return (sizeof(Code) == 1 ? kMagnitude : kInfinity | (1u << (Mantissa - 1))) | sign;
  }
  // Adding a power of two whose last place is the format's smallest number rounds as wanted.
  static uint32_t subnormal(uint32_t magnitude) noexcept {
    constexpr uint32_t kMagic = uint32_t{127 + 24 - Bias - Mantissa} << 23;
    const float sum = std::bit_cast<float>(magnitude) + std::bit_cast<float>(kMagic);
    return std::bit_cast<uint32_t>(sum) - kMagic;
  }
  static uint32_t normal(uint32_t magnitude) noexcept {
    constexpr int kShift = 23 - Mantissa;
    const uint32_t odd = (magnitude >> kShift) & 1u;
    const uint32_t rounded = magnitude + ((1u << (kShift - 1)) - 1) + odd;
    return (rounded - (uint32_t{127 - Bias} << 23)) >> kShift;
  }
  bool is_nan(uint32_t magnitude) const noexcept {
    if (End == FloatEnd::ieee) return magnitude > kInfinity;
    return End == FloatEnd::finite ? magnitude == kMagnitude : code == kMagnitude + 1;
  }
};

using Half = SmallFloat<uint16_t, 10, 15, FloatEnd::ieee>;
using Float8E4m3fn = SmallFloat<uint8_t, 3, 7, FloatEnd::finite>;
using Float8E5m2 = SmallFloat<uint8_t, 2, 15, FloatEnd::ieee>;
using Float8E4m3fnuz = SmallFloat<uint8_t, 3, 8, FloatEnd::unsigned_zero>;
using Float8E5m2fnuz = SmallFloat<uint8_t, 2, 16, FloatEnd::unsigned_zero>;

struct Bfloat16 {
  uint16_t code;

  static Bfloat16 from(float value) noexcept {
    const auto bits = std::bit_cast<uint32_t>(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return {0x7fc0};
    return {static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16)};
  }
  float value() const noexcept { return std::bit_cast<float>(uint32_t{code} << 16); }
};

// An exponent alone: powers of two, no sign, no zero; 0xff is NaN.
struct Float8E8m0fnu {
  uint8_t code;

  static Float8E8m0fnu from(float value) noexcept {
    const auto bits = std::bit_cast<uint32_t>(value);
    const uint32_t exponent = (bits >> 23) & 0xffu;
    if (exponent == 0xffu) return {0xff};
    // Nearest even, where the implied leading bit counts as the last place.
    const bool half = (bits & 0x400000u) != 0;
    const bool up = half && ((bits & 0x3fffffu) != 0 || exponent > 0);
    return {static_cast<uint8_t>(exponent + (up ? 1 : 0))};
  }
  float value() const noexcept {
    if (code == 0xff) return std::bit_cast<float>(0x7fc00000u);
    return std::bit_cast<float>(code == 0 ? 0x00400000u : uint32_t{code} << 23);
  }
};

}  // namespace duramen::kernels
