#include "nn/init.hpp"

#include <cmath>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "kernels/random_fill.hpp"

namespace duramen::nn {
namespace {

TensorRef new_tensor(Context& context, Shape shape, Dtype dtype) {
  for (int64_t size : shape) {
    if (size >= 0) continue;
    throw Error(Code::invalid_argument,
                join("empty: Trying to create tensor with negative dimension ", size, ": ",
                     format_shape(shape)))
        .with("torch_error", "RuntimeError");
  }
  return empty(context.allocator(), std::move(shape), dtype);
}

}  // namespace

void fill(Tensor& tensor, double value) { kernels::fill(tensor, value); }

void uniform(Context& context, Tensor& tensor, double from, double to) {
  kernels::fill_uniform(context.generator(), tensor, from, to, &context.cancel());
}

void normal(Context& context, Tensor& tensor, double mean, double std) {
  kernels::fill_normal(context.generator(), tensor, mean, std);
}

Fans fans_of(const Tensor& tensor) {
  if (tensor.rank() < 2) {
    throw Error(Code::invalid_argument,
                "init: Fan in and fan out can not be computed for tensor with fewer than 2 "
                "dimensions")
        .with("torch_error", "ValueError");
  }
  int64_t receptive = 1;
  for (size_t i = 2; i < tensor.rank(); ++i) receptive *= tensor.size(i);
  return {tensor.size(1) * receptive, tensor.size(0) * receptive};
}

void kaiming_uniform_sqrt5(Context& context, Tensor& tensor) {
  if (tensor.numel() == 0) {
    context.log().write(LogLevel::warning, "init: Initializing zero-element tensors is a no-op");
    return;
  }
  // Not simplified to 1/√fan_in: in float64 the two differ for most fans.
  const double slope = std::sqrt(5.0);
  const double gain = std::sqrt(2.0 / (1 + slope * slope));
  const double std = gain / std::sqrt(static_cast<double>(fans_of(tensor).in));
  const double bound = std::sqrt(3.0) * std;
  uniform(context, tensor, -bound, bound);
}

void uniform_by_fan_in(Context& context, Tensor& tensor, int64_t fan_in) {
  if (fan_in <= 0) return uniform(context, tensor, 0, 0);
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  uniform(context, tensor, -bound, bound);
}

void reset_weight_and_bias(Context& context, const Module& module) {
  const TensorRef* weight = module.parameters().find("weight");
  const TensorRef* bias = module.parameters().find("bias");
  if (!weight || !*weight) return;
  kaiming_uniform_sqrt5(context, **weight);
  if (bias && *bias) uniform_by_fan_in(context, **bias, fans_of(**weight).in);
}

void reset_scale_and_shift(const Module& module) {
  const TensorRef* weight = module.parameters().find("weight");
  const TensorRef* bias = module.parameters().find("bias");
  if (weight && *weight) fill(**weight, 1);
  if (bias && *bias) fill(**bias, 0);
}

namespace {

double xavier_std(const Tensor& tensor, double gain) {
  const Fans fans = fans_of(tensor);
  if (fans.in + fans.out == 0) {
    throw Error(Code::invalid_argument, join("init: float division by zero (both fans of ",
                                             format_shape(tensor.shape()), " are 0)"))
        .with("torch_error", "ZeroDivisionError");
  }
  return gain * std::sqrt(2.0 / static_cast<double>(fans.in + fans.out));
}

}  // namespace

void xavier_uniform(Context& context, Tensor& tensor, double gain) {
  const double bound = std::sqrt(3.0) * xavier_std(tensor, gain);
  uniform(context, tensor, -bound, bound);
}

void xavier_normal(Context& context, Tensor& tensor, double gain) {
  normal(context, tensor, 0, xavier_std(tensor, gain));
}

TensorRef new_parameter(Context& context, Shape shape, Dtype dtype, bool requires_grad) {
  return make_parameter(*new_tensor(context, std::move(shape), dtype), requires_grad);
}

TensorRef new_buffer(Context& context, Shape shape, Dtype dtype, double value) {
  for (const int64_t size : shape) {
    if (size >= 0) continue;
    throw Error(Code::invalid_argument, "zeros: Dimension size must be non-negative.")
        .with("torch_error", "RuntimeError");
  }
  TensorRef out = new_tensor(context, std::move(shape), dtype);
  fill(*out, value);
  return out;
}

}  // namespace duramen::nn
