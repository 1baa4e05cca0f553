#include <cmath>
#include <limits>

#include "autograd/backward.hpp"
#include "ops/ops.hpp"
#include "support/catch.hpp"
#include "support/refusal.hpp"
#include "support/tensors.hpp"

namespace duramen {
namespace {

using test::make_tensor;
using test::values_of;
using Values = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TensorRef line(Context& context, Dtype dtype, double from, double to, int64_t count) {
  Values values;
  for (int64_t i = 0; i < count; ++i) {
    values.push_back(from + (to - from) * double(i) / double(count - 1));
  }
  return make_tensor(context, Shape{count}, dtype, values);
}

double cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }
double density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0)); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double tanh_gate(double x) {
  return sigmoid(2 * std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x));
}

// The largest error of op(x) in parts of the true value, over x where that is not tiny.
template <class Op, class Truth>
double relative_error(const TensorRef& x, const Op& op, const Truth& truth) {
  const Values at = values_of(*x);
  const Values got = values_of(*op(x));
  double largest = 0;
  for (size_t i = 0; i < at.size(); ++i) {
    const double expected = truth(at[i]);
    if (std::abs(expected) < 1e-37) continue;
    largest = std::max(largest, std::abs(got[i] - expected) / std::abs(expected));
  }
  return largest;
}

TensorRef gradient_of(Context& context, const TensorRef& x,
                      TensorRef (*op)(Context&, const TensorRef&)) {
  const TensorRef leaf = alias(*x);
  leaf->set_requires_grad(true);
  backward(context, ops::sum(context, op(context, leaf)), nullptr);
  return leaf->grad();
}

}  // namespace

TEST_CASE("gelu keeps its relative precision on both sides", "[ops][activation]") {
  Context context;
  const auto gelu = [&](const TensorRef& x) { return ops::gelu(context, x); };
  const auto truth = [](double x) { return x * cdf(x); };
  CHECK(relative_error(line(context, Dtype::float32, -4, 9, 20001), gelu, truth) < 2e-6);
  CHECK(relative_error(line(context, Dtype::float32, -1, 9, 20001), gelu, truth) < 4e-7);
  CHECK(relative_error(line(context, Dtype::float64, -5, 9, 20001), gelu, truth) < 1e-14);
  const auto by_tanh = [&](const TensorRef& x) { return ops::gelu(context, x, "tanh"); };
  const auto tanh_truth = [](double x) { return x * tanh_gate(x); };
  CHECK(relative_error(line(context, Dtype::float32, -3, 9, 20001), by_tanh, tanh_truth) < 2e-6);
  CHECK(relative_error(line(context, Dtype::float64, -3, 9, 20001), by_tanh, tanh_truth) < 1e-14);
}

TEST_CASE("the derivatives of gelu and silu are near the truth", "[ops][activation]") {
  Context context;
  const TensorRef x = line(context, Dtype::float32, -9, 9, 4001);
  const Values at = values_of(*x);
  const Values gelu = values_of(
      *gradient_of(context, x, [](Context& c, const TensorRef& a) { return ops::gelu(c, a); }));
  const Values silu = values_of(
      *gradient_of(context, x, [](Context& c, const TensorRef& a) { return ops::silu(c, a); }));
  for (size_t i = 0; i < at.size(); ++i) {
    const double s = sigmoid(at[i]);
    CHECK(std::abs(gelu[i] - (cdf(at[i]) + at[i] * density(at[i]))) < 3e-7);
    CHECK(std::abs(silu[i] - s * (1 + at[i] * (1 - s))) < 3e-7);
  }
}

TEST_CASE("the limits of gelu and silu", "[ops][activation]") {
  Context context;
  const TensorRef ends =
      make_tensor(context, Shape{4}, Dtype::float32, Values{kInfinity, -kInfinity, -100, 0});
  for (const char* form : {"none", "tanh"}) {
    const Values got = values_of(*ops::gelu(context, ends, form));
    CHECK(got[0] == kInfinity);
    CHECK(std::isnan(got[1]));
    CHECK(got[2] == 0);
    CHECK(got[3] == 0);
  }
  const Values got = values_of(*ops::silu(context, ends));
  CHECK(got[0] == kInfinity);
  CHECK(std::isnan(got[1]));
  CHECK(std::abs(got[2]) < 1e-40);
}

TEST_CASE("gelu and silu are for floats", "[ops][activation]") {
  Context context;
  const TensorRef whole = make_tensor(context, Shape{1}, Dtype::int64, Values{1});
  const TensorRef half = make_tensor(context, Shape{1}, Dtype::bfloat16, Values{1});
  CHECK(test::refusal([&] { ops::gelu(context, whole); }) ==
        "NotImplementedError gelu: \"GeluKernelImpl\" not implemented for 'Long'");
  CHECK(test::refusal([&] { ops::silu(context, whole); }) ==
        "NotImplementedError silu: \"silu_cpu\" not implemented for 'Long'");
  CHECK(test::refusal([&] { ops::gelu(context, half, "erf"); }) ==
        "RuntimeError gelu: approximate argument must be either none or tanh (got 'erf')");
  CHECK(ops::gelu(context, half)->dtype() == Dtype::bfloat16);
}

}  // namespace duramen
