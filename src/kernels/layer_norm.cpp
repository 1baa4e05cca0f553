#include "kernels/layer_norm.hpp"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/layer_norm.cpp"
// Must come before highway.h.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/rows-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

// A row's mean, split into the part that T holds and the rest, and 1 / σ.
template <class T>
struct Center {
  T middle;
  T scale;
  T shift;  // -rest · scale

  Center(double mean, double inverse_std)
      : middle(static_cast<T>(mean)),
        scale(static_cast<T>(inverse_std)),
        shift(static_cast<T>((static_cast<double>(middle) - mean) * inverse_std)) {}

  // (x - mean) / σ
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE V normal(D d, V x) const {
    return hn::MulAdd(hn::Sub(x, hn::Set(d, middle)), hn::Set(d, scale), hn::Set(d, shift));
  }
};

template <class T>
HWY_INLINE Center<T> settle_row(const LayerNormForward<T>& job, int64_t row) {
  const T* x = job.x + row * job.cols;
  const auto count = static_cast<double>(job.cols);
  const double sum = row_sum<T>(job.cols, [&](auto d, int64_t i, int64_t lanes)
                                              HWY_ATTR { return load_or(d, x + i, lanes, T(0)); });
  const T middle = static_cast<T>(sum / count);
  const RowSums moments = row_sums<T>(
      job.cols, [&](auto d, int64_t i, int64_t lanes, auto& first, auto& second) HWY_ATTR {
        const auto off = hn::Sub(load_or(d, x + i, lanes, middle), hn::Set(d, middle));
        first = hn::Add(first, off);
        second = hn::MulAdd(off, off, second);
      });
  const double variance = (moments.second - moments.first * moments.first / count) / count;
  job.mean[row] = middle + moments.first / count;
  job.inverse_std[row] = 1 / std::sqrt((variance < 0 ? 0 : variance) + job.eps);  // NaN stays
  return Center<T>(job.mean[row], job.inverse_std[row]);
}

template <class T>
HWY_INLINE void forward_row(const LayerNormForward<T>& job, int64_t row) {
  const Center<T> center = settle_row(job, row);
  const T* x = job.x + row * job.cols;
  T* y = job.y + row * job.cols;
  for_row<T>(job.cols, [&](auto d, int64_t i, int64_t lanes) HWY_ATTR {
    auto value = center.normal(d, load_or(d, x + i, lanes, T(0)));
    if (job.weight) value = hn::Mul(value, load_or(d, job.weight + i, lanes, T(0)));
    if (job.bias) value = hn::Add(value, load_or(d, job.bias + i, lanes, T(0)));
    store_some(d, value, y + i, lanes);
  });
}

template <class T>
HWY_INLINE void add_to(T* sums, int64_t cols, const T* x, const T* dy, const Center<T>& center) {
  T* weight_part = sums;
  T* bias_part = sums + cols;
  for_row<T>(cols, [&](auto d, int64_t i, int64_t lanes) HWY_ATTR {
    const auto g = load_or(d, dy + i, lanes, T(0));
    const auto normal = center.normal(d, load_or(d, x + i, lanes, T(0)));
    const auto weights = hn::MulAdd(g, normal, load_or(d, weight_part + i, lanes, T(0)));
    store_some(d, weights, weight_part + i, lanes);
    store_some(d, hn::Add(g, load_or(d, bias_part + i, lanes, T(0))), bias_part + i, lanes);
  });
}

