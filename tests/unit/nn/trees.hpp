// Small trees and tensors for the tests of nn.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "nn/module.hpp"
#include "support/refusal.hpp"

namespace duramen::nn::testing {

// float32 counting from `start`.
inline TensorRef tensor(std::initializer_list<int64_t> shape, float start = 0) {
  TensorRef out = empty(make<Allocator>(), Shape(shape), Dtype::float32);
  for (int64_t i = 0; i < out->numel(); ++i) out->mutable_data<float>()[i] = start + float(i);
  return out;
}

inline TensorRef parameter(std::initializer_list<int64_t> shape, float start = 0) {
  return make_parameter(*tensor(shape, start), true);
}

inline std::vector<float> values(const Tensor& tensor) {
  std::vector<float> out(static_cast<size_t>(tensor.numel()));
  copy_to_bytes(tensor, reinterpret_cast<std::byte*>(out.data()));
  return out;
}

// The arguments that a class needs where the kinds of its parameters do not say it; else empty.
inline std::string_view example_arguments(std::string_view class_name) {
  constexpr std::pair<std::string_view, std::string_view> kExamples[] = {
      {"AdaptiveLogSoftmaxWithLoss", "8, 10, [3, 6]"},
      {"InstanceNorm1d", "4, affine=True"},
      {"InstanceNorm2d", "4, affine=True"},
      {"InstanceNorm3d", "4, affine=True"},
      {"Sequential", "Linear(2, 2), ReLU()"},
      {"ModuleList", "[Linear(2, 2), None]"},
      {"ModuleDict", "{'a': Linear(2, 2), 'b c': ReLU()}"},
      {"ParameterList", "[Parameter(zeros(2, 3)), Parameter(zeros(1))]"},
      {"ParameterDict", "{'a': Parameter(zeros(2, 3)), 'b': Parameter(zeros(1))}"},
      {"FractionalMaxPool2d", "kernel_size=2, output_size=3"},
      {"FractionalMaxPool3d", "kernel_size=2, output_ratio=0.5"},
      {"Unflatten", "dim=1, unflattened_size=(2, 3)"},
      {"RNNBase", "'GRU', 4, 4"},
      {"RNNCellBase", "4, 4, True, 4"},
      {"MultiheadAttention", "4, 2"},
      {"TransformerEncoderLayer", "4, 2, 3"},
      {"TransformerDecoderLayer", "4, 2, 3"},
      {"TransformerEncoder", "TransformerEncoderLayer(4, 2, 3), 2, LayerNorm(4)"},
      {"TransformerDecoder", "ReLU(), num_layers=2"},
      {"Transformer", "4, 2, 1, 2, 3"},
      {"Container", "a=ReLU()"},
      {"DataParallel", "ReLU()"},
  };
  for (const auto& [name, arguments] : kExamples) {
    if (name == class_name) return arguments;
  }
  return "";
}

using test::refusal;

}  // namespace duramen::nn::testing
