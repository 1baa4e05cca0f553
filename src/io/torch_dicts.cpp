#include <algorithm>

#include "base/text.hpp"
#include "io/torch_values.hpp"
#include "value/dict_keys.hpp"
#include "value/item_names.hpp"

namespace duramen::io {

using pickle::Id;
using pickle::Kind;
using pickle::Symbol;

namespace {

std::string_view dict_class(Symbol symbol) noexcept {
  switch (symbol) {
    case Symbol::ordered_dict:
      return "collections.OrderedDict";
    case Symbol::default_dict:
      return "collections.defaultdict";
    case Symbol::counter:
      return "collections.Counter";
    case Symbol::py_dict:
      return "dict";
    default:
      return {};
  }
}

bool is_pair(const ValueRef& value) noexcept {
  const bool is_sequence = value->kind() == ValueKind::list || value->kind() == ValueKind::tuple;
  return is_sequence && value->count() == 2;
}

std::string shown(const Value& key, size_t position) {
  if (key.kind() == ValueKind::text) return format_quoted(printable(key.as_text()));
  return short_repr(key).value_or(join("at position ", position));
}

}  // namespace

// OrderedDict() and items; Counter(dict); defaultdict(factory) and items; Python 2's
// OrderedDict([[key, value], …]). What says more stays opaque, so that nothing is dropped.
bool ValueBuilder::reads_as_dict(Id id) const noexcept {
  const pickle::Object& object = graph_.object(id);
  const Symbol symbol = graph_.callee_symbol(id);
  if (dict_class(symbol).empty()) return false;
  const auto is_dict_or_none = [&](Id part) {
    return part == pickle::kNone || graph_.kind(part) == Kind::dict;
  };
  if (!is_dict_or_none(object.state) || !is_dict_or_none(object.items)) return false;
  const auto arguments = arguments_of(id);
  if (arguments.empty()) return true;
  if (arguments.size() > 1) return false;
  if (symbol == Symbol::default_dict) return true;
  const Kind kind = graph_.kind(arguments[0]);
  const bool is_content = kind == Kind::dict || kind == Kind::list || kind == Kind::tuple;
  return is_content && (object.items == pickle::kNone || graph_[arguments[0]].length == 0);
}

ValueRef ValueBuilder::make_dict_object(Id id) {
  const pickle::Object& object = graph_.object(id);
  const Symbol symbol = graph_.callee_symbol(id);
  std::string class_name(dict_class(symbol));
  ValueRef attributes;
  if (object.state != pickle::kNone) attributes = value(object.state);
  const auto arguments = arguments_of(id);
  const bool has_content =
      !arguments.empty() && symbol != Symbol::default_dict && graph_[arguments[0]].length > 0;
  if (!has_content) return make_dict(object.items, std::move(class_name), std::move(attributes));
  if (graph_.kind(arguments[0]) == Kind::dict) {
    return make_dict(arguments[0], std::move(class_name), std::move(attributes));
  }
  const Value& pairs = *value(arguments[0]);
  budget_.charge(kPartsBytes + 2 * pairs.count() * sizeof(ValueRef));
  const bool are_pairs = std::all_of(pairs.items().begin(), pairs.items().end(), is_pair);
  if (!are_pairs) return make_opaque(id);
  return make_dict_of_pairs(pairs, std::move(class_name), std::move(attributes));
}

ValueRef ValueBuilder::make_dict(Id pairs, std::string class_name, ValueRef attributes) {
  budget_.charge(kPartsBytes + class_name.size());
  std::vector<ValueRef> keys;
  std::vector<ValueRef> items;
  if (pairs != pickle::kNone) {
    budget_.charge(graph_[pairs].length * sizeof(ValueRef));
    keys.reserve(graph_[pairs].length / 2);
    items.reserve(graph_[pairs].length / 2);
    bool is_key = true;
    graph_.each_item(pairs, [&](Id item) {
      (is_key ? keys : items).push_back(value(item));
      is_key = !is_key;
    });
  }
  check_keys(keys);
  return Value::dict(std::move(keys), std::move(items), std::move(class_name),
                     std::move(attributes));
}

ValueRef ValueBuilder::make_dict_of_pairs(const Value& pairs, std::string class_name,
                                          ValueRef attributes) {
  std::vector<ValueRef> keys;
  std::vector<ValueRef> items;
  for (const ValueRef& pair : pairs.items()) {
    keys.push_back(pair->item(0));
    items.push_back(pair->item(1));
  }
  check_keys(keys);
  return Value::dict(std::move(keys), std::move(items), std::move(class_name),
                     std::move(attributes));
}

// Python keeps the last of two; no pickler writes two.
void ValueBuilder::check_keys(const std::vector<ValueRef>& keys) {
  uint64_t compared = 0;
  for (const ValueRef& key : keys) compared += kComparedKeyBytes + key->as_text().size();
  budget_.charge(compared);
  if (const auto twice = find_duplicate_key(keys)) {
    fail(join("a dict has the key ", shown(*keys[*twice], *twice), " twice"));
  }
}

}  // namespace duramen::io
