#include "value/value.hpp"

#include "support/catch.hpp"

namespace duramen {

TEST_CASE("a value remembers its kind and content", "[value][value]") {
  CHECK(Value::none()->kind() == ValueKind::none);
  CHECK(Value::boolean(true)->as_boolean());
  CHECK(Value::integer(-7)->as_integer() == -7);
  CHECK(Value::real(0.5)->as_real() == 0.5);
  CHECK(Value::complex({1, 2})->as_complex().imag() == 2);
  CHECK(Value::text("é")->as_text() == "é");
  CHECK(Value::bytes(std::string("a\0b", 3))->as_text().size() == 3);
  CHECK(value_kind_name(Value::bytes("")->kind()) == "bytes");
}

TEST_CASE("a dictionary keeps order and finds text keys", "[value][value]") {
  const ValueRef dict = Value::dict({Value::text("b"), Value::integer(1), Value::text("a")},
                                    {Value::integer(2), Value::none(), Value::integer(3)});
  REQUIRE(dict->count() == 3);
  CHECK(dict->key(0)->as_text() == "b");
  CHECK(dict->find("a")->as_integer() == 3);
  CHECK(dict->find("1") == nullptr);
}

TEST_CASE("containers refuse holes, lopsided dictionaries and endless depth", "[value][value]") {
  CHECK_THROWS_AS(Value::list({nullptr}), Error);
  CHECK_THROWS_AS(Value::tensor(nullptr), Error);
  CHECK_THROWS_AS(Value::dict({Value::none()}, {}), Error);
  ValueRef nested = Value::none();
  for (uint32_t i = 1; i < Value::kMaxDepth; ++i) nested = Value::list({nested});
  CHECK_THROWS_AS(Value::list({nested}), Error);
}

}  // namespace duramen
