#include "kernels/pooling.hpp"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pooling.cpp"
// Must come before highway.h.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// ---- maxima ------------------------------------------------------------------------------------

template <class T>
constexpr T lowest() {
  using Limits = std::numeric_limits<T>;
  return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
}

// The part of a dimension that window i covers: first, first + dilation, … below end.
struct Window {
  int64_t first;
  int64_t end;
};
HWY_INLINE Window window_of(int64_t i, int64_t in, int64_t kernel, int64_t stride, int64_t padding,
                            int64_t dilation) {
  const int64_t start = i * stride - padding;
  const int64_t end = HWY_MIN(in, start + (kernel - 1) * dilation + 1);
  const int64_t outside = start < 0 ? (-start + dilation - 1) / dilation : 0;
  return {start + outside * dilation, end};
}

template <class T>
struct MaxRow {
  const MaxPoolShape& shape;
  const T* x;      // the plane
  int64_t behind;  // elements from its start to the end of all planes
  Window rows;
  T* y;
  int64_t* indices;  // may be null

  HWY_INLINE void one(int64_t col) const {
    const Window columns = window_of(col, shape.in.w, shape.kernel.w, shape.stride.w,
                                     shape.padding.w, shape.dilation.w);
    T best = lowest<T>();
    int64_t at = rows.first * shape.in.w + columns.first;
    for (int64_t i = rows.first; i < rows.end; i += shape.dilation.h) {
      for (int64_t j = columns.first; j < columns.end; j += shape.dilation.w) {
        const T value = x[i * shape.in.w + j];
        if (value > best || value != value) {
          best = value;
          at = i * shape.in.w + j;
        }
      }
    }
    y[col] = best;
    if (indices) indices[col] = at;
  }

  // Elements 0, stride, … from `from` on.
  template <class D>
  HWY_INLINE hn::Vec<D> load(D d, const T* from) const {
    if (shape.stride.w == 1) return hn::LoadU(d, from);
    if (shape.stride.w == 2) {
      hn::Vec<D> even, odd;
      hn::LoadInterleaved2(d, from, even, odd);
      return even;
    }
    const hn::RebindToSigned<D> di;
    using Index = hn::TFromD<decltype(di)>;
    return hn::GatherIndex(
        d, from, hn::Mul(hn::Iota(di, 0), hn::Set(di, static_cast<Index>(shape.stride.w))));
  }

  // Windows [col, col + lanes), all inside the plane from left to right.
  template <class D>
  HWY_INLINE void some(D d, int64_t col) const {
    const hn::RebindToSigned<D> di;
    using Index = hn::TFromD<decltype(di)>;
    const int64_t start = col * shape.stride.w - shape.padding.w;
    auto best = hn::Set(d, lowest<T>());
    auto at = hn::Set(di, static_cast<Index>(rows.first * shape.in.w));
    for (int64_t i = rows.first; i < rows.end; i += shape.dilation.h) {
      for (int64_t j = 0; j < shape.kernel.w; ++j) {
        const int64_t tap = i * shape.in.w + j * shape.dilation.w;
        const auto value = load(d, x + tap + start);
        const auto wins = hn::Or(hn::Gt(value, best), hn::IsNaN(value));
        best = hn::IfThenElse(wins, value, best);
        if (indices) {
          at = hn::IfThenElse(hn::RebindMask(di, wins), hn::Set(di, static_cast<Index>(tap)), at);
        }
      }
    }
    hn::StoreU(best, d, y + col);
    if (!indices) return;
    HWY_ALIGN Index lanes[hn::MaxLanes(di)];
    hn::Store(at, di, lanes);
    for (size_t l = 0; l < hn::Lanes(d); ++l) {
      const auto lane = static_cast<int64_t>(l);
      indices[col + lane] = lanes[l] + start + lane * shape.stride.w;
    }
  }

