// Layer normalisation, forward and backward, over the rows of a contiguous matrix.
//
// Statistics take two passes, as in batch normalisation. The gradients of weight and bias are sums
// over all rows: each block of rows leaves its own part, so that their order never depends on the
// threads.
#pragma once

#include "kernels/thread_pool.hpp"

namespace duramen::kernels {

// weight and bias may be null (ones, zeros). mean and inverse_std have one double a row.
template <class T>
struct LayerNormForward {
  int64_t rows;
  int64_t cols;
  const T* x;
  T* y;
  const T* weight;
  const T* bias;
  double* mean;         // written
  double* inverse_std;  // written
  double eps;
};

// dx and parts may be null.
template <class T>
struct LayerNormBackward {
  int64_t rows;
  int64_t cols;
  const T* x;
  const T* dy;
  const T* weight;
  const double* mean;
  const double* inverse_std;
  T* dx;
  // [layer_norm_blocks()][2][cols], all written: what each block of rows adds to the gradients of
  // weight and bias.
  T* parts;
};

int64_t layer_norm_blocks(int64_t rows, int64_t cols) noexcept;
// Both require: cols is not 0.
void layer_norm(ThreadPool& pool, const LayerNormForward<float>& job);
void layer_norm(ThreadPool& pool, const LayerNormForward<double>& job);
void layer_norm_backward(ThreadPool& pool, const LayerNormBackward<float>& job);
void layer_norm_backward(ThreadPool& pool, const LayerNormBackward<double>& job);

}  // namespace duramen::kernels
