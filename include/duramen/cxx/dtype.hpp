// Element types as a scoped enumeration, and the C++ types that they stand for.
#ifndef DURAMEN_CXX_DTYPE_HPP
#define DURAMEN_CXX_DTYPE_HPP

#include <complex>
#include <cstdint>
#include <string_view>

#include "error.hpp"

namespace DURAMEN_CXX {

// The numbers of duramen_dtype; those without a name here are cast.
enum class Dtype : duramen_dtype {
  invalid = DURAMEN_DTYPE_INVALID,
  float64 = DURAMEN_DTYPE_FLOAT64,
  float32 = DURAMEN_DTYPE_FLOAT32,
  float16 = DURAMEN_DTYPE_FLOAT16,
  bfloat16 = DURAMEN_DTYPE_BFLOAT16,
  float8_e4m3fn = DURAMEN_DTYPE_FLOAT8_E4M3FN,
  float8_e5m2 = DURAMEN_DTYPE_FLOAT8_E5M2,
  int64 = DURAMEN_DTYPE_INT64,
  int32 = DURAMEN_DTYPE_INT32,
  int16 = DURAMEN_DTYPE_INT16,
  int8 = DURAMEN_DTYPE_INT8,
  uint64 = DURAMEN_DTYPE_UINT64,
  uint32 = DURAMEN_DTYPE_UINT32,
  uint16 = DURAMEN_DTYPE_UINT16,
  uint8 = DURAMEN_DTYPE_UINT8,
  boolean = DURAMEN_DTYPE_BOOL,
  complex32 = DURAMEN_DTYPE_COMPLEX32,
  complex64 = DURAMEN_DTYPE_COMPLEX64,
  complex128 = DURAMEN_DTYPE_COMPLEX128,
};

constexpr duramen_dtype number(Dtype dtype) noexcept { return static_cast<duramen_dtype>(dtype); }

// PyTorch's name without "torch."; empty for a number that is not a type.
inline std::string_view name(Dtype dtype) noexcept {
  const char* text = duramen_dtype_name(number(dtype));
  return text ? std::string_view(text) : std::string_view();
}

// The dtype of a name, also "torch.float32", "float", "long"; Dtype::invalid for another.
inline Dtype dtype_from_name(std::string_view name) noexcept {
  return static_cast<Dtype>(duramen_dtype_from_name(name.data(), name.size()));
}
// The bits of one element; 0 for a number that is not a type.
inline uint32_t bits(Dtype dtype) noexcept { return duramen_dtype_bits(number(dtype)); }

// The dtype of a C++ type: dtype_of<float> is Dtype::float32. Other types do not compile.
template <class T>
inline constexpr Dtype dtype_of = Dtype::invalid;
template <>
inline constexpr Dtype dtype_of<double> = Dtype::float64;
template <>
inline constexpr Dtype dtype_of<float> = Dtype::float32;
template <>
inline constexpr Dtype dtype_of<int64_t> = Dtype::int64;
template <>
inline constexpr Dtype dtype_of<int32_t> = Dtype::int32;
template <>
inline constexpr Dtype dtype_of<int16_t> = Dtype::int16;
template <>
inline constexpr Dtype dtype_of<int8_t> = Dtype::int8;
template <>
inline constexpr Dtype dtype_of<uint64_t> = Dtype::uint64;
template <>
inline constexpr Dtype dtype_of<uint32_t> = Dtype::uint32;
template <>
inline constexpr Dtype dtype_of<uint16_t> = Dtype::uint16;
template <>
inline constexpr Dtype dtype_of<uint8_t> = Dtype::uint8;
template <>
inline constexpr Dtype dtype_of<bool> = Dtype::boolean;
template <>
inline constexpr Dtype dtype_of<std::complex<float>> = Dtype::complex64;
template <>
inline constexpr Dtype dtype_of<std::complex<double>> = Dtype::complex128;

static_assert(sizeof(bool) == 1, "bool elements take one byte");

}  // namespace DURAMEN_CXX

#endif
