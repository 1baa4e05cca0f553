#include "kernels/sgd.hpp"

#include "kernels/sgd_loops.hpp"
#include "kernels/update_walk.hpp"

namespace duramen::kernels {
namespace {

// About 100 µs of memory traffic.
constexpr int64_t kGrain = 32768;

template <class T>
SgdFactors<T> factors_of(const SgdRule& rule, bool first) noexcept {
  return {static_cast<T>(rule.weight_decay),
          static_cast<T>(rule.momentum),
          static_cast<T>(rule.momentum),
          static_cast<T>(1 - rule.dampening),
          static_cast<T>(-rule.lr),
          rule.weight_decay != 0,
          rule.nesterov,
          rule.maximize,
          first};
}

template <class T>
SgdFactors<float> with_rounded_terms(SgdFactors<float> f) noexcept {
  for (float* factor : {&f.decay, &f.ahead, &f.taken, &f.minus_lr}) {
    *factor = T::from(*factor).value();
  }
  return f;
}

void run(const SgdFactors<float>& f, const UpdateArrays<float, 1>& at) noexcept {
  sgd_floats(f, at);
}
void run(const SgdFactors<double>& f, const UpdateArrays<double, 1>& at) noexcept {
  sgd_doubles(f, at);
}
void run(const SgdFactors<float>& f, const UpdateArrays<Half, 1>& at) noexcept {
  sgd_halves(with_rounded_terms<Half>(f), at);
}
void run(const SgdFactors<float>& f, const UpdateArrays<Bfloat16, 1>& at) noexcept {
  sgd_bfloats(with_rounded_terms<Bfloat16>(f), at);
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
