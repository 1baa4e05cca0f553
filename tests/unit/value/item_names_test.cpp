#include "value/item_names.hpp"

#include <limits>
#include <set>

#include "support/catch.hpp"

namespace duramen {
namespace {

std::vector<std::string> names_of(std::vector<ValueRef> keys) {
  std::vector<ValueRef> items(keys.size(), Value::none());
  const ValueRef dict = Value::dict(std::move(keys), std::move(items));
  const ItemNames names(*dict);
  std::vector<std::string> out(dict->count());
  for (size_t i = 0; i < out.size(); ++i) names.append(out[i], i);
  return out;
}
std::string name_of(ValueRef key) { return names_of({std::move(key)})[0]; }

}  // namespace

TEST_CASE("keys are called as Python prints them, texts as they are", "[value]") {
  CHECK(name_of(Value::text("a.'b'")) == "a.'b'");
  CHECK(name_of(Value::integer(-7)) == "-7");
  CHECK(name_of(Value::boolean(true)) == "True");
  CHECK(name_of(Value::none()) == "None");
  CHECK(name_of(Value::real(1)) == "1.0");
  CHECK(name_of(Value::big_integer("18446744073709551616")) == "18446744073709551616");
  CHECK(name_of(Value::complex({1, -2.5})) == "(1-2.5j)");
  CHECK(name_of(Value::complex({0, 2})) == "2j");
  CHECK(name_of(Value::complex({-0.0, -0.0})) == "(-0-0j)");
  CHECK(name_of(Value::bytes("ab")) == "b'ab'");
  CHECK(name_of(Value::bytes("it's\n\\\xff")) == "b\"it's\\n\\\\\\xff\"");
  CHECK(name_of(Value::tuple({})) == "()");
  const ValueRef one = Value::tuple({Value::integer(1)});
  CHECK(name_of(one) == "(1,)");
  CHECK(name_of(Value::tuple({one, Value::text("a, 'b")})) == "((1,), \"a, 'b\")");
}

TEST_CASE("what is long, or no such value, is called by its position", "[value]") {
  CHECK(name_of(Value::bytes(std::string(253, 'x'))).size() == 256);
  CHECK(name_of(Value::bytes(std::string(254, 'x'))) == "key0");
  CHECK(name_of(Value::text(std::string(300, 'x'))).size() == 300);
  CHECK(name_of(Value::opaque("torch.dtype", {})) == "key0");
  CHECK(name_of(Value::tuple({Value::text("\xff")})) == "key0");
  // 2^60 items to whoever walks them all.
  ValueRef tuple = Value::tuple({});
  for (int i = 0; i < 60; ++i) tuple = Value::tuple({tuple, tuple});
  CHECK(names_of({Value::integer(3), tuple})[1] == "key1");
}

TEST_CASE("no two keys of a dict have one name", "[value]") {
  const ValueRef opaque = Value::opaque("a.B", {});
  const ValueRef pair = Value::tuple({Value::integer(1), Value::integer(2)});
  const ValueRef other = Value::tuple({Value::integer(1), Value::integer(2)});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto names = names_of(
      {Value::integer(1), Value::text("1"), Value::bytes("ab"), Value::text("b'ab'"), pair, other,
       Value::text("(1, 2)#4"), opaque, Value::text("key7"), Value::real(nan), Value::real(nan),
       Value::none(), Value::text("None"), Value::text("None#11"), Value::text("ab")});
  CHECK(names == std::vector<std::string>{"1#0", "1", "b'ab'#2", "b'ab'", "(1, 2)", "(1, 2)#5",
                                          "(1, 2)#4", "key7#7", "key7", "nan", "nan#10",
                                          "None#11#11", "None", "None#11", "ab"});
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
}

}  // namespace duramen
