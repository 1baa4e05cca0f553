#include "kernels/sgd_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sgd_loops.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D, class V = hn::Vec<D>>
struct Values {
  V parameter;
  V grad;
  V buffer;
};

// Each MulAdd stands for one tensor operation of PyTorch.
template <bool kMomentum, class D, class T = hn::TFromD<D>>
HWY_INLINE void update(D d, const SgdFactors<T>& f, Values<D>& at) {
  if (f.maximize) at.grad = hn::Neg(at.grad);
  if (f.has_decay) at.grad = hn::MulAdd(at.parameter, hn::Set(d, f.decay), at.grad);
  if (kMomentum) {
    const auto momentum = hn::Set(d, f.momentum);
    at.buffer =
        f.first ? at.grad : hn::MulAdd(at.grad, hn::Set(d, f.taken), hn::Mul(at.buffer, momentum));
    at.grad = f.nesterov ? hn::MulAdd(at.buffer, momentum, at.grad) : at.buffer;
  }
  at.parameter = hn::MulAdd(at.grad, hn::Set(d, f.minus_lr), at.parameter);
}

template <bool kMomentum, class T>
HWY_INLINE void update_all(const SgdFactors<T>& f, T* HWY_RESTRICT parameter,
                           const T* HWY_RESTRICT grad, T* HWY_RESTRICT buffer, size_t count) {
  using D = hn::ScalableTag<T>;
  const D d;
  const size_t step = hn::Lanes(d);
  size_t i = 0;
  for (; i + step <= count; i += step) {
    Values<D> at{hn::LoadU(d, parameter + i), hn::LoadU(d, grad + i), hn::Zero(d)};
    if (kMomentum && !f.first) at.buffer = hn::LoadU(d, buffer + i);
    update<kMomentum>(d, f, at);
    if (kMomentum) hn::StoreU(at.buffer, d, buffer + i);
    hn::StoreU(at.parameter, d, parameter + i);
  }
  if (i == count) return;
  const auto rest = hn::FirstN(d, count - i);
  Values<D> at{hn::MaskedLoad(rest, d, parameter + i), hn::MaskedLoad(rest, d, grad + i),
               hn::Zero(d)};
  if (kMomentum && !f.first) at.buffer = hn::MaskedLoad(rest, d, buffer + i);
  update<kMomentum>(d, f, at);
  if (kMomentum) hn::BlendedStore(at.buffer, rest, d, buffer + i);
  hn::BlendedStore(at.parameter, rest, d, parameter + i);
}

template <class T>
HWY_INLINE void loop(const SgdFactors<T>& f, T* parameter, const T* grad, T* buffer, size_t count) {
  if (buffer) {
    update_all<true>(f, parameter, grad, buffer, count);
  } else {
    update_all<false>(f, parameter, grad, buffer, count);
  }
}

void sgd_floats_loop(const SgdFactors<float>& f, float* parameter, const float* grad, float* buffer,
                     size_t count) {
  loop(f, parameter, grad, buffer, count);
}
void sgd_doubles_loop(const SgdFactors<double>& f, double* parameter, const double* grad,
                      double* buffer, size_t count) {
  loop(f, parameter, grad, buffer, count);
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {

HWY_EXPORT(sgd_floats_loop);
HWY_EXPORT(sgd_doubles_loop);

void sgd_floats(const SgdFactors<float>& factors, float* parameter, const float* grad,
                float* buffer, size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(sgd_floats_loop)(factors, parameter, grad, buffer, count);
}
void sgd_doubles(const SgdFactors<double>& factors, double* parameter, const double* grad,
                 double* buffer, size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(sgd_doubles_loop)(factors, parameter, grad, buffer, count);
}

}  // namespace duramen::kernels
#endif
