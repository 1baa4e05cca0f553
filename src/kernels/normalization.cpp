#include "kernels/normalization.hpp"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/normalization.cpp"
// Must come before highway.h.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int64_t kBlock = 2048;  // elements whose sums stay in T
constexpr int64_t kTile = 64;     // channels that go together when they lie side by side
constexpr int64_t kRows = 32;     // rows of a tile whose sums stay in T

struct Sums {
  double first = 0;
  double second = 0;
};

// Adds up op(d, i) = {first, second} over a plane of `count` elements.
template <class T, class Op, class ScalarOp>
HWY_INLINE Sums plane_sums(int64_t count, const Op& op, const ScalarOp& scalar_op) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  Sums total;
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int64_t end = HWY_MIN(count, begin + kBlock);
    auto a0 = hn::Zero(d);
    auto a1 = a0;
    auto b0 = a0;
    auto b1 = a0;
    int64_t i = begin;
    for (; i + 2 * lanes <= end; i += 2 * lanes) {
      op(d, i, a0, b0);
      op(d, i + lanes, a1, b1);
    }
    for (; i + lanes <= end; i += lanes) op(d, i, a0, b0);
    if (end - begin >= lanes) {
      total.first += hn::GetLane(hn::SumOfLanes(d, hn::Add(a0, a1)));
      total.second += hn::GetLane(hn::SumOfLanes(d, hn::Add(b0, b1)));
    }
    for (; i < end; ++i) scalar_op(i, total);
  }
  return total;
}

using Doubles = hn::ScalableTag<double>;

HWY_INLINE hn::Vec<Doubles> load_doubles(const float* from) {
  return hn::PromoteTo(Doubles(), hn::LoadU(hn::Rebind<float, Doubles>(), from));
}
HWY_INLINE hn::Vec<Doubles> load_doubles(const double* from) { return hn::LoadU(Doubles(), from); }

// In double throughout, as PyTorch: a mean near zero has no digits to lose.
template <class T>
HWY_INLINE double plane_sum(const T* x, int64_t count) {
  const Doubles d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  auto a = hn::Zero(d), b = a, c = a, e = a;
  int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    a = hn::Add(a, load_doubles(x + i));
    b = hn::Add(b, load_doubles(x + i + lanes));
    c = hn::Add(c, load_doubles(x + i + 2 * lanes));
    e = hn::Add(e, load_doubles(x + i + 3 * lanes));
  }
  double sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(a, b), hn::Add(c, e))));
  for (; i < count; ++i) sum += x[i];
  return sum;
}

// Σ (x - middle) and Σ (x - middle)².
template <class T>
HWY_INLINE Sums plane_moments(const T* x, int64_t count, T middle) {
  return plane_sums<T>(
      count,
      [x, middle](auto d, int64_t i, auto& a, auto& b) HWY_ATTR {
        const auto off = hn::Sub(hn::LoadU(d, x + i), hn::Set(d, middle));
        a = hn::Add(a, off);
        b = hn::MulAdd(off, off, b);
      },
      [x, middle](int64_t i, Sums& sums) {
        const double off = x[i] - middle;
        sums.first += off;
        sums.second += off * off;
      });
}

// Σ dy and Σ dy (x - middle).
template <class T>
HWY_INLINE Sums plane_gradient_sums(const T* x, const T* dy, int64_t count, T middle) {
  return plane_sums<T>(
      count,
      [x, dy, middle](auto d, int64_t i, auto& a, auto& b) HWY_ATTR {
        const auto off = hn::Sub(hn::LoadU(d, x + i), hn::Set(d, middle));
        const auto g = hn::LoadU(d, dy + i);
        a = hn::Add(a, g);
        b = hn::MulAdd(off, g, b);
      },
      [x, dy, middle](int64_t i, Sums& sums) {
        sums.first += dy[i];
        sums.second += static_cast<double>(dy[i]) * (x[i] - middle);
      });
}

// out = (x - middle) · scale + shift + dy · gain; dy may be null.
template <class T>
struct Affine {
  T middle, scale, shift, gain;
};
template <class T>
HWY_INLINE void plane_affine(const T* x, const T* dy, T* out, int64_t count, const Affine<T>& f) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto middle = hn::Set(d, f.middle);
  const auto scale = hn::Set(d, f.scale);
  const auto shift = hn::Set(d, f.shift);
  const auto gain = hn::Set(d, f.gain);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    auto value = hn::MulAdd(hn::Sub(hn::LoadU(d, x + i), middle), scale, shift);
    if (dy) value = hn::MulAdd(hn::LoadU(d, dy + i), gain, value);
    hn::StoreU(value, d, out + i);
  }
  for (; i < count; ++i) {
    out[i] = (x[i] - f.middle) * f.scale + f.shift + (dy ? dy[i] * f.gain : T(0));
  }
}

