#include "kernels/convolution_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/convolution_loops.cpp"
// Accumulators live in arrays, which vectors of unknown length cannot.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>  // IWYU pragma: keep

#include "kernels/gemm_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

constexpr int64_t kTapsOfSum = 32;  // that one sum runs over: longer ones lose digits

// ---- sums over taps ----------------------------------------------------------------------------

template <class T>
struct PackTaps {
  const T* weight;
  int64_t row_stride;
  const Taps& taps;
  T* packed;

  template <int Rows>
  HWY_INLINE void operator()(int64_t row) const {
    const T* from = weight + row * row_stride;
    T* to = packed + row * taps.count;
    for (int64_t p = 0; p < taps.count; ++p) {
      for (int i = 0; i < Rows; ++i) to[p * Rows + i] = from[i * row_stride + taps.weight[p]];
    }
  }
};

// sums = or += a tile · the panel of the source at `x`; `count` taps from `offsets` on.
template <int Rows, int Vectors, class T>
HWY_INLINE void multiply_taps(const T* HWY_RESTRICT a, const T* x, const int64_t* offsets,
                              int64_t count, bool add, T* HWY_RESTRICT sums) {
  const Tag<T> d;
  constexpr int64_t kLanes = lanes<T>();
  V<T> acc[Rows][Vectors];
#pragma GCC unroll 12
  for (int i = 0; i < Rows; ++i) {
    for (int v = 0; v < Vectors; ++v) acc[i][v] = hn::Zero(d);
  }
  for (int64_t p = 0; p < count; ++p) {
    const T* from = x + offsets[p];
    V<T> b[Vectors];
    for (int v = 0; v < Vectors; ++v) b[v] = hn::LoadU(d, from + v * kLanes);
#pragma GCC unroll 12
    for (int i = 0; i < Rows; ++i) {
      const V<T> w = hn::Set(d, a[p * Rows + i]);
      for (int v = 0; v < Vectors; ++v) acc[i][v] = hn::MulAdd(w, b[v], acc[i][v]);
    }
  }
#pragma GCC unroll 12
  for (int i = 0; i < Rows; ++i) {
    for (int v = 0; v < Vectors; ++v) {
      T* to = sums + i * panel_width<T>() + v * kLanes;
      hn::Store(add ? hn::Add(acc[i][v], hn::Load(d, to)) : acc[i][v], d, to);
    }
  }
}

// Neighbours in a panel that are neighbours in y too.
struct Run {
  int64_t first;  // in the panel
  int64_t count;
  int64_t to;  // in a channel of y
};

// Some places in order, and those of them that y has.
template <class T>
class Panel {
 public:
  HWY_INLINE Panel(const TapProduct<T>& job, int64_t place)
      : place_(place),
        row_(place / job.pitch),
        col_(place % job.pitch),
        by_rows_(job.size.h * vectors(job.size.w) <=
                 vectors((job.size.h - 1) * job.pitch + job.size.w)) {}

  // Takes the next places, below `end`.
  HWY_INLINE void take(const TapProduct<T>& job, int64_t end) {
    place_ += width_;
    if (by_rows_ && col_ >= job.size.w) {
      place_ += job.pitch - col_;
      col_ = 0;
      ++row_;
    }
    width_ = HWY_MIN(panel_width<T>(), end - place_);
    if (by_rows_) width_ = HWY_MIN(width_, job.size.w - col_);
    run_count_ = 0;
    for (int64_t at = 0; at < width_;) {
      const int64_t left = HWY_MIN(width_ - at, job.pitch - col_);
      const int64_t count = HWY_MIN(left, job.size.w - col_);
      if (count > 0) runs_[run_count_++] = {at, count, row_ * job.size.w + col_};
      at += left;
      col_ += left;
      if (col_ == job.pitch) {
        col_ = 0;
        ++row_;
      }
    }
  }

  HWY_INLINE int64_t place() const { return place_; }
  HWY_INLINE int64_t width() const { return width_; }
  HWY_INLINE bool any() const { return run_count_ > 0; }

  HWY_INLINE void store(const T* HWY_RESTRICT sums, T bias, T* HWY_RESTRICT y) const {
    const Tag<T> d;
    const V<T> shift = hn::Set(d, bias);
    for (int64_t r = 0; r < run_count_; ++r) {
      const Run& run = runs_[r];
      for (int64_t i = 0; i < run.count; i += lanes<T>()) {
        const V<T> value = hn::Add(hn::LoadU(d, sums + run.first + i), shift);
        put<T>(value, y + run.to + i, run.count - i, false);
      }
    }
  }

