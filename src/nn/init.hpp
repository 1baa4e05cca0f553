// Initialisers, drawing from the context's generator exactly as PyTorch's torch.nn.init does
// (formulas: docs/random.md), and the tensors that layers are made of.
#pragma once

#include "nn/module.hpp"

namespace duramen::nn {

void fill(Tensor& tensor, double value);
void uniform(Context& context, Tensor& tensor, double from, double to);  // Tensor.uniform_
void normal(Context& context, Tensor& tensor, double mean, double std);  // Tensor.normal_
struct Fans {
  int64_t in;
  int64_t out;
};
Fans fans_of(const Tensor& tensor);  // INVALID_ARGUMENT (ValueError) below two dimensions
// kaiming_uniform_(a = √5), the default of Linear and Conv. A tensor without elements draws
// nothing.
void kaiming_uniform_sqrt5(Context& context, Tensor& tensor);
// U(-1/√fan_in, 1/√fan_in), the default of a bias; a fan_in of 0 draws too, and gives zeros.
void uniform_by_fan_in(Context& context, Tensor& tensor, int64_t fan_in);

// The default of Linear and Conv: the two above for "weight" and "bias", as far as they are there.
void reset_weight_and_bias(Context& context, const Module& module);

// Ones and zeros for "weight" and "bias": the default of the normalisations.
void reset_scale_and_shift(const Module& module);
// xavier_uniform_() and xavier_normal_(). INVALID_ARGUMENT (ZeroDivisionError) where both fans are
// 0.
void xavier_uniform(Context& context, Tensor& tensor, double gain = 1);
void xavier_normal(Context& context, Tensor& tensor, double gain = 1);

// Parameter(torch.empty(shape)). INVALID_ARGUMENT with PyTorch's text (RuntimeError) for a negative
// size; DTYPE_MISMATCH for a dtype that cannot require grad.
TensorRef new_parameter(Context& context, Shape shape, Dtype dtype, bool requires_grad = true);
// torch.full(shape, value). INVALID_ARGUMENT as above.
TensorRef new_buffer(Context& context, Shape shape, Dtype dtype, double value);

}  // namespace duramen::nn
