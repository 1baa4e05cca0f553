// What NumPy calls the dtypes that torch has too.
#pragma once

#include <string_view>

#include "tensor/dtype.hpp"

namespace duramen::io {

inline constexpr std::string_view kNpyMagic = "\x93NUMPY";

struct NpyDtype {
  std::string_view name;  // without the byte order
  Dtype dtype;
};
inline constexpr NpyDtype kNpyDtypes[] = {
    {"f8", Dtype::float64},   {"f4", Dtype::float32},    {"f2", Dtype::float16},
    {"i8", Dtype::int64},     {"i4", Dtype::int32},      {"i2", Dtype::int16},
    {"i1", Dtype::int8},      {"u8", Dtype::uint64},     {"u4", Dtype::uint32},
    {"u2", Dtype::uint16},    {"u1", Dtype::uint8},      {"b1", Dtype::boolean},
    {"c8", Dtype::complex64}, {"c16", Dtype::complex128}};

}  // namespace duramen::io
