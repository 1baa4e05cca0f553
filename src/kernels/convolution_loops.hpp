// The vector loops of convolutions, compiled once for every kind of CPU. Each call does one piece
// on one thread; convolution.cpp cuts the pieces.
#pragma once

#include "kernels/convolution.hpp"

namespace duramen::kernels {

// Elements behind the last one that a tap may read.
inline constexpr int64_t kSlack = 64;

// Which elements of the source and of the weight a sum runs over, relative to where it starts.
struct Taps {
  const int64_t* source;
  const int64_t* weight;
  int64_t count;
};

// y[m][row][col] = bias[m] + Σ weight[m, tap] · source[taps.source[tap] + row · pitch + col].
// The places row · pitch + col are counted through; those beyond size.w are worked out, not stored.
template <class T>
struct TapProduct {
  Taps taps;
  const T* packed;  // by pack_taps
  int64_t channels;
  const T* source;
  int64_t pitch;
  T* y;
  int64_t y_channel;  // from one channel of y to the next
  Extent size;
  const T* bias;  // may be null
};

// Pieces of a TapProduct start at multiples of this many places.
template <class T>
int64_t places_of_panel() noexcept;

// weight[row · row_stride + taps.weight[tap]] for rows of [0, rows), in the order of tap_product.
template <class T>
void pack_taps(const T* weight, int64_t row_stride, int64_t rows, const Taps& taps,
               T* packed) noexcept;
template <class T>
void tap_product(const TapProduct<T>& job, int64_t begin, int64_t end) noexcept;

// dweight[m · taps.count + tap] += Σ over images, rows and columns of
// dy[m][row][col] · source[taps.source[tap] + row · pitch + col].
template <class T>
struct TapGradient {
  Taps taps;
  const T* source;
  int64_t source_image;  // from one image to the next
  int64_t pitch;
  const T* dy;
  int64_t dy_image;
  int64_t dy_channel;
  int64_t dy_pitch;
  int64_t images;
  Extent size;
  T* dweight;
};

template <class T>
bool all_finite(const T* x, int64_t count) noexcept;

// Channels and taps [begin, end).
struct TapPiece {
  int64_t channel_begin;
  int64_t channel_end;
  int64_t tap_begin;
  int64_t tap_end;
};
template <class T>
void tap_gradient(const TapGradient<T>& job, const TapPiece& piece) noexcept;

}  // namespace duramen::kernels
