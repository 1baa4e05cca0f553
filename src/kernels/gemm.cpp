#include "kernels/gemm.hpp"

#include <algorithm>
#include <climits>

#include "kernels/blas.hpp"
#include "kernels/gemm_kernels.hpp"

namespace duramen::kernels {
namespace {

constexpr int64_t kSerialWork = 512 * 1024;      // multiply-adds below which one thread is best
constexpr int64_t kPieceWork = 2 * 1024 * 1024;  // of one piece: some 40 µs
constexpr int64_t kDeepest = 2048;               // of k at a time, so that a piece stays short
constexpr int64_t kMostRows = 10 * kRowBlock;    // of packed rows at a time: 8 MB of floats
constexpr int64_t kOnStack = 2048;               // elements of packed rows that need no scratch

template <class T>
struct Operands {
  Matrix<T> a;
  Matrix<T> b;
  Destination<T> to;
};

constexpr int64_t round_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

template <class T>
void start_empty_sum(const GemmShape& shape, const Destination<T>& to) noexcept {
  if (to.accumulate) return;
  for (int64_t i = 0; i < shape.m; ++i) {
    T* row = to.c + i * to.ldc;
    if (to.bias != nullptr) {
      std::copy_n(to.bias, shape.n, row);
    } else {
      std::fill_n(row, shape.n, T{0});
    }
  }
}

// Calls body(piece) for the pieces of m x n results, `rows` by `columns` each, in parallel when
// that is worth it. Neither depends on the number of threads.
template <class Body>
void for_each_piece(ThreadPool& pool, const GemmShape& shape, int64_t rows, int64_t columns,
                    const Body& body) {
  if (shape.m * shape.n * shape.k <= kSerialWork) return body(Piece{0, shape.m, 0, shape.n});
  const int64_t across = (shape.n - 1) / columns + 1;
  const int64_t down = (shape.m - 1) / rows + 1;
  pool.run(across * down, [&](int64_t index) {
    const int64_t i = index / across * rows;
    const int64_t j = index % across * columns;
    body(Piece{i, std::min(i + rows, shape.m), j, std::min(j + columns, shape.n)});
  });
}

int64_t columns_of_a_piece(int64_t rows, int64_t k, int64_t step) {
  return round_up(std::max<int64_t>(kPieceWork / (rows * k), 1), step);
}

// ---- both sides dense along k: dot products
// ------------------------------------------------------

template <class T>
void multiply_by_dots(ThreadPool& pool, const GemmShape& shape, const Operands<T>& product) {
  constexpr int64_t kRows = 48;
  const int64_t rows = std::min(shape.m, kRows);
  const int64_t columns = columns_of_a_piece(rows, std::min(shape.k, kDeepest), 8);
  for_each_piece(pool, shape, rows, columns, [&](const Piece& piece) {
    dot_product(product.a, product.b, shape.k, piece, product.to);
  });
}

// ---- everything else: packed rows times panels
// ----------------------------------------------------

template <class T>
void multiply_packed_block(ThreadPool& pool, const GemmShape& shape, const Operands<T>& product,
                           T* packed) {
  const int64_t width = panel_columns<T>();
  for_each_piece(pool, {shape.m, 1, shape.k}, kRowBlock, 1, [&](const Piece& piece) {
    pack_rows(product.a, piece.row_begin, piece.row_end, shape.k, packed);
  });
  const int64_t rows = std::min(shape.m, kRowBlock);
  const int64_t columns = columns_of_a_piece(rows, shape.k, width);
  for_each_piece(pool, shape, rows, columns, [&](const Piece& piece) {
    panel_product(packed, product.b, shape.k, piece, product.to);
  });
}

template <class T>
void multiply_packed(ThreadPool& pool, const GemmShape& shape, const Operands<T>& product) {
  alignas(64) T on_stack[kOnStack];
  for (int64_t first = 0; first < shape.k; first += kDeepest) {
    const int64_t depth = std::min(kDeepest, shape.k - first);
    for (int64_t row = 0; row < shape.m; row += kMostRows) {
      const int64_t rows = std::min(kMostRows, shape.m - row);
      Operands<T> block = product;
      block.a.data += row * product.a.row_stride + first * product.a.col_stride;
      block.b.data += first * product.b.row_stride;
      block.to.c += row * product.to.ldc;
      if (first > 0) block.to = {block.to.c, block.to.ldc, true, nullptr};
      T* packed =
          rows * depth <= kOnStack
              ? on_stack
              : static_cast<T*>(pool.scratch(static_cast<size_t>(rows * depth) * sizeof(T)));
      multiply_packed_block(pool, {rows, shape.n, depth}, block, packed);
    }
  }
}

}  // namespace

template <class T>
void gemm(ThreadPool& pool, const GemmShape& shape, const Matrix<T>& a, const Matrix<T>& b, T* c,
          int64_t ldc, bool accumulate, const T* bias) {
  if (shape.m <= 0 || shape.n <= 0) return;
  const Operands<T> product{a, b, {c, ldc, accumulate, bias}};
  if (shape.k <= 0) return start_empty_sum(shape, product.to);
  if (a.col_stride == 1 && b.row_stride == 1) return multiply_by_dots(pool, shape, product);
  multiply_packed(pool, shape, product);
}

template void gemm<float>(ThreadPool&, const GemmShape&, const Matrix<float>&, const Matrix<float>&,
                          float*, int64_t, bool, const float*);
template void gemm<double>(ThreadPool&, const GemmShape&, const Matrix<double>&,
                           const Matrix<double>&, double*, int64_t, bool, const double*);

}  // namespace duramen::kernels
