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

std::string scalar_type_name(Dtype dtype) {
  switch (dtype) {
    case Dtype::float64:
      return "Double";
    case Dtype::float32:
      return "Float";
    case Dtype::float16:
      return "Half";
    case Dtype::bfloat16:
      return "BFloat16";
    case Dtype::int64:
      return "Long";
    case Dtype::int32:
      return "Int";
    case Dtype::int16:
      return "Short";
    case Dtype::int8:
      return "Char";
    case Dtype::uint64:
      return "UInt64";
    case Dtype::uint32:
      return "UInt32";
    case Dtype::uint16:
      return "UInt16";
    case Dtype::uint8:
      return "Byte";
    case Dtype::boolean:
      return "Bool";
    case Dtype::complex32:
      return "ComplexHalf";
    case Dtype::complex64:
      return "ComplexFloat";
    case Dtype::complex128:
      return "ComplexDouble";
    default:
      break;
  }
  std::string name(dtype_name(dtype));
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') {
    name[0] = static_cast<char>(name[0] - 'a' + 'A');
  }
  return name;
}

}  // namespace duramen
