#include <cmath>
#include <limits>

#include "autograd/backward.hpp"
#include "kernels/random_fill.hpp"
#include "ops/ops.hpp"
#include "support/catch.hpp"
#include "support/tensors.hpp"
#include "support/warnings.hpp"

namespace duramen {
namespace {

using test::values_of;
using Values = std::vector<double>;

TensorRef random(Context& context, const Shape& shape, Dtype dtype) {
  TensorRef out = empty(context.allocator(), shape, dtype);
  kernels::fill_normal(context.generator(), *out, 0, 3);
  return out;
}

// Along the middle one of three dimensions, in double.
Values expected_softmax(const TensorRef& x) {
  const Values in = values_of(*x);
  Values out(in.size());
  const auto outer = size_t(x->size(0)), cols = size_t(x->size(1)), inner = size_t(x->size(2));
  for (size_t o = 0; o < outer; ++o) {
    for (size_t i = 0; i < inner; ++i) {
      const auto at = [&](size_t c) { return (o * cols + c) * inner + i; };
      double sum = 0;
      for (size_t c = 0; c < cols; ++c) sum += std::exp(in[at(c)]);
      for (size_t c = 0; c < cols; ++c) out[at(c)] = std::exp(in[at(c)]) / sum;
    }
  }
  return out;
}

double largest_difference(const Values& a, const Values& b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

Values logarithms(Values values) {
  for (double& value : values) value = std::log(value);
  return values;
}

}  // namespace

TEST_CASE("softmax along any dimension agrees with a plain loop", "[ops][softmax]") {
  Context context;
  const Shape shapes[] = {{3, 7, 1},    {2, 1, 5},    {2, 130, 3}, {1, 9, 300},
                          {2, 70, 257}, {5, 2000, 1}, {0, 3, 2}};
  for (const Shape& shape : shapes) {
    for (const Dtype dtype : {Dtype::float32, Dtype::float64}) {
      const double limit = dtype == Dtype::float32 ? 2e-6 : 1e-13;
      const TensorRef x = random(context, shape, dtype);
      const Values truth = expected_softmax(x);
      CHECK(largest_difference(values_of(*ops::softmax(context, x, 1)), truth) < limit);
      CHECK(largest_difference(values_of(*ops::log_softmax(context, x, 1)), logarithms(truth)) <
            8 * limit);
    }
  }
}

TEST_CASE("NaN and infinities go through softmax as in PyTorch", "[ops][softmax]") {
  Context context;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double nan = std::nan("");
  const Values rows = {1, nan, 2, -kInfinity, 0, 0, kInfinity, 0, 1};
  const TensorRef x = test::make_tensor(context, Shape{3, 3}, Dtype::float32, rows);
  for (const TensorRef& out :
       {ops::softmax(context, x, 1),
        ops::transpose(context, ops::softmax(context, ops::transpose(context, x, 0, 1), 0), 0,
                       1)}) {
    const Values got = values_of(*out);
    for (size_t i : {0, 1, 2, 6}) CHECK(std::isnan(got[i]));
    CHECK(got[3] == 0);
    CHECK(got[4] == 0.5);
  }
}

TEST_CASE("softmax has the same bits on any number of threads", "[ops][softmax]") {
  const auto all = [](uint32_t threads) {
    ContextOptions options;
    options.num_threads = threads;
    Context context(options);
    Values out;
    for (const int64_t dim : {0, 1}) {
      const TensorRef x = random(context, Shape{300, 400}, Dtype::float32);
      x->set_requires_grad(true);
      const TensorRef y = ops::log_softmax(context, ops::softmax(context, x, dim), dim);
      backward(context, ops::sum(context, ops::mul(context, y, y)), nullptr);
      for (const TensorRef& part : {y, x->grad()}) {
        const Values values = values_of(*part);
        out.insert(out.end(), values.begin(), values.end());
      }
    }
    return out;
  };
  CHECK(all(1) == all(3));
}

TEST_CASE("softmax without a dimension chooses one and says so", "[ops][softmax]") {
  Context context;
  const test::Warnings warnings(context);
  const TensorRef cube = random(context, Shape{2, 3, 4}, Dtype::float32);
  const TensorRef flat = random(context, Shape{2, 3}, Dtype::float32);
  const auto same = [](const TensorRef& a, const TensorRef& b) {
    return values_of(*a) == values_of(*b);
  };
  CHECK(same(ops::softmax(context, cube, std::nullopt), ops::softmax(context, cube, 0)));
  CHECK(same(ops::log_softmax(context, flat, std::nullopt), ops::log_softmax(context, flat, 1)));
  CHECK(same(ops::softmin(context, flat, std::nullopt), ops::softmin(context, flat, 1)));
  REQUIRE(warnings.lines().size() == 3);
  CHECK(warnings.lines()[0] ==
        "softmax: Implicit dimension choice for softmax has been deprecated. Change the call to "
        "include dim=X as an argument.");
  CHECK(warnings.lines()[2].starts_with("softmin: "));
}

}  // namespace duramen
