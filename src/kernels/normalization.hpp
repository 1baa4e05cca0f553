// Batch normalisation, forward and backward, over x[batch][channels][length] (contiguous).
//
// Statistics take two passes: a mean, then the moments of what is left, which correct the mean.
// Sums run in blocks of vectors and are added up in double. Everything of a channel happens while
// it is in the cache; channels are the chunks of the pool.
#pragma once

#include "kernels/thread_pool.hpp"

namespace duramen::kernels {

struct ChannelShape {
  int64_t batch;
  int64_t channels;
  int64_t length;
  int64_t count() const noexcept { return batch * length; }  // elements of one channel
};

// weight and bias may be null (ones, zeros). mean and inverse_std have one double a channel.
template <class T>
struct BatchNormForward {
  ChannelShape shape;
  const T* x;
  T* y;
  const T* weight;
  const T* bias;
  double* mean;         // written when batch_statistics, else read
  double* variance;     // the biased one; written when batch_statistics, else read
  double* inverse_std;  // written
  double eps;
  bool batch_statistics;
};

// dx, dweight, dbias may be null.
template <class T>
struct BatchNormBackward {
  ChannelShape shape;
  const T* x;
  const T* dy;
  const T* weight;
  const double* mean;
  const double* inverse_std;
  T* dx;
  T* dweight;
  T* dbias;
  bool batch_statistics;
};

void batch_norm(ThreadPool& pool, const BatchNormForward<float>& job);
void batch_norm(ThreadPool& pool, const BatchNormForward<double>& job);
void batch_norm_backward(ThreadPool& pool, const BatchNormBackward<float>& job);
void batch_norm_backward(ThreadPool& pool, const BatchNormBackward<double>& job);

}  // namespace duramen::kernels
