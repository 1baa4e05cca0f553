#include "kernels/sgd.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/fixed_vector.hpp"
#include "kernels/sgd_loops.hpp"
#include "kernels/small_float.hpp"

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

void run(const SgdFactors<float>& f, float* p, const float* g, float* b, int64_t n) noexcept {
  sgd_floats(f, p, g, b, static_cast<size_t>(n));
}
void run(const SgdFactors<double>& f, double* p, const double* g, double* b, int64_t n) noexcept {
  sgd_doubles(f, p, g, b, static_cast<size_t>(n));
}

// One element of a strided or small type.
template <class T>
void update(const SgdFactors<T>& f, T& parameter, T grad, T* buffer) noexcept {
  if (f.maximize) grad = -grad;
  if (f.has_decay) grad = std::fma(parameter, f.decay, grad);
  if (buffer) {
    *buffer = f.first ? grad : std::fma(grad, f.taken, *buffer * f.momentum);
    grad = f.nesterov ? std::fma(*buffer, f.momentum, grad) : *buffer;
  }
  parameter = std::fma(grad, f.minus_lr, parameter);
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
void update(const SgdFactors<float>& f, Half& p, Half g, Half* b) noexcept {
  update_small(f, p, g, b);
}
void update(const SgdFactors<float>& f, Bfloat16& p, Bfloat16 g, Bfloat16* b) noexcept {
  update_small(f, p, g, b);
}
template <class T>
void run(const SgdFactors<float>& f, T* p, const T* g, T* b, int64_t n) noexcept {
  for (int64_t i = 0; i < n; ++i) update(f, p[i], g[i], b ? b + i : nullptr);
}

// A dimension of the three operands, in elements of a real type: a complex one is two.
struct Dim {
  int64_t size;
  int64_t parameter;
  int64_t grad;
  int64_t buffer;
};
using Dims = FixedVector<Dim, kMostNested>;

// Requires: not an empty tensor.
Dims joint_dims(const Tensor& parameter, const Tensor& grad, const Tensor* buffer) noexcept {
  const int64_t parts = is_complex(parameter.dtype()) ? 2 : 1;
  Dims dims;
  for (size_t i = 0; i < parameter.rank(); ++i) {
    if (parameter.size(i) == 1) continue;
    dims.push_back({parameter.size(i), parameter.strides()[i] * parts, grad.strides()[i] * parts,
                    buffer ? buffer->strides()[i] * parts : 0});
  }
  if (parts == 2) dims.push_back({2, 1, 1, 1});
  return dims;
}

template <class F, class T>
void strided(const SgdFactors<F>& f, const Dims& dims, int64_t count, T* p, const T* g,
             T* b) noexcept {
  std::array<int64_t, kMostNested> index;
  std::fill_n(index.begin(), dims.size(), 0);
  for (; count > 0; --count) {
    update(f, *p, *g, b);
    for (size_t i = dims.size(); i-- > 0;) {
      const bool carries = ++index[i] == dims[i].size;
      const int64_t steps = carries ? 1 - dims[i].size : 1;
      p += steps * dims[i].parameter;
      g += steps * dims[i].grad;
      if (b) b += steps * dims[i].buffer;
      if (!carries) break;
      index[i] = 0;
    }
  }
}

bool is_flat(const Tensor& parameter, const Tensor& grad, const Tensor* buffer) noexcept {
  if (parameter.is_contiguous()) {
    return grad.is_contiguous() && (!buffer || buffer->is_contiguous());
  }
  return parameter.strides() == grad.strides() &&
         (!buffer || buffer->strides() == parameter.strides()) && is_dense(parameter.layout());
}

template <class F, class T>
void step(ThreadPool& pool, const SgdFactors<F>& f, Tensor& parameter, const Tensor& grad,
          Tensor* buffer) {
  const int64_t count = parameter.numel() * (is_complex(parameter.dtype()) ? 2 : 1);
  if (count == 0) return;
  T* p = parameter.mutable_data<T>();
  const T* g = grad.data<T>();
  T* b = buffer ? buffer->mutable_data<T>() : nullptr;
  if (!is_flat(parameter, grad, buffer)) {
    return strided(f, joint_dims(parameter, grad, buffer), count, p, g, b);
  }
  if (count <= kGrain) return run(f, p, g, b, count);
  pool.parallel_for(count, kGrain, [&](int64_t begin, int64_t end) {
    run(f, p + begin, g + begin, b ? b + begin : nullptr, end - begin);
  });
}

}  // namespace

bool sgd_supports(Dtype dtype) noexcept {
  return dtype == Dtype::float64 || dtype == Dtype::float32 || dtype == Dtype::float16 ||
         dtype == Dtype::bfloat16 || dtype == Dtype::complex64 || dtype == Dtype::complex128;
}

void sgd_step(ThreadPool& pool, const SgdRule& rule, Tensor& parameter, const Tensor& grad,
              Tensor* buffer, bool first) {
  const Dtype dtype = parameter.dtype();
  if (dtype == Dtype::float64 || dtype == Dtype::complex128) {
    return step<double, double>(pool, factors_of<double>(rule, first), parameter, grad, buffer);
  }
  const auto factors = factors_of<float>(rule, first);
  if (dtype == Dtype::float16) return step<float, Half>(pool, factors, parameter, grad, buffer);
  if (dtype == Dtype::bfloat16) {
    return step<float, Bfloat16>(pool, factors, parameter, grad, buffer);
  }
  step<float, float>(pool, factors, parameter, grad, buffer);
}

}  // namespace duramen::kernels
