#include "tensor/dtype.hpp"

#include <array>
#include <utility>

namespace duramen {
namespace {

constexpr std::array<DtypeInfo, kDtypeCount> kInfos = {{
    {"invalid", 0, DtypeKind::opaque},
    {"float64", 64, DtypeKind::floating},
    {"float32", 32, DtypeKind::floating},
    {"float16", 16, DtypeKind::floating},
    {"bfloat16", 16, DtypeKind::floating},
    {"float8_e4m3fn", 8, DtypeKind::floating},
    {"float8_e5m2", 8, DtypeKind::floating},
    {"float8_e4m3fnuz", 8, DtypeKind::floating},
    {"float8_e5m2fnuz", 8, DtypeKind::floating},
    {"float8_e8m0fnu", 8, DtypeKind::floating},
    {"int64", 64, DtypeKind::signed_integer},
    {"int32", 32, DtypeKind::signed_integer},
    {"int16", 16, DtypeKind::signed_integer},
    {"int8", 8, DtypeKind::signed_integer},
    {"uint64", 64, DtypeKind::unsigned_integer},
    {"uint32", 32, DtypeKind::unsigned_integer},
    {"uint16", 16, DtypeKind::unsigned_integer},
    {"uint8", 8, DtypeKind::unsigned_integer},
    {"bool", 8, DtypeKind::boolean},
    {"complex32", 32, DtypeKind::complex},
    {"complex64", 64, DtypeKind::complex},
    {"complex128", 128, DtypeKind::complex},
    {"float4_e2m1fn_x2", 8, DtypeKind::opaque},
    {"float6_e2m3", 6, DtypeKind::opaque},
    {"float6_e3m2", 6, DtypeKind::opaque},
    {"qint8", 8, DtypeKind::opaque},
    {"quint8", 8, DtypeKind::opaque},
    {"qint32", 32, DtypeKind::opaque},
    {"quint4x2", 8, DtypeKind::opaque},
    {"quint2x4", 8, DtypeKind::opaque},
}};

constexpr std::pair<std::string_view, Dtype> kAliases[] = {
    {"double", Dtype::float64},  {"float", Dtype::float32},    {"half", Dtype::float16},
    {"long", Dtype::int64},      {"int", Dtype::int32},        {"short", Dtype::int16},
    {"chalf", Dtype::complex32}, {"cfloat", Dtype::complex64}, {"cdouble", Dtype::complex128},
};

}  // namespace

const DtypeInfo& dtype_info(Dtype dtype) noexcept { return kInfos[static_cast<size_t>(dtype)]; }

bool is_valid_dtype(int32_t number) noexcept { return number > 0 && number < kDtypeCount; }

Dtype dtype_from_name(std::string_view name) noexcept {
  if (name.starts_with("torch.")) name.remove_prefix(6);
  for (int32_t i = 1; i < kDtypeCount; ++i) {
    if (kInfos[static_cast<size_t>(i)].name == name) return static_cast<Dtype>(i);
  }
  for (const auto& [alias, dtype] : kAliases) {
    if (alias == name) return dtype;
  }
  return Dtype::invalid;
}

}  // namespace duramen