// The variance of a channel from the moments about a value near its mean.
template <class T>
HWY_INLINE void settle(const BatchNormForward<T>& job, int64_t c, double mean,
                       const Sums& moments) {
  const auto count = static_cast<double>(job.shape.count());
  job.mean[c] = mean;
  const double variance = (moments.second - moments.first * moments.first / count) / count;
  job.variance[c] = variance < 0 ? 0 : variance;  // NaN stays
}
template <class T>
HWY_INLINE Affine<T> forward_affine(const BatchNormForward<T>& job, int64_t c) {
  job.inverse_std[c] = 1 / std::sqrt(job.variance[c] + job.eps);
  const T middle = static_cast<T>(job.mean[c]);
  const double scale = job.inverse_std[c] * (job.weight ? job.weight[c] : 1);
  const double shift = (job.bias ? job.bias[c] : 0) - (job.mean[c] - middle) * scale;
  return {middle, static_cast<T>(scale), static_cast<T>(shift), 0};
}
// dx from Σ dy and Σ dy (x - middle); writes the gradients of weight and bias.
template <class T>
HWY_INLINE Affine<T> backward_affine(const BatchNormBackward<T>& job, int64_t c, const Sums& sums) {
  const T middle = static_cast<T>(job.mean[c]);
  const double rest = job.mean[c] - middle;
  const double about_mean = sums.second - rest * sums.first;
  const double inverse = job.inverse_std[c];
  if (job.dweight) job.dweight[c] = static_cast<T>(about_mean * inverse);
  if (job.dbias) job.dbias[c] = static_cast<T>(sums.first);
  const double gain = inverse * (job.weight ? job.weight[c] : 1);
  if (!job.batch_statistics) return {middle, 0, 0, static_cast<T>(gain)};
  const auto count = static_cast<double>(job.shape.count());
  const double scale = -gain * inverse * inverse * about_mean / count;
  const double shift = -gain * sums.first / count - scale * rest;
  return {middle, static_cast<T>(scale), static_cast<T>(shift), static_cast<T>(gain)};
}

template <class T>
HWY_INLINE void forward_channel(const BatchNormForward<T>& job, int64_t c) {
  const ChannelShape& s = job.shape;
  const int64_t stride = s.channels * s.length;
  const T* x = job.x + c * s.length;
  if (job.batch_statistics) {
    double sum = 0;
    for (int64_t n = 0; n < s.batch; ++n) sum += plane_sum(x + n * stride, s.length);
    const double mean = sum / static_cast<double>(s.count());
    const T middle = static_cast<T>(mean);
    Sums moments;
    for (int64_t n = 0; n < s.batch; ++n) {
      const Sums part = plane_moments(x + n * stride, s.length, middle);
      moments.first += part.first;
      moments.second += part.second;
    }
    settle(job, c, mean, moments);
  }
  const Affine<T> f = forward_affine(job, c);
  T* y = job.y + c * s.length;
  const T* none = nullptr;
  for (int64_t n = 0; n < s.batch; ++n) {
    plane_affine(x + n * stride, none, y + n * stride, s.length, f);
  }
}

template <class T>
HWY_INLINE void backward_channel(const BatchNormBackward<T>& job, int64_t c) {
  const ChannelShape& s = job.shape;
  const int64_t stride = s.channels * s.length;
  const T* x = job.x + c * s.length;
  const T* dy = job.dy + c * s.length;
  const T middle = static_cast<T>(job.mean[c]);
  Sums sums;
  for (int64_t n = 0; n < s.batch; ++n) {
    const Sums part = plane_gradient_sums(x + n * stride, dy + n * stride, s.length, middle);
    sums.first += part.first;
    sums.second += part.second;
  }
  const Affine<T> f = backward_affine(job, c, sums);
  if (!job.dx) return;
  T* dx = job.dx + c * s.length;
  for (int64_t n = 0; n < s.batch; ++n) {
    plane_affine(x + n * stride, dy + n * stride, dx + n * stride, s.length, f);
  }
}

