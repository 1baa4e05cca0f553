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

ValueRef Value::none() { return make<const Value>(ValueKind::none); }

ValueRef Value::boolean(bool value) {
  auto made = make<Value>(ValueKind::boolean);
  made->integer_ = value;
  return made;
}

ValueRef Value::integer(int64_t value) {
  auto made = make<Value>(ValueKind::integer);
  made->integer_ = value;
  return made;
}

ValueRef Value::big_integer(std::string decimal) {
  auto made = make<Value>(ValueKind::big_integer);
  made->text_ = std::move(decimal);
  return made;
}

ValueRef Value::real(double value) {
  auto made = make<Value>(ValueKind::real);
  made->complex_ = value;
  return made;
}

ValueRef Value::complex(std::complex<double> value) {
  auto made = make<Value>(ValueKind::complex);
  made->complex_ = value;
  return made;
}

ValueRef Value::text(std::string value) {
  auto made = make<Value>(ValueKind::text);
  made->text_ = std::move(value);
  return made;
}

ValueRef Value::bytes(std::string value) {
  auto made = make<Value>(ValueKind::bytes);
  made->text_ = std::move(value);
  return made;
}

ValueRef Value::tensor(TensorRef value) {
  if (!value) throw Error(Code::invalid_argument, "value: a tensor is missing");
  auto made = make<Value>(ValueKind::tensor);
  made->tensor_ = std::move(value);
  return made;
}

// Counts the depth of what was put in.
void Value::settle_depth() {
  uint32_t deepest = attributes_ ? attributes_->depth_ : 0;
  for (const auto* part : {&items_, &keys_}) {
    for (const ValueRef& item : *part) {
      if (!item) throw Error(Code::invalid_argument, "value: an item is missing (NULL; use none)");
      deepest = std::max(deepest, item->depth_);
    }
  }
  depth_ = deepest + 1;
  if (depth_ > kMaxDepth) {
    throw Error(Code::limit, join("value: nested too deeply (expected at most ", kMaxDepth, ")"));
  }
}

ValueRef Value::container(ValueKind kind, std::vector<ValueRef> items) {
  auto made = make<Value>(kind);
  made->items_ = std::move(items);
  made->settle_depth();
  return made;
}

ValueRef Value::list(std::vector<ValueRef> items) {
  return container(ValueKind::list, std::move(items));
}

ValueRef Value::tuple(std::vector<ValueRef> items) {
  return container(ValueKind::tuple, std::move(items));
}

ValueRef Value::dict(std::vector<ValueRef> keys, std::vector<ValueRef> items,
                     std::string class_name, ValueRef attributes) {
  if (keys.size() != items.size()) {
    throw Error(Code::invalid_argument, join("value: a dict needs as many keys as items (expected ",
                                             items.size(), ", got ", keys.size(), ")"));
  }
  auto made = make<Value>(ValueKind::dict);
  made->keys_ = std::move(keys);
  made->items_ = std::move(items);
  made->text_ = std::move(class_name);
  made->attributes_ = std::move(attributes);
  made->settle_depth();
  return made;
}

ValueRef Value::opaque(std::string class_name, std::vector<ValueRef> parts) {
  auto made = make<Value>(ValueKind::opaque);
  made->text_ = std::move(class_name);
  made->items_ = std::move(parts);
  made->settle_depth();
  return made;
}

const Value* Value::find(std::string_view key) const noexcept {
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i]->kind() == ValueKind::text && keys_[i]->as_text() == key) return items_[i].get();
  }
  return nullptr;
}

}  // namespace duramen
