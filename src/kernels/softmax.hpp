// Softmax and log-softmax over the middle dimension of x[outer][cols][inner] (contiguous), forward
// and backward. Sums run in blocks, so that their error does not grow with the length.
#pragma once

#include "kernels/thread_pool.hpp"

namespace duramen::kernels {

enum class Softmax : uint8_t { plain, logarithm };

template <class T>
struct SoftmaxJob {
  Softmax kind;
  int64_t outer;
  int64_t cols;  // what is normalised
  int64_t inner;
  const T* in;  // forward: x; backward: the forward's result
  const T* dy;  // backward only
  T* out;       // forward: y; backward: dx
};

void softmax(ThreadPool& pool, const SoftmaxJob<float>& job);
void softmax(ThreadPool& pool, const SoftmaxJob<double>& job);
void softmax_backward(ThreadPool& pool, const SoftmaxJob<float>& job);
void softmax_backward(ThreadPool& pool, const SoftmaxJob<double>& job);

}  // namespace duramen::kernels
