#include "value/value.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace duramen {
namespace {

constexpr std::string_view kKindNames[] = {"invalid", "none", "bool",   "int",    "float",
                                           "complex", "str",  "bytes",  "tensor", "list",
                                           "tuple",   "dict", "opaque", "int"};

}  // namespace

std::string_view value_kind_name(ValueKind kind) noexcept {
  return kKindNames[static_cast<size_t>(kind)];
}

ValueRef Value::none() { return make<const Value>(ValueKind::none, int64_t{0}); }

ValueRef Value::boolean(bool value) {
  return make<const Value>(ValueKind::boolean, static_cast<int64_t>(value));
}

ValueRef Value::integer(int64_t value) { return make<const Value>(ValueKind::integer, value); }

ValueRef Value::big_integer(std::string decimal) {
  return make<const Value>(ValueKind::big_integer, std::move(decimal));
}

ValueRef Value::real(double value) {
  return make<const Value>(ValueKind::real, std::complex<double>(value));
}

ValueRef Value::complex(std::complex<double> value) {
  return make<const Value>(ValueKind::complex, value);
}

ValueRef Value::text(std::string value) {
  return make<const Value>(ValueKind::text, std::move(value));
}

ValueRef Value::bytes(std::string value) {
  return make<const Value>(ValueKind::bytes, std::move(value));
}

ValueRef Value::tensor(TensorRef value) {
  if (!value) throw Error(Code::invalid_argument, "value: a tensor is missing");
  return make<const Value>(ValueKind::tensor, std::move(value));
}

ValueRef Value::container(ValueKind kind, Parts parts) {
  uint32_t deepest = parts.attributes ? parts.attributes->depth_ : 0;
  for (const auto* values : {&parts.items, &parts.keys}) {
    for (const ValueRef& value : *values) {
      if (!value) throw Error(Code::invalid_argument, "value: an item is missing (NULL; use none)");
      deepest = std::max(deepest, value->depth_);
    }
  }
  if (deepest >= kMaxDepth) {
    throw Error(Code::limit, join("value: nested too deeply (expected at most ", kMaxDepth, ")"));
  }
  return make<const Value>(kind, std::make_unique<const Parts>(std::move(parts)), deepest + 1);
}

ValueRef Value::list(std::vector<ValueRef> items) {
  return container(ValueKind::list, {std::move(items), {}, {}, nullptr});
}

ValueRef Value::tuple(std::vector<ValueRef> items, std::string class_name) {
  return container(ValueKind::tuple, {std::move(items), {}, std::move(class_name), nullptr});
}

ValueRef Value::dict(std::vector<ValueRef> keys, std::vector<ValueRef> items,
                     std::string class_name, ValueRef attributes) {
  if (keys.size() != items.size()) {
    throw Error(Code::invalid_argument, join("value: a dict needs as many keys as items (expected ",
                                             items.size(), ", got ", keys.size(), ")"));
  }
  return container(ValueKind::dict, {std::move(items), std::move(keys), std::move(class_name),
                                     std::move(attributes)});
}

ValueRef Value::opaque(std::string class_name, std::vector<ValueRef> parts) {
  return container(ValueKind::opaque, {std::move(parts), {}, std::move(class_name), nullptr});
}

const Value* Value::find(std::string_view key) const noexcept {
  const Parts* parts = this->parts();
  for (size_t i = 0; parts && i < parts->keys.size(); ++i) {
    const Value& candidate = *parts->keys[i];
    if (candidate.kind() == ValueKind::text && candidate.as_text() == key) {
      return parts->items[i].get();
    }
  }
  return nullptr;
}

}  // namespace duramen