// Channels side by side (length 1): a tile of them, row by row. Sums of kRows rows stay in T.
template <class T, class Op>
HWY_INLINE void tile_sums(const ChannelShape& shape, int64_t width, double* first, double* second,
                          const Op& op) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto flush = [&](auto a, auto b, int64_t j, int64_t part) HWY_ATTR {
    HWY_ALIGN T a_lanes[hn::MaxLanes(d)];
    HWY_ALIGN T b_lanes[hn::MaxLanes(d)];
    hn::Store(a, d, a_lanes);
    hn::Store(b, d, b_lanes);
    for (int64_t l = 0; l < part; ++l) {
      first[j + l] += a_lanes[l];
      second[j + l] += b_lanes[l];
    }
  };
  for (int64_t row = 0; row < shape.batch; row += kRows) {
    const int64_t end = HWY_MIN(shape.batch, row + kRows);
    int64_t j = 0;
    // Four vectors at once hide the latency of the additions.
    for (; j + 4 * lanes <= width; j += 4 * lanes) {
      auto a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0;
      auto b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      for (int64_t n = row; n < end; ++n) {
        op(d, n, j, lanes, a0, b0);
        op(d, n, j + lanes, lanes, a1, b1);
        op(d, n, j + 2 * lanes, lanes, a2, b2);
        op(d, n, j + 3 * lanes, lanes, a3, b3);
      }
      flush(a0, b0, j, lanes);
      flush(a1, b1, j + lanes, lanes);
      flush(a2, b2, j + 2 * lanes, lanes);
      flush(a3, b3, j + 3 * lanes, lanes);
    }
    for (; j < width; j += lanes) {
      const int64_t part = HWY_MIN(lanes, width - j);
      auto a = hn::Zero(d);
      auto b = a;
      for (int64_t n = row; n < end; ++n) op(d, n, j, part, a, b);
      flush(a, b, j, part);
    }
  }
}

// The sums of a tile's channels, in double throughout.
template <class T>
HWY_INLINE void tile_totals(const ChannelShape& shape, const T* x, int64_t width, double* totals) {
  const Doubles d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t j = 0;
  for (; j + 4 * lanes <= width; j += 4 * lanes) {
    auto a = hn::Zero(d), b = a, c = a, e = a;
    for (int64_t n = 0; n < shape.batch; ++n) {
      const T* row = x + n * shape.channels + j;
      a = hn::Add(a, load_doubles(row));
      b = hn::Add(b, load_doubles(row + lanes));
      c = hn::Add(c, load_doubles(row + 2 * lanes));
      e = hn::Add(e, load_doubles(row + 3 * lanes));
    }
    hn::StoreU(a, d, totals + j);
    hn::StoreU(b, d, totals + j + lanes);
    hn::StoreU(c, d, totals + j + 2 * lanes);
    hn::StoreU(e, d, totals + j + 3 * lanes);
  }
  for (; j < width; ++j) {
    for (int64_t n = 0; n < shape.batch; ++n) totals[j] += x[n * shape.channels + j];
  }
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_part(D d, const T* from, int64_t count) {
  if (count >= static_cast<int64_t>(hn::Lanes(d))) return hn::LoadU(d, from);
  HWY_ALIGN T lanes[hn::MaxLanes(d)] = {};
  for (int64_t i = 0; i < count; ++i) lanes[i] = from[i];
  return hn::Load(d, lanes);
}

template <class T>
struct Tile {
  int64_t width;
  HWY_ALIGN T middle[kTile];
  HWY_ALIGN T scale[kTile];
  HWY_ALIGN T shift[kTile];
  HWY_ALIGN T gain[kTile];

  void set(int64_t i, const Affine<T>& f) {
    middle[i] = f.middle;
    scale[i] = f.scale;
    shift[i] = f.shift;
    gain[i] = f.gain;
  }
};

template <class T>
HWY_INLINE void tile_affine(const ChannelShape& shape, const T* x, const T* dy, T* out,
                            const Tile<T>& f) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t n = 0; n < shape.batch; ++n) {
    const int64_t row = n * shape.channels;
    int64_t j = 0;
    for (; j + lanes <= f.width; j += lanes) {
      const auto off = hn::Sub(hn::LoadU(d, x + row + j), hn::LoadU(d, f.middle + j));
      auto value = hn::MulAdd(off, hn::LoadU(d, f.scale + j), hn::LoadU(d, f.shift + j));
      if (dy) value = hn::MulAdd(hn::LoadU(d, dy + row + j), hn::LoadU(d, f.gain + j), value);
      hn::StoreU(value, d, out + row + j);
    }
    for (; j < f.width; ++j) {
      out[row + j] = (x[row + j] - f.middle[j]) * f.scale[j] + f.shift[j] +
                     (dy ? dy[row + j] * f.gain[j] : T(0));
    }
  }
}

