#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm_rows.cpp"
// Accumulators live in arrays, which vectors of unknown length cannot.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>  // IWYU pragma: keep

#include "kernels/gemm_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

constexpr int kMostDotRows = kManyRegisters ? 6 : 3;
constexpr int64_t kDotDepth = 2048;  // of a row that a block of dot products goes through

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
HWY_INLINE auto folded(D /*d*/, hn::Vec<D> v) {
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
    if (kManyRegisters && left >= 4) {
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

HWY_EXPORT(dot_f32);
HWY_EXPORT(dot_f64);
HWY_EXPORT(stream_f32);
HWY_EXPORT(stream_f64);

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
