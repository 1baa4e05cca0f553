// Reductions over any set of dimensions of any view, in float32, float64 and int64.
//
// Sums of floats are formed in double, so their error does not grow with the length; the order
// depends on the shape and the CPU only.
#pragma once

#include "kernels/thread_pool.hpp"
#include "tensor/tensor.hpp"

namespace duramen::kernels {

// A set of dimensions, one bit each.
using DimSet = uint64_t;

// out = scale · sum of `in` over `dims`. `out` is contiguous and has the elements of the kept
// dimensions in their order; integers ignore the scale.
void sum(ThreadPool& pool, Tensor& out, const Tensor& in, DimSet dims, double scale = 1);

enum class Extreme : uint8_t { maximum, minimum };
// The largest (smallest) elements over `dims` into `values` and, where they are wanted, their
// positions among the reduced elements in C order into `indices` (int64); either may be null. NaN
// wins, the first of equals counts. Requires: at least one element is reduced.
void extreme(Extreme op, Tensor* values, Tensor* indices, const Tensor& in, DimSet dims);

}  // namespace duramen::kernels
