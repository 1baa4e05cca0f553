// The vector loops of gemm, compiled once for every kind of CPU. Each call does one piece of a
// product on one thread; gemm.cpp cuts the pieces.
#pragma once

#include "kernels/gemm.hpp"

namespace duramen::kernels {

// Where results go: c[i * ldc + j] of the whole product.
template <class T>
struct Destination {
  T* c;
  int64_t ldc;
  bool accumulate;
  const T* bias;  // may be null
};

// Rows and columns [begin, end) of a product.
struct Piece {
  int64_t row_begin;
  int64_t row_end;
  int64_t column_begin;
  int64_t column_end;
};

// Columns that one packed panel of B has; pieces for panel_product start at multiples of it.
template <class T>
int64_t panel_columns() noexcept;

// Rows go in tiles; each tile's elements are stored k-major one after the other, so that row i of
// the packed matrix starts at i * k. Tiles never cross multiples of kRowBlock.
inline constexpr int64_t kRowBlock = 96;
template <class T>
void pack_rows(const Matrix<T>& a, int64_t row_begin, int64_t row_end, int64_t k,
               T* packed) noexcept;

// c = packed A · B, for any strides of B. Requires: row_begin is a multiple of kRowBlock.
template <class T>
void panel_product(const T* packed, const Matrix<T>& b, int64_t k, const Piece& piece,
                   const Destination<T>& to) noexcept;

// c = A · B where the rows of A and the columns of B are dense: each element a dot product.
template <class T>
void dot_product(const Matrix<T>& a, const Matrix<T>& b, int64_t k, const Piece& piece,
                 const Destination<T>& to) noexcept;

// c = A · B for a few rows of A, where the rows of B are dense: B is read once, row by row.
template <class T>
void stream_product(const Matrix<T>& a, const Matrix<T>& b, int64_t k, const Piece& piece,
                    const Destination<T>& to) noexcept;

}  // namespace duramen::kernels
