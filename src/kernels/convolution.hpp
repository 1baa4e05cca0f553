// Convolutions of batches of planes, forward and backward, with strides, dilation, groups
// and any border.
//
// The rows and columns that a tap meets at all places lie `stride` apart. So an image is first
// copied with its border into phases, the planes of every stride-th row and column; then each tap
// reads a run of memory, whatever the stride and the dilation, and no matrix of columns is made.
// The copy is of a block of images that stays in the cache. Bits never depend on the threads.
#pragma once

#include "kernels/extent.hpp"
#include "kernels/thread_pool.hpp"
#include "tensor/allocator.hpp"

namespace duramen::kernels {

// What lies around a plane.
enum class Border : uint8_t { zeros, reflect, replicate, circular };

// Everything is contiguous: x (batch, groups · in_channels, in), weight (groups · out_channels,
// in_channels, kernel), y (batch, groups · out_channels, out).
// Requires: nothing is empty; the kernel fits the padded plane; out follows from the rest.
struct ConvShape {
  int64_t batch;
  int64_t groups;
  int64_t in_channels;   // of one group
  int64_t out_channels;  // of one group
  Extent in;
  Extent out;
  Extent kernel;
  Extent stride;
  Extent dilation;
  Extent before;  // rows and columns of border; negative cuts some off (not with zeros)
  Extent after;
  Border border;
};

template <class T>
struct ConvForward {
  ConvShape shape;
  const T* x;
  const T* weight;
  const T* bias;  // may be null
  T* y;
};
void convolve(ThreadPool& pool, const Ref<Allocator>& allocator, const ConvForward<float>& job);
void convolve(ThreadPool& pool, const Ref<Allocator>& allocator, const ConvForward<double>& job);
// In wrapping arithmetic.
void convolve(ThreadPool& pool, const Ref<Allocator>& allocator, const ConvForward<int64_t>& job);

template <class T>
struct ConvBackward {
  ConvShape shape;
  const T* x;       // for dweight
  const T* weight;  // for dx
  const T* dy;
  T* dx;       // may be null
  T* dweight;  // may be null
};
void convolve_backward(ThreadPool& pool, const Ref<Allocator>& allocator,
                       const ConvBackward<float>& job);
void convolve_backward(ThreadPool& pool, const Ref<Allocator>& allocator,
                       const ConvBackward<double>& job);

}  // namespace duramen::kernels
