// The operators over planes: convolution and pooling of (N, C, H, W) or (C, H, W) tensors.
//
// Extents are PyTorch's lists: two integers, rows first, or one for both. An argument of the wrong
// length or value is an error in PyTorch's words.
#pragma once

#include "kernels/convolution.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {

using Extents = std::vector<int64_t>;

// ---- convolution (ops/convolution.cpp)
struct Conv2dOptions {
  Extents stride{1};
  Extents padding{0};
  std::optional<std::string> padding_text = {};  // "same" or "valid", in place of `padding`
  Extents dilation{1};
  int64_t groups = 1;
};
// weight (out, in / groups, h, w); bias (out) may be null.
TensorRef conv2d(Context&, const TensorRef& input, const TensorRef& weight,
                 const TensorRef& bias_or_null, const Conv2dOptions& options = {});

// F.pad and then conv2d without padding, in one. `extents`: left, right, top, bottom, as F.pad
// takes them; negative ones cut off. Requires: the border is not zeros.
struct BorderOptions {
  kernels::Border border;
  Extents extents;
};
TensorRef conv2d_with_border(Context&, const TensorRef& input, const TensorRef& weight,
                             const TensorRef& bias_or_null, const Conv2dOptions& options,
                             const BorderOptions& border);

// ---- pooling (ops/pooling.cpp)
struct MaxPool2dOptions {
  Extents kernel_size = {};
  Extents stride = {};  // empty: the kernel's
  Extents padding{0};
  Extents dilation{1};
  bool ceil_mode = false;
};
// indices: of each maximum in its plane, int64.
ValuesAndIndices max_pool2d_with_indices(Context&, const TensorRef& input,
                                         const MaxPool2dOptions& options);
TensorRef max_pool2d(Context&, const TensorRef& input, const MaxPool2dOptions& options);

struct AdaptiveAvgPool2dOptions {
  std::vector<std::optional<int64_t>> output_size = {};  // without a value: stays the input's
  bool one_for_both = false;                             // an integer was given, no list
};
TensorRef adaptive_avg_pool2d(Context&, const TensorRef& input,
                              const AdaptiveAvgPool2dOptions& options);

}  // namespace duramen::ops
