// One row of an elementwise operation, vectorised for the CPU at hand: strides of 0 (one value),
// 1 and any other; the result is contiguous. pow, floor_div and trunc_div are not here.
#pragma once

#include <cstdint>

#include "kernels/elementwise.hpp"

namespace duramen::kernels {

template <class T>
struct UnaryRow {
  const T* in;
  int64_t stride;
  T* out;
  int64_t count;
};

template <class T>
struct BinaryRow {
  const T* a;
  int64_t a_stride;
  const T* b;
  int64_t b_stride;
  T* out;
  int64_t count;
  T alpha;
};

void unary_row(Unary op, const UnaryRow<float>& row) noexcept;
void unary_row(Unary op, const UnaryRow<double>& row) noexcept;
void binary_row(Binary op, const BinaryRow<float>& row) noexcept;
void binary_row(Binary op, const BinaryRow<double>& row) noexcept;

}  // namespace duramen::kernels
