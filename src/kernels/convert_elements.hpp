// Element conversion between dtypes in two steps: into one of three wide types, and out of it.
// Numbers of floating and complex dtypes widen to double, integers and bool to int64 (uint64 for
// itself), all exactly; narrowing is what PyTorch's copy_ does.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/dtype.hpp"

namespace duramen::kernels {

enum class Wide { real, complex, integer, natural };  // double, double and imaginary, int64, uint64

inline constexpr int64_t kWideCount = 256;
struct WideBuffer {
  union {
    double real[kWideCount];
    int64_t integer[kWideCount];
    uint64_t natural[kWideCount];
  };
  double imaginary[kWideCount];
};

// Strided elements; the stride counts bytes. Requires: count <= kWideCount, an arithmetic dtype.
struct ConstRun {
  const std::byte* first;
  int64_t stride;
  int64_t count;
};
struct MutableRun {
  std::byte* first;
  int64_t stride;
  int64_t count;
};

bool is_arithmetic(Dtype dtype) noexcept;
Wide wide_of(Dtype dtype) noexcept;
void widen(const ConstRun& from, Dtype dtype, WideBuffer& to) noexcept;
void narrow(const WideBuffer& from, Wide kind, const MutableRun& to, Dtype dtype) noexcept;

}  // namespace duramen::kernels
