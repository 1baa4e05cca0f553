#include "value/dict_keys.hpp"

#include <limits>

#include "support/catch.hpp"

namespace duramen {

TEST_CASE("keys are equal as in Python", "[value]") {
  const auto equal = [](const ValueRef& a, const ValueRef& b) {
    const ValueRef keys[] = {Value::text("other"), a, b};
    const auto twice = find_duplicate_key(keys);
    if (twice) CHECK(*twice == 2);
    return twice.has_value();
  };
  const ValueRef one = Value::integer(1), huge = Value::big_integer("18446744073709551616");
  CHECK(equal(one, Value::boolean(true)));
  CHECK(equal(one, Value::real(1)));
  CHECK(equal(one, Value::complex({1, -0.0})));
  CHECK(equal(Value::integer(0), Value::real(-0.0)));
  CHECK(equal(Value::complex({0, 1}), Value::complex({-0.0, 1})));
  CHECK(equal(huge, Value::real(0x1p64)));
  CHECK(equal(huge, Value::complex({0x1p64, 0})));
  CHECK(equal(Value::none(), Value::none()));
  CHECK(equal(Value::bytes("a"), Value::bytes("a")));
  const ValueRef tuple = Value::tuple({one});
  CHECK(equal(tuple, tuple));
  const ValueRef nan = Value::real(std::numeric_limits<double>::quiet_NaN());
  CHECK(equal(nan, nan));

  CHECK_FALSE(equal(nan, Value::real(std::numeric_limits<double>::quiet_NaN())));
  CHECK_FALSE(equal(one, Value::text("1")));
  CHECK_FALSE(equal(Value::text("a"), Value::bytes("a")));
  CHECK_FALSE(equal(Value::complex({1, 2}), Value::complex({1, 3})));
  CHECK_FALSE(equal(Value::big_integer("18446744073709551617"), Value::real(0x1p64)));
  CHECK_FALSE(equal(Value::integer(std::numeric_limits<int64_t>::max()), Value::real(0x1p63)));
  CHECK_FALSE(equal(Value::big_integer("1" + std::string(400, '0')),
                    Value::real(std::numeric_limits<double>::infinity())));
}

}  // namespace duramen