  // As many windows of [col, end) as vectors cover, the last of them twice if need be; the next.
  template <class D>
  HWY_INLINE int64_t vectors(D d, int64_t col, int64_t end) const {
    const auto lanes = static_cast<int64_t>(hn::Lanes(d));
    if (end - col < lanes) return col;
    const int64_t reach = (shape.kernel.w - 1) * shape.dilation.w + lanes * shape.stride.w;
    while (col < end) {
      const int64_t at = HWY_MIN(col, end - lanes);
      const int64_t start = at * shape.stride.w - shape.padding.w;
      if ((rows.end - 1) * shape.in.w + start + reach > behind) return col;
      some(d, at);
      col = at + lanes;
    }
    return col;
  }

  HWY_INLINE void run() const {
    int64_t col = 0;
    if constexpr (std::is_floating_point_v<T>) {
      // All of a window is inside from `first` on, and still at `last`.
      const int64_t first = (shape.padding.w + shape.stride.w - 1) / shape.stride.w;
      const int64_t room = shape.in.w + shape.padding.w - (shape.kernel.w - 1) * shape.dilation.w;
      const int64_t end = HWY_MIN(shape.out.w, room <= 0 ? 0 : (room - 1) / shape.stride.w + 1);
      constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
      const bool is_small = shape.in.h * shape.in.w <= kMost && shape.stride.w <= 4096;
      if (end - first >= 4 && is_small && rows.first < shape.in.h) {
        for (; col < first; ++col) one(col);
        col = vectors(hn::ScalableTag<T>(), col, end);
        col = vectors(hn::CappedTag<T, 4>(), col, end);
      }
    }
    for (; col < shape.out.w; ++col) one(col);
  }
};

template <class T>
HWY_INLINE void max_planes(const MaxPoolShape& shape, const T* x, T* y, int64_t* indices,
                           int64_t begin, int64_t end) {
  const int64_t in = shape.in.h * shape.in.w;
  for (int64_t plane = begin; plane < end; ++plane) {
    for (int64_t row = 0; row < shape.out.h; ++row) {
      const int64_t to = (plane * shape.out.h + row) * shape.out.w;
      const Window rows = window_of(row, shape.in.h, shape.kernel.h, shape.stride.h,
                                    shape.padding.h, shape.dilation.h);
      MaxRow<T>{shape, x + plane * in, (shape.planes - plane) * in,
                rows,  y + to,         indices ? indices + to : nullptr}
          .run();
    }
  }
}

// ---- averages ----------------------------------------------------------------------------------

constexpr int64_t kStrip = 512;  // columns that are summed at a time

struct Share {
  int64_t begin;
  int64_t end;
};
HWY_INLINE Share share_of(int64_t i, int64_t in, int64_t out) {
  // Without a product that could overflow: i·in/out in two parts.
  const int64_t begin = i * (in / out) + i * (in % out) / out;
  const int64_t end = (i + 1) * (in / out) + ((i + 1) * (in % out) + out - 1) / out;
  return {begin, end};
}

template <class T>
HWY_INLINE void average_row(const T* x, const Extent& in, const Share& rows, int64_t out, T* y) {
  HWY_ALIGN T sums[kStrip];
  std::fill_n(y, out, T(0));
  int64_t next = 0;  // the first window that may not be complete
  for (int64_t left = 0; left < in.w; left += kStrip) {
    const int64_t width = HWY_MIN(kStrip, in.w - left);
    std::copy_n(x + rows.begin * in.w + left, width, sums);
    for (int64_t row = rows.begin + 1; row < rows.end; ++row) {
      const T* from = x + row * in.w + left;
      for (int64_t i = 0; i < width; ++i) sums[i] += from[i];
    }
    for (int64_t col = next; col < out; ++col) {
      const Share columns = share_of(col, in.w, out);
      if (columns.begin >= left + width) break;
      if (columns.end <= left + width) next = col + 1;
      T sum = 0;
      const int64_t end = HWY_MIN(columns.end, left + width);
      for (int64_t j = HWY_MAX(columns.begin, left); j < end; ++j) sum += sums[j - left];
      y[col] += sum;
    }
  }
  for (int64_t col = 0; col < out; ++col) {
    const Share columns = share_of(col, in.w, out);
    y[col] /= static_cast<T>((rows.end - rows.begin) * (columns.end - columns.begin));
  }
}