 private:
  static constexpr int64_t vectors(int64_t count) { return (count - 1) / lanes<T>() + 1; }

  int64_t place_;
  int64_t width_ = 0;
  int64_t row_;
  int64_t col_;
  bool by_rows_;  // panels end with the row where that takes no more vectors
  Run runs_[panel_width<T>()];
  int64_t run_count_ = 0;
};

template <int Vectors, class T>
struct ProductTiles {
  const TapProduct<T>& job;
  const Panel<T>& panel;

  template <int Rows>
  HWY_INLINE void operator()(int64_t row) const {
    // A run is read in whole vectors.
    HWY_ALIGN T sums[Rows * panel_width<T>() + lanes<T>()];
    const T* a = job.packed + row * job.taps.count;
    const T* x = job.source + panel.place();
    for (int64_t first = 0; first < job.taps.count; first += kTapsOfSum) {
      const int64_t count = HWY_MIN(kTapsOfSum, job.taps.count - first);
      multiply_taps<Rows, Vectors>(a + first * Rows, x, job.taps.source + first, count, first > 0,
                                   sums);
    }
    for (int i = 0; i < Rows; ++i) {
      const T bias = job.bias ? job.bias[row + i] : T(0);
      panel.store(sums + i * panel_width<T>(), bias, job.y + (row + i) * job.y_channel);
    }
  }
};

// `Vectors` of y at `to`, of which y has `count` places: one channel needs no tiles.
template <int Vectors, class T>
HWY_INLINE void one_channel(const TapProduct<T>& job, const T* x, T* to, int64_t count) {
  const Tag<T> d;
  V<T> total[Vectors];
  for (int v = 0; v < Vectors; ++v) total[v] = hn::Set(d, job.bias ? job.bias[0] : T(0));
  for (int64_t first = 0; first < job.taps.count; first += kTapsOfSum) {
    const int64_t end = HWY_MIN(first + kTapsOfSum, job.taps.count);
    V<T> acc[Vectors];
    for (int v = 0; v < Vectors; ++v) acc[v] = hn::Zero(d);
    for (int64_t p = first; p < end; ++p) {
      const T* from = x + job.taps.source[p];
      const V<T> w = hn::Set(d, job.packed[p]);
      for (int v = 0; v < Vectors; ++v) {
        acc[v] = hn::MulAdd(w, hn::LoadU(d, from + v * lanes<T>()), acc[v]);
      }
    }
    for (int v = 0; v < Vectors; ++v) total[v] = hn::Add(total[v], acc[v]);
  }
  for (int v = 0; v < Vectors; ++v) {
    put<T>(total[v], to + v * lanes<T>(), count - v * lanes<T>(), false);
  }
}

// Rows of y, and of the first and the last perhaps a part.
template <class T>
HWY_INLINE void one_channel_of_places(const TapProduct<T>& job, int64_t begin, int64_t end) {
  constexpr int64_t kLanes = lanes<T>();
  int64_t row = begin / job.pitch;
  int64_t col = begin % job.pitch;
  for (; row * job.pitch < end; ++row, col = 0) {
    const int64_t stop = HWY_MIN(job.size.w, end - row * job.pitch);
    while (col < stop) {
      const T* x = job.source + row * job.pitch + col;
      T* to = job.y + row * job.size.w + col;
      const int64_t count = stop - col;
      if (count > 2 * kLanes) {
        one_channel<4>(job, x, to, count);
        col += 4 * kLanes;
      } else {
        count > kLanes ? one_channel<2>(job, x, to, count) : one_channel<1>(job, x, to, count);
        col = stop;
      }
    }
  }
}

template <class T>
HWY_INLINE void tap_product_typed(const TapProduct<T>& job, int64_t begin, int64_t end) {
  if (job.channels == 1) return one_channel_of_places(job, begin, end);
  Panel<T> panel(job, begin);
  for (;;) {
    panel.take(job, end);
    if (panel.width() <= 0) return;
    if (!panel.any()) continue;
    if (panel.width() > lanes<T>()) {
      for_each_tile(0, job.channels, ProductTiles<2, T>{job, panel});
    } else {
      for_each_tile(0, job.channels, ProductTiles<1, T>{job, panel});
    }
  }
}

// ---- gradients of the weight: dot products along the rows --------------------------------------

