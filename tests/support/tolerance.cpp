#include "support/tolerance.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/text.hpp"
#include "support/tensors.hpp"

namespace duramen::test {

namespace {

double ulp32(double scale) {
  if (scale <= 0) return 0;
  return std::ldexp(1.0, std::ilogb(scale) - 23);
}

bool same_special(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || (std::isinf(a) && a == b);
}

double largest_error(const std::vector<double>& torch, const std::vector<double>& truth) {
  double largest = 0;
  for (size_t i = 0; i < truth.size(); ++i) {
    if (std::isfinite(truth[i])) largest = std::max(largest, std::abs(torch[i] - truth[i]));
  }
  return largest;
}

double allowed(const Tensor& ours, const Truth& expected) {
  constexpr double kZero = 1e-10;  // below this part of the case, a gradient is rounding only
  if (!is_floating(ours.dtype())) return 0;
  double scale = scale_of(expected.truth);
  if (scale < kZero * expected.case_scale) scale = expected.case_scale;
  if (ours.dtype() == Dtype::float64) return 1e-12 * scale;
  return 2 * largest_error(values_of(expected.torch), values_of(expected.truth)) + 2 * ulp32(scale);
}

std::string first_beyond(const Tensor& ours, const Truth& expected, double limit) {
  const auto got = values_of(ours);
  const auto truth = values_of(expected.truth);
  for (size_t i = 0; i < truth.size(); ++i) {
    if (same_special(got[i], truth[i]) || std::abs(got[i] - truth[i]) <= limit) continue;
    char line[160];
    std::snprintf(line, sizeof line, "element %zu is %.9g, the truth %.9g (allowed ±%.3g)", i,
                  got[i], truth[i], limit);
    return line;
  }
  return "";
}

}  // namespace

double scale_of(const Tensor& tensor) {
  double scale = 0;
  for (const double value : values_of(tensor)) {
    if (std::isfinite(value)) scale = std::max(scale, std::abs(value));
  }
  return scale;
}

std::string difference(const Tensor& ours, const Truth& expected) {
  if (describe(ours) != describe(expected.torch)) {
    return join("is ", describe(ours), ", expected ", describe(expected.torch));
  }
  return first_beyond(ours, expected, allowed(ours, expected));
}

}  // namespace duramen::test
