#include "kernels/sgd.hpp"

#include "kernels/sgd_loops.hpp"
#include "kernels/small_float.hpp"
#include "kernels/update_walk.hpp"

namespace duramen::kernels {
namespace {

// About 100 µs of memory traffic.
constexpr int64_t kGrain = 32768;

template <class T>
SgdFactors<T> factors_of(const SgdRule& rule, bool first) noexcept {
  return {static_cast<T>(rule.weight_decay),
          static_cast<T>(rule.momentum),
          static_cast<T>(1 - rule.dampening),
          static_cast<T>(-rule.lr),
          rule.weight_decay != 0,
          rule.nesterov,
          rule.maximize,
          first};
}

void run(const SgdFactors<float>& f, const UpdateArrays<float, 1>& at) noexcept {
  sgd_floats(f, at.parameter, at.grad, at.state[0], at.count);
}
void run(const SgdFactors<double>& f, const UpdateArrays<double, 1>& at) noexcept {
  sgd_doubles(f, at.parameter, at.grad, at.state[0], at.count);
}

// PyTorch rounds after every operation, and the factor of an addition before it, yet not that of
// the product. A product of two of these numbers is exact in float.
template <class T>
void update_small(const SgdFactors<float>& f, T& parameter, T grad_in, T* buffer) noexcept {
  const auto rounded = [](float value) { return T::from(value).value(); };
  const auto add = [&](float a, float b, float factor) { return rounded(a + b * rounded(factor)); };
  const float p = parameter.value();
  float grad = f.maximize ? -grad_in.value() : grad_in.value();
  if (f.has_decay) grad = add(grad, p, f.decay);
  if (buffer) {
    const float b = f.first ? grad : add(rounded(buffer->value() * f.momentum), grad, f.taken);
    *buffer = T::from(b);
    grad = f.nesterov ? add(grad, b, f.momentum) : b;
  }
  parameter = T::from(add(p, grad, f.minus_lr));
}
template <class T>
void run(const SgdFactors<float>& f, const UpdateArrays<T, 1>& at) noexcept {
  for (size_t i = 0; i < at.count; ++i) {
    update_small(f, at.parameter[i], at.grad[i], at.state[0] ? at.state[0] + i : nullptr);
  }
}

template <class T, class F>
void step(ThreadPool& pool, const SgdFactors<F>& f, const UpdateTensors<1>& tensors) {
  update_all<T>(pool, kGrain, tensors, [&](const UpdateArrays<T, 1>& at) { run(f, at); });
}

}  // namespace

void sgd_step(ThreadPool& pool, const SgdRule& rule, Tensor& parameter, const Tensor& grad,
              Tensor* buffer, bool first) {
  const UpdateTensors<1> tensors{parameter, grad, {buffer}, first};
  const Dtype dtype = parameter.dtype();
  if (dtype == Dtype::float64 || dtype == Dtype::complex128) {
    return step<double>(pool, factors_of<double>(rule, first), tensors);
  }
  const auto factors = factors_of<float>(rule, first);
  if (dtype == Dtype::float16) return step<Half>(pool, factors, tensors);
  if (dtype == Dtype::bfloat16) return step<Bfloat16>(pool, factors, tensors);
  step<float>(pool, factors, tensors);
}

}  // namespace duramen::kernels
