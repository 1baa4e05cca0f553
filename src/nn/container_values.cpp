// Entries of ParameterList and ParameterDict as values, and values as entries.
#include "base/text.hpp"
#include "nn/evaluate.hpp"
#include "nn/parameter_containers.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

Expression of_form(Form form) {
  Expression out;
  out.form = form;
  out.column = 0;
  return out;
}

Expression holding(Ref<Counted> object, std::string text) {
  Expression out = of_form(Form::object);
  out.object = std::move(object);
  out.text = std::move(text);
  return out;
}

bool is_literal(const Value& value) noexcept;

bool is_literal_container(const Value& value) noexcept {
  const std::string_view name = value.as_text();
  if (!name.empty() && name != "dict" && name != "collections.OrderedDict") return false;
  const auto literal = [](const ValueRef& part) { return is_literal(*part); };
  return !value.attributes() && std::all_of(value.items().begin(), value.items().end(), literal) &&
         std::all_of(value.keys().begin(), value.keys().end(), literal);
}

// Whether the text form has a literal for it.
bool is_literal(const Value& value) noexcept {
  switch (value.kind()) {
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict:
      return is_literal_container(value);
    case ValueKind::tensor:
    case ValueKind::bytes:
    case ValueKind::opaque:
    case ValueKind::big_integer:
      return false;
    default:
      return true;
  }
}

Expression sequence(Form form, const Value& value) {
  Expression out = of_form(form);
  for (const ValueRef& item : value.items()) out.items.push_back(expression_of(*item));
  for (const ValueRef& key : value.keys()) out.keys.push_back(expression_of(*key));
  return out;
}

Expression literal(const Value& value) {
  Expression out = of_form(Form::none);
  switch (value.kind()) {
    case ValueKind::boolean:
      out = of_form(Form::boolean);
      out.boolean = value.as_boolean();
      return out;
    case ValueKind::integer:
      out = of_form(Form::integer);
      out.integer = value.as_integer();
      return out;
    case ValueKind::real:
    case ValueKind::complex:
      out = of_form(value.kind() == ValueKind::real ? Form::real : Form::complex);
      out.real = value.as_complex().real();
      out.imaginary = value.as_complex().imag();
      return out;
    case ValueKind::text:
      out = of_form(Form::text);
      out.text = value.as_text();
      return out;
    case ValueKind::list:
      return sequence(Form::list, value);
    case ValueKind::tuple:
      return sequence(Form::tuple, value);
    case ValueKind::dict:
      out = sequence(Form::dict, value);
      if (value.as_text() == "collections.OrderedDict") out.text = "OrderedDict";
      return out;
    default:
      return out;
  }
}

std::vector<ValueRef> values_of(const std::vector<Expression>& expressions) {
  std::vector<ValueRef> out;
  out.reserve(expressions.size());
  for (const Expression& one : expressions) out.push_back(value_of(one));
  return out;
}

ValueRef value_of_object(const Expression& entry) {
  if (const Value* value = held_value(entry)) return ValueRef(value);
  if (!module_of(entry)) return Value::tensor(TensorRef(static_cast<Tensor*>(entry.object.get())));
  throw Error(Code::unsupported,
              join("the entry is a module, no value (got ", type_name(entry), ")"))
      .with("expected", "a tensor or a value")
      .with("actual", type_name(entry));
}

}  // namespace

const Value* held_value(const Expression& entry) noexcept {
  const bool is_value = entry.form == Form::object && entry.object->tag() == Value::kTag;
  return is_value ? static_cast<const Value*>(entry.object.get()) : nullptr;
}

Expression expression_of(const Value& value) {
  if (Tensor* const tensor = value.as_tensor()) return holding(Ref<Counted>(tensor), "Tensor");
  if (is_literal(value)) return literal(value);
  return holding(Ref<Counted>(const_cast<Value*>(&value)), "value");
}

ValueRef value_of(const Expression& entry) {
  switch (entry.form) {
    case Form::none:
      return Value::none();
    case Form::boolean:
      return Value::boolean(entry.boolean);
    case Form::integer:
      return Value::integer(entry.integer);
    case Form::real:
      return Value::real(entry.real);
    case Form::complex:
      return Value::complex({entry.real, entry.imaginary});
    case Form::text:
      return Value::text(entry.text);
    case Form::list:
      return Value::list(values_of(entry.items));
    case Form::tuple:
      return Value::tuple(values_of(entry.items));
    case Form::dict:
      return Value::dict(values_of(entry.keys), values_of(entry.items),
                         is_ordered_dict(entry) ? "collections.OrderedDict" : "dict");
    case Form::name:
    case Form::call:
      return Value::opaque(entry.text, {});
    case Form::object:
      break;
  }
  return value_of_object(entry);
}

}  // namespace duramen::nn
