#include "kernels/loss.hpp"

#include <cmath>

namespace duramen::kernels {
namespace {

template <class T>
double weight_of(const NllJob<T>& job, int64_t c) noexcept {
  return job.weight ? job.weight[c] : 1;
}

template <class T>
double row_loss(const NllJob<T>& job, int64_t row) noexcept {
  const T* log_p = job.log_p + row * job.cols;
  const int64_t target = job.target[row];
  double loss = -(1 - job.smoothing) * weight_of(job, target) * log_p[target];
  if (job.smoothing > 0) {
    double all = 0;
    for (int64_t c = 0; c < job.cols; ++c) all += weight_of(job, c) * log_p[c];
    loss -= job.smoothing / static_cast<double>(job.cols) * all;
  }
  return loss;
}

template <class T>
void row_gradient(const NllJob<T>& job, int64_t row, double scale, bool through_softmax, T* out) {
  const T* log_p = job.log_p + row * job.cols;
  const int64_t target = job.target[row];
  const double at_target = (1 - job.smoothing) * weight_of(job, target);
  const double spread = job.smoothing / static_cast<double>(job.cols);
  double total = at_target;
  if (job.smoothing > 0) {
    for (int64_t c = 0; c < job.cols; ++c) total += spread * weight_of(job, c);
  }
  for (int64_t c = 0; c < job.cols; ++c) {
    const double q =
        (c == target ? at_target : 0) + (job.smoothing > 0 ? spread * weight_of(job, c) : 0);
    const double p = through_softmax ? total * std::exp(log_p[c]) : 0;
    out[c] = static_cast<T>(scale * (p - q));
  }
}

}  // namespace

template <class T>
NllTotals nll(const NllJob<T>& job, T* losses) noexcept {
  NllTotals totals{0, 0};
  for (int64_t row = 0; row < job.rows; ++row) {
    const bool ignored = job.target[row] == job.ignore_index;
    const double loss = ignored ? 0 : row_loss(job, row);
    if (losses) losses[row] = static_cast<T>(loss);
    totals.loss += loss;
    totals.weight += ignored ? 0 : weight_of(job, job.target[row]);
  }
  return totals;
}

template <class T>
void nll_backward(const NllJob<T>& job, const NllGradient<T>& gradient) noexcept {
  for (int64_t row = 0; row < job.rows; ++row) {
    T* out = gradient.out + row * job.cols;
    if (job.target[row] == job.ignore_index) {
      for (int64_t c = 0; c < job.cols; ++c) out[c] = 0;
      continue;
    }
    const double scale = gradient.factor * gradient.scales[row * gradient.scale_step];
    row_gradient(job, row, scale, gradient.through_softmax, out);
  }
}

template NllTotals nll<float>(const NllJob<float>&, float*) noexcept;
template NllTotals nll<double>(const NllJob<double>&, double*) noexcept;
template void nll_backward<float>(const NllJob<float>&, const NllGradient<float>&) noexcept;
template void nll_backward<double>(const NllJob<double>&, const NllGradient<double>&) noexcept;

}  // namespace duramen::kernels
