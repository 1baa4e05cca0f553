// Elementwise arithmetic over broadcast, strided inputs into a contiguous result.
//
// Computes in float32, float64 and int64 only; the operators convert other dtypes to one of these
// before. Inputs have the dtype of the computation and broadcast to the shape of the result.
#pragma once

#include "kernels/thread_pool.hpp"
#include "tensor/tensor.hpp"

namespace duramen::kernels {

enum class Unary : uint8_t {
  neg,
  exp,
  log,
  sqrt,
  relu,
  tanh,
  sigmoid,
  abs,
  square,
  reciprocal,
  rsqrt,
  sign,
  gelu,
  gelu_tanh,
  silu
};

enum class Binary : uint8_t {
  add,  // a + alpha·b
  sub,  // a - alpha·b
  mul,
  div,
  maximum,  // NaN wins
  minimum,
  relu_backward,     // a: gradient, b: result
  tanh_backward,     // a: gradient, b: result
  sigmoid_backward,  // a: gradient, b: result
  leaky_relu,        // a > 0 ? a : alpha·a (b is not read)
  leaky_backward,    // a: gradient, b: input
  gelu_backward,     // a: gradient, b: input
  gelu_tanh_backward,
  silu_backward,
  pow,
  floor_div,
  trunc_div
};

enum class Compare : uint8_t { eq, ne, lt, le, gt, ge };

// Requires: `out` contiguous, of a computation dtype; `in` of the same dtype, broadcastable.
// Integers: neg, abs, square, sign, relu only.
void unary(ThreadPool& pool, Unary op, Tensor& out, const Tensor& in);
// Integers: division by zero in floor_div and trunc_div is checked by the operator before.
void binary(ThreadPool& pool, Binary op, Tensor& out, const Tensor& a, const Tensor& b,
            double alpha = 1);
// `out` is a contiguous bool tensor.
void compare(ThreadPool& pool, Compare op, Tensor& out, const Tensor& a, const Tensor& b);
// out = condition ? a : b; condition is a bool tensor, all of them broadcast.
void where(ThreadPool& pool, Tensor& out, const Tensor& condition, const Tensor& a,
           const Tensor& b);

}  // namespace duramen::kernels
