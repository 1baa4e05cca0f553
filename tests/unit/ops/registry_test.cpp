#include "ops/registry.hpp"

#include "support/catch.hpp"
#include "support/tensors.hpp"

namespace duramen {
namespace {

using test::make_tensor;
using test::values_of;
using Values = std::vector<double>;

Error error_of(const char* text) {
  try {
    make<ops::Op>(text);
  } catch (const Error& error) {
    return error;
  }
  return Error(Code::ok, "nothing was thrown");
}

ValueRef apply(Context& context, const char* text, const std::vector<TensorRef>& tensors) {
  std::vector<ValueRef> items;
  for (const TensorRef& tensor : tensors) items.push_back(Value::tensor(tensor));
  return make<ops::Op>(text)->apply(context, *Value::tuple(items));
}

}  // namespace

TEST_CASE("operators are applied by name", "[ops][registry]") {
  Context context;
  const TensorRef a = make_tensor(context, Shape{2, 3}, Dtype::float32, Values{1, 2, 3, 4, 5, 6});
  const auto first = [&](const char* text, const std::vector<TensorRef>& tensors) {
    return values_of(*apply(context, text, tensors)->as_tensor());
  };
  CHECK(first("sum", {a}) == Values{21});
  CHECK(first("sum(dim=1, keepdim=True)", {a}) == Values{6, 15});
  CHECK(first("sum((0, 1))", {a}) == Values{21});
  CHECK(first("add(1.5)", {a}) == Values{2.5, 3.5, 4.5, 5.5, 6.5, 7.5});
  CHECK(first("add(alpha=2)", {a, a}) == Values{3, 6, 9, 12, 15, 18});
  CHECK(first("pow(2)", {a}) == Values{1, 4, 9, 16, 25, 36});
  CHECK(first("reshape((3, -1))", {a}).size() == 6);
  CHECK(first("permute(1, 0)", {a}) == Values{1, 4, 2, 5, 3, 6});
  CHECK(first("clamp(min=2, max=4)", {a}) == Values{2, 2, 3, 4, 4, 4});
  CHECK(apply(context, "le(3)", {a})->as_tensor()->dtype() == Dtype::boolean);
  CHECK(apply(context, "to(int64)", {a})->as_tensor()->dtype() == Dtype::int64);
  CHECK(apply(context, "split(2, 1)", {a})->count() == 2);
  CHECK(apply(context, "max(1)", {a})->count() == 2);
}

TEST_CASE("joining operators take a list", "[ops][registry]") {
  Context context;
  const TensorRef a = make_tensor(context, Shape{2}, Dtype::float32, Values{1, 2});
  const ValueRef list = Value::list({Value::tensor(a), Value::tensor(a)});
  const auto cat = make<ops::Op>("cat(0)");
  CHECK(cat->apply(context, *Value::tuple({list}))->as_tensor()->numel() == 4);
  CHECK(cat->apply(context, *list)->as_tensor()->numel() == 4);
}

TEST_CASE("unknown operators and attributes are named with the nearest", "[ops][registry]") {
  const Error unknown = error_of("sigmoyd");
  CHECK(unknown.code() == Code::unsupported);
  REQUIRE(unknown.record()->detail("nearest"));
  CHECK(*unknown.record()->detail("nearest") == "sigmoid");
  CHECK(error_of("sum(dmi=1)").code() == Code::invalid_argument);
  CHECK(error_of("3").code() == Code::invalid_argument);
}

TEST_CASE("the number of tensors is checked", "[ops][registry]") {
  Context context;
  const TensorRef a = make_tensor(context, Shape{2}, Dtype::float32, Values{1, 2});
  CHECK_THROWS_AS(apply(context, "exp", {a, a}), Error);
  CHECK_THROWS_AS(apply(context, "mm", {a}), Error);
  CHECK_THROWS_AS(apply(context, "add", {a}), Error);
  const auto op = make<ops::Op>("exp");
  CHECK_THROWS_AS(op->apply(context, *Value::tuple({Value::none()})), Error);
  CHECK_THROWS_AS(op->apply(context, *Value::tuple({Value::integer(1)})), Error);
}

TEST_CASE("every entry of the table has a parsable default", "[ops][registry]") {
  size_t count = 0;
  for (const ops::OpType* type : ops::op_types().entries()) {
    for (const spec::Parameter& parameter : type->signature.parameters) {
      if (!parameter.fallback.empty()) spec::parse(parameter.fallback);
    }
    CHECK(ops::op_types().find(type->signature.name) == type);
    ++count;
  }
  CHECK(count > 80);
}

}  // namespace duramen
