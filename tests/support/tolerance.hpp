// How close is right. The truth is PyTorch's float64 run. float32: within twice the largest error
// of PyTorch's own float32 over that tensor, and two ulp of the tensor's scale. float64: 1e-12 of
// the scale. Integers and bools: exactly.
//
// The scale is the largest |truth| of the tensor. Some gradients are zero but for rounding (a bias
// before a batch norm); those have no scale of their own, and are held to that of the whole case.
#pragma once

#include <string>

#include "tensor/tensor.hpp"

namespace duramen::test {

struct Truth {
  const Tensor& truth;    // the float64 run's
  const Tensor& torch;    // PyTorch's, in the dtype of `ours`
  double case_scale = 0;  // the largest |truth| of its kind in the case
};

double scale_of(const Tensor& tensor);
// Empty when near enough and of the same dtype and shape; else one line.
std::string difference(const Tensor& ours, const Truth& expected);

}  // namespace duramen::test
