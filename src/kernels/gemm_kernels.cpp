#include "kernels/gemm_kernels.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm_kernels.cpp"
// Accumulators live in arrays, which vectors of unknown length cannot.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
using Tag = hn::ScalableTag<T>;
template <class T>
using V = hn::Vec<Tag<T>>;

template <class T>
constexpr int64_t lanes() {
  return static_cast<int64_t>(HWY_LANES(T));
}
// Vectors across a panel, and rows of the largest tile: what the registers hold.
constexpr int64_t kVectors = 2;
#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
constexpr int kMostRows = 12;
constexpr int kMostDotRows = 6;
#else
constexpr int kMostRows = 6;
constexpr int kMostDotRows = 3;
#endif
constexpr int64_t kDepth = 256;      // of a packed panel: it stays in the first cache
constexpr int64_t kDotDepth = 2048;  // of a row that a block of dot products goes through
template <class T>
constexpr int64_t panel_width() {
  return kVectors * lanes<T>();
}

// Calls body(rows as a constant, first row) for the tiles of [begin, end).
template <class Body>
HWY_INLINE void for_each_tile(int64_t begin, int64_t end, const Body& body) {
  int64_t i = begin;
  for (; i + kMostRows <= end; i += kMostRows) body.template operator()<kMostRows>(i);
  if constexpr (kMostRows > 8) {
    for (; i + 8 <= end; i += 8) body.template operator()<8>(i);
  }
  for (; i + 4 <= end; i += 4) body.template operator()<4>(i);
  for (; i + 2 <= end; i += 2) body.template operator()<2>(i);
  if (i < end) body.template operator()<1>(i);
}

// ---- parts of a vector
// ----------------------------------------------------------------------------

// The first `count` elements, zeros after; never reads beyond them.
template <class T>
HWY_INLINE V<T> load_some(const T* from, int64_t count) {
  const Tag<T> d;
#if HWY_TARGET <= HWY_AVX2
  return hn::MaskedLoad(hn::FirstN(d, static_cast<size_t>(count)), d, from);
#else
  HWY_ALIGN T some[HWY_LANES(T)] = {};
  for (int64_t i = 0; i < count; ++i) some[i] = from[i];
  return hn::Load(d, some);
#endif
}

// Stores the first `count` elements and touches no others.
template <class T>
HWY_INLINE void store_some(V<T> value, T* to, int64_t count) {
  const Tag<T> d;
#if HWY_TARGET <= HWY_AVX2
  hn::BlendedStore(value, hn::FirstN(d, static_cast<size_t>(count)), d, to);
#else
  HWY_ALIGN T some[HWY_LANES(T)];
  hn::Store(value, d, some);
  for (int64_t i = 0; i < count; ++i) to[i] = some[i];
#endif
}
template <class T>
HWY_INLINE void put(V<T> value, T* to, int64_t count, bool add) {
  const Tag<T> d;
  if (count >= lanes<T>()) {
    hn::StoreU(add ? hn::Add(value, hn::LoadU(d, to)) : value, d, to);
  } else if (count > 0) {
    store_some<T>(add ? hn::Add(value, load_some(to, count)) : value, to, count);
  }
}

// ---- packed panels ------------------------------------------------------------------------------

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

