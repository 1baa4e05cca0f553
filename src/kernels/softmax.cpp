#include "kernels/softmax.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/softmax.cpp"
// Must come before highway.h.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/math-inl.hpp"
#include "kernels/rows-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

constexpr int64_t kTile = 256;  // columns side by side whose state lies on the stack

template <class T>
constexpr T kLowest = -std::numeric_limits<T>::infinity();

// ---- Rows: inner is 1

// NaN when one is there.
template <class T>
HWY_INLINE T row_max(const T* x, int64_t cols) {
  const hn::ScalableTag<T> d;
  auto best = hn::Set(d, kLowest<T>);
  auto odd = hn::Zero(d);
  for_row<T>(cols, [&](auto tag, int64_t i, int64_t count) HWY_ATTR {
    const auto value = load_or(tag, x + i, count, kLowest<T>);
    best = hn::Max(best, value);
    odd = hn::IfThenElse(hn::IsNaN(value), value, odd);
  });
  const T nan = hn::GetLane(hn::SumOfLanes(d, odd));
  return nan != nan ? nan : hn::GetLane(hn::MaxOfLanes(d, best));
}

template <class T>
HWY_INLINE void forward_row(const SoftmaxJob<T>& job, int64_t row) {
  const T* x = job.in + row * job.cols;
  T* y = job.out + row * job.cols;
  const T largest = row_max(x, job.cols);
  const bool plain = job.kind == Softmax::plain;
  const double sum = row_sum<T>(job.cols, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    const auto off = hn::Sub(load_or(d, x + i, count, kLowest<T>), hn::Set(d, largest));
    const auto value = exp_of_negative(d, off);
    if (plain) store_some(d, value, y + i, count);
    return value;
  });
  const T scale = static_cast<T>(1 / sum);
  const T rest = static_cast<T>(std::log(sum));
  for_row<T>(job.cols, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    if (plain) {
      return store_some(d, hn::Mul(load_or(d, y + i, count, T(0)), hn::Set(d, scale)), y + i,
                        count);
    }
    const auto off = hn::Sub(load_or(d, x + i, count, T(0)), hn::Set(d, largest));
    store_some(d, hn::Sub(off, hn::Set(d, rest)), y + i, count);
  });
}

// plain: dx = y (dy - Σ dy y); logarithm: dx = dy - exp(y) Σ dy.
template <class T>
HWY_INLINE void backward_row(const SoftmaxJob<T>& job, int64_t row) {
  const T* y = job.in + row * job.cols;
  const T* dy = job.dy + row * job.cols;
  T* dx = job.out + row * job.cols;
  const bool plain = job.kind == Softmax::plain;
  const double sum = row_dot<T>(dy, plain ? y : nullptr, job.cols);
  const T total = static_cast<T>(sum);
  const T rest = std::isfinite(total) ? static_cast<T>(sum - total) : T(0);
  for_row<T>(job.cols, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    const auto g = load_or(d, dy + i, count, T(0));
    const auto out = load_or(d, y + i, count, T(0));
    const auto all = hn::Set(d, total);
    const auto value = plain ? hn::Mul(out, hn::Sub(hn::Sub(g, all), hn::Set(d, rest)))
                             : hn::NegMulAdd(exp_of_negative(d, out), all, g);
    store_some(d, value, dx + i, count);
  });
}

// ---- Tiles: up to kTile columns side by side, swept row by row

template <class T>
struct Tile {
  int64_t cols;
  int64_t step;  // from one row to the next
  int64_t width;
};

// One number a column, and whole vectors behind the last.
template <class T>
struct Columns {
  static constexpr size_t kMost = kTile + HWY_MAX_BYTES / sizeof(T);
  HWY_ALIGN T at[kMost];
  explicit Columns(T value) { std::fill_n(at, kMost, value); }
};

// sums[i] = Σ term(d, offset, i, count) over the rows of a tile, in blocks of kTermsInType rows.
template <class T, class Term>
HWY_INLINE void tile_sums(const Tile<T>& tile, Columns<T>& sums, const Term& term) {
  for (int64_t begin = 0; begin < tile.cols; begin += kTermsInType) {
    Columns<T> block(0);
    const int64_t end = HWY_MIN(tile.cols, begin + kTermsInType);
    for (int64_t c = begin; c < end; ++c) {
      for_row<T>(tile.width, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
        const auto value = term(d, c * tile.step + i, i, count);
        hn::Store(hn::Add(hn::Load(d, block.at + i), value), d, block.at + i);
      });
    }
    for (int64_t i = 0; i < tile.width; ++i) sums.at[i] += block.at[i];
  }
}

// largest[i] = the largest of each column, NaN when one is there.
template <class T>
HWY_INLINE void tile_max(const Tile<T>& tile, const T* x, Columns<T>& largest) {
  for (int64_t c = 0; c < tile.cols; ++c) {
    for_row<T>(tile.width, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
      const auto value = load_or(d, x + c * tile.step + i, count, kLowest<T>);
      const auto best = hn::Load(d, largest.at + i);
      const auto takes = hn::Or(hn::Gt(value, best), hn::IsNaN(value));
      hn::StoreU(hn::IfThenElse(hn::AndNot(hn::IsNaN(best), takes), value, best), d,
                 largest.at + i);
    });
  }
}

