#include "call_options.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "options.hpp"

namespace duramen::capi {

using spec::Expression;
using spec::Form;

Expression plain_expression(Form form) {
  Expression out;
  out.form = form;
  out.column = 0;
  return out;
}

Expression text_expression(std::string_view text) {
  Expression out = plain_expression(Form::text);
  out.text = text;
  return out;
}

Expression object_expression(Ref<Counted> object, std::string name) {
  Expression out = plain_expression(Form::object);
  out.object = std::move(object);
  out.text = std::move(name);
  return out;
}

namespace {

constexpr uint32_t kMaxDepth = spec::Limits().max_depth;

Expression expression_of(const Value& value, uint32_t depth);

Expression sequence_of(const Value& value, Form form, uint32_t depth) {
  if (depth >= kMaxDepth) {
    throw Error(Code::limit, join("value: nested deeper than ", kMaxDepth, " levels"))
        .with("argument", "value");
  }
  Expression out = plain_expression(form);
  for (const ValueRef& key : value.keys()) out.keys.push_back(expression_of(*key, depth + 1));
  for (const ValueRef& item : value.items()) out.items.push_back(expression_of(*item, depth + 1));
  if (value.as_text().ends_with("OrderedDict")) out.text = "OrderedDict";
  return out;
}

Expression number_of(const Value& value, Form form) {
  Expression out = plain_expression(form);
  out.boolean = value.as_boolean();
  out.integer = form == Form::integer ? value.as_integer() : 0;
  out.real = form == Form::integer ? 0 : value.as_real();
  out.imaginary = value.as_complex().imag();
  return out;
}

Expression expression_of(const Value& value, uint32_t depth) {
  switch (value.kind()) {
    case ValueKind::none:
      return plain_expression(Form::none);
    case ValueKind::boolean:
      return number_of(value, Form::boolean);
    case ValueKind::integer:
      return number_of(value, Form::integer);
    case ValueKind::real:
      return number_of(value, Form::real);
    case ValueKind::complex:
      return number_of(value, Form::complex);
    case ValueKind::text:
      return text_expression(value.as_text());
    case ValueKind::tensor:
      return object_expression(Ref<Counted>(value.as_tensor()), "Tensor");
    case ValueKind::list:
      return sequence_of(value, Form::list, depth);
    case ValueKind::tuple:
      return sequence_of(value, Form::tuple, depth);
    case ValueKind::dict:
      return sequence_of(value, Form::dict, depth);
    case ValueKind::bytes:
    case ValueKind::opaque:
    case ValueKind::big_integer:
      break;
  }
  throw Error(Code::unsupported,
              join("value: no argument can be of this kind: ", value_kind_name(value.kind())))
      .with("argument", "value")
      .with("actual", std::string(value_kind_name(value.kind())));
}

}  // namespace

Expression value_expression(const Value& value) { return expression_of(value, 0); }

Expression* CallOptions::find(std::string_view name) noexcept {
  const auto found = std::find_if(arguments_.begin(), arguments_.end(),
                                  [name](const auto& argument) { return argument.name == name; });
  return found == arguments_.end() ? nullptr : &found->value;
}

void CallOptions::set(std::string_view name, Expression value) {
  if (Expression* known = find(name)) {
    *known = std::move(value);
  } else {
    arguments_.emplace_back(std::string(name), std::move(value));
  }
}

void CallOptions::add(std::string_view name, std::optional<std::string_view> key, Expression item) {
  const Form form = key ? Form::dict : Form::list;
  Expression* const known = find(name);
  if (known && known->form != form) {
    throw bad_argument("name", join("'", printable(name, 60), "' is set to something else than a ",
                                    key ? "dict" : "list"));
  }
  Expression made = plain_expression(form);
  Expression& list = known ? *known : made;
  list.items.reserve(list.items.size() + 1);
  if (key) list.keys.push_back(text_expression(*key));
  list.items.push_back(std::move(item));
  if (!known) set(name, std::move(made));
}

Expression CallOptions::call(std::string_view callee) const {
  Expression out = plain_expression(Form::call);
  out.text = callee;
  out.keywords = arguments_;
  return out;
}

}  // namespace duramen::capi
