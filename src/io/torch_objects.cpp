#include "base/text.hpp"
#include "io/torch_values.hpp"

namespace duramen::io {

using pickle::Id;
using pickle::Kind;
using pickle::Symbol;

namespace {

// Python's latin-1: how protocol 2 spells bytes.
std::optional<std::string> encode_latin1(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
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
  const Symbol symbol = plain_symbol(id);
  const auto arguments = arguments_of(id);
  if (rebuilds_tensor(symbol)) return make_tensor(symbol, arguments);
  if (reads_as_dict(id)) return make_dict_object(id);
  if (is_module(id)) return make_module(id);
  switch (graph_.callee_symbol(id)) {  // those that have a state
    case Symbol::numpy_array:
      return make_array(id);
    case Symbol::parameter:
    case Symbol::variable:
      return make_variable(id);
    default:
      break;
  }
  switch (symbol) {
    case Symbol::numpy_frombuffer:
      return make_frombuffer(id);
    case Symbol::numpy_scalar:
      return make_scalar(id);
    case Symbol::rebuild_of_array:
      return make_of_array(id);
    case Symbol::script_list:
    case Symbol::script_tagged:
      return arguments.empty() ? make_opaque(id) : value(arguments[0]);
    case Symbol::rebuild_from_type:
      return make_from_type(id);
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
        return Value::tuple(values_of(arguments[0]), "torch.Size");
      }
      return make_opaque(id);
    case Symbol::py_set:
    case Symbol::py_frozenset:
      if (arguments.size() == 1 && graph_.kind(arguments[0]) == Kind::list) {
        return make_opaque(graph_.full_name(graph_.object(id).callee), values_of(arguments[0]));
      }
      return make_opaque(id);
    default:
      return make_opaque(id);
  }
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
  budget_.charge(first.as_text().size());
  auto bytes = encode_latin1(first.as_text());
  if (!bytes) fail("a text cannot be encoded as latin-1");
  return Value::bytes(std::move(*bytes));
}

ValueRef ValueBuilder::make_parameter_value(Id id) {
  const auto arguments = arguments_of(id);
  if (arguments.size() < 2 || graph_.kind(arguments[1]) != Kind::boolean) {
    fail("a parameter without a tensor");
  }
  if (value(arguments[0])->kind() != ValueKind::tensor) {
    budget_.charge(sizeof(Value));
    return make_opaque(graph_.full_name(graph_.object(id).callee),
                       {value(arguments[0]), Value::boolean(graph_[arguments[1]].integer != 0)});
  }
  const Tensor& data = *value(arguments[0])->as_tensor();
  const bool requires_grad = graph_[arguments[1]].integer != 0 && can_require_grad(data.dtype());
  return Value::tensor(make_parameter(data, requires_grad));
}

// Before torch._utils._rebuild_parameter: Parameter(data) or Parameter(data, requires_grad) and the
// state (requires_grad, volatile, hooks); before that the state alone, (data, _, hooks,
// requires_grad, volatile).
ValueRef ValueBuilder::make_variable(Id id) {
  const Id state_id = graph_.object(id).state;
  const bool has_state = graph_.kind(state_id) == Kind::tuple;
  const auto state = has_state ? graph_.links(state_id) : std::span<const Id>();
  auto arguments = arguments_of(id);
  Id data = pickle::kNone;
  Id flag = pickle::kNone;
  if (!arguments.empty()) {
    data = arguments[0];
    if (arguments.size() > 1) flag = arguments[1];
    if (!state.empty()) flag = state[0];
  } else if (state.size() == 5) {
    data = state[0];
    flag = state[3];
  }
  const Tensor* tensor = data == pickle::kNone ? nullptr : value(data)->as_tensor();
  if (!tensor || graph_.object(id).items != pickle::kNone) return make_opaque(id);
  const bool is_parameter = graph_.callee_symbol(id) == Symbol::parameter;
  const bool asked = graph_.kind(flag) == Kind::boolean ? graph_[flag].integer != 0 : is_parameter;
  const bool requires_grad = asked && can_require_grad(tensor->dtype());
  if (is_parameter) return Value::tensor(make_parameter(*tensor, requires_grad));
  TensorRef made = alias(*tensor);
  made->set_requires_grad(requires_grad);
  return Value::tensor(std::move(made));
}

ValueRef ValueBuilder::make_opaque(Id id) {
  const pickle::Object& object = graph_.object(id);
  std::vector<ValueRef> parts;
  budget_.charge(kPartsBytes);
  const bool has_name = graph_.kind(object.callee) == Kind::global;
  if (!has_name) parts.push_back(value(object.callee));
  for (const Id part : {object.arguments, object.state, object.items}) {
    if (part != pickle::kNone) parts.push_back(value(part));
  }
  return make_opaque(has_name ? graph_.full_name(object.callee) : "call", std::move(parts));
}

ValueRef ValueBuilder::make_opaque(std::string class_name, std::vector<ValueRef> parts) {
  budget_.charge(kPartsBytes + class_name.size() + parts.size() * sizeof(ValueRef));
  return Value::opaque(std::move(class_name), std::move(parts));
}

}  // namespace duramen::io