template <class T>
HWY_INLINE void forward_tile(const SoftmaxJob<T>& job, const Tile<T>& tile, int64_t at) {
  Columns<T> largest(kLowest<T>);
  Columns<T> sums(0);
  const T* x = job.in + at;
  T* y = job.out + at;
  const bool plain = job.kind == Softmax::plain;
  tile_max(tile, x, largest);
  tile_sums(tile, sums, [&](auto d, int64_t offset, int64_t i, int64_t count) HWY_ATTR {
    const auto off = hn::Sub(load_or(d, x + offset, count, T(0)), hn::Load(d, largest.at + i));
    const auto value = exp_of_negative(d, off);
    if (plain) store_some(d, value, y + offset, count);
    return value;
  });
  for (int64_t i = 0; i < tile.width; ++i) {
    sums.at[i] = plain ? 1 / sums.at[i] : std::log(sums.at[i]);
  }
  for (int64_t c = 0; c < tile.cols; ++c) {
    for_row<T>(tile.width, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
      const int64_t offset = c * tile.step + i;
      const auto last = hn::Load(d, sums.at + i);
      if (plain) {
        const auto value = load_or(d, y + offset, count, T(0));
        return store_some(d, hn::Mul(value, last), y + offset, count);
      }
      const auto off = hn::Sub(load_or(d, x + offset, count, T(0)), hn::Load(d, largest.at + i));
      store_some(d, hn::Sub(off, last), y + offset, count);
    });
  }
}

template <class T>
HWY_INLINE void backward_tile(const SoftmaxJob<T>& job, const Tile<T>& tile, int64_t at) {
  Columns<T> sums(0);
  const T* y = job.in + at;
  const T* dy = job.dy + at;
  T* dx = job.out + at;
  const bool plain = job.kind == Softmax::plain;
  tile_sums(tile, sums, [&](auto d, int64_t offset, int64_t, int64_t count) HWY_ATTR {
    const auto g = load_or(d, dy + offset, count, T(0));
    return plain ? hn::Mul(g, load_or(d, y + offset, count, T(0))) : g;
  });
  for (int64_t c = 0; c < tile.cols; ++c) {
    for_row<T>(tile.width, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
      const int64_t offset = c * tile.step + i;
      const auto g = load_or(d, dy + offset, count, T(0));
      const auto out = load_or(d, y + offset, count, T(0));
      const auto all = hn::Load(d, sums.at + i);
      const auto value =
          plain ? hn::Mul(out, hn::Sub(g, all)) : hn::NegMulAdd(exp_of_negative(d, out), all, g);
      store_some(d, value, dx + offset, count);
    });
  }
}

// ---- Units of work: rows, or tiles

template <class T, bool forward>
HWY_INLINE void run_units(const SoftmaxJob<T>& job, int64_t begin, int64_t end) {
  const int64_t tiles = (job.inner + kTile - 1) / kTile;
  for (int64_t unit = begin; unit < end; ++unit) {
    if (job.inner == 1) {
      forward ? forward_row(job, unit) : backward_row(job, unit);
      continue;
    }
    const int64_t start = unit % tiles * kTile;
    const Tile<T> tile{job.cols, job.inner, HWY_MIN(kTile, job.inner - start)};
    const int64_t at = unit / tiles * job.cols * job.inner + start;
    forward ? forward_tile(job, tile, at) : backward_tile(job, tile, at);
  }
}

void forward_f32(const SoftmaxJob<float>& job, int64_t begin, int64_t end) {
  run_units<float, true>(job, begin, end);
}
void forward_f64(const SoftmaxJob<double>& job, int64_t begin, int64_t end) {
  run_units<double, true>(job, begin, end);
}
void backward_f32(const SoftmaxJob<float>& job, int64_t begin, int64_t end) {
  run_units<float, false>(job, begin, end);
}
void backward_f64(const SoftmaxJob<double>& job, int64_t begin, int64_t end) {
  run_units<double, false>(job, begin, end);
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {
namespace {

constexpr int64_t kTileColumns = 256;

// Calls body(begin, end) for runs of units that depend on the shape only.
template <class T, class Body>
void for_units(ThreadPool& pool, const SoftmaxJob<T>& job, const Body& body) {
  constexpr int64_t kGrain = int64_t{1} << 14;
  const int64_t units = job.outer * ((job.inner + kTileColumns - 1) / kTileColumns);
  if (job.outer * job.cols * job.inner < 2 * kGrain) return body(0, units);
  const int64_t unit = job.cols * std::min(job.inner, kTileColumns);
  pool.parallel_for(units, std::max<int64_t>(1, kGrain / std::max<int64_t>(1, unit)), body);
}

}  // namespace

HWY_EXPORT(forward_f32);
HWY_EXPORT(forward_f64);
HWY_EXPORT(backward_f32);
HWY_EXPORT(backward_f64);

void softmax(ThreadPool& pool, const SoftmaxJob<float>& job) {
  for_units(pool, job, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(forward_f32)(job, begin, end);
  });
}
void softmax(ThreadPool& pool, const SoftmaxJob<double>& job) {
  for_units(pool, job, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(forward_f64)(job, begin, end);
  });
}
void softmax_backward(ThreadPool& pool, const SoftmaxJob<float>& job) {
  for_units(pool, job, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(backward_f32)(job, begin, end);
  });
}
void softmax_backward(ThreadPool& pool, const SoftmaxJob<double>& job) {
  for_units(pool, job, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(backward_f64)(job, begin, end);
  });
}

}  // namespace duramen::kernels
#endif