// dx = (g - mean(g) - n mean(g n)) / σ, g = dy · weight, n = (x - mean) / σ.
template <class T>
HWY_INLINE void backward_row(const LayerNormBackward<T>& job, int64_t row, T* parts) {
  const T* x = job.x + row * job.cols;
  const T* dy = job.dy + row * job.cols;
  const Center<T> center(job.mean[row], job.inverse_std[row]);
  if (parts) add_to(parts, job.cols, x, dy, center);
  if (!job.dx) return;
  T* dx = job.dx + row * job.cols;
  const auto gradient = [&](auto d, int64_t i, int64_t lanes) HWY_ATTR {
    const auto g = load_or(d, dy + i, lanes, T(0));
    return job.weight ? hn::Mul(g, load_or(d, job.weight + i, lanes, T(0))) : g;
  };
  const RowSums sums = row_sums<T>(
      job.cols, [&](auto d, int64_t i, int64_t lanes, auto& first, auto& second) HWY_ATTR {
        const auto g = gradient(d, i, lanes);
        first = hn::Add(first, g);
        second = hn::MulAdd(g, center.normal(d, load_or(d, x + i, lanes, T(0))), second);
      });
  const auto count = static_cast<double>(job.cols);
  const T scale = static_cast<T>(job.inverse_std[row]);
  const T mean_gradient = static_cast<T>(sums.first / count);
  const T mean_product = static_cast<T>(sums.second / count);
  for_row<T>(job.cols, [&](auto d, int64_t i, int64_t lanes) HWY_ATTR {
    const auto normal = center.normal(d, load_or(d, x + i, lanes, T(0)));
    const auto off = hn::Sub(gradient(d, i, lanes), hn::Set(d, mean_gradient));
    const auto value = hn::NegMulAdd(normal, hn::Set(d, mean_product), off);
    store_some(d, hn::Mul(value, hn::Set(d, scale)), dx + i, lanes);
  });
}

void forward_f32(const LayerNormForward<float>& job, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) forward_row(job, row);
}
void forward_f64(const LayerNormForward<double>& job, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) forward_row(job, row);
}
void backward_f32(const LayerNormBackward<float>& job, int64_t begin, int64_t end, float* parts) {
  for (int64_t row = begin; row < end; ++row) backward_row(job, row, parts);
}
void backward_f64(const LayerNormBackward<double>& job, int64_t begin, int64_t end, double* parts) {
  for (int64_t row = begin; row < end; ++row) backward_row(job, row, parts);
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {
namespace {

constexpr int64_t kGrain = int64_t{1} << 15;  // elements

int64_t rows_of_block(int64_t cols) noexcept { return std::clamp<int64_t>(kGrain / cols, 8, 64); }

// Calls body(begin, end) for runs of units that depend on the shape only.
template <class Body>
void for_units(ThreadPool& pool, int64_t units, int64_t elements, const Body& body) {
  if (units == 0) return;
  if (elements < 2 * kGrain) return body(0, units);
  pool.parallel_for(units, std::max<int64_t>(1, kGrain * units / elements), body);
}

// run(begin, end, parts) for each block of rows.
template <class T, class Run>
void for_blocks(ThreadPool& pool, const LayerNormBackward<T>& job, const Run& run) {
  const int64_t block = rows_of_block(job.cols);
  const int64_t blocks = layer_norm_blocks(job.rows, job.cols);
  for_units(pool, blocks, job.rows * job.cols, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      T* parts = job.parts ? job.parts + b * 2 * job.cols : nullptr;
      if (parts) std::fill_n(parts, 2 * job.cols, T(0));
      run(b * block, std::min(job.rows, (b + 1) * block), parts);
    }
  });
}

}  // namespace

HWY_EXPORT(forward_f32);
HWY_EXPORT(forward_f64);
HWY_EXPORT(backward_f32);
HWY_EXPORT(backward_f64);

int64_t layer_norm_blocks(int64_t rows, int64_t cols) noexcept {
  const int64_t block = rows_of_block(cols);
  return (rows + block - 1) / block;
}

void layer_norm(ThreadPool& pool, const LayerNormForward<float>& job) {
  for_units(pool, job.rows, job.rows * job.cols, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(forward_f32)(job, begin, end);
  });
}
void layer_norm(ThreadPool& pool, const LayerNormForward<double>& job) {
  for_units(pool, job.rows, job.rows * job.cols, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(forward_f64)(job, begin, end);
  });
}
void layer_norm_backward(ThreadPool& pool, const LayerNormBackward<float>& job) {
  for_blocks(pool, job, [&](int64_t begin, int64_t end, float* parts) {
    HWY_DYNAMIC_DISPATCH(backward_f32)(job, begin, end, parts);
  });
}
void layer_norm_backward(ThreadPool& pool, const LayerNormBackward<double>& job) {
  for_blocks(pool, job, [&](int64_t begin, int64_t end, double* parts) {
    HWY_DYNAMIC_DISPATCH(backward_f64)(job, begin, end, parts);
  });
}

}  // namespace duramen::kernels
#endif
