#include "base/text.hpp"
#include "io/torch_values.hpp"

namespace duramen::io {

using pickle::Id;
using pickle::Kind;
using pickle::Symbol;

namespace {

std::string dict_class(Symbol symbol) {
  if (symbol == Symbol::ordered_dict) return "collections.OrderedDict";
  if (symbol == Symbol::default_dict) return "collections.defaultdict";
  return symbol == Symbol::counter ? "collections.Counter" : "dict";
}

// Python's latin-1: how protocol 2 spells bytes.
std::optional<std::string> encode_latin1(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<uint8_t>(text[i]);
    if (first < 0x80) {
      bytes += static_cast<char>(first);
    } else if (first >= 0xC2 && first <= 0xC3 && i + 1 < text.size()) {
      bytes += static_cast<char>((first & 3) << 6 | (static_cast<uint8_t>(text[++i]) & 0x3F));
    } else {
      return std::nullopt;
    }
  }
  return bytes;
}

}  // namespace

ValueRef ValueBuilder::make_object(Id id) {
  const Symbol symbol = graph_.callee_symbol(id);
  const auto arguments = arguments_of(id);
  if (is_dict_symbol(symbol)) return make_dict_object(id, dict_class(symbol));
  if (rebuilds_tensor(symbol)) return make_tensor(symbol, arguments);
  switch (symbol) {
    case Symbol::rebuild_from_type:
      return make_from_type(arguments);
    case Symbol::rebuild_qtensor:
      return make_quantized(arguments);
    case Symbol::rebuild_parameter:
    case Symbol::rebuild_parameter_with_state:
      return make_parameter_value(id);
    case Symbol::py_complex:
      return make_complex(id);
    case Symbol::py_bytes:
    case Symbol::py_bytearray:
    case Symbol::codecs_encode:
      return make_bytes(id);
    case Symbol::torch_size:
      if (arguments.size() == 1 && graph_.kind(arguments[0]) == Kind::tuple) {
        return value(arguments[0]);
      }
      return make_opaque(id);
    case Symbol::py_set:
    case Symbol::py_frozenset:
      if (arguments.size() == 1 && graph_.kind(arguments[0]) == Kind::list) {
        return Value::opaque(graph_.full_name(graph_.object(id).callee), values_of(arguments[0]));
      }
      return make_opaque(id);
    default:
      return make_opaque(id);
  }
}

// OrderedDict() and items; Counter(dict); Python 2's OrderedDict([[key, value], …]).
ValueRef ValueBuilder::make_dict_object(Id id, std::string class_name) {
  const pickle::Object& object = graph_.object(id);
  ValueRef attributes;
  if (object.state != pickle::kNone && graph_.kind(object.state) == Kind::dict) {
    attributes = value(object.state);
  }
  const auto arguments = arguments_of(id);
  const Id given = arguments.empty() ? pickle::kNone : arguments[0];
  const bool has_items = graph_.kind(given) == Kind::dict || graph_.kind(given) == Kind::list;
  if (object.items != pickle::kNone && (has_items || graph_.kind(object.items) != Kind::dict)) {
    fail("a dict with two kinds of items", Code::unsupported);
  }
  if (graph_.kind(given) == Kind::dict) {
    return make_dict(given, std::move(class_name), std::move(attributes));
  }
  if (graph_.kind(given) != Kind::list) {
    return make_dict(object.items, std::move(class_name), std::move(attributes));
  }
  std::vector<ValueRef> keys;
  std::vector<ValueRef> items;
  for (const ValueRef& pair : value(given)->items()) {
    if (pair->count() != 2 || pair->kind() == ValueKind::dict) fail("a dict of what are no pairs");
    keys.push_back(pair->item(0));
    items.push_back(pair->item(1));
  }
  check_keys(keys);
  return Value::dict(std::move(keys), std::move(items), std::move(class_name),
                     std::move(attributes));
}

ValueRef ValueBuilder::make_complex(Id id) {
  const auto arguments = arguments_of(id);
  if (arguments.size() != 2) return make_opaque(id);
  double parts[2] = {};
  for (size_t i = 0; i < 2; ++i) {
    const pickle::Node& node = graph_[arguments[i]];
    if (node.kind != Kind::real && node.kind != Kind::integer) return make_opaque(id);
    parts[i] = node.kind == Kind::real ? node.real : static_cast<double>(node.integer);
  }
  return Value::complex({parts[0], parts[1]});
}

// bytes(), bytearray(bytes), _codecs.encode(text, 'latin1').
ValueRef ValueBuilder::make_bytes(Id id) {
  const auto arguments = arguments_of(id);
  if (arguments.empty()) return Value::bytes({});
  const Value& first = *value(arguments[0]);
  if (arguments.size() == 1 && first.kind() == ValueKind::bytes) return value(arguments[0]);
  const bool is_latin =
      arguments.size() == 2 && graph_.kind(arguments[1]) == Kind::text &&
      (graph_.text(arguments[1]) == "latin1" || graph_.text(arguments[1]) == "latin-1");
  if (!is_latin || first.kind() != ValueKind::text) return make_opaque(id);
  auto bytes = encode_latin1(first.as_text());
  if (!bytes) fail("a text cannot be encoded as latin-1");
  return Value::bytes(std::move(*bytes));
}

ValueRef ValueBuilder::make_parameter_value(Id id) {
  const auto arguments = arguments_of(id);
  if (arguments.size() < 2 || value(arguments[0])->kind() != ValueKind::tensor ||
      graph_.kind(arguments[1]) != Kind::boolean) {
    fail("a parameter without a tensor");
  }
  const Tensor& data = *value(arguments[0])->as_tensor();
  const bool requires_grad = graph_[arguments[1]].integer != 0 && can_require_grad(data.dtype());
  return Value::tensor(make_parameter(data, requires_grad));
}

ValueRef ValueBuilder::make_opaque(Id id) {
  const pickle::Object& object = graph_.object(id);
  std::vector<ValueRef> parts;
  const bool has_name = graph_.kind(object.callee) == Kind::global;
  if (!has_name) parts.push_back(value(object.callee));
  for (const Id part : {object.arguments, object.state, object.items}) {
    if (part != pickle::kNone) parts.push_back(value(part));
  }
  return Value::opaque(has_name ? graph_.full_name(object.callee) : "call", std::move(parts));
}

}  // namespace duramen::io
