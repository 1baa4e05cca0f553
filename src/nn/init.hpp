// Initialisers, drawing from the context's generator exactly as PyTorch's torch.nn.init does
// (formulas: docs/random.md).
#pragma once

#include "autograd/context.hpp"

namespace duramen::nn {

void fill(Tensor& tensor, double value);
void uniform(Context& context, Tensor& tensor, double from, double to);  // Tensor.uniform_
void normal(Context& context, Tensor& tensor, double mean, double std);  // Tensor.normal_
struct Fans {
  int64_t in;
  int64_t out;
};
Fans fans_of(const Tensor& tensor);  // INVALID_ARGUMENT (ValueError) below two dimensions
// kaiming_uniform_(a = √5), the default of Linear and Conv.
void kaiming_uniform_sqrt5(Context& context, Tensor& tensor);

}  // namespace duramen::nn
