// Element types. The numbers are permanent: they are those of the C header. Every type that
// checkpoints hold exists as data; arithmetic covers fewer (docs/dtypes.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace duramen {

enum class Dtype : int32_t {
  invalid = 0,
  float64 = 1,
  float32 = 2,
  float16 = 3,
  bfloat16 = 4,
  float8_e4m3fn = 5,
  float8_e5m2 = 6,
  float8_e4m3fnuz = 7,
  float8_e5m2fnuz = 8,
  float8_e8m0fnu = 9,
  int64 = 10,
  int32 = 11,
  int16 = 12,
  int8 = 13,
  uint64 = 14,
  uint32 = 15,
  uint16 = 16,
  uint8 = 17,
  boolean = 18,
  complex32 = 19,
  complex64 = 20,
  complex128 = 21,
  // Opaque data, moved and named but never computed with. Sub-byte kinds are packed; block kinds
  // are whole blocks.
  float4_e2m1fn_x2 = 22,
  float6_e2m3 = 23,
  float6_e3m2 = 24,
  qint8 = 25,
  quint8 = 26,
  qint32 = 27,
  quint4x2 = 28,
  quint2x4 = 29,
};
inline constexpr int32_t kDtypeCount = 30;

enum class DtypeKind : uint8_t {
  floating,
  complex,
  signed_integer,
  unsigned_integer,
  boolean,
  opaque
};

struct DtypeInfo {
  std::string_view name;  // PyTorch's, without "torch."
  uint32_t bits;          // of one element
  DtypeKind kind;
};

// Requires: a valid dtype.
const DtypeInfo& dtype_info(Dtype dtype) noexcept;
bool is_valid_dtype(int32_t number) noexcept;
// Dtype::invalid for an unknown name. "torch.float32", "float", "double", "half", "long", "int", …
// are understood.
Dtype dtype_from_name(std::string_view name) noexcept;

inline std::string_view dtype_name(Dtype dtype) noexcept { return dtype_info(dtype).name; }
// What PyTorch's C++ part calls it: "Float" for float32.
std::string scalar_type_name(Dtype dtype);
inline bool is_floating(Dtype dtype) noexcept {
  return dtype_info(dtype).kind == DtypeKind::floating;
}
inline bool is_complex(Dtype dtype) noexcept {
  return dtype_info(dtype).kind == DtypeKind::complex;
}
inline bool is_integral(Dtype dtype) noexcept {  // integers, not bool
  const DtypeKind kind = dtype_info(dtype).kind;
  return kind == DtypeKind::signed_integer || kind == DtypeKind::unsigned_integer;
}
inline bool can_require_grad(Dtype dtype) noexcept {
  return is_floating(dtype) || is_complex(dtype);
}
// Whole bytes of one element; 0 for sub-byte kinds.
inline size_t itemsize(Dtype dtype) noexcept { return dtype_info(dtype).bits / 8; }

}  // namespace duramen
