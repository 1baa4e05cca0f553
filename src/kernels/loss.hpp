// The negative log likelihood of class indices over rows of log-probabilities, with class weights
// and label smoothing, and its gradient with respect to the scores before the log-softmax.
#pragma once

#include <cstdint>

namespace duramen::kernels {

// One row counts for  q = (1 - smoothing) · w[target] at the target, + smoothing / cols · w[c] at
// every class c;  loss = -Σ q[c] · log_p[c].  Rows whose target is ignored count for nothing.
template <class T>
struct NllJob {
  int64_t rows;
  int64_t cols;
  const T* log_p;
  const int64_t* target;
  const T* weight;  // may be null: ones
  int64_t ignore_index;
  double smoothing;
};

// Each row's loss into `losses` (may be null); the sum, and the sum of the targets' weights.
struct NllTotals {
  double loss;
  double weight;
};
template <class T>
NllTotals nll(const NllJob<T>& job, T* losses) noexcept;

// out[row][c] = scale(row) · (Σ q · p[c] - q[c]) through the log-softmax, or -scale(row) · q[c]
// without. scale(row) = scales[row · scale_step].
template <class T>
struct NllGradient {
  const T* scales;
  int64_t scale_step;  // 0: one for all rows
  double factor;       // multiplies every scale
  bool through_softmax;
  T* out;
};
template <class T>
void nll_backward(const NllJob<T>& job, const NllGradient<T>& gradient) noexcept;

extern template NllTotals nll<float>(const NllJob<float>&, float*) noexcept;
extern template NllTotals nll<double>(const NllJob<double>&, double*) noexcept;
extern template void nll_backward<float>(const NllJob<float>&, const NllGradient<float>&) noexcept;
extern template void nll_backward<double>(const NllJob<double>&,
                                          const NllGradient<double>&) noexcept;

}  // namespace duramen::kernels