// Adds the share of one row of dy to the rows of dx.
template <class T>
HWY_INLINE void spread_row(const T* dy, const Extent& in, const Share& rows, int64_t out, T* dx) {
  HWY_ALIGN T sums[kStrip];
  int64_t next = 0;
  for (int64_t left = 0; left < in.w; left += kStrip) {
    const int64_t width = HWY_MIN(kStrip, in.w - left);
    std::fill_n(sums, width, T(0));
    for (int64_t col = next; col < out; ++col) {
      const Share columns = share_of(col, in.w, out);
      if (columns.begin >= left + width) break;
      if (columns.end <= left + width) next = col + 1;
      const auto count = static_cast<T>((rows.end - rows.begin) * (columns.end - columns.begin));
      const T part = dy[col] / count;
      const int64_t end = HWY_MIN(columns.end, left + width);
      for (int64_t j = HWY_MAX(columns.begin, left); j < end; ++j) sums[j - left] += part;
    }
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      T* to = dx + row * in.w + left;
      for (int64_t i = 0; i < width; ++i) to[i] += sums[i];
    }
  }
}

template <class T>
HWY_INLINE void average_planes(const PoolPlanes& shape, const T* x, T* y, int64_t begin,
                               int64_t end) {
  for (int64_t plane = begin; plane < end; ++plane) {
    for (int64_t row = 0; row < shape.out.h; ++row) {
      average_row(x + plane * shape.in.h * shape.in.w, shape.in,
                  share_of(row, shape.in.h, shape.out.h), shape.out.w,
                  y + (plane * shape.out.h + row) * shape.out.w);
    }
  }
}

template <class T>
HWY_INLINE void spread_planes(const PoolPlanes& shape, const T* dy, T* dx, int64_t begin,
                              int64_t end) {
  for (int64_t plane = begin; plane < end; ++plane) {
    T* to = dx + plane * shape.in.h * shape.in.w;
    std::fill_n(to, shape.in.h * shape.in.w, T(0));
    for (int64_t row = 0; row < shape.out.h; ++row) {
      spread_row(dy + (plane * shape.out.h + row) * shape.out.w, shape.in,
                 share_of(row, shape.in.h, shape.out.h), shape.out.w, to);
    }
  }
}

