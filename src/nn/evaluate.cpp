#include "nn/evaluate.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "nn/containers.hpp"
#include "nn/hidden.hpp"
#include "nn/origin.hpp"
#include "nn/parameter_containers.hpp"
#include "nn/parametrize.hpp"
#include "nn/placeholder.hpp"
#include "nn/tensor_functions.hpp"
#include "nn/text_build.hpp"
#include "nn/torch_names.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;
using Expressions = std::vector<Expression>;

Error python_error(const Expression& where, std::string_view message, const char* torch_error) {
  return spec::error_at(where, Code::invalid_argument, message).with("torch_error", torch_error);
}

Error not_iterable(const Expression& value) {
  return python_error(value, join("'", type_name(value), "' object is not iterable"), "TypeError");
}

// ---- dict(…) and OrderedDict(…) ----

Expressions ordered_pair(const Expression& item) {
  std::optional<Expressions> pair = iterated(item);
  if (!pair) throw not_iterable(item);
  if (pair->size() == 2) return *std::move(pair);
  throw python_error(item,
                     pair->size() < 2 ? "need more than 1 value to unpack"
                                      : "too many values to unpack (expected 2)",
                     "ValueError");
}

Expressions plain_pair(const Expression& item, size_t index) {
  const std::string element = join("dictionary update sequence element #", index);
  std::optional<Expressions> pair = iterated(item);
  if (!pair) {
    throw python_error(item, join("cannot convert ", element, " to a sequence"), "TypeError");
  }
  if (pair->size() == 2) return *std::move(pair);
  throw python_error(item, join(element, " has length ", pair->size(), "; 2 is required"),
                     "ValueError");
}

void add_mapping(Expression& dict, Expression given) {
  if (given.form == Form::dict) {
    dict.keys = std::move(given.keys);
    dict.items = std::move(given.items);
    return;
  }
  if (const auto* modules = dynamic_cast<const ModuleDict*>(module_of(given))) {
    dict.keys = *iterated(given);
    for (const auto& [name, child] : modules->children()) {
      dict.items.push_back(expression_of(child, given.column));
    }
    return;
  }
  if (const auto* parameters = dynamic_cast<const ParameterDict*>(module_of(given))) {
    dict.keys = *iterated(given);
    for (const std::string& key : parameters->keys()) {
      dict.items.push_back(parameters->entry(key));
    }
    return;
  }
  const std::optional<Expressions> pairs = iterated(given);
  if (!pairs) throw not_iterable(given);
  for (size_t i = 0; i < pairs->size(); ++i) {
    const Expression& item = (*pairs)[i];
    Expressions pair = is_ordered_dict(dict) ? ordered_pair(item) : plain_pair(item, i);
    dict.keys.push_back(std::move(pair[0]));
    dict.items.push_back(std::move(pair[1]));
  }
}

Expression text_at(std::string_view text, uint32_t column) {
  Expression out;
  out.form = Form::text;
  out.column = column;
  out.text = text;
  return out;
}

Expression made_dict(Expression call) {
  Expression out;
  out.form = Form::dict;
  out.column = call.column;
  out.text = std::move(call.text);
  if (call.items.size() > 1) {
    throw python_error(call.items[1],
                       is_ordered_dict(out)
                           ? join("expected at most 1 arguments, got ", call.items.size())
                           : join("dict expected at most 1 argument, got ", call.items.size()),
                       "TypeError");
  }
  if (!call.items.empty()) add_mapping(out, std::move(call.items[0]));
  for (auto& [name, value] : call.keywords) {
    out.keys.push_back(text_at(name, value.column));
    out.items.push_back(std::move(value));
  }
  return out;
}

// ---- Calls ----

Expression object_at(Ref<Counted> object, std::string text, uint32_t column) {
  Expression out;
  out.form = Form::object;
  out.column = column;
  out.text = std::move(text);
  out.object = std::move(object);
  return out;
}

std::string shown_arguments(const Expression& call) {
  Expression bare;
  bare.form = Form::call;
  bare.items = call.items;
  bare.keywords = call.keywords;
  const std::string text = spec::format(bare);
  return text.substr(1, text.size() - 2);
}

ModuleRef created(const BuildContext& build, Expression& call) {
  const ModuleType* type = module_types().find(call.text);
  const bool may_hold = build.text && build.text->options().unknown_as_containers;
  if (!type && may_hold) return make<Placeholder>(call.text, shown_arguments(call), call.is_list);
  if (!type) throw_unknown_type(call);
  if (build.text) build.text->complete(build, *type, call);
  if (may_hold && !call.children.empty() && !missing_hidden(*type, call).empty()) {
    return make<Placeholder>(call.text, std::string(), call.is_list);
  }
  const spec::Arguments arguments = bound_arguments(*type, call);
  ModuleRef module = type->make(build, arguments);
  set_origin(*module, build, type->signature, arguments);
  return module;
}

ModuleRef made_module(const BuildContext& build, Expression& call) {
  build.context.cancel().check("module");
  if (!build.text) return created(build, call);
  const bool may_hold = build.text->options().unknown_as_containers;
  std::optional<Expression> parametrizations = take_parametrizations(call, may_hold);
  ModuleRef module;
  if (call.verbatim && may_hold) {
    module = make<Placeholder>(call.text, call.shown, call.is_list);
  } else {
    module = call.text == "container" ? make_container(call) : created(build, call);
  }
  if (parametrizations && placeholder_of(*module)) {
    module->set_class_name(join(kParametrizedPrefix, call.text));
    call.children.emplace_back(std::string(kParametrizationsChild),
                               *std::exchange(parametrizations, std::nullopt));
  }
  build.text->add_children(build, *module, call);
  if (parametrizations) build.text->add_parametrizations(build, module, *parametrizations);
  build.text->set_attributes(build, module, call);
  return module;
}

