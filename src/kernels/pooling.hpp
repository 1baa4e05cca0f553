// Maxima and averages over windows of planes, forward and backward.
//
// All tensors are contiguous batches of planes: `planes` counts those of all images and channels.
#pragma once

#include "kernels/extent.hpp"
#include "kernels/thread_pool.hpp"

namespace duramen::kernels {

// Requires: no extent is empty.
struct MaxPoolShape {
  int64_t planes;
  Extent in;
  Extent out;
  Extent kernel;
  Extent stride;
  Extent padding;
  Extent dilation;
};

// NaN wins, the last one of several; of equal elements the first. `indices`: where in the plane;
// null when nobody wants to know. A window that meets no element, which dilation can bring about,
// gives the lowest value and, as in PyTorch, the place where it would have begun, outside.
template <class T>
void max_pool(ThreadPool& pool, const MaxPoolShape& shape, const T* x, T* y, int64_t* indices);
extern template void max_pool<float>(ThreadPool&, const MaxPoolShape&, const float*, float*,
                                     int64_t*);
extern template void max_pool<double>(ThreadPool&, const MaxPoolShape&, const double*, double*,
                                      int64_t*);
extern template void max_pool<int64_t>(ThreadPool&, const MaxPoolShape&, const int64_t*, int64_t*,
                                       int64_t*);

struct PoolPlanes {
  int64_t planes;
  Extent in;
  Extent out;
};

// dx = 0, then dx[indices] += dy, plane by plane; indices outside of it count for nothing.
template <class T>
void max_pool_backward(ThreadPool& pool, const PoolPlanes& shape, const T* dy,
                       const int64_t* indices, T* dx);
extern template void max_pool_backward<float>(ThreadPool&, const PoolPlanes&, const float*,
                                              const int64_t*, float*);
extern template void max_pool_backward<double>(ThreadPool&, const PoolPlanes&, const double*,
                                               const int64_t*, double*);

// Window i of n over a dimension of size s: [⌊i·s/n⌋, ⌈(i+1)·s/n⌉).
template <class T>
void adaptive_average(ThreadPool& pool, const PoolPlanes& shape, const T* x, T* y);
extern template void adaptive_average<float>(ThreadPool&, const PoolPlanes&, const float*, float*);
extern template void adaptive_average<double>(ThreadPool&, const PoolPlanes&, const double*,
                                              double*);
template <class T>
void adaptive_average_backward(ThreadPool& pool, const PoolPlanes& shape, const T* dy, T* dx);
extern template void adaptive_average_backward<float>(ThreadPool&, const PoolPlanes&, const float*,
                                                      float*);
extern template void adaptive_average_backward<double>(ThreadPool&, const PoolPlanes&,
                                                       const double*, double*);

}  // namespace duramen::kernels
