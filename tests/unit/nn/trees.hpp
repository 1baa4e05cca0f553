// Small trees and tensors for the tests of nn.
#pragma once

#include <initializer_list>
#include <string>

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

using test::refusal;

}  // namespace duramen::nn::testing