Expression made_object(const BuildContext& build, Expression& call) {
  const std::string text = join(call.text, "(…)");
  try {
    if (!is_tensor_function(call)) return object_at(made_module(build, call), text, call.column);
    return object_at(call_tensor_function(build, call), text, call.column);
  } catch (Error& error) {
    spec::locate(error, call);
    throw;
  }
}

void check_plain(const Expression& call) {
  if (call.children.empty() && call.attributes.empty()) return;
  throw spec::error_at(call, Code::invalid_argument,
                       join("text: ", printable(call.text, 60), "(…) is no module"));
}

Expression made(const BuildContext& build, Expression call) {
  if (is_text_function(call.text) && call.text != "container") check_plain(call);
  if (call.text == "OrderedDict" || call.text == "dict") return made_dict(std::move(call));
  if (call.text == "device") return call;  // looked at by those who take one
  return made_object(build, call);
}

}  // namespace

void BuildContext::evaluate(Expression& expression) const {
  for (size_t i = 0; i < expression.items.size(); ++i) {
    if (i < expression.keys.size()) evaluate(expression.keys[i]);
    evaluate(expression.items[i]);
  }
  for (auto& [name, value] : expression.keywords) evaluate(value);
  const uint32_t definition = expression.definition;
  if (expression.form == Form::call) {
    expression = made(*this, std::move(expression));
  } else if (text && expression.form == Form::name && expression.text.starts_with('@')) {
    expression = text->reference(expression);
  }
  if (definition) text->define(expression, definition, expression);
}

// ---- Values as Python sees them ----

namespace {

std::optional<Expressions> iterated_module(const Module* module, uint32_t column) {
  Expressions out;
  if (dynamic_cast<const IndexedContainer*>(module)) {
    for (const auto& entry : module->children()) out.push_back(expression_of(entry.value, column));
  } else if (dynamic_cast<const ModuleDict*>(module)) {
    for (const auto& entry : module->children()) out.push_back(text_at(entry.name, column));
  } else if (const auto* list = dynamic_cast<const ParameterList*>(module)) {
    for (const std::string& key : list->keys()) out.push_back(list->entry(key));
  } else if (const auto* dict = dynamic_cast<const ParameterDict*>(module)) {
    for (const std::string& key : dict->keys()) out.push_back(text_at(key, column));
  } else {
    return std::nullopt;
  }
  return out;
}

}  // namespace

std::optional<Expressions> iterated(const Expression& value) {
  if (value.form == Form::list || value.form == Form::tuple) return value.items;
  if (value.form == Form::dict) return value.keys;
  if (value.form == Form::text) {
    Expressions out;
    const std::string_view text = value.text;
    for (size_t i = 0, next = 0; i < text.size(); i = next) {
      for (++next; next < text.size() && (static_cast<uint8_t>(text[next]) & 0xC0) == 0x80;) ++next;
      out.push_back(text_at(text.substr(i, next - i), value.column));
    }
    return out;
  }
  return iterated_module(module_of(value), value.column);
}

static std::string type_name(const Value& value) {
  if (value.kind() == ValueKind::opaque || value.kind() == ValueKind::dict) {
    const std::string_view name = value.as_text();
    return std::string(name.substr(name.rfind('.') + 1));
  }
  if (value.kind() == ValueKind::big_integer) return "int";
  return std::string(value_kind_name(value.kind()));
}

std::string type_name(const Expression& value) {
  switch (value.form) {
    case Form::none:
      return "NoneType";
    case Form::boolean:
      return "bool";
    case Form::integer:
      return "int";
    case Form::real:
      return "float";
    case Form::complex:
      return "complex";
    case Form::text:
      return "str";
    case Form::list:
      return "list";
    case Form::tuple:
      return "tuple";
    case Form::dict:
      return is_ordered_dict(value) ? "OrderedDict" : "dict";
    case Form::name:
    case Form::call:
      return value.text;
    case Form::object:
      break;
  }
  if (const Module* module = module_of(value)) return module->class_name();
  if (const Value* held = held_value(value)) return type_name(*held);
  return static_cast<const Tensor&>(*value.object).is_parameter() ? "Parameter" : "Tensor";
}

std::string torch_typename(const Expression& value) {
  if (is_ordered_dict(value)) return "collections.OrderedDict";
  if (value.form != Form::object || held_value(value)) return type_name(value);
  if (const Module* module = module_of(value)) return torch_typename(*module);
  return torch_typename(static_cast<const Tensor&>(*value.object));
}

Expression expression_of(const ModuleRef& module, uint32_t column) {
  if (module) return object_at(module, module->class_name(), column);
  Expression none;
  none.column = column;
  return none;
}

bool holds_object(const Expression& value) noexcept {
  if (value.form == Form::object || value.form == Form::call) return true;
  return std::any_of(value.items.begin(), value.items.end(), holds_object) ||
         std::any_of(value.keys.begin(), value.keys.end(), holds_object);
}

bool is_ordered_dict(const Expression& value) noexcept {
  return value.form == Form::dict && value.text == "OrderedDict";
}

Module* module_of(const Expression& value) noexcept {
  const bool is_module = value.form == Form::object && value.object->tag() == Module::kTag;
  return is_module ? static_cast<Module*>(value.object.get()) : nullptr;
}

}  // namespace duramen::nn
