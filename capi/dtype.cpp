#include "tensor/dtype.hpp"

#include <duramen/dtype.h>

#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

// The header's numbers are the core's.
static_assert(DURAMEN_DTYPE_FLOAT64 == static_cast<int>(Dtype::float64));
static_assert(DURAMEN_DTYPE_INT64 == static_cast<int>(Dtype::int64));
static_assert(DURAMEN_DTYPE_BOOL == static_cast<int>(Dtype::boolean));
static_assert(DURAMEN_DTYPE_COMPLEX128 == static_cast<int>(Dtype::complex128));
static_assert(DURAMEN_DTYPE_QUINT2X4 == static_cast<int>(Dtype::quint2x4));
static_assert(DURAMEN_DTYPE_QUINT2X4 + 1 == kDtypeCount);

const char* duramen_dtype_name(duramen_dtype dtype) noexcept {
  // The names are literals, hence terminated.
  return is_valid_dtype(dtype) ? dtype_name(static_cast<Dtype>(dtype)).data() : nullptr;
}

uint32_t duramen_dtype_bits(duramen_dtype dtype) noexcept {
  return is_valid_dtype(dtype) ? dtype_info(static_cast<Dtype>(dtype)).bits : 0;
}

duramen_dtype duramen_dtype_from_name(const char* name, size_t name_length) noexcept {
  if (!name) return DURAMEN_DTYPE_INVALID;
  return static_cast<duramen_dtype>(dtype_from_name(plain_view(name, name_length)));
}
