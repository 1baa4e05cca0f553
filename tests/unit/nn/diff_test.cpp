#include "nn/diff.hpp"

#include <cmath>

#include "kernels/copy.hpp"
#include "nn/build.hpp"
#include "nn/walk.hpp"
#include "support/catch.hpp"
#include "unit/nn/trees.hpp"

using namespace duramen;
using namespace duramen::nn;
using namespace duramen::nn::testing;

namespace {

Ref<Diff> diff_of(const StateDict& a, const StateDict& b) {
  const CancelFlag cancel;
  return diff(
      a, b, [](std::string_view, const StateEntry&) { return true; }, cancel);
}

Ref<StateDict> dict_of(const char* name, TensorRef tensor) {
  auto dict = make<StateDict>();
  dict->set_tensor(name, std::move(tensor));
  return dict;
}

TensorRef typed(std::initializer_list<double> numbers, Dtype dtype) {
  TensorRef out = empty(make<Allocator>(), Shape{static_cast<int64_t>(numbers.size())}, dtype);
  std::byte* at = out->mutable_bytes();
  for (const double number : numbers) {
    kernels::write_double(at, dtype, number);
    at += itemsize(dtype);
  }
  return out;
}

Diff::Item compared(std::initializer_list<double> a, Dtype a_dtype, std::initializer_list<double> b,
                    Dtype b_dtype) {
  const auto found = diff_of(*dict_of("x", typed(a, a_dtype)), *dict_of("x", typed(b, b_dtype)));
  return found->items.empty() ? Diff::Item{} : found->items[0];
}

}  // namespace

TEST_CASE("a dict differs from itself in nothing, in whatever order and layout", "[nn][diff]") {
  Context context;
  const ModuleRef m = module_from_text(context, "Sequential(Linear(4, 3), BatchNorm1d(3))");
  const auto state = state_dict(*m);
  auto other = make<StateDict>();
  for (size_t i = state->entries().size(); i-- > 0;) {
    const auto& [name, entry] = state->entries()[i];
    const TensorRef copy = empty(context.allocator(), entry.tensor->shape(), entry.tensor->dtype());
    TensorRef turned = copy;
    if (copy->rank() == 2) {
      const TensorRef base = empty(context.allocator(), {4, 3}, copy->dtype());
      turned = alias(*base, view_transpose(base->layout(), 0, 1));
    }
    kernels::copy(context.pool(), *turned, *entry.tensor);
    other->set_tensor(name, turned);
  }
  const auto found = diff_of(*state, *other);
  CHECK(found->items.empty());
  CHECK(found->equal_count == 7);
  CHECK(to_json(*found) == R"({"equal": true, "equal_entries": 7, "differences": []})");
}

TEST_CASE("names, shapes and dtypes that differ are told", "[nn][diff]") {
  auto a = dict_of("both", tensor({2}));
  a->set_tensor("mine", tensor({1}));
  a->set_value("note", Value::text("x"));
  a->set_value("same", Value::list({Value::integer(1), Value::tensor(tensor({2}))}));
  a->set_tensor("mixed", tensor({1}));
  auto b = dict_of("yours", tensor({2, 2}));
  b->set_tensor("both", tensor({3}));
  b->set_value("note", Value::text("y"));
  b->set_value("same", Value::list({Value::integer(1), Value::tensor(tensor({2}))}));
  b->set_value("mixed", Value::none());
  const auto found = diff_of(*a, *b);
  std::string text;
  for (const Diff::Item& item : found->items)
    text += item.name + ":" + std::to_string(item.what) + " ";
  CHECK(text == "both:8 mine:1 note:4 mixed:4 yours:2 ");
  CHECK(found->equal_count == 1);
  CHECK(
      to_json(*found).find(
          R"({"name": "both", "what": ["shape"], "a": {"dtype": "float32", "shape": [2], "nan": null}, "b": {"dtype": "float32", "shape": [3], "nan": null}, "different": null, "nan_in_one": null, "max_abs": null})") !=
      std::string::npos);
}

TEST_CASE("elements are compared by bits and by distance", "[nn][diff]") {
  Diff::Item item = compared({1, 2, 3}, Dtype::float32, {1, 2.5, 1}, Dtype::float32);
  CHECK(item.what == Diff::elements);
  CHECK(item.different == 2);
  CHECK(item.distance == 2);
  item = compared({0.0}, Dtype::float64, {-0.0}, Dtype::float64);
  CHECK(item.what == Diff::elements);
  CHECK(item.different == 1);
  CHECK(item.distance == 0);
  item = compared({INFINITY, INFINITY}, Dtype::float32, {INFINITY, 1}, Dtype::float32);
  CHECK(item.different == 1);
  CHECK(std::isinf(item.distance));
  item = compared({5, 250}, Dtype::uint8, {7, 0}, Dtype::uint8);
  CHECK(item.distance == 250);
}

