// Parameters and gradients of the optimizers' tests: mostly three values again and again, long
// enough for whole vectors and a tail.
#pragma once

#include <cmath>
#include <vector>

#include "autograd/context.hpp"
#include "kernels/copy.hpp"
#include "optim/optimizer.hpp"
#include "support/catch.hpp"

namespace duramen::test {

using Triple = std::vector<double>;

inline constexpr int64_t kCount = 97;

inline TensorRef tensor_of(Context& context, Dtype dtype, const Triple& values) {
  TensorRef out = empty(context.allocator(), Shape{kCount}, dtype);
  for (int64_t i = 0; i < kCount; ++i) {
    kernels::write_double(out->mutable_bytes() + static_cast<size_t>(i) * itemsize(dtype), dtype,
                          values[static_cast<size_t>(i % 3)]);
  }
  return out;
}

inline double element(const Tensor& tensor, int64_t i) {
  const int64_t at = i * tensor.strides()[tensor.rank() - 1];
  return kernels::read_double(tensor.bytes() + static_cast<size_t>(at) * itemsize(tensor.dtype()),
                              tensor.dtype());
}

// The factor of the third value's gradient never changes; those of the others do.
inline Triple gradient(int step) { return {0.75 - step, 0.125 * step, -0.3125}; }

// How far a result may lie from PyTorch's: the last places, since a CPU may lack fused operations.
// None of the types with 16 bits, whose roundings are all there.
inline double tolerance(Dtype dtype, const Triple& expected) {
  double scale = 0;
  for (const double value : expected) scale = std::fmax(scale, std::abs(value));
  return scale * (dtype == Dtype::float64 ? 0x1p-51 : dtype == Dtype::float32 ? 0x1p-22 : 0);
}

// NaN equals NaN.
inline void check_equal(const Tensor& tensor, const Triple& expected) {
  const double limit = tolerance(tensor.dtype(), expected);
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    const double value = expected[static_cast<size_t>(i % 3)];
    const double found = element(tensor, i);
    INFO("element " << i << ": " << found << ", expected " << value);
    const bool both_nan = std::isnan(found) && std::isnan(value);
    CHECK((both_nan || std::abs(found - value) <= limit));
  }
}

inline const Tensor& state_of(const Value& state_dict, std::string_view key, size_t index = 0) {
  return *state_dict.find("state")->item(index)->find(key)->as_tensor();
}

inline TensorRef start_of(Context& context, Dtype dtype) {
  return make_parameter(*tensor_of(context, dtype, {0.5, -1.25, 3.0}), true);
}

inline void take_steps(Context& context, optim::Optimizer& optimizer, const TensorRef& p, int first,
                       int last) {
  for (int step = first; step < last; ++step) {
    p->set_grad(tensor_of(context, p->dtype(), gradient(step)));
    optimizer.step(context);
  }
}

// A large parameter after some steps of an optimizer on so many threads.
inline std::vector<float> trained_on(uint32_t threads, std::string_view text) {
  ContextOptions options;
  options.num_threads = threads;
  Context context(options);
  const int64_t count = 200001;
  const TensorRef p =
      make_parameter(*empty(context.allocator(), Shape{count}, Dtype::float32), true);
  const TensorRef grad = empty(context.allocator(), Shape{count}, Dtype::float32);
  for (int64_t i = 0; i < count; ++i) {
    p->mutable_data<float>()[i] = static_cast<float>(i % 1000) / 7;
    grad->mutable_data<float>()[i] = static_cast<float>(i % 77) / 3;
  }
  p->set_grad(grad);
  const auto optimizer = optim::optimizer_from_text(context, text, {p});
  for (int step = 0; step < 3; ++step) optimizer->step(context);
  return {p->data<float>(), p->data<float>() + count};
}

inline std::string keys_of(const Value& dict) {
  std::string out;
  for (const ValueRef& key : dict.keys()) out += std::string(key->as_text()) + " ";
  return out;
}

}  // namespace duramen::test