constexpr int kMostChannels = kManyRegisters ? 4 : 2;
constexpr int kMostTaps = 6;
constexpr int64_t kStepsOfSum = 32;  // that a sum of lanes runs over, as kTapsOfSum

// Sums of a few steps, and of those the totals.
template <int Channels, int TapCount, class T>
struct Dots {
  V<T> acc[Channels][TapCount];
  V<T> total[Channels][TapCount];
  int64_t steps = 0;

  HWY_INLINE void start() {
#pragma GCC unroll 4
    for (int i = 0; i < Channels; ++i) {
#pragma GCC unroll 6
      for (int t = 0; t < TapCount; ++t) acc[i][t] = total[i][t] = hn::Zero(Tag<T>());
    }
  }
  HWY_INLINE void settle() {
#pragma GCC unroll 4
    for (int i = 0; i < Channels; ++i) {
#pragma GCC unroll 6
      for (int t = 0; t < TapCount; ++t) {
        total[i][t] = hn::Add(total[i][t], acc[i][t]);
        acc[i][t] = hn::Zero(Tag<T>());
      }
    }
    steps = 0;
  }
  // Before so many steps.
  HWY_INLINE void take(int64_t count) {
    if (steps + count > kStepsOfSum) settle();
    steps += count;
  }

  template <class Load>
  HWY_INLINE void step(const T* dy, int64_t dy_channel, const T* const* x, int64_t col,
                       const Load& load) {
    V<T> g[Channels];
#pragma GCC unroll 4
    for (int i = 0; i < Channels; ++i) g[i] = load(dy + i * dy_channel + col);
#pragma GCC unroll 6
    for (int t = 0; t < TapCount; ++t) {
      const V<T> value = load(x[t] + col);
#pragma GCC unroll 4
      for (int i = 0; i < Channels; ++i) acc[i][t] = hn::MulAdd(g[i], value, acc[i][t]);
    }
  }
};

template <int Channels, int TapCount, class T>
HWY_INLINE void add_dots(const TapGradient<T>& job, int64_t channel, int64_t tap) {
  Dots<Channels, TapCount, T> dots;
  dots.start();
  const int64_t whole = job.size.w / lanes<T>() * lanes<T>();
  const int64_t rest = job.size.w - whole;
  for (int64_t n = 0; n < job.images; ++n) {
    for (int64_t row = 0; row < job.size.h; ++row) {
      const T* dy = job.dy + n * job.dy_image + channel * job.dy_channel + row * job.dy_pitch;
      const T* x[TapCount];
#pragma GCC unroll 6
      for (int t = 0; t < TapCount; ++t) {
        x[t] = job.source + n * job.source_image + job.taps.source[tap + t] + row * job.pitch;
      }
      for (int64_t col = 0; col < whole;) {
        const int64_t stop = HWY_MIN(whole, col + kStepsOfSum * lanes<T>());
        dots.take((stop - col) / lanes<T>());
        for (; col < stop; col += lanes<T>()) {
          dots.step(dy, job.dy_channel, x, col,
                    [&](const T* from) HWY_ATTR { return hn::LoadU(Tag<T>(), from); });
        }
      }
      if (rest > 0) {
        dots.take(1);
        dots.step(dy, job.dy_channel, x, whole,
                  [&](const T* from) HWY_ATTR { return load_some(from, rest); });
      }
    }
  }
  dots.settle();
  for (int i = 0; i < Channels; ++i) {
    T* to = job.dweight + (channel + i) * job.taps.count + tap;
    for (int t = 0; t < TapCount; ++t)
      to[t] += hn::GetLane(hn::SumOfLanes(Tag<T>(), dots.total[i][t]));
  }
}

template <int Channels, class T>
HWY_INLINE void add_dots_of_taps(const TapGradient<T>& job, int64_t channel, int64_t begin,
                                 int64_t end) {
  int64_t tap = begin;
  for (; tap + kMostTaps <= end; tap += kMostTaps) add_dots<Channels, kMostTaps>(job, channel, tap);
  for (; tap + 3 <= end; tap += 3) add_dots<Channels, 3>(job, channel, tap);
  for (; tap < end; ++tap) add_dots<Channels, 1>(job, channel, tap);
}

template <class T>
HWY_INLINE void tap_gradient_typed(const TapGradient<T>& job, const TapPiece& piece) {
  int64_t channel = piece.channel_begin;
  for (; channel + kMostChannels <= piece.channel_end; channel += kMostChannels) {
    add_dots_of_taps<kMostChannels>(job, channel, piece.tap_begin, piece.tap_end);
  }
  for (; channel < piece.channel_end; ++channel) {
    add_dots_of_taps<1>(job, channel, piece.tap_begin, piece.tap_end);
  }
}

