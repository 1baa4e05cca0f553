// Operators on integers, bools, numbers and nothing, where PyTorch 2.15 has its own rules.
#include "support/catch.hpp"
#include "support/refusal.hpp"
#include "unit/ops/numbers.hpp"

namespace duramen {

using namespace test;

namespace {

bool is_refused(const std::string& text, const char* kind) { return text.find(kind) == 0; }

}  // namespace

TEST_CASE("bools are no numbers to subtract, negate or take the size of", "[ops][dtypes]") {
  Context context;
  const TensorRef bits = tensor(context, {2}, {1, 0}, Dtype::boolean);
  const TensorRef real = tensor(context, {2}, {1, 2});
  const auto kind = "NotImplementedError";
  CHECK(is_refused(refusal([&] { ops::sub(context, real, bits); }), kind));
  CHECK(is_refused(refusal([&] { ops::sub(context, bits, real); }), kind));
  CHECK(is_refused(refusal([&] { ops::sub(context, bits, bits); }), kind));
  CHECK(is_refused(refusal([&] { ops::abs(context, bits); }), kind));
  CHECK(is_refused(refusal([&] { ops::neg(context, bits); }), kind));
  CHECK(is_refused(refusal([&] { ops::relu(context, bits); }), kind));
  CHECK(is_refused(refusal([&] { ops::mean(context, bits); }), kind));
  CHECK(is_refused(refusal([&] { ops::var(context, bits); }), kind));
  CHECK(ops::square(context, bits)->dtype() == Dtype::int64);
  CHECK(values_of(*ops::pow(context, real, bits)) == Values{1, 1});
  const TensorRef x = leaf(context, {3, 4});
  back(context, ops::pow(context, x, bits));
  CHECK(grad_of(*x) == Values{1, 0});
}

TEST_CASE("masked_fill refuses what an integer cannot hold", "[ops][dtypes]") {
  Context context;
  const TensorRef mask = tensor(context, {2}, {1, 0}, Dtype::boolean);
  const auto fill = [&](Dtype dtype, const TensorRef& value) {
    return refusal([&] {
      ops::masked_fill(context, tensor(context, {2}, {1, 2}, dtype), mask, value);
    });
  };
  for (const double value : {kInfinity, -kInfinity, kNan, 1e20}) {
    CHECK(fill(Dtype::int64, ops::float_scalar(context, value)) ==
          "RuntimeError masked_fill: value cannot be converted to type int64_t without overflow");
    CHECK(fill(Dtype::boolean, ops::float_scalar(context, value)) == "");
  }
  CHECK(fill(Dtype::uint8, ops::scalar(context, 300)).find("RuntimeError") == 0);
  CHECK(fill(Dtype::uint8, ops::scalar(context, -1)) == "");
  CHECK(fill(Dtype::int64, ops::float_scalar(context, 1.5)) == "");
  CHECK(fill(Dtype::float32, ops::float_scalar(context, kInfinity)) == "");
}

TEST_CASE("softmax of no integers is no integers", "[ops][dtypes]") {
  Context context;
  const TensorRef none = tensor(context, {2, 0}, {}, Dtype::int64);
  CHECK(ops::softmax(context, none, 1)->dtype() == Dtype::int64);
  CHECK(ops::log_softmax(context, none, 0)->shape() == Shape{2, 0});
  CHECK(is_refused(
      refusal([&] { ops::softmax(context, tensor(context, {1}, {1}, Dtype::int64), 0); }),
      "NotImplementedError"));
}

}  // namespace duramen
