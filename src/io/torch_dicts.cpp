#include <algorithm>
#include <cmath>

#include "base/name_index.hpp"
#include "base/text.hpp"
#include "io/torch_values.hpp"

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

// Keys that Python takes for the same: 1, 1.0 and True are one.
struct Keys {
  std::vector<std::string_view> texts;
  std::vector<std::string_view> bytes;
  std::vector<std::string_view> big_integers;
  std::vector<int64_t> integers;
  std::vector<double> reals;  // that are no integer
  size_t nones = 0;

  void add(const Value& key) {
    switch (key.kind()) {
      case ValueKind::text:
        return texts.push_back(key.as_text());
      case ValueKind::bytes:
        return bytes.push_back(key.as_text());
      case ValueKind::big_integer:
        return big_integers.push_back(key.as_text());
      case ValueKind::integer:
      case ValueKind::boolean:
        return integers.push_back(key.as_integer());
      case ValueKind::real:
        return add_real(key.as_real());
      case ValueKind::none:
        ++nones;
        return;
      default:
        return;
    }
  }
  void add_real(double value) {
    if (std::isnan(value)) return;  // equal to nothing
    const bool is_integer = value >= -0x1p63 && value < 0x1p63 && value == std::trunc(value);
    if (is_integer) return integers.push_back(static_cast<int64_t>(value));
    reals.push_back(value);
  }
  // As Python prints it; empty when there is none.
  std::string find_duplicate() {
    if (const auto twice = duramen::find_duplicate(texts)) {
      return format_quoted(printable(texts[*twice]));
    }
    if (const auto twice = duramen::find_duplicate(bytes)) {
      return "b" + format_quoted(printable(bytes[*twice]));
    }
    if (const auto twice = duramen::find_duplicate(big_integers)) {
      return printable(big_integers[*twice]);
    }
    if (const auto twice = find_number(integers)) return std::to_string(*twice);
    if (const auto twice = find_number(reals)) return format_float(*twice);
    return nones > 1 ? "None" : "";
  }
  template <class T>
  static std::optional<T> find_number(std::vector<T>& numbers) {
    std::sort(numbers.begin(), numbers.end());
    const auto same = std::adjacent_find(numbers.begin(), numbers.end());
    return same == numbers.end() ? std::nullopt : std::optional<T>(*same);
  }
};

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
  Keys known;
  uint64_t compared = 0;
  for (const ValueRef& key : keys) {
    known.add(*key);
    compared += sizeof(Keys) + key->as_text().size();
  }
  budget_.charge(compared);
  const std::string twice = known.find_duplicate();
  if (!twice.empty()) fail(join("a dict has the key ", twice, " twice"));
}

}  // namespace duramen::io