template <class T>
HWY_INLINE bool all_finite_typed(const T* x, int64_t count) {
  const Tag<T> d;
  auto odd = hn::Zero(d);  // NaN once something is not finite
  int64_t i = 0;
  for (; i + lanes<T>() <= count; i += lanes<T>()) {
    odd = hn::MulAdd(hn::LoadU(d, x + i), hn::Zero(d), odd);
  }
  T rest = hn::GetLane(hn::SumOfLanes(d, odd));
  for (; i < count; ++i) rest += x[i] * 0;
  return rest == 0;
}

// ---- the entries of the dispatch tables --------------------------------------------------------

int64_t places_f32() { return panel_width<float>(); }
int64_t places_f64() { return panel_width<double>(); }
void pack_f32(const float* weight, int64_t row_stride, int64_t rows, const Taps& taps,
              float* packed) {
  for_each_tile(0, rows, PackTaps<float>{weight, row_stride, taps, packed});
}
void pack_f64(const double* weight, int64_t row_stride, int64_t rows, const Taps& taps,
              double* packed) {
  for_each_tile(0, rows, PackTaps<double>{weight, row_stride, taps, packed});
}
void product_f32(const TapProduct<float>& job, int64_t begin, int64_t end) {
  tap_product_typed(job, begin, end);
}
void product_f64(const TapProduct<double>& job, int64_t begin, int64_t end) {
  tap_product_typed(job, begin, end);
}
bool finite_f32(const float* x, int64_t count) { return all_finite_typed(x, count); }
bool finite_f64(const double* x, int64_t count) { return all_finite_typed(x, count); }
void gradient_f32(const TapGradient<float>& job, const TapPiece& piece) {
  tap_gradient_typed(job, piece);
}
void gradient_f64(const TapGradient<double>& job, const TapPiece& piece) {
  tap_gradient_typed(job, piece);
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {

HWY_EXPORT(places_f32);
HWY_EXPORT(places_f64);
HWY_EXPORT(pack_f32);
HWY_EXPORT(pack_f64);
HWY_EXPORT(product_f32);
HWY_EXPORT(product_f64);
HWY_EXPORT(finite_f32);
HWY_EXPORT(finite_f64);
HWY_EXPORT(gradient_f32);
HWY_EXPORT(gradient_f64);

template <>
int64_t places_of_panel<float>() noexcept {
  return HWY_DYNAMIC_DISPATCH(places_f32)();
}
template <>
int64_t places_of_panel<double>() noexcept {
  return HWY_DYNAMIC_DISPATCH(places_f64)();
}
template <>
void pack_taps(const float* weight, int64_t row_stride, int64_t rows, const Taps& taps,
               float* packed) noexcept {
  HWY_DYNAMIC_DISPATCH(pack_f32)(weight, row_stride, rows, taps, packed);
}
template <>
void pack_taps(const double* weight, int64_t row_stride, int64_t rows, const Taps& taps,
               double* packed) noexcept {
  HWY_DYNAMIC_DISPATCH(pack_f64)(weight, row_stride, rows, taps, packed);
}
template <>
void tap_product(const TapProduct<float>& job, int64_t begin, int64_t end) noexcept {
  HWY_DYNAMIC_DISPATCH(product_f32)(job, begin, end);
}
template <>
void tap_product(const TapProduct<double>& job, int64_t begin, int64_t end) noexcept {
  HWY_DYNAMIC_DISPATCH(product_f64)(job, begin, end);
}
template <>
bool all_finite(const float* x, int64_t count) noexcept {
  return HWY_DYNAMIC_DISPATCH(finite_f32)(x, count);
}
template <>
bool all_finite(const double* x, int64_t count) noexcept {
  return HWY_DYNAMIC_DISPATCH(finite_f64)(x, count);
}
template <>
void tap_gradient(const TapGradient<float>& job, const TapPiece& piece) noexcept {
  HWY_DYNAMIC_DISPATCH(gradient_f32)(job, piece);
}
template <>
void tap_gradient(const TapGradient<double>& job, const TapPiece& piece) noexcept {
  HWY_DYNAMIC_DISPATCH(gradient_f64)(job, piece);
}

}  // namespace duramen::kernels
#endif