// Where a tile goes: its first element, and how many columns there are.
template <class T>
struct TileTarget {
  T* c;
  int64_t ldc;
  int64_t columns;
  bool add;
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
HWY_INLINE void start_columns(const Piece& piece, const Destination<T>& to) {
  if (to.bias == nullptr) return;
  for (int64_t i = piece.row_begin; i < piece.row_end; ++i) {
    std::copy(to.bias + piece.column_begin, to.bias + piece.column_end,
              to.c + i * to.ldc + piece.column_begin);
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

// ---- dot products
// ---------------------------------------------------------------------------------

template <class T>
struct DotTask {
  const T* a;  // first row of the block
  int64_t a_stride;
  const T* b;  // first column
  int64_t b_stride;
  int64_t depth;
};

#if HWY_TARGET != HWY_SCALAR
// Folds a vector onto its lowest 128 bits.
template <class D>
HWY_INLINE auto folded(D d, hn::Vec<D> v) {
  if constexpr (hn::MaxLanes(D()) * sizeof(hn::TFromD<D>) <= 16) {
    return v;
  } else {
    const hn::Half<D> half;
    return folded(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}
#endif

// to[j] = the sum of v[j]'s lanes. Four floats at once: a transposition beats four reductions.
template <int Count, class T>
HWY_INLINE void sum_lanes(const V<T>* v, T* HWY_RESTRICT to) {
  const Tag<T> d;
#if HWY_TARGET != HWY_SCALAR
  if constexpr (Count % 4 == 0 && sizeof(T) == 4) {
    const hn::CappedTag<T, 4> d4;
#pragma GCC unroll 2
    for (int j = 0; j < Count; j += 4) {
      const auto a = folded(d, v[j]);
      const auto b = folded(d, v[j + 1]);
      const auto c = folded(d, v[j + 2]);
      const auto e = folded(d, v[j + 3]);
      const auto ac = hn::Add(hn::InterleaveLower(d4, a, c), hn::InterleaveUpper(d4, a, c));
      const auto be = hn::Add(hn::InterleaveLower(d4, b, e), hn::InterleaveUpper(d4, b, e));
      hn::StoreU(hn::Add(hn::InterleaveLower(d4, ac, be), hn::InterleaveUpper(d4, ac, be)), d4,
                 to + j);
    }
    return;
  }
#endif
#pragma GCC unroll 8
  for (int j = 0; j < Count; ++j) to[j] = hn::GetLane(hn::SumOfLanes(d, v[j]));
}

// sums[i * Columns + j] = row i of a · column j of b.
template <int Rows, int Columns, class T>
HWY_INLINE void dot_block(const DotTask<T>& task, T* HWY_RESTRICT sums) {
  const Tag<T> d;
  constexpr int64_t kLanes = lanes<T>();
  V<T> acc[Rows][Columns];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < Columns; ++j) acc[i][j] = hn::Zero(d);
  }
  int64_t p = 0;
  for (; p + kLanes <= task.depth; p += kLanes) {
    V<T> y[Columns];
#pragma GCC unroll 8
    for (int j = 0; j < Columns; ++j) y[j] = hn::LoadU(d, task.b + j * task.b_stride + p);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const V<T> x = hn::LoadU(d, task.a + i * task.a_stride + p);
#pragma GCC unroll 8
      for (int j = 0; j < Columns; ++j) acc[i][j] = hn::MulAdd(x, y[j], acc[i][j]);
    }
  }
  if (p < task.depth) {
    V<T> y[Columns];
#pragma GCC unroll 8
    for (int j = 0; j < Columns; ++j) {
      y[j] = load_some(task.b + j * task.b_stride + p, task.depth - p);
    }
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const V<T> x = load_some(task.a + i * task.a_stride + p, task.depth - p);
#pragma GCC unroll 8
      for (int j = 0; j < Columns; ++j) acc[i][j] = hn::MulAdd(x, y[j], acc[i][j]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) sum_lanes<Columns, T>(acc[i], sums + i * Columns);
}

template <class T>
struct DotRange {
  const Matrix<T>& a;
  const Matrix<T>& b;
  const Piece& piece;
  const Destination<T>& to;
  int64_t first;  // of k
  int64_t depth;

  template <int Rows, int Columns>
  HWY_INLINE void block(int64_t row, int64_t column) const {
    T sums[Rows * Columns];
    dot_block<Rows, Columns>(
        DotTask<T>{a.data + row * a.row_stride + first, a.row_stride,
                   b.data + column * b.col_stride + first, b.col_stride, depth},
        sums);
    const bool add = first > 0 || to.accumulate;
    for (int i = 0; i < Rows; ++i) {
      T* out = to.c + (row + i) * to.ldc + column;
      for (int j = 0; j < Columns; ++j) {
        const T start = add ? out[j] : to.bias != nullptr ? to.bias[column + j] : T{0};
        out[j] = start + sums[i * Columns + j];
      }
    }
  }
  template <int Columns>
  HWY_INLINE void rows(int64_t column) const {
    int64_t i = piece.row_begin;
    for (; i + kMostDotRows <= piece.row_end; i += kMostDotRows) {
      block<kMostDotRows, Columns>(i, column);
    }
    if constexpr (kMostDotRows > 4) {
      for (; i + 4 <= piece.row_end; i += 4) block<4, Columns>(i, column);
    }
    for (; i + 2 <= piece.row_end; i += 2) block<2, Columns>(i, column);
    if (i < piece.row_end) block<1, Columns>(i, column);
  }
  HWY_INLINE void run() const {
    int64_t j = piece.column_begin;
    if (piece.row_end - piece.row_begin == 1) {
      for (; j + 8 <= piece.column_end; j += 8) block<1, 8>(piece.row_begin, j);
    }
    for (; j + 4 <= piece.column_end; j += 4) rows<4>(j);
    for (; j < piece.column_end; ++j) rows<1>(j);
  }
};

template <class T>
void dot_product_typed(const Matrix<T>& a, const Matrix<T>& b, int64_t k, const Piece& piece,
                       const Destination<T>& to) {
  for (int64_t first = 0; first < k; first += kDotDepth) {
    DotRange<T>{a, b, piece, to, first, std::min(kDotDepth, k - first)}.run();
  }
}

// ---- few rows over a row-major B ---------------------------------------------------------------

template <class T>
HWY_INLINE void start_rows(const Piece& piece, const Destination<T>& to) {
  start_columns(piece, to);
  if (to.accumulate || to.bias != nullptr) return;
  for (int64_t i = piece.row_begin; i < piece.row_end; ++i) {
    T* row = to.c + i * to.ldc;
    std::fill(row + piece.column_begin, row + piece.column_end, T{0});
  }
}

// Rows of c += `Depth` columns of a · as many rows of b, each read from end to end.
template <int Rows, int Depth, class T>
HWY_INLINE void stream_rows(const Matrix<T>& a, const T* b, int64_t b_stride, int64_t columns,
                            const TileTarget<T>& to) {
  const Tag<T> d;
  V<T> x[Rows][Depth];
#pragma GCC unroll 4
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int p = 0; p < Depth; ++p) {
      x[i][p] = hn::Set(d, a.data[i * a.row_stride + p * a.col_stride]);
    }
  }
  int64_t j = 0;
  for (; j + lanes<T>() <= columns; j += lanes<T>()) {
    V<T> sum[Rows];
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i) sum[i] = hn::LoadU(d, to.c + i * to.ldc + j);
#pragma GCC unroll 8
    for (int p = 0; p < Depth; ++p) {
      const V<T> y = hn::LoadU(d, b + p * b_stride + j);
#pragma GCC unroll 4
      for (int i = 0; i < Rows; ++i) sum[i] = hn::MulAdd(x[i][p], y, sum[i]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i) hn::StoreU(sum[i], d, to.c + i * to.ldc + j);
  }
  if (j == columns) return;
  for (int i = 0; i < Rows; ++i) {
    V<T> sum = load_some(to.c + i * to.ldc + j, columns - j);
    for (int p = 0; p < Depth; ++p) {
      sum = hn::MulAdd(x[i][p], load_some(b + p * b_stride + j, columns - j), sum);
    }
    store_some<T>(sum, to.c + i * to.ldc + j, columns - j);
  }
}

template <int Rows, class T>
HWY_INLINE void stream_tile(Matrix<T> a, const Matrix<T>& b, int64_t k, const TileTarget<T>& to) {
  constexpr int kStep = Rows == 1 ? 8 : 4;
  const T* row = b.data;
  for (; k >= kStep; k -= kStep) {
    stream_rows<Rows, kStep>(a, row, b.row_stride, to.columns, to);
    a.data += kStep * a.col_stride;
    row += kStep * b.row_stride;
  }
  for (; k > 0; --k) {
    stream_rows<Rows, 1>(a, row, b.row_stride, to.columns, to);
    a.data += a.col_stride;
    row += b.row_stride;
  }
}

template <class T>
void stream_product_typed(const Matrix<T>& a, const Matrix<T>& b, int64_t k, const Piece& piece,
                          const Destination<T>& to) {
  start_rows(piece, to);
  const Matrix<T> columns{b.data + piece.column_begin, b.row_stride, 1};
  for (int64_t i = piece.row_begin; i < piece.row_end;) {
    const Matrix<T> rows{a.data + i * a.row_stride, a.row_stride, a.col_stride};
    const TileTarget<T> target{to.c + i * to.ldc + piece.column_begin, to.ldc,
                               piece.column_end - piece.column_begin, true};
    const int64_t left = piece.row_end - i;
    if (kMostRows > 8 && left >= 4) {
      stream_tile<4>(rows, columns, k, target);
      i += 4;
    } else if (left >= 2) {
      stream_tile<2>(rows, columns, k, target);
      i += 2;
    } else {
      stream_tile<1>(rows, columns, k, target);
      i += 1;
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
void dot_f32(const Matrix<float>& a, const Matrix<float>& b, int64_t k, const Piece& piece,
             const Destination<float>& to) {
  dot_product_typed(a, b, k, piece, to);
}
void dot_f64(const Matrix<double>& a, const Matrix<double>& b, int64_t k, const Piece& piece,
             const Destination<double>& to) {
  dot_product_typed(a, b, k, piece, to);
}
void stream_f32(const Matrix<float>& a, const Matrix<float>& b, int64_t k, const Piece& piece,
                const Destination<float>& to) {
  stream_product_typed(a, b, k, piece, to);
}
void stream_f64(const Matrix<double>& a, const Matrix<double>& b, int64_t k, const Piece& piece,
                const Destination<double>& to) {
  stream_product_typed(a, b, k, piece, to);
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
HWY_EXPORT(dot_f32);
HWY_EXPORT(dot_f64);
HWY_EXPORT(stream_f32);
HWY_EXPORT(stream_f64);

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
template <>
void dot_product(const Matrix<float>& a, const Matrix<float>& b, int64_t k, const Piece& piece,
                 const Destination<float>& to) noexcept {
  HWY_DYNAMIC_DISPATCH(dot_f32)(a, b, k, piece, to);
}
template <>
void dot_product(const Matrix<double>& a, const Matrix<double>& b, int64_t k, const Piece& piece,
                 const Destination<double>& to) noexcept {
  HWY_DYNAMIC_DISPATCH(dot_f64)(a, b, k, piece, to);
}
template <>
void stream_product(const Matrix<float>& a, const Matrix<float>& b, int64_t k, const Piece& piece,
                    const Destination<float>& to) noexcept {
  HWY_DYNAMIC_DISPATCH(stream_f32)(a, b, k, piece, to);
}
template <>
void stream_product(const Matrix<double>& a, const Matrix<double>& b, int64_t k, const Piece& piece,
                    const Destination<double>& to) noexcept {
  HWY_DYNAMIC_DISPATCH(stream_f64)(a, b, k, piece, to);
}

}  // namespace duramen::kernels
#endif
