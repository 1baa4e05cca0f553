// The steps of torch.nn.init.trunc_normal_'s rejection, each rounded to the element type as the
// operators that PyTorch strings together round it.
//
// Requires, everywhere: tensors of one floating dtype (float32, float64, float16, bfloat16), equal
// in number of elements, which lie side by side; `pending` has a byte for each.
#pragma once

#include "tensor/tensor.hpp"

namespace duramen::kernels {

// Whether any element is below `low` or above `high`.
bool any_outside(const Tensor& values, double low, double high);
// Replaces each such element by the one of `fresh` in its place.
void replace_outside(Tensor& values, const Tensor& fresh, double low, double high);

struct NormalPeak {
  double mean;
  double std;
  double log_density;  // the highest, of where candidates are drawn
};
// Keeps an element pending while ln(draw) is above the log-density of its candidate, relative to
// the peak. Returns whether any is left.
bool keep_pending(uint8_t* pending, const Tensor& candidates, const Tensor& draws,
                  const NormalPeak& peak);
// Takes the candidates of the pending elements.
void take_pending(Tensor& values, const Tensor& candidates, const uint8_t* pending);

}  // namespace duramen::kernels
