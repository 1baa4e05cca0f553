// What a convolution is asked for, checked in PyTorch's order and told in its words.
#pragma once

#include "kernels/convolution.hpp"
#include "ops/planes.hpp"

namespace duramen::ops {

struct ConvArguments {
  const Tensor& weight;
  const Tensor* bias;  // may be null
  const Conv2dOptions& options;
  const BorderOptions* border;  // null: zeros
};

struct ConvPlan {
  kernels::ConvShape shape;
  Shape out;
  bool nothing;  // no image, or no channel: `shape` is empty too
};

// What PyTorch looks at before it makes a batch of a single image.
void check_conv_input(const Tensor& input, const ConvArguments& arguments);
// `images`: (N, C, H, W). Requires: check_conv_input.
ConvPlan plan_convolution(const Tensor& images, const ConvArguments& arguments);

}  // namespace duramen::ops