template <class T>
HWY_INLINE void forward_tile(const BatchNormForward<T>& job, int64_t start, int64_t width) {
  const ChannelShape& s = job.shape;
  const T* x = job.x + start;
  Tile<T> tile{};
  tile.width = width;
  if (job.batch_statistics) {
    double mean[kTile] = {};
    double first[kTile] = {};
    double second[kTile] = {};
    tile_totals(s, x, width, mean);
    for (int64_t i = 0; i < width; ++i) {
      mean[i] /= static_cast<double>(s.batch);
      tile.middle[i] = static_cast<T>(mean[i]);
    }
    tile_sums<T>(s, width, first, second,
                 [&](auto d, int64_t n, int64_t j, int64_t part, auto& a, auto& b) HWY_ATTR {
                   const auto off = hn::Sub(load_part(d, x + n * s.channels + j, part),
                                            hn::LoadU(d, tile.middle + j));
                   a = hn::Add(a, off);
                   b = hn::MulAdd(off, off, b);
                 });
    for (int64_t i = 0; i < width; ++i) {
      settle(job, start + i, mean[i], {first[i], second[i]});
    }
  }
  for (int64_t i = 0; i < width; ++i) tile.set(i, forward_affine(job, start + i));
  const T* none = nullptr;
  tile_affine(s, x, none, job.y + start, tile);
}

template <class T>
HWY_INLINE void backward_tile(const BatchNormBackward<T>& job, int64_t start, int64_t width) {
  const ChannelShape& s = job.shape;
  const T* x = job.x + start;
  const T* dy = job.dy + start;
  Tile<T> tile{};
  tile.width = width;
  for (int64_t i = 0; i < width; ++i) tile.middle[i] = static_cast<T>(job.mean[start + i]);
  double first[kTile] = {};
  double second[kTile] = {};
  tile_sums<T>(s, width, first, second,
               [&](auto d, int64_t n, int64_t j, int64_t part, auto& a, auto& b) HWY_ATTR {
                 const int64_t at = n * s.channels + j;
                 const auto off =
                     hn::Sub(load_part(d, x + at, part), hn::LoadU(d, tile.middle + j));
                 const auto g = load_part(d, dy + at, part);
                 a = hn::Add(a, g);
                 b = hn::MulAdd(off, g, b);
               });
  for (int64_t i = 0; i < width; ++i) {
    tile.set(i, backward_affine(job, start + i, {first[i], second[i]}));
  }
  if (job.dx) tile_affine(s, x, dy, job.dx + start, tile);
}

template <class T>
HWY_INLINE void forward_range(const BatchNormForward<T>& job, int64_t begin, int64_t end) {
  if (job.shape.length == 1) return forward_tile(job, begin, end - begin);
  for (int64_t c = begin; c < end; ++c) forward_channel(job, c);
}
template <class T>
HWY_INLINE void backward_range(const BatchNormBackward<T>& job, int64_t begin, int64_t end) {
  if (job.shape.length == 1) return backward_tile(job, begin, end - begin);
  for (int64_t c = begin; c < end; ++c) backward_channel(job, c);
}

void forward_f32(const BatchNormForward<float>& job, int64_t begin, int64_t end) {
  forward_range(job, begin, end);
}
void forward_f64(const BatchNormForward<double>& job, int64_t begin, int64_t end) {
  forward_range(job, begin, end);
}
void backward_f32(const BatchNormBackward<float>& job, int64_t begin, int64_t end) {
  backward_range(job, begin, end);
}
void backward_f64(const BatchNormBackward<double>& job, int64_t begin, int64_t end) {
  backward_range(job, begin, end);
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {
namespace {

constexpr int64_t kTileChannels = 64;
constexpr int64_t kParallelElements = int64_t{1} << 16;

// Calls body(begin, end) for runs of channels that depend on the shape only.
template <class Body>
void for_channels(ThreadPool& pool, const ChannelShape& shape, const Body& body) {
  const int64_t count = shape.count();
  int64_t grain = kTileChannels;
  if (shape.length > 1) {
    grain = std::max<int64_t>(1, (kParallelElements / 4) / std::max<int64_t>(1, count));
  }
  if (count * shape.channels >= kParallelElements) {
    return pool.parallel_for(shape.channels, grain, body);
  }
  for (int64_t c = 0; c < shape.channels; c += grain) {
    body(c, std::min(shape.channels, c + grain));
  }
}

}  // namespace

HWY_EXPORT(forward_f32);
HWY_EXPORT(forward_f64);
HWY_EXPORT(backward_f32);
HWY_EXPORT(backward_f64);

void batch_norm(ThreadPool& pool, const BatchNormForward<float>& job) {
  for_channels(pool, job.shape, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(forward_f32)(job, begin, end);
  });
}
void batch_norm(ThreadPool& pool, const BatchNormForward<double>& job) {
  for_channels(pool, job.shape, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(forward_f64)(job, begin, end);
  });
}
void batch_norm_backward(ThreadPool& pool, const BatchNormBackward<float>& job) {
  for_channels(pool, job.shape, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(backward_f32)(job, begin, end);
  });
}
void batch_norm_backward(ThreadPool& pool, const BatchNormBackward<double>& job) {
  for_channels(pool, job.shape, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(backward_f64)(job, begin, end);
  });
}

}  // namespace duramen::kernels
#endif