TEST_CASE("elements of two dtypes are compared as numbers", "[nn][diff]") {
  Diff::Item item = compared({1, 0.5}, Dtype::float16, {1, 0.5}, Dtype::float32);
  CHECK(item.what == Diff::dtype);
  CHECK(item.distance == 0);
  item = compared({1, 2}, Dtype::int64, {1, 2.25}, Dtype::float64);
  CHECK(item.what == (Diff::dtype | Diff::elements));
  CHECK(item.different == 1);
  CHECK(item.distance == 0.25);
}

TEST_CASE("positions that are NaN are counted", "[nn][diff]") {
  const Diff::Item item =
      compared({NAN, NAN, 3, 4}, Dtype::float32, {NAN, 1, NAN, 5}, Dtype::float32);
  CHECK(item.a.nan_count == 2);
  CHECK(item.b.nan_count == 2);
  CHECK(item.nan_in_one == 2);
  CHECK(item.different == 3);
  CHECK(item.distance == 1);
  CHECK(compared({NAN}, Dtype::float32, {NAN}, Dtype::float32).what == 0);
  const Diff::Item none = compared({NAN}, Dtype::float32, {1}, Dtype::float32);
  CHECK_FALSE(none.has_distance);
}

TEST_CASE("the distance of 64-bit integers is exact up to its rounding", "[nn][diff]") {
  const TensorRef a = empty(make<Allocator>(), {1}, Dtype::int64);
  const TensorRef b = empty(make<Allocator>(), {1}, Dtype::int64);
  *a->mutable_data<int64_t>() = INT64_MAX;
  *b->mutable_data<int64_t>() = INT64_MAX - 1;
  CHECK(diff_of(*dict_of("x", a), *dict_of("x", b))->items[0].distance == 1);
  *b->mutable_data<int64_t>() = INT64_MIN;
  CHECK(diff_of(*dict_of("x", a), *dict_of("x", b))->items[0].distance == 18446744073709551615.0);
}

TEST_CASE("64-bit integers with and without sign are compared exactly", "[nn][diff]") {
  const TensorRef a = empty(make<Allocator>(), {1}, Dtype::int64);
  const TensorRef b = empty(make<Allocator>(), {1}, Dtype::uint64);
  const auto distance = [&](int64_t x, uint64_t y) {
    *a->mutable_data<int64_t>() = x;
    *b->mutable_data<uint64_t>() = y;
    const double one = diff_of(*dict_of("x", a), *dict_of("x", b))->items[0].distance;
    CHECK(diff_of(*dict_of("x", b), *dict_of("x", a))->items[0].distance == one);
    return one;
  };
  constexpr int64_t kInexact = (int64_t{1} << 53) + 1;  // no double
  CHECK(distance(kInexact, uint64_t{1} << 53) == 1);
  CHECK(distance(kInexact, static_cast<uint64_t>(kInexact)) == 0);
  CHECK(distance(-1, UINT64_MAX) == 18446744073709551616.0);
  CHECK(distance(INT64_MAX, uint64_t{1} << 63) == 1);
}

TEST_CASE("values are equal only with what was set on them", "[nn][diff]") {
  const auto noted = [](ValueRef attributes) {
    auto dict = make<StateDict>();
    dict->set_value("x", Value::dict({Value::text("k")}, {Value::integer(1)},
                                     "collections.OrderedDict", std::move(attributes)));
    return dict;
  };
  const auto version = [](int64_t number) {
    return Value::dict({Value::text("_metadata")}, {Value::integer(number)});
  };
  const auto what = [](const StateDict& a, const StateDict& b) {
    const auto found = diff_of(a, b);
    return found->items.empty() ? 0 : found->items[0].what;
  };
  CHECK(what(*noted(version(1)), *noted(version(1))) == 0);
  CHECK(what(*noted(nullptr), *noted(nullptr)) == 0);
  CHECK(what(*noted(version(1)), *noted(version(2))) == Diff::value);
  CHECK(what(*noted(version(1)), *noted(nullptr)) == Diff::value);
  CHECK(what(*noted(nullptr), *noted(version(1))) == Diff::value);
}

TEST_CASE("shared values are not walked without end", "[nn][diff]") {
  const auto doubled = [](int times) {
    ValueRef value = Value::list({Value::integer(1)});
    for (int i = 0; i < times; ++i) value = Value::list({value, value});
    auto dict = make<StateDict>();
    dict->set_value("x", value);
    return dict;
  };
  CHECK(diff_of(*doubled(10), *doubled(10))->items.empty());
  const auto same = doubled(500);
  CHECK(diff_of(*same, *same)->items.empty());
  try {
    diff_of(*doubled(24), *doubled(24));
    FAIL("nothing was refused");
  } catch (const Error& error) {
    CHECK(error.code() == Code::limit);
  }
}

TEST_CASE("a name in JSON is escaped", "[nn][diff]") {
  const auto found = diff_of(*dict_of("a\"\\\n\x7f", tensor({1})), *make<StateDict>());
  CHECK(to_json(*found).find(R"("name": "a\"\\\u000a\u007f")") != std::string::npos);
}
