#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm_panels.cpp"
// Accumulators live in arrays, which vectors of unknown length cannot.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>  // IWYU pragma: keep

#include "kernels/gemm_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

constexpr int64_t kDepth = 256;  // of a packed panel: it stays in the first cache

template <int Rows, class T>
HWY_INLINE void pack_tile(const Matrix<T>& a, int64_t row, int64_t k, T* HWY_RESTRICT to) {
  const T* from = a.data + row * a.row_stride;
  for (int64_t p = 0; p < k; ++p) {
    for (int i = 0; i < Rows; ++i) to[p * Rows + i] = from[i * a.row_stride + p * a.col_stride];
  }
}

template <class T>
struct PackRows {
  const Matrix<T>& a;
  int64_t k;
  T* packed;
  template <int Rows>
  HWY_INLINE void operator()(int64_t row) const {
    pack_tile<Rows>(a, row, k, packed + row * k);
  }
};

// A stretch of B: `depth` rows of one panel, dense or packed.
template <class T>
struct Panel {
  const T* data;
  int64_t stride;
  int64_t depth;
};

// c tile = a tile · panel; acc[i][v] holds row i, vector v.
template <int Rows, class T>
HWY_INLINE void multiply_tile(const T* HWY_RESTRICT a, const Panel<T>& b, const TileTarget<T>& to) {
  const Tag<T> d;
  constexpr int64_t kLanes = lanes<T>();
  V<T> acc[Rows][kVectors];
#pragma GCC unroll 12
  for (int i = 0; i < Rows; ++i) {
    acc[i][0] = hn::Zero(d);
    acc[i][1] = hn::Zero(d);
  }
  const T* row = b.data;
  for (int64_t p = 0; p < b.depth; ++p, row += b.stride) {
    const V<T> b0 = hn::LoadU(d, row);
    const V<T> b1 = hn::LoadU(d, row + kLanes);
#pragma GCC unroll 12
    for (int i = 0; i < Rows; ++i) {
      const V<T> x = hn::Set(d, a[p * Rows + i]);
      acc[i][0] = hn::MulAdd(x, b0, acc[i][0]);
      acc[i][1] = hn::MulAdd(x, b1, acc[i][1]);
    }
  }
#pragma GCC unroll 12
  for (int i = 0; i < Rows; ++i) {
    put<T>(acc[i][0], to.c + i * to.ldc, to.columns, to.add);
    put<T>(acc[i][1], to.c + i * to.ldc + kLanes, to.columns - kLanes, to.add);
  }
}

template <class T>
struct MultiplyTiles {
  const T* packed;  // of the whole k
  int64_t k;
  int64_t first;  // row of B where the panel starts
  Panel<T> panel;
  T* c;  // column of the panel
  int64_t ldc;
  int64_t columns;
  bool add;

  template <int Rows>
  HWY_INLINE void operator()(int64_t row) const {
    const T* a = packed + row * k + first * Rows;
    multiply_tile<Rows>(a, panel, TileTarget<T>{c + row * ldc, ldc, columns, add});
  }
};

template <class T>
HWY_INLINE void pack_panel(const Matrix<T>& b, int64_t first, int64_t depth, int64_t column,
                           int64_t columns, T* HWY_RESTRICT to) {
  const T* from = b.data + first * b.row_stride + column * b.col_stride;
  constexpr int64_t kWidth = panel_width<T>();
  for (int64_t p = 0; p < depth; ++p) {
    const T* row = from + p * b.row_stride;
    __builtin_prefetch(row + 8 * b.row_stride);
    __builtin_prefetch(row + 8 * b.row_stride + 64 / sizeof(T));
    if (b.col_stride == 1 && columns == kWidth) {
      std::copy_n(row, kWidth, to + p * kWidth);
      continue;
    }
    for (int64_t j = 0; j < columns; ++j) to[p * kWidth + j] = row[j * b.col_stride];
    for (int64_t j = columns; j < kWidth; ++j) to[p * kWidth + j] = 0;
  }
}

