#include "state/state_dict.hpp"

#include <cstring>

#include "support/catch.hpp"

namespace duramen {
namespace {

TensorRef tensor_of(const Ref<Allocator>& allocator, std::initializer_list<float> values) {
  TensorRef made = empty(allocator, {static_cast<int64_t>(values.size())}, Dtype::float32);
  std::memcpy(made->mutable_bytes(), values.begin(), values.size() * sizeof(float));
  return made;
}

std::string names_of(const StateDict& dict) {
  std::string names;
  for (const auto& [name, entry] : dict.entries()) names += name + " ";
  return names;
}

ValueRef text(const char* value) { return Value::text(value); }
ValueRef number(int64_t value) { return Value::integer(value); }

}  // namespace

TEST_CASE("a copy of a state dict shares tensors and nothing else", "[state][state_dict]") {
  const auto allocator = make<Allocator>();
  StateDict dict;
  dict.set_tensor("a", tensor_of(allocator, {1}), StateKind::buffer);
  dict.set_version("", 2);
  dict.metadata().set("k", "v");
  const auto copy = dict.copy();
  CHECK(copy->entries().find("a")->tensor == dict.entries().find("a")->tensor);
  CHECK(copy->entries().find("a")->kind == StateKind::buffer);
  CHECK(copy->version_of("") == 2);
  CHECK(*copy->metadata().find("k") == "v");
  copy->set_value("b", Value::none());
  CHECK(dict.entries().size() == 1);
}

TEST_CASE("versions are unknown, absent or numbers", "[state][state_dict]") {
  StateDict dict;
  CHECK(!dict.has_versions());
  CHECK(!dict.version_of(""));
  dict.set_version("a", std::nullopt);
  CHECK(dict.has_versions());
  CHECK(!dict.version_of("a"));
}

TEST_CASE("stripped names move to the end, with their versions", "[state][state_dict]") {
  StateDict dict;
  for (const char* name : {"module.a", "b", "module.c"}) dict.set_value(name, Value::none());
  dict.set_version("", 1);
  dict.set_version("module", 2);
  dict.set_version("module.c", 3);
  dict.set_version("other", 4);
  dict.strip_prefix("module.");
  CHECK(names_of(dict) == "b a c ");
  CHECK(dict.version_of("") == 2);
  CHECK(dict.version_of("c") == 3);
  CHECK(dict.version_of("other") == 4);
  CHECK(dict.versions().size() == 3);
}

TEST_CASE("a snapshot has memory of its own and keeps ties", "[state][state_dict]") {
  const auto allocator = make<Allocator>();
  StateDict dict;
  const TensorRef x = tensor_of(allocator, {1, 2});
  dict.set_tensor("a", x);
  dict.set_tensor("b", alias(*x));
  dict.set_tensor("part", alias(*x, view_slice(x->layout(), 0, 1, 2, 1)));
  dict.set_value("epoch", number(3));
  const auto copy = snapshot(dict, allocator, CancelFlag());
  const auto tensor = [&](const char* name) { return copy->entries().find(name)->tensor; };
  x->mutable_data<float>()[1] = 9;
  CHECK(tensor("a")->data<float>()[1] == 2);
  CHECK(tensor("a")->storage() == tensor("b")->storage());
  CHECK(tensor("a") != tensor("b"));
  CHECK(tensor("part")->storage() != tensor("a")->storage());
  CHECK(tensor("part")->data<float>()[0] == 2);
  CHECK(copy->entries().find("epoch")->value->as_integer() == 3);
  CancelFlag raised;
  raised.raise();
  CHECK_THROWS_AS(snapshot(dict, allocator, raised), Error);
}

TEST_CASE("a snapshot copies the tensors inside values", "[state][state_dict]") {
  const auto allocator = make<Allocator>();
  StateDict dict;
  const TensorRef x = tensor_of(allocator, {1, 2});
  const ValueRef plain = Value::list({number(1), Value::dict({text("k")}, {number(2)})});
  const ValueRef attributes = Value::dict({text("set")}, {Value::tensor(x)});
  const ValueRef inner = Value::dict({text("t"), text("plain")}, {Value::tensor(x), plain},
                                     "collections.OrderedDict", attributes);
  dict.set_tensor("x", x);
  dict.set_value("_extra_state", Value::tuple({Value::list({inner}), number(3)}));
  dict.set_value("plain", plain);
  const auto copy = snapshot(dict, allocator, CancelFlag());
  x->mutable_data<float>()[1] = 9;
  CHECK(copy->entries().find("plain")->value == plain);
  const Value& state = *copy->entries().find("_extra_state")->value;
  CHECK(state.kind() == ValueKind::tuple);
  CHECK(state.item(1)->as_integer() == 3);
  const Value& copied = *state.item(0)->item(0);
  CHECK(copied.as_text() == "collections.OrderedDict");
  CHECK(copied.find("t")->as_tensor()->data<float>()[1] == 2);
  CHECK(copied.find("plain") == plain.get());
  CHECK(copied.attributes()->find("set")->as_tensor()->data<float>()[1] == 2);
  CHECK(copied.find("t")->as_tensor()->storage() == copy->entries().find("x")->tensor->storage());
}

TEST_CASE("a snapshot copies what is shared once, however often it is reached",
          "[state][state_dict]") {
  const auto allocator = make<Allocator>();
  ValueRef value = Value::list({Value::tensor(tensor_of(allocator, {1, 2}))});
  for (int depth = 0; depth < 500; ++depth) value = Value::list({value, value});
  StateDict dict;
  dict.set_value("_extra_state", value);
  const auto copy = snapshot(dict, allocator, CancelFlag());
  const Value* at = copy->entries().find("_extra_state")->value.get();
  CHECK(at != value.get());
  for (; at->count() == 2; at = at->item(0).get()) REQUIRE(at->item(0) == at->item(1));
}

TEST_CASE("nested values become dotted names", "[state][state_dict]") {
  const auto allocator = make<Allocator>();
  const auto content = Value::dict(
      {text("x"), text("nest"), text("list"), text("none"), text("empty"), text("l._extra_state")},
      {Value::tensor(tensor_of(allocator, {1})),
       Value::dict({number(0), text("a.b")}, {number(1), number(2)}),
       Value::list({number(3), Value::tuple({number(4)})}), Value::none(), Value::list({}),
       Value::dict({text("k")}, {number(5)})});
  const auto dict = state_dict_from_value(*content, "");
  CHECK(names_of(*dict) == "x nest.0 nest.a.b list.0 list.1.0 none empty l._extra_state ");
  CHECK(dict->entries().find("l._extra_state")->kind == StateKind::extra_state);
  CHECK(!dict->has_versions());
}

TEST_CASE("an empty key is a name, and a part of one", "[state][state_dict]") {
  const auto inner = [](int64_t value) {
    return Value::dict({text(""), text("x")}, {number(value), number(value + 1)});
  };
  const auto content = Value::dict({text(""), text("y")}, {inner(1), inner(3)});
  CHECK(names_of(*state_dict_from_value(*content, "")) == ". .x y. y.x ");
}

TEST_CASE("a selection follows the longest keys first", "[state][state_dict]") {
  const auto leaf = [](int64_t value) { return Value::dict({text("v")}, {number(value)}); };
  const auto content = Value::dict(
      {text("a"), text("a.b"), number(7)},
      {Value::dict({text("b"), text("c")}, {leaf(1), leaf(2)}), leaf(3), Value::list({leaf(4)})});
  const auto selected = [&](std::string_view path) {
    return state_dict_from_value(*content, path)->entries().find("v")->value->as_integer();
  };
  CHECK(selected("a.b") == 3);
  CHECK(selected("a.c") == 2);
  CHECK(selected("7.0") == 4);
  try {
    state_dict_from_value(*content, "a.d");
    FAIL("found");
  } catch (const Error& error) {
    CHECK(error.code() == Code::not_found);
    CHECK(error.record()->detail("nearest") != nullptr);
  }
}

TEST_CASE("one long key above many entries does not multiply without bound",
          "[state][state_dict]") {
  // Each entry's name holds the long key: 2 MiB of content would ask for a TiB of names.
  const std::string key(size_t{1} << 20, 'k');
  const std::vector<ValueRef> many(size_t{1} << 20, number(1));
  const auto content = Value::dict({Value::text(key)}, {Value::list(many)});
  try {
    state_dict_from_value(*content, "");
    FAIL("flattened");
  } catch (const Error& error) {
    CHECK(error.code() == Code::limit);
    CHECK(error.message() ==
          "state dict: the names of the entries are too long (expected at most 268435456 bytes "
          "together)");
  }
}

TEST_CASE("two entries of one dotted name are refused", "[state][state_dict]") {
  const auto content =
      Value::dict({text("a.b"), text("a")}, {number(1), Value::dict({text("b")}, {number(2)})});
  CHECK_THROWS_AS(state_dict_from_value(*content, ""), Error);
  const auto with_nul = Value::dict({Value::text(std::string("a\0b", 3))}, {number(1)});
  CHECK_THROWS_AS(state_dict_from_value(*with_nul, ""), Error);
}

TEST_CASE("a name that no text can be is refused", "[state][state_dict]") {
  for (const char* name : {"\xff", "a\xc3", "\xed\xa0\x80"}) {
    const auto content = Value::dict({Value::text(name)}, {Value::integer(1)});
    CHECK_THROWS_AS(state_dict_from_value(*content, ""), Error);
  }
  const auto content = Value::dict({Value::text("\xc3\xa9")}, {Value::integer(1)});
  CHECK(state_dict_from_value(*content, "")->entries()[0].name == "\xc3\xa9");
}

TEST_CASE("keys that are no texts have names of their own", "[state][state_dict]") {
  const ValueRef pair = Value::tuple({number(1), number(2)});
  const auto content = Value::dict(
      {text("ab"), Value::bytes("ab"), pair, text("key2"), number(1), text("1")},
      {number(10), number(11), Value::list({number(12)}), number(13), number(14), number(15)});
  const auto dict = state_dict_from_value(*content, "");
  CHECK(names_of(*dict) == "ab b'ab' (1, 2).0 key2 1#4 1 ");
  for (const auto& [name, entry] : dict->entries()) {
    const auto one = state_dict_from_value(*content, name);
    CHECK(one->entries()[0].value.value->as_integer() == entry.value->as_integer());
  }
}

TEST_CASE("a state dict comes back from its value", "[state][state_dict]") {
  const auto allocator = make<Allocator>();
  StateDict dict;
  dict.set_tensor("w", tensor_of(allocator, {1}));
  dict.set_value("n", Value::none());
  dict.set_version("", 1);
  dict.set_version("bn", 2);
  dict.set_version("odd", std::nullopt);
  const ValueRef more = Value::dict({Value::text("spectral_norm")}, {Value::integer(7)});
  dict.set_version("more", ModuleVersion{3, more});
  const auto value = value_from_state_dict(dict);
  CHECK(value->as_text() == "collections.OrderedDict");
  const auto again = state_dict_from_value(*value, "");
  CHECK(names_of(*again) == "w n ");
  CHECK(again->entries().find("w")->tensor == dict.entries().find("w")->tensor);
  CHECK(again->version_of("bn") == 2);
  CHECK(again->versions().contains("odd"));
  CHECK(!again->version_of("odd"));
  CHECK(again->version_of("more") == 3);
  CHECK(again->versions().find("more")->more->find("spectral_norm")->as_integer() == 7);
  CHECK_FALSE(again->versions().find("bn")->more);
  StateDict plain;
  CHECK(!value_from_state_dict(plain)->attributes());
}

TEST_CASE("a version that is no int stays beside the versions", "[state][state_dict]") {
  const ValueRef entry = Value::dict({Value::text("version")}, {Value::text("2.0")});
  const ValueRef metadata =
      Value::dict({Value::text("_metadata")}, {Value::dict({Value::text("a")}, {entry})});
  const ValueRef content = Value::dict({}, {}, "collections.OrderedDict", metadata);
  const auto dict = state_dict_from_value(*content, "");
  CHECK(!dict->version_of("a"));
  const auto kept_in = [](const StateDict& state) {
    return ValueRef(value_from_state_dict(state)->attributes()->find("_metadata")->find("a"));
  };
  CHECK(kept_in(*dict)->find("version")->as_text() == "2.0");
  dict->set_version("a", ModuleVersion{3, dict->versions().find("a")->more});
  CHECK(kept_in(*dict)->count() == 1);
  CHECK(kept_in(*dict)->find("version")->as_integer() == 3);
}

}  // namespace duramen
