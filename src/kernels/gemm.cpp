#include "kernels/gemm.hpp"

#include <algorithm>
#include <climits>
#include <optional>

#include "kernels/blas.hpp"
#include "kernels/gemm_kernels.hpp"

namespace duramen::kernels {
namespace {

constexpr double kSerialWork = 512 * 1024;       // multiply-adds below which one thread is best
constexpr int64_t kPieceWork = 3 * 1024 * 1024;  // of one piece: some 60 µs
constexpr int64_t kDeepest = 2048;               // of k at a time, so that a piece stays short
constexpr int64_t kMostRows = 10 * kRowBlock;    // of packed rows at a time: 8 MB of floats
constexpr int64_t kFewRows = 12;                 // where sums of lanes cost less than packing
constexpr int64_t kLongDots = 192;               // and k from which they cost little
constexpr int64_t kFewColumns = 8;  // of B, which leave most of a panel empty; and k above it
constexpr int64_t kStreamedRows = 4;
constexpr double kLargeWork = 0x1p29;   // multiply-adds from which BLAS is ahead
constexpr int64_t kLeastOfLarge = 256;  // the least dimension that it needs for that
constexpr int64_t kTileRows = 128;
constexpr int64_t kTileColumns = 256;
constexpr double kMostOfCall = 0x1p30;  // multiply-adds of one call that runs on BLAS's threads
constexpr int64_t kLeastEdge = 512;     // below which such a call would not use them well
constexpr int64_t kOnStack = 2048;      // elements of packed rows that need no scratch

template <class T>
struct Operands {
  Matrix<T> a;
  Matrix<T> b;
  Destination<T> to;
};

constexpr int64_t round_up(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

double work_of(const GemmShape& shape) noexcept {
  return static_cast<double>(shape.m) * static_cast<double>(shape.n) * static_cast<double>(shape.k);
}

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
  if (work_of(shape) <= kSerialWork) return body(Piece{0, shape.m, 0, shape.n});
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

// Calls body(shape, operands) for blocks of at most kMostRows rows and kDeepest of k, in order.
template <class T, class Body>
void for_each_block(const GemmShape& shape, const Operands<T>& product, const Body& body) {
  for (int64_t first = 0; first < shape.k; first += kDeepest) {
    const int64_t depth = std::min(kDeepest, shape.k - first);
    for (int64_t row = 0; row < shape.m; row += kMostRows) {
      Operands<T> block = product;
      block.a.data += row * product.a.row_stride + first * product.a.col_stride;
      block.b.data += first * product.b.row_stride;
      block.to.c += row * product.to.ldc;
      if (first > 0) block.to = {block.to.c, block.to.ldc, true, nullptr};
      body(GemmShape{std::min(kMostRows, shape.m - row), shape.n, depth}, block);
    }
  }
}

// ---- both sides dense along k: dot products
// ------------------------------------------------------

// Rows a large power of two apart share their places in the first cache and push each other out.
template <class T>
Matrix<T> spread_rows(ThreadPool& pool, const GemmShape& shape, const Matrix<T>& a) {
  constexpr int64_t kLine = 64 / sizeof(T);
  if (shape.m <= 4 || a.row_stride * sizeof(T) % 1024 != 0) return a;
  const int64_t stride = round_up(shape.k, kLine) + kLine;
  T* spread = static_cast<T*>(pool.scratch(static_cast<size_t>(shape.m * stride) * sizeof(T)));
  for (int64_t i = 0; i < shape.m; ++i) {
    std::copy_n(a.data + i * a.row_stride, shape.k, spread + i * stride);
  }
  return {spread, stride, 1};
}

template <class T>
void multiply_by_dots(ThreadPool& pool, const GemmShape& whole, const Operands<T>& operands) {
  constexpr int64_t kRows = 48;
  for_each_block(whole, operands, [&](const GemmShape& shape, const Operands<T>& product) {
    const Matrix<T> a = spread_rows(pool, shape, product.a);
    const int64_t columns = columns_of_a_piece(std::min(shape.m, kRows), shape.k, 8);
    for_each_piece(pool, shape, kRows, columns, [&](const Piece& piece) {
      dot_product(a, product.b, shape.k, piece, product.to);
    });
  });
}

// ---- few rows over a row-major B ---------------------------------------------------------------

template <class T>
void multiply_streaming(ThreadPool& pool, const GemmShape& shape, const Operands<T>& product) {
  constexpr int64_t kColumns = 256;
  for_each_piece(pool, shape, shape.m, kColumns, [&](const Piece& piece) {
    stream_product(product.a, product.b, shape.k, piece, product.to);
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
  // A panel is packed for each piece again: rather more rows than more columns.
  const int64_t rows = round_up(kPieceWork / (shape.k * width) + 1, kRowBlock);
  const int64_t columns = columns_of_a_piece(std::min(rows, shape.m), shape.k, width);
  for_each_piece(pool, shape, rows, columns, [&](const Piece& piece) {
    panel_product(packed, product.b, shape.k, piece, product.to);
  });
}

template <class T>
void multiply_packed(ThreadPool& pool, const GemmShape& whole, const Operands<T>& operands) {
  alignas(64) T on_stack[kOnStack];
  for_each_block(whole, operands, [&](const GemmShape& shape, const Operands<T>& product) {
    const int64_t count = shape.m * shape.k;
    T* packed = count <= kOnStack
                    ? on_stack
                    : static_cast<T*>(pool.scratch(static_cast<size_t>(count) * sizeof(T)));
    multiply_packed_block(pool, shape, product, packed);
  });
}

// ---- large products: BLAS
// -------------------------------------------------------------------------

// The matrix as BLAS takes it, if it does: dense one way, the other stride not too short.
template <class T>
std::optional<BlasMatrix<T>> blas_matrix(const Matrix<T>& matrix, int64_t rows, int64_t columns) {
  const int64_t limit = INT_MAX;
  if (matrix.row_stride > limit || matrix.col_stride > limit) return std::nullopt;
  if (matrix.col_stride == 1 && matrix.row_stride >= columns) {
    return BlasMatrix<T>{matrix.data, matrix.row_stride, false};
  }
  if (matrix.row_stride == 1 && matrix.col_stride >= rows) {
    return BlasMatrix<T>{matrix.data, matrix.col_stride, true};
  }
  return std::nullopt;
}

bool is_large(const GemmShape& shape, int64_t ldc) {
  const int64_t least = std::min({shape.m, shape.n, shape.k});
  const int64_t most = std::max({shape.m, shape.n, shape.k, ldc});
  if (least < kLeastOfLarge || most > INT_MAX) return false;
  return work_of(shape) >= kLargeWork;
}

template <class T>
const T* moved(const BlasMatrix<T>& matrix, int64_t row, int64_t column) {
  return matrix.data +
         (matrix.transposed ? column * matrix.leading + row : row * matrix.leading + column);
}

// The part that one call computes where BLAS has threads of its own: it cannot be stopped inside.
GemmShape part_of_call(const GemmShape& shape) noexcept {
  GemmShape part = shape;
  while (work_of(part) > kMostOfCall) {
    int64_t* edge = part.m >= part.n ? &part.m : &part.n;
    if (*edge < 2 * kLeastEdge) edge = &part.k;
    if (*edge < 2 * kLeastEdge) break;
    *edge = round_up((*edge + 1) / 2, kTileRows);
  }
  return part;
}

// Calls body(piece, first, depth) for the parts; `depth` of k from `first` on, in order.
template <class Body>
void for_each_call(const ThreadPool& pool, const GemmShape& shape, const Body& body) {
  const GemmShape part = part_of_call(shape);
  for (int64_t i = 0; i < shape.m; i += part.m) {
    for (int64_t j = 0; j < shape.n; j += part.n) {
      const Piece piece{i, std::min(i + part.m, shape.m), j, std::min(j + part.n, shape.n)};
      for (int64_t first = 0; first < shape.k; first += part.k) {
        pool.check_cancel();
        body(piece, first, std::min(part.k, shape.k - first));
      }
    }
  }
}

// Tiles on our threads where BLAS keeps to the calling one, else large parts as the host set it up.
template <class T>
void multiply_by_blas(ThreadPool& pool, const GemmShape& shape, const Destination<T>& to,
                      const BlasMatrix<T>& a, const BlasMatrix<T>& b) {
  if (to.bias != nullptr) start_empty_sum(shape, to);
  const bool adds = to.accumulate || to.bias != nullptr;
  const auto multiply = [&](const Piece& piece, int64_t first, int64_t depth) {
    const BlasShape part{piece.row_end - piece.row_begin, piece.column_end - piece.column_begin,
                         depth};
    const OneBlasThread scope(pool.blas());
    blas_gemm(part, {moved(a, piece.row_begin, first), a.leading, a.transposed},
              {moved(b, first, piece.column_begin), b.leading, b.transposed},
              to.c + piece.row_begin * to.ldc + piece.column_begin, to.ldc,
              adds || first > 0 ? T{1} : T{0});
  };
  if (!pool.blas().tiles_run_apart()) return for_each_call(pool, shape, multiply);
  for_each_piece(pool, shape, kTileRows, kTileColumns,
                 [&](const Piece& piece) { multiply(piece, 0, shape.k); });
}

}  // namespace

template <class T>
void gemm(ThreadPool& pool, const GemmShape& shape, const Matrix<T>& a, const Matrix<T>& b, T* c,
          int64_t ldc, bool accumulate, const T* bias) {
  if (shape.m <= 0 || shape.n <= 0) return;
  const Operands<T> product{a, b, {c, ldc, accumulate, bias}};
  if (shape.k <= 0) return start_empty_sum(shape, product.to);
  if (is_large(shape, ldc) && pool.blas().is_thread_safe()) {
    const auto blas_a = blas_matrix(a, shape.m, shape.k);
    const auto blas_b = blas_matrix(b, shape.k, shape.n);
    if (blas_a && blas_b) return multiply_by_blas(pool, shape, product.to, *blas_a, *blas_b);
  }
  const bool dense_along_k = a.col_stride == 1 && b.row_stride == 1;
  const bool narrow = shape.n <= kFewColumns && shape.k > kFewColumns;
  if (dense_along_k && (shape.m <= kFewRows || narrow || shape.k >= kLongDots)) {
    return multiply_by_dots(pool, shape, product);
  }
  if (shape.m <= kStreamedRows && b.col_stride == 1) {
    return multiply_streaming(pool, shape, product);
  }
  multiply_packed(pool, shape, product);
}

template void gemm<float>(ThreadPool&, const GemmShape&, const Matrix<float>&, const Matrix<float>&,
                          float*, int64_t, bool, const float*);
template void gemm<double>(ThreadPool&, const GemmShape&, const Matrix<double>&,
                           const Matrix<double>&, double*, int64_t, bool, const double*);

}  // namespace duramen::kernels