template <class T>
void panel_product_typed(const T* packed, const Matrix<T>& b, int64_t k, const Piece& piece,
                         const Destination<T>& to) {
  constexpr int64_t kWidth = panel_width<T>();
  HWY_ALIGN T buffer[kDepth * kWidth];
  start_columns(piece, to);
  // Packing pays when the panel is read a few times.
  const bool direct = b.col_stride == 1 && piece.row_end - piece.row_begin <= 2 * kMostRows;
  for (int64_t j = piece.column_begin; j < piece.column_end; j += kWidth) {
    const int64_t columns = std::min(kWidth, piece.column_end - j);
    for (int64_t first = 0; first < k; first += kDepth) {
      const int64_t depth = std::min(kDepth, k - first);
      Panel<T> panel{buffer, kWidth, depth};
      if (direct && columns == kWidth) {
        panel = {b.data + first * b.row_stride + j, b.row_stride, depth};
      } else {
        pack_panel(b, first, depth, j, columns, buffer);
      }
      const bool add = first > 0 || to.accumulate || to.bias != nullptr;
      const MultiplyTiles<T> tiles{packed, k, first, panel, to.c + j, to.ldc, columns, add};
      for (int64_t i = piece.row_begin; i < piece.row_end; i += kRowBlock) {
        for_each_tile(i, std::min(i + kRowBlock, piece.row_end), tiles);
      }
    }
  }
}

// ---- the entries of the dispatch tables
// ------------------------------------------------------------

template <class T>
void pack_rows_typed(const Matrix<T>& a, int64_t row_begin, int64_t row_end, int64_t k, T* packed) {
  for (int64_t i = row_begin; i < row_end; i += kRowBlock) {
    for_each_tile(i, std::min(i + kRowBlock, row_end), PackRows<T>{a, k, packed});
  }
}

int64_t panel_columns_f32() { return panel_width<float>(); }
int64_t panel_columns_f64() { return panel_width<double>(); }
void pack_rows_f32(const Matrix<float>& a, int64_t begin, int64_t end, int64_t k, float* packed) {
  pack_rows_typed(a, begin, end, k, packed);
}
void pack_rows_f64(const Matrix<double>& a, int64_t begin, int64_t end, int64_t k, double* packed) {
  pack_rows_typed(a, begin, end, k, packed);
}
void panel_f32(const float* packed, const Matrix<float>& b, int64_t k, const Piece& piece,
               const Destination<float>& to) {
  panel_product_typed(packed, b, k, piece, to);
}
void panel_f64(const double* packed, const Matrix<double>& b, int64_t k, const Piece& piece,
               const Destination<double>& to) {
  panel_product_typed(packed, b, k, piece, to);
}
}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {

HWY_EXPORT(panel_columns_f32);
HWY_EXPORT(panel_columns_f64);
HWY_EXPORT(pack_rows_f32);
HWY_EXPORT(pack_rows_f64);
HWY_EXPORT(panel_f32);
HWY_EXPORT(panel_f64);

template <>
int64_t panel_columns<float>() noexcept {
  return HWY_DYNAMIC_DISPATCH(panel_columns_f32)();
}
template <>
int64_t panel_columns<double>() noexcept {
  return HWY_DYNAMIC_DISPATCH(panel_columns_f64)();
}
template <>
void pack_rows(const Matrix<float>& a, int64_t begin, int64_t end, int64_t k,
               float* packed) noexcept {
  HWY_DYNAMIC_DISPATCH(pack_rows_f32)(a, begin, end, k, packed);
}
template <>
void pack_rows(const Matrix<double>& a, int64_t begin, int64_t end, int64_t k,
               double* packed) noexcept {
  HWY_DYNAMIC_DISPATCH(pack_rows_f64)(a, begin, end, k, packed);
}
template <>
void panel_product(const float* packed, const Matrix<float>& b, int64_t k, const Piece& piece,
                   const Destination<float>& to) noexcept {
  HWY_DYNAMIC_DISPATCH(panel_f32)(packed, b, k, piece, to);
}
template <>
void panel_product(const double* packed, const Matrix<double>& b, int64_t k, const Piece& piece,
                   const Destination<double>& to) noexcept {
  HWY_DYNAMIC_DISPATCH(panel_f64)(packed, b, k, piece, to);
}

}  // namespace duramen::kernels
#endif
