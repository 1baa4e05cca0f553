#include "kernels/adam.hpp"

#include <cmath>

#include "kernels/adam_loops.hpp"

namespace duramen::kernels {
namespace {

// About 50 µs of memory traffic.
constexpr int64_t kGrain = 16384;

template <class T>
AdamFactors<T> factors_of(const AdamRule& rule, double count, bool first) noexcept {
  const T weight = static_cast<T>(1 - rule.beta1);
  const bool from_grad = !(std::abs(weight) < T(0.5));
  const bool has_decay = rule.weight_decay != 0;
  return {static_cast<T>(1 - rule.lr * rule.weight_decay),
          static_cast<T>(rule.weight_decay),
          from_grad ? weight - 1 : weight,
          static_cast<T>(rule.beta2),
          static_cast<T>(1 - rule.beta2),
          static_cast<T>(std::pow(1 - std::pow(rule.beta2, count), 0.5)),
          static_cast<T>(rule.eps),
          static_cast<T>(-(rule.lr / (1 - std::pow(rule.beta1, count)))),
          has_decay && rule.decoupled,
          has_decay && !rule.decoupled,
          from_grad,
          rule.maximize,
          first};
}

void run(const AdamFactors<float>& f, const UpdateArrays<float, 3>& at) noexcept {
  adam_floats(f, at);
}
void run(const AdamFactors<double>& f, const UpdateArrays<double, 3>& at) noexcept {
  adam_doubles(f, at);
}
// Of the factors, PyTorch rounds that of an addition alone.
void run(AdamFactors<float> f, const UpdateArrays<Half, 3>& at) noexcept {
  f.decay = Half::from(f.decay).value();
  adam_halves(f, at);
}
void run(AdamFactors<float> f, const UpdateArrays<Bfloat16, 3>& at) noexcept {
  f.decay = Bfloat16::from(f.decay).value();
  adam_bfloats(f, at);
}

template <class T, class F>
void step(ThreadPool& pool, const AdamFactors<F>& f, const UpdateTensors<3>& tensors) {
  update_all<T>(pool, kGrain, tensors, [&](const UpdateArrays<T, 3>& at) { run(f, at); });
}

}  // namespace

void adam_step(ThreadPool& pool, const AdamRule& rule, double count,
               const UpdateTensors<3>& tensors) {
  const Dtype dtype = tensors.parameter.dtype();
  if (dtype == Dtype::float64 || dtype == Dtype::complex128) {
    return step<double>(pool, factors_of<double>(rule, count, tensors.first), tensors);
  }
  const auto factors = factors_of<float>(rule, count, tensors.first);
  if (dtype == Dtype::float16) return step<Half>(pool, factors, tensors);
  if (dtype == Dtype::bfloat16) return step<Bfloat16>(pool, factors, tensors);
  step<float>(pool, factors, tensors);
}

}  // namespace duramen::kernels
