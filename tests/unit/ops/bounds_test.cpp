// maximum, minimum, clamp and relu6 where a bound is met, crossed or NaN, as PyTorch 2.15 has it.
#include "support/catch.hpp"
#include "support/refusal.hpp"
#include "unit/ops/numbers.hpp"

namespace duramen {
namespace {

using namespace test;

struct Gradients {
  Values x, low, high;
};

Gradients clamped_by_tensors(const Values& values, double low, double high, double each = 1) {
  Context context;
  const TensorRef x = leaf(context, values);
  const TensorRef lower = leaf(context, Values(values.size(), low));
  const TensorRef upper = leaf(context, Values(values.size(), high));
  back(context, ops::clamp(context, x, lower, upper), each);
  return {grad_of(*x), grad_of(*lower), grad_of(*upper)};
}

}  // namespace

TEST_CASE("a bound that is a number takes no gradient and lets none pass", "[ops][bounds]") {
  Context context;
  const Values values = {-1, 0, 0.5, 1, 2, kNan};
  const auto grad = [&](const TensorRef& low, const TensorRef& high) {
    const TensorRef x = leaf(context, values);
    back(context, ops::clamp(context, x, low, high));
    return grad_of(*x);
  };
  const TensorRef zero = ops::scalar(context, 0);
  const TensorRef one = ops::scalar(context, 1);
  CHECK(grad(zero, one) == Values{0, 0, 1, 0, 0, 0});
  CHECK(grad(zero, nullptr) == Values{0, 0, 1, 1, 1, 0});
  CHECK(grad(nullptr, one) == Values{1, 1, 1, 0, 0, 0});
  CHECK(grad(one, zero) == Values{0, 0, 0, 0, 0, 0});
}

TEST_CASE("bounds that are tensors share ties", "[ops][bounds]") {
  const Values values = {-1, 0, 0.5, 1, 2, kNan};
  const Gradients apart = clamped_by_tensors(values, 0, 1);
  CHECK(apart.x == Values{0, 0.5, 1, 0.5, 0, 1});
  CHECK(apart.low == Values{1, 0.5, 0, 0, 0, 0});
  CHECK(apart.high == Values{0, 0, 0, 0.5, 1, 0});
  const Gradients equal = clamped_by_tensors(values, 1, 1);
  CHECK(equal.x == Values{0, 0, 0, 1, 0, 1});
  CHECK(equal.low == Values{1, 1, 1, 0, 0, 0});
  CHECK(equal.high == Values{0, 0, 0, 0, 1, 0});
  const Gradients crossed = clamped_by_tensors(values, 1, 0);
  CHECK(crossed.x == Values{0, 0, 0, 0, 0, 1});
  CHECK(crossed.low == Values(6, 0));
  CHECK(crossed.high == Values(6, 1));
  const Gradients no_low = clamped_by_tensors(values, kNan, 1);
  CHECK(no_low.x == Values{1, 1, 1, 1, 0, 1});
  CHECK(no_low.high == Values(6, 0));
  const Gradients infinite = clamped_by_tensors({-1, 1, 2, 3}, 0, 2, kInfinity);
  CHECK(infinite.x == Values{0, kInfinity, kInfinity, 0});
  CHECK(infinite.low == Values{kInfinity, 0, 0, 0});
}

TEST_CASE("one bound that is a tensor is a maximum or a minimum", "[ops][bounds]") {
  Context context;
  const Values values = {-1, 0, 1, kNan};
  const TensorRef x = leaf(context, values);
  const TensorRef low = leaf(context, Values(4, 0));
  back(context, ops::clamp(context, x, low, nullptr));
  CHECK(grad_of(*x) == Values{0, 0.5, 1, 1});
  CHECK(grad_of(*low) == Values{1, 0.5, 0, 1});
}

TEST_CASE("maximum and minimum share ties and give all beside a NaN", "[ops][bounds]") {
  Context context;
  for (const auto op : {ops::maximum, ops::minimum}) {
    const TensorRef a = leaf(context, {1, kNan, kNan, 2, kInfinity});
    const TensorRef b = leaf(context, {kNan, 1, kNan, 2, kInfinity});
    back(context, op(context, a, b));
    CHECK(grad_of(*a) == Values{1, 1, 1, 0.5, 0.5});
    CHECK(grad_of(*b) == Values{1, 1, 1, 0.5, 0.5});
  }
  const TensorRef a = leaf(context, {1, 2, 3});
  const TensorRef b = leaf(context, {2, 2, 1});
  back(context, ops::maximum(context, a, b), kInfinity);
  CHECK(grad_of(*a) == Values{0, kInfinity, kInfinity});
  CHECK(grad_of(*b) == Values{kInfinity, kInfinity, 0});
}

TEST_CASE("relu6 stops at its bounds, passes NaN and keeps integers", "[ops][bounds]") {
  Context context;
  const TensorRef x = leaf(context, {-1, 0, 3, 6, 7, kNan, kInfinity, -kInfinity});
  back(context, ops::relu6(context, x));
  CHECK(grad_of(*x) == Values{0, 0, 1, 0, 0, 1, 0, 0});
  const TensorRef whole = ops::relu6(context, tensor(context, {3}, {-1, 3, 8}, Dtype::int64));
  CHECK(whole->dtype() == Dtype::int64);
  CHECK(values_of(*whole) == Values{0, 3, 6});
  CHECK(refusal([&] { ops::relu6(context, tensor(context, {1}, {1}, Dtype::boolean)); }) ==
        "NotImplementedError relu6: Bool inputs not supported for hardtanh");
}

}  // namespace duramen
