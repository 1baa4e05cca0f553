// Small trees and tensors for the tests of nn.
#pragma once

#include <initializer_list>
#include <string>

#include "nn/module.hpp"

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

// "KeyError text" of what `body` throws; empty when it does not.
template <class Body>
std::string refusal(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    const std::string* torch = error.record()->detail("torch_error");
    return (torch ? *torch + " " : "") + error.message();
  }
  return "";
}

}  // namespace duramen::nn::testing
