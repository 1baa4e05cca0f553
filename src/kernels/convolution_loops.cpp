#include "kernels/convolution_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/convolution_loops.cpp"
// Accumulators live in arrays, which vectors of unknown length cannot.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#include <hwy/foreach_target.h>  // IWYU pragma: keep

#include "kernels/gemm_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

constexpr int64_t kTapsOfSum = 256;  // that one sum in T runs over: longer ones lose digits

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
template <int Rows, class T>
HWY_INLINE void multiply_taps(const T* HWY_RESTRICT a, const T* x, const int64_t* offsets,
                              int64_t count, bool add, T* HWY_RESTRICT sums) {
  const Tag<T> d;
  constexpr int64_t kLanes = lanes<T>();
  V<T> acc[Rows][kVectors];
#pragma GCC unroll 12
  for (int i = 0; i < Rows; ++i) {
    acc[i][0] = hn::Zero(d);
    acc[i][1] = hn::Zero(d);
  }
  for (int64_t p = 0; p < count; ++p) {
    const T* from = x + offsets[p];
    const V<T> b0 = hn::LoadU(d, from);
    const V<T> b1 = hn::LoadU(d, from + kLanes);
#pragma GCC unroll 12
    for (int i = 0; i < Rows; ++i) {
      const V<T> w = hn::Set(d, a[p * Rows + i]);
      acc[i][0] = hn::MulAdd(w, b0, acc[i][0]);
      acc[i][1] = hn::MulAdd(w, b1, acc[i][1]);
    }
  }
#pragma GCC unroll 12
  for (int i = 0; i < Rows; ++i) {
    T* to = sums + i * panel_width<T>();
    if (add) {
      acc[i][0] = hn::Add(acc[i][0], hn::Load(d, to));
      acc[i][1] = hn::Add(acc[i][1], hn::Load(d, to + kLanes));
    }
    hn::Store(acc[i][0], d, to);
    hn::Store(acc[i][1], d, to + kLanes);
  }
}

// Neighbours in a panel that are neighbours in y too.
struct Run {
  int64_t first;  // in the panel
  int64_t count;
  int64_t to;  // in a channel of y
};

template <class T>
struct Panel {
  int64_t place;
  Run runs[panel_width<T>()];
  int64_t run_count = 0;

  // The places [from, end) that y has.
  HWY_INLINE Panel(const TapProduct<T>& job, int64_t from, int64_t end) : place(from) {
    while (from < end) {
      const int64_t row = from / job.pitch;
      const int64_t col = from % job.pitch;
      const int64_t stop = HWY_MIN(end, row * job.pitch + job.size.w);
      if (from < stop) runs[run_count++] = {from - place, stop - from, row * job.size.w + col};
      from = (row + 1) * job.pitch;
    }
  }
};

template <class T>
HWY_INLINE void store_runs(const Panel<T>& panel, const T* HWY_RESTRICT sums, T bias,
                           T* HWY_RESTRICT y) {
  const Tag<T> d;
  const V<T> shift = hn::Set(d, bias);
  for (int64_t r = 0; r < panel.run_count; ++r) {
    const Run& run = panel.runs[r];
    const T* from = sums + run.first;
    T* to = y + run.to;
    int64_t i = 0;
    for (; i + lanes<T>() <= run.count; i += lanes<T>()) {
      hn::StoreU(hn::Add(hn::LoadU(d, from + i), shift), d, to + i);
    }
    for (; i < run.count; ++i) to[i] = from[i] + bias;
  }
}

template <class T>
struct ProductTiles {
  const TapProduct<T>& job;
  const Panel<T>& panel;

  template <int Rows>
  HWY_INLINE void operator()(int64_t row) const {
    HWY_ALIGN T sums[Rows * panel_width<T>()];
    const T* a = job.packed + row * job.taps.count;
    const T* x = job.source + panel.place;
    for (int64_t first = 0; first < job.taps.count; first += kTapsOfSum) {
      const int64_t count = HWY_MIN(kTapsOfSum, job.taps.count - first);
      multiply_taps<Rows>(a + first * Rows, x, job.taps.source + first, count, first > 0, sums);
    }
    for (int i = 0; i < Rows; ++i) {
      const T bias = job.bias ? job.bias[row + i] : T(0);
      store_runs(panel, sums + i * panel_width<T>(), bias, job.y + (row + i) * job.y_channel);
    }
  }
};

template <class T>
HWY_INLINE void tap_product_typed(const TapProduct<T>& job, int64_t begin, int64_t end) {
  for (int64_t place = begin; place < end; place += panel_width<T>()) {
    const Panel<T> panel(job, place, HWY_MIN(end, place + panel_width<T>()));
    if (panel.run_count > 0) for_each_tile(0, job.channels, ProductTiles<T>{job, panel});
  }
}

// ---- gradients of the weight: dot products along the rows --------------------------------------

constexpr int kMostChannels = kManyRegisters ? 4 : 2;
constexpr int kMostTaps = 6;

template <int Channels, int TapCount, class T>
struct Dots {
  V<T> acc[Channels][TapCount];

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
  const Tag<T> d;
  Dots<Channels, TapCount, T> dots;
#pragma GCC unroll 4
  for (int i = 0; i < Channels; ++i) {
#pragma GCC unroll 6
    for (int t = 0; t < TapCount; ++t) dots.acc[i][t] = hn::Zero(d);
  }
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
      for (int64_t col = 0; col < whole; col += lanes<T>()) {
        dots.step(dy, job.dy_channel, x, col,
                  [&](const T* from) HWY_ATTR { return hn::LoadU(d, from); });
      }
      if (rest > 0) {
        dots.step(dy, job.dy_channel, x, whole,
                  [&](const T* from) HWY_ATTR { return load_some(from, rest); });
      }
    }
  }
  for (int i = 0; i < Channels; ++i) {
    T* to = job.dweight + (channel + i) * job.taps.count + tap;
    for (int t = 0; t < TapCount; ++t) to[t] += hn::GetLane(hn::SumOfLanes(d, dots.acc[i][t]));
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
void tap_gradient(const TapGradient<float>& job, const TapPiece& piece) noexcept {
  HWY_DYNAMIC_DISPATCH(gradient_f32)(job, piece);
}
template <>
void tap_gradient(const TapGradient<double>& job, const TapPiece& piece) noexcept {
  HWY_DYNAMIC_DISPATCH(gradient_f64)(job, piece);
}

}  // namespace duramen::kernels
#endif