void max_f32(const MaxPoolShape& shape, const float* x, float* y, int64_t* indices, int64_t begin,
             int64_t end) {
  max_planes(shape, x, y, indices, begin, end);
}
void max_f64(const MaxPoolShape& shape, const double* x, double* y, int64_t* indices, int64_t begin,
             int64_t end) {
  max_planes(shape, x, y, indices, begin, end);
}
void max_i64(const MaxPoolShape& shape, const int64_t* x, int64_t* y, int64_t* indices,
             int64_t begin, int64_t end) {
  max_planes(shape, x, y, indices, begin, end);
}
void average_f32(const PoolPlanes& shape, const float* x, float* y, int64_t begin, int64_t end) {
  average_planes(shape, x, y, begin, end);
}
void average_f64(const PoolPlanes& shape, const double* x, double* y, int64_t begin, int64_t end) {
  average_planes(shape, x, y, begin, end);
}
void spread_f32(const PoolPlanes& shape, const float* dy, float* dx, int64_t begin, int64_t end) {
  spread_planes(shape, dy, dx, begin, end);
}
void spread_f64(const PoolPlanes& shape, const double* dy, double* dx, int64_t begin, int64_t end) {
  spread_planes(shape, dy, dx, begin, end);
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {
namespace {

constexpr int64_t kGrainWork = int64_t{1} << 14;  // elements that one piece reads

// Calls body(begin, end) for runs of planes that depend on the shape only.
template <class Body>
void for_planes(ThreadPool& pool, int64_t planes, int64_t work, const Body& body) {
  if (planes == 0) return;
  if (static_cast<double>(planes) * static_cast<double>(work) < 4.0 * kGrainWork) {
    return body(0, planes);
  }
  pool.parallel_for(planes, std::max<int64_t>(1, kGrainWork / std::max<int64_t>(1, work)), body);
}

int64_t work_of(const PoolPlanes& shape) {
  return std::max(shape.in.h * shape.in.w, shape.out.h * shape.out.w);
}

}  // namespace

HWY_EXPORT(max_f32);
HWY_EXPORT(max_f64);
HWY_EXPORT(max_i64);
HWY_EXPORT(average_f32);
HWY_EXPORT(average_f64);
HWY_EXPORT(spread_f32);
HWY_EXPORT(spread_f64);

template <class T>
void max_pool(ThreadPool& pool, const MaxPoolShape& shape, const T* x, T* y, int64_t* indices) {
  const int64_t work = shape.out.h * shape.out.w * std::min(shape.kernel.h, shape.in.h) *
                       std::min(shape.kernel.w, shape.in.w);
  for_planes(pool, shape.planes, work, [&](int64_t begin, int64_t end) {
    if constexpr (std::is_same_v<T, float>) {
      HWY_DYNAMIC_DISPATCH(max_f32)(shape, x, y, indices, begin, end);
    } else if constexpr (std::is_same_v<T, double>) {
      HWY_DYNAMIC_DISPATCH(max_f64)(shape, x, y, indices, begin, end);
    } else {
      HWY_DYNAMIC_DISPATCH(max_i64)(shape, x, y, indices, begin, end);
    }
  });
}
template void max_pool<float>(ThreadPool&, const MaxPoolShape&, const float*, float*, int64_t*);
template void max_pool<double>(ThreadPool&, const MaxPoolShape&, const double*, double*, int64_t*);
template void max_pool<int64_t>(ThreadPool&, const MaxPoolShape&, const int64_t*, int64_t*,
                                int64_t*);

template <class T>
void max_pool_backward(ThreadPool& pool, const PoolPlanes& shape, const T* dy,
                       const int64_t* indices, T* dx) {
  const int64_t in = shape.in.h * shape.in.w;
  const int64_t out = shape.out.h * shape.out.w;
  for_planes(pool, shape.planes, work_of(shape), [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      T* to = dx + plane * in;
      std::fill_n(to, in, T(0));
      for (int64_t i = plane * out; i < (plane + 1) * out; ++i) {
        if (indices[i] < in) to[indices[i]] += dy[i];
      }
    }
  });
}
template void max_pool_backward<float>(ThreadPool&, const PoolPlanes&, const float*, const int64_t*,
                                       float*);
template void max_pool_backward<double>(ThreadPool&, const PoolPlanes&, const double*,
                                        const int64_t*, double*);

template <class T>
void adaptive_average(ThreadPool& pool, const PoolPlanes& shape, const T* x, T* y) {
  for_planes(pool, shape.planes, work_of(shape), [&](int64_t begin, int64_t end) {
    if constexpr (std::is_same_v<T, float>) {
      HWY_DYNAMIC_DISPATCH(average_f32)(shape, x, y, begin, end);
    } else {
      HWY_DYNAMIC_DISPATCH(average_f64)(shape, x, y, begin, end);
    }
  });
}
template void adaptive_average<float>(ThreadPool&, const PoolPlanes&, const float*, float*);
template void adaptive_average<double>(ThreadPool&, const PoolPlanes&, const double*, double*);

template <class T>
void adaptive_average_backward(ThreadPool& pool, const PoolPlanes& shape, const T* dy, T* dx) {
  for_planes(pool, shape.planes, work_of(shape), [&](int64_t begin, int64_t end) {
    if constexpr (std::is_same_v<T, float>) {
      HWY_DYNAMIC_DISPATCH(spread_f32)(shape, dy, dx, begin, end);
    } else {
      HWY_DYNAMIC_DISPATCH(spread_f64)(shape, dy, dx, begin, end);
    }
  });
}
template void adaptive_average_backward<float>(ThreadPool&, const PoolPlanes&, const float*,
                                               float*);
template void adaptive_average_backward<double>(ThreadPool&, const PoolPlanes&, const double*,
                                                double*);

}  // namespace duramen::kernels
#endif
