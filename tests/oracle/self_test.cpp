// The comparisons themselves: they must notice what is wrong.
#include <cmath>

#include "oracle/state_differences.hpp"
#include "oracle/state_machine.hpp"
#include "support/catch.hpp"
#include "support/sha256.hpp"
#include "support/tensors.hpp"
#include "support/tolerance.hpp"

namespace duramen::test {

namespace {

TensorRef vector_of(Context& context, Dtype dtype, const std::vector<double>& values) {
  return make_tensor(context, Shape{static_cast<int64_t>(values.size())}, dtype, values);
}

}  // namespace

TEST_CASE("a float32 result may be two ulp of the scale off, not three", "[self_test]") {
  Context context;
  const TensorRef truth = vector_of(context, Dtype::float64, {1.5, -0.25});
  const TensorRef torch = vector_of(context, Dtype::float32, {1.5, -0.25});
  const Truth expected{*truth, *torch};
  const double ulp = std::ldexp(1.0, -23);
  const auto off_by = [&](double ulps) {
    return difference(*vector_of(context, Dtype::float32, {1.5, -0.25 + ulps * ulp}), expected);
  };
  CHECK(off_by(0) == "");
  CHECK(off_by(2) == "");
  CHECK(off_by(3) != "");
}

TEST_CASE("PyTorch's own error widens the limit to twice of it", "[self_test]") {
  Context context;
  const double ulp = std::ldexp(1.0, -23);
  const TensorRef truth = vector_of(context, Dtype::float64, {1, 1});
  const TensorRef torch = vector_of(context, Dtype::float32, {1, 1 + 5 * ulp});
  const Truth expected{*truth, *torch};
  CHECK(difference(*vector_of(context, Dtype::float32, {1 + 12 * ulp, 1}), expected) == "");
  CHECK(difference(*vector_of(context, Dtype::float32, {1 + 13 * ulp, 1}), expected) != "");
}

TEST_CASE("float64, dtypes, shapes, integers and special values are compared", "[self_test]") {
  Context context;
  const TensorRef truth = vector_of(context, Dtype::float64, {4, 1});
  const Truth expected{*truth, *truth};
  CHECK(difference(*vector_of(context, Dtype::float64, {4, 1 + 3e-12}), expected) == "");
  CHECK(difference(*vector_of(context, Dtype::float64, {4, 1 + 5e-12}), expected) != "");
  CHECK(difference(*vector_of(context, Dtype::float32, {4, 1}), expected) != "");
  CHECK(difference(*vector_of(context, Dtype::float64, {4, 1, 0}), expected) != "");
  CHECK(difference(*vector_of(context, Dtype::float64, {4, NAN}), expected) != "");
  CHECK(difference(*vector_of(context, Dtype::float64, {INFINITY, 1}), expected) != "");
  const TensorRef whole = vector_of(context, Dtype::int64, {4, 1});
  CHECK(difference(*vector_of(context, Dtype::int64, {4, 2}), Truth{*whole, *whole}) != "");
}

TEST_CASE("a gradient that is zero but for rounding is held to its case", "[self_test]") {
  Context context;
  const TensorRef truth = vector_of(context, Dtype::float64, {1e-17});
  const TensorRef ours = vector_of(context, Dtype::float64, {-2e-14});
  CHECK(difference(*ours, Truth{*truth, *truth, 1}) == "");
  CHECK(difference(*ours, Truth{*truth, *truth, 1e-3}) != "");
}

TEST_CASE("SHA-256 of the empty text and of abc", "[self_test]") {
  CHECK(sha256({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const std::byte abc[] = {std::byte{'a'}, std::byte{'b'}, std::byte{'c'}};
  CHECK(sha256(abc) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("an unknown step is skipped, a wrong type is told", "[self_test]") {
  simdjson::dom::parser parser;
  StateMachine machine(1);
  const auto step = [&](const char* text) -> Json { return parser.parse(std::string(text)); };
  CHECK_THROWS_AS(machine.run(step(R"(["teleport","m"])")), Skip);
  CHECK(machine.run(step(R"j(["module","m","Linear(2, 1)"])j")) == "null");
  CHECK_THROWS_AS(machine.run(step(R"(["register_buffer","m","b",3])")), TypeRule);
  CHECK(machine.run(step(R"(["register_buffer","m","weight",null])")) == R"({"error":"KeyError"})");
  CHECK(machine.run(step(R"(["keys","m"])")) == R"(["weight","bias"])");
}

}  // namespace duramen::test
