// The operator table: convolution and pooling.
#pragma once

#include "ops/attributes.hpp"
#include "ops/planes.hpp"

namespace duramen::ops::table {

inline ValueRef apply_conv2d(Context& context, Attributes a, Tensors t) {
  Conv2dOptions options;
  options.stride = a.integers("stride");
  options.dilation = a.integers("dilation");
  options.groups = a.integer("groups");
  const spec::Form form = a["padding"].form;
  if (form == spec::Form::text || form == spec::Form::name) {
    options.padding_text = a.text("padding");
  } else {
    options.padding = a.integers("padding");
  }
  return value(conv2d(context, t[0], t[1], optional(t, 2), options));
}

inline ValueRef apply_max_pool2d(Context& context, Attributes a, Tensors t) {
  MaxPool2dOptions options;
  options.kernel_size = a.integers("kernel_size");
  if (!a.is_none("stride")) options.stride = a.integers("stride");
  options.padding = a.integers("padding");
  options.dilation = a.integers("dilation");
  options.ceil_mode = a.boolean("ceil_mode");
  if (!a.boolean("return_indices")) return value(max_pool2d(context, t[0], options));
  ValuesAndIndices found = max_pool2d_with_indices(context, t[0], options);
  return values({found.values, found.indices});
}

inline ValueRef apply_adaptive_avg_pool2d(Context& context, Attributes a, Tensors t) {
  AdaptiveAvgPool2dOptions options;
  const spec::Expression& size = a["output_size"];
  options.one_for_both = size.form == spec::Form::integer;
  if (options.one_for_both) options.output_size.emplace_back(size.integer);
  for (const spec::Expression& item : size.items) {
    if (item.form != spec::Form::integer && item.form != spec::Form::none) {
      throw spec::error_at(item, Code::invalid_argument,
                           "adaptive_avg_pool2d(): argument 'output_size' must be tuple of ints")
          .with("argument", "output_size")
          .with("torch_error", "TypeError");
    }
    if (item.form == spec::Form::none) {
      options.output_size.emplace_back(std::nullopt);
    } else {
      options.output_size.emplace_back(item.integer);
    }
  }
  return value(adaptive_avg_pool2d(context, t[0], options));
}

inline constexpr Parameter kConv2dParameters[] = {
    {"stride", kInts, "1", "of the kernel over the input"},
    {"padding", kInts | kText, "0", "zeros around the input; 'same' or 'valid'"},
    {"dilation", kInts, "1", "distance between the kernel's elements"},
    {"groups", kInt, "1", "parts of the channels that do not meet"}};
inline constexpr Parameter kMaxPool2dParameters[] = {
    {"kernel_size", kInts, "", "of the window"},
    {"stride", kInts | kNone, "None", "of the window; None: its size"},
    {"padding", kInts, "0", "that never wins, around the input"},
    {"dilation", kInts, "1", "distance between the window's elements"},
    {"ceil_mode", kBool, "False", "a last window that is not whole counts too"},
    {"return_indices", kBool, "False", "gives also where each maximum is"}};
inline constexpr Parameter kAdaptiveParameters[] = {
    {"output_size", kInts | kList, "", "of a plane; None: as the input's"}};

inline constexpr OpType kPlanes[] = {
    {{"conv2d", kConv2dParameters, "input, weight, bias"}, 2, 3, apply_conv2d},
    {{"max_pool2d", kMaxPool2dParameters, "the largest of each window"}, 1, 1, apply_max_pool2d},
    {{"adaptive_avg_pool2d", kAdaptiveParameters, "means of windows, as many as wanted"},
     1,
     1,
     apply_adaptive_avg_pool2d},
};

}  // namespace duramen::ops::table
