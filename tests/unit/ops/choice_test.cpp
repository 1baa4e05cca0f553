#include "support/catch.hpp"
#include "support/refusal.hpp"
#include "unit/ops/numbers.hpp"

namespace duramen {

using namespace test;

TEST_CASE("floor_divide computes, but has no derivative", "[ops][choice]") {
  Context context;
  const TensorRef x = leaf(context, {5, -5});
  const TensorRef out = ops::floor_divide(context, x, ops::scalar(context, 2));
  CHECK(values_of(*out) == Values{2, -3});
  CHECK(out->requires_grad());
  CHECK(refusal([&] { back(context, out); }) ==
        "RuntimeError backward: derivative for aten::floor_divide is not implemented");
}

TEST_CASE("two bools are neither divided nor raised", "[ops][choice]") {
  Context context;
  const TensorRef bits = tensor(context, {2}, {1, 1}, Dtype::boolean);
  CHECK(refusal([&] { ops::floor_divide(context, bits, bits); }) ==
        "NotImplementedError floor_divide: \"div_floor_cpu\" not implemented for 'Bool'");
  CHECK(refusal([&] { ops::pow(context, bits, bits); }) ==
        "NotImplementedError pow: \"pow\" not implemented for 'Bool'");
}

TEST_CASE("powers of one half are roots", "[ops][choice]") {
  Context context;
  const Values values = {0, -0.0, -1, kInfinity, -kInfinity, 4};
  const auto powers = [&](const TensorRef& x, double exponent) {
    const TensorRef out = ops::pow(context, x, ops::float_scalar(context, exponent));
    back(context, out);
    return values_of(*out);
  };
  const TensorRef up = leaf(context, values);
  CHECK(same(powers(up, 0.5), {0, -0.0, kNan, kInfinity, kNan, 2}));
  CHECK(same(grad_of(*up), {kInfinity, -kInfinity, kNan, 0, kNan, 0.25}));
  const TensorRef down = leaf(context, values);
  CHECK(same(powers(down, -0.5), {kInfinity, -kInfinity, kNan, 0, kNan, 0.5}));
  CHECK(same(grad_of(*down), {-kInfinity, -kInfinity, kNan, 0, 0, -0.0625}));
}

}  // namespace duramen
