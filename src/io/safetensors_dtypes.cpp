#include "io/safetensors.hpp"

namespace duramen::io {
namespace {

struct Named {
  std::string_view name;
  Dtype dtype;
};
// In the reference's order ("increasing alignment"), which is the order of writing, backwards.
constexpr Named kDtypes[] = {
    {"BOOL", Dtype::boolean},
    {"F4", Dtype::float4_e2m1fn_x2},
    {"F6_E2M3", Dtype::float6_e2m3},
    {"F6_E3M2", Dtype::float6_e3m2},
    {"U8", Dtype::uint8},
    {"I8", Dtype::int8},
    {"F8_E5M2", Dtype::float8_e5m2},
    {"F8_E4M3", Dtype::float8_e4m3fn},
    {"F8_E8M0", Dtype::float8_e8m0fnu},
    {"F8_E4M3FNUZ", Dtype::float8_e4m3fnuz},
    {"F8_E5M2FNUZ", Dtype::float8_e5m2fnuz},
    {"I16", Dtype::int16},
    {"U16", Dtype::uint16},
    {"F16", Dtype::float16},
    {"BF16", Dtype::bfloat16},
    {"I32", Dtype::int32},
    {"U32", Dtype::uint32},
    {"F32", Dtype::float32},
    {"C64", Dtype::complex64},
    {"F64", Dtype::float64},
    {"I64", Dtype::int64},
    {"U64", Dtype::uint64},
};

}  // namespace

int safetensors_rank(Dtype dtype) noexcept {
  for (size_t i = 0; i < std::size(kDtypes); ++i) {
    if (kDtypes[i].dtype == dtype) return static_cast<int>(i);
  }
  return -1;
}

std::string_view safetensors_name(Dtype dtype) noexcept {
  const int rank = safetensors_rank(dtype);
  return rank < 0 ? std::string_view() : kDtypes[rank].name;
}

Dtype safetensors_dtype(std::string_view name) noexcept {
  for (const Named& entry : kDtypes) {
    if (entry.name == name) return entry.dtype;
  }
  return Dtype::invalid;
}

}  // namespace duramen::io
