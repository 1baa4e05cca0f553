#include "support/catch.hpp"
#include "unit/ops/numbers.hpp"

namespace duramen {

using namespace test;

TEST_CASE("the gradient of a deviation is zero where nothing varies", "[ops][reduce]") {
  Context context;
  const TensorRef x = leaf(context, {2, 2, 2});
  back(context, ops::standard_deviation(context, x));
  CHECK(grad_of(*x) == Values{0, 0, 0});
  const TensorRef y = leaf(context, {1, 3});
  back(context, ops::standard_deviation(context, y));
  CHECK(grad_of(*y)[1] == Approx(std::sqrt(0.5)));
}

TEST_CASE("max of all shares ties, NaN among them", "[ops][reduce]") {
  Context context;
  const auto grad = [&](const Values& values, double each) {
    const TensorRef x = leaf(context, values);
    back(context, ops::max_of_all(context, x), each);
    return grad_of(*x);
  };
  CHECK(grad({2, 2, 1}, 1) == Values{0.5, 0.5, 0});
  CHECK(grad({1, kNan, kNan}, 1) == Values{0, 0.5, 0.5});
  CHECK(grad({3, 3, 2}, kInfinity) == Values{kInfinity, kInfinity, 0});
  const TensorRef x = leaf(context, {1, 3, 2});
  back(context, ops::max(context, x, 0).values, kInfinity);
  CHECK(grad_of(*x) == Values{0, kInfinity, 0});
}

}  // namespace duramen
