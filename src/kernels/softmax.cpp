#include "kernels/softmax.hpp"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/softmax.cpp"
// Must come before highway.h.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/math-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace duramen::kernels::HWY_NAMESPACE {

// Calls op(d, vector index, lanes that count) over a row; the last vector may be short.
template <class T, class Op>
HWY_INLINE void for_row(int64_t cols, const Op& op) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = 0; i < cols; i += lanes) op(d, i, HWY_MIN(lanes, cols - i));
}

// Lanes beyond `count` get `filler`.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_or(D d, const T* from, int64_t count, T filler) {
  if (count == static_cast<int64_t>(hn::Lanes(d))) return hn::LoadU(d, from);
  HWY_ALIGN T lanes[hn::MaxLanes(d)];
  for (size_t i = 0; i < hn::Lanes(d); ++i) {
    lanes[i] = static_cast<int64_t>(i) < count ? from[i] : filler;
  }
  return hn::Load(d, lanes);
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_some(D d, hn::Vec<D> value, T* to, int64_t count) {
  if (count == static_cast<int64_t>(hn::Lanes(d))) return hn::StoreU(value, d, to);
  HWY_ALIGN T lanes[hn::MaxLanes(d)];
  hn::Store(value, d, lanes);
  for (int64_t i = 0; i < count; ++i) to[i] = lanes[i];
}

template <class T>
HWY_INLINE T row_max(const T* x, int64_t cols) {
  constexpr T kLowest = -std::numeric_limits<T>::infinity();
  auto best = hn::Set(hn::ScalableTag<T>(), kLowest);
  auto odd = hn::Zero(hn::ScalableTag<T>());  // NaN once one was seen
  for_row<T>(cols, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    const auto value = load_or(d, x + i, count, kLowest);
    best = hn::Max(best, value);
    odd = hn::IfThenElse(hn::IsNaN(value), value, odd);
  });
  const hn::ScalableTag<T> d;
  const T nan = hn::GetLane(hn::SumOfLanes(d, odd));
  return nan != nan ? nan : hn::GetLane(hn::MaxOfLanes(d, best));
}

// Σ exp(x - largest), kept in `out` when it is given.
template <class T>
HWY_INLINE double row_exp(const T* x, T* out, int64_t cols, T largest) {
  const hn::ScalableTag<T> tag;
  auto sum = hn::Zero(tag);
  double total = 0;
  int64_t since = 0;
  for_row<T>(cols, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    const auto off =
        hn::Sub(load_or(d, x + i, count, -std::numeric_limits<T>::infinity()), hn::Set(d, largest));
    const auto value = exp_of(d, off);
    if (out) store_some(d, value, out + i, count);
    sum = hn::Add(sum, value);
    if (++since == 64) {
      total += hn::GetLane(hn::SumOfLanes(d, sum));
      sum = hn::Zero(d);
      since = 0;
    }
  });
  return total + hn::GetLane(hn::SumOfLanes(tag, sum));
}

template <class T>
HWY_INLINE void forward_row(const SoftmaxJob<T>& job, int64_t row) {
  const T* x = job.in + row * job.cols;
  T* y = job.out + row * job.cols;
  const T largest = row_max(x, job.cols);
  if (job.kind == Softmax::plain) {
    const T scale = static_cast<T>(1 / row_exp(x, y, job.cols, largest));
    for_row<T>(job.cols, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
      store_some(d, hn::Mul(load_or(d, y + i, count, T(0)), hn::Set(d, scale)), y + i, count);
    });
    return;
  }
  T* none = nullptr;
  const T rest = static_cast<T>(std::log(row_exp(x, none, job.cols, largest)));
  for_row<T>(job.cols, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    const auto off = hn::Sub(load_or(d, x + i, count, T(0)), hn::Set(d, largest));
    store_some(d, hn::Sub(off, hn::Set(d, rest)), y + i, count);
  });
}

// plain: dx = y (dy - Σ dy y); logarithm: dx = dy - exp(y) Σ dy.
template <class T>
HWY_INLINE void backward_row(const SoftmaxJob<T>& job, int64_t row) {
  const T* y = job.in + row * job.cols;
  const T* dy = job.dy + row * job.cols;
  T* dx = job.out + row * job.cols;
  const bool plain = job.kind == Softmax::plain;
  double sum = 0;
  for (int64_t i = 0; i < job.cols; ++i) {
    sum += plain ? static_cast<double>(dy[i]) * y[i] : static_cast<double>(dy[i]);
  }
  const T total = static_cast<T>(sum);
  for_row<T>(job.cols, [&](auto d, int64_t i, int64_t count) HWY_ATTR {
    const auto g = load_or(d, dy + i, count, T(0));
    const auto out = load_or(d, y + i, count, T(0));
    const auto all = hn::Set(d, total);
    const auto value =
        plain ? hn::Mul(out, hn::Sub(g, all)) : hn::NegMulAdd(exp_of(d, out), all, g);
    store_some(d, value, dx + i, count);
  });
}

void forward_f32(const SoftmaxJob<float>& job, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) forward_row(job, row);
}
void forward_f64(const SoftmaxJob<double>& job, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) forward_row(job, row);
}
void backward_f32(const SoftmaxJob<float>& job, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) backward_row(job, row);
}
void backward_f64(const SoftmaxJob<double>& job, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) backward_row(job, row);
}

}  // namespace duramen::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace duramen::kernels {
namespace {

template <class T, class Body>
void for_rows(ThreadPool& pool, const SoftmaxJob<T>& job, const Body& body) {
  constexpr int64_t kGrain = int64_t{1} << 14;
  if (job.rows * job.cols < 2 * kGrain) return body(0, job.rows);
  pool.parallel_for(job.rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(1, job.cols)), body);
}

}  // namespace

HWY_EXPORT(forward_f32);
HWY_EXPORT(forward_f64);
HWY_EXPORT(backward_f32);
HWY_EXPORT(backward_f64);

void softmax(ThreadPool& pool, const SoftmaxJob<float>& job) {
  for_rows(pool, job, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(forward_f32)(job, begin, end);
  });
}
void softmax(ThreadPool& pool, const SoftmaxJob<double>& job) {
  for_rows(pool, job, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(forward_f64)(job, begin, end);
  });
}
void softmax_backward(ThreadPool& pool, const SoftmaxJob<float>& job) {
  for_rows(pool, job, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(backward_f32)(job, begin, end);
  });
}
void softmax_backward(ThreadPool& pool, const SoftmaxJob<double>& job) {
  for_rows(pool, job, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(backward_f64)(job, begin, end);
  });
}

}  // namespace duramen::kernels
#endif
