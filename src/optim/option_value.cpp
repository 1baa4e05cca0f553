#include "optim/option_value.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "kernels/copy.hpp"

namespace duramen::optim {
namespace {

using spec::Expression;
using spec::Form;

spec::Kinds kinds_of(const Value& value) noexcept {
  switch (value.kind()) {
    case ValueKind::none:
      return spec::kNone;
    case ValueKind::boolean:
      return spec::kBool;
    case ValueKind::integer:
      return spec::kInt | spec::kReal | spec::kInts;
    case ValueKind::real:
      return spec::kReal;
    case ValueKind::text:
      return spec::kText;
    case ValueKind::list:
    case ValueKind::tuple:
      return spec::kList;
    default:
      return 0;
  }
}

bool is_accepted(spec::Kinds kinds, const Value& value) noexcept {
  const spec::Kinds own = kinds_of(value);
  if (kinds & (spec::kAny | own)) return true;
  if ((kinds & spec::kBoolNumber) && own == spec::kBool) return true;
  return (kinds & spec::kTruth) == spec::kTruth && own != 0;
}

ValueRef sequence_of(const Expression& expression) {
  std::vector<ValueRef> items;
  for (const Expression& item : expression.items) items.push_back(value_of(item));
  return expression.form == Form::list ? Value::list(std::move(items))
                                       : Value::tuple(std::move(items));
}

void add_option(const spec::Signature& signature, Options& options, std::string_view name,
                ValueRef value) {
  if (!find_parameter(signature, name)) {
    throw unknown_option(signature, name, Code::invalid_argument);
  }
  check_option(signature, name, *value);
  options.set(name, std::move(value));
}

void add_from_text(const spec::Signature& signature, Options& options, std::string_view name,
                   const Expression& expression) {
  try {
    add_option(signature, options, name, value_of(expression));
  } catch (Error& error) {
    error.with("column", std::to_string(expression.column));
    throw;
  }
}

// PyTorch lets a learning rate and betas be tensors of one element.
ValueRef plain_number(ValueRef value) {
  if (value->kind() != ValueKind::tensor) return value;
  const Tensor& tensor = *value->as_tensor();
  if (tensor.numel() != 1 || !is_floating(tensor.dtype())) return value;
  return Value::real(kernels::read_double(tensor.bytes(), tensor.dtype()));
}

ValueRef plain_numbers(const ValueRef& value) {
  const bool is_list = value->kind() == ValueKind::list;
  const auto given = value->items();
  const bool is_plain = std::none_of(given.begin(), given.end(), [](const ValueRef& item) {
    return item->kind() == ValueKind::tensor;
  });
  if (is_plain || (!is_list && value->kind() != ValueKind::tuple)) return value;
  std::vector<ValueRef> items;
  for (const ValueRef& item : given) items.push_back(plain_number(item));
  return is_list ? Value::list(std::move(items)) : Value::tuple(std::move(items));
}

Error not_a_group(size_t index, std::string_view what) {
  return Error(Code::invalid_argument, join("load_state_dict: param_groups[", index, "] ", what))
      .with("path", join("param_groups.", index))
      .with("torch_error", "KeyError");
}

}  // namespace

const spec::Parameter* find_parameter(const spec::Signature& signature,
                                      std::string_view name) noexcept {
  for (const spec::Parameter& parameter : signature.parameters) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

ValueRef value_of(const Expression& expression) {
  switch (expression.form) {
    case Form::none:
      return Value::none();
    case Form::boolean:
      return Value::boolean(expression.boolean);
    case Form::integer:
      return Value::integer(expression.integer);
    case Form::real:
      return Value::real(expression.real);
    case Form::text:
      return Value::text(expression.text);
    case Form::list:
    case Form::tuple:
      return sequence_of(expression);
    default:
      throw spec::error_at(
          expression, Code::invalid_argument,
          join("optimizer: an option cannot be ", printable(spec::format(expression), 60)));
  }
}

Options options_from_text(const spec::Signature& signature, std::string_view text) {
  Options options;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return options;
  const Expression dict = spec::parse(text);
  const bool is_call = dict.form == Form::call && dict.text == "dict" && dict.items.empty();
  if (!is_call && dict.form != Form::dict) {
    throw spec::error_at(
        dict, Code::invalid_argument,
        join("optimizer: the options of a group are a dict (expected dict(lr=0.5), "
             "got ",
             printable(spec::format(dict), 60), ")"))
        .with("expected", "a dict")
        .with("torch_error", "TypeError");
  }
  for (const auto& [name, value] : dict.keywords) add_from_text(signature, options, name, value);
  for (size_t i = 0; i < dict.keys.size(); ++i) {
    add_from_text(signature, options, dict.keys[i].text, dict.items[i]);
  }
  return options;
}

Error unknown_option(const spec::Signature& signature, std::string_view name, Code code) {
  std::vector<std::string_view> known;
  for (const spec::Parameter& parameter : signature.parameters) known.push_back(parameter.name);
  const std::string_view nearest = nearest_word(name, known);
  std::string message = join(signature.name, ": no option '", printable(name, 60), "'");
  if (!nearest.empty()) message += join(" (did you mean '", nearest, "'?)");
  Error error(code, std::move(message));
  error.with("argument", std::string(name));
  if (!nearest.empty()) error.with("nearest", std::string(nearest));
  error.with("torch_error", "KeyError");
  return error;
}

void check_option(const spec::Signature& signature, std::string_view name, const Value& value) {
  const spec::Parameter* parameter = find_parameter(signature, name);
  if (!parameter) throw unknown_option(signature, name, Code::not_found);
  if (is_accepted(parameter->kinds, value)) return;
  throw Error(Code::invalid_argument, join(signature.name, ": option '", name,
                                           "' cannot be of type ", value_kind_name(value.kind())))
      .with("argument", std::string(name))
      .with("actual", std::string(value_kind_name(value.kind())))
      .with("torch_error", "TypeError");
}

Options options_from_value(const spec::Signature& signature, const Value& dict) {
  if (dict.kind() != ValueKind::dict) {
    throw Error(Code::invalid_argument, join("optimizer: the options of a group are a dict, not ",
                                             value_kind_name(dict.kind())))
        .with("torch_error", "TypeError");
  }
  Options options;
  for (size_t i = 0; i < dict.count(); ++i) {
    if (dict.key(i)->kind() != ValueKind::text) {
      throw Error(Code::invalid_argument, join("optimizer: the name of an option is text, not ",
                                               value_kind_name(dict.key(i)->kind())))
          .with("torch_error", "TypeError");
    }
    add_option(signature, options, dict.key(i)->as_text(), dict.item(i));
  }
  return options;
}

double number_of(const Value& value) noexcept {
  if (value.kind() == ValueKind::boolean) return value.as_boolean();
  return value.kind() == ValueKind::real ? value.as_real()
                                         : static_cast<double>(value.as_integer());
}

double number_of(const Options& options, std::string_view name) {
  return number_of(**options.find(name));
}

bool flag_of(const Options& options, std::string_view name) {
  const Value& value = **options.find(name);
  switch (value.kind()) {
    case ValueKind::boolean:
      return value.as_boolean();
    case ValueKind::integer:
      return value.as_integer() != 0;
    case ValueKind::real:
      return value.as_real() != 0;
    case ValueKind::text:
      return !value.as_text().empty();
    case ValueKind::list:
    case ValueKind::tuple:
      return value.count() > 0;
    default:
      return false;
  }
}

std::string text_of(const Value& value) {
  switch (value.kind()) {
    case ValueKind::boolean:
      return value.as_boolean() ? "True" : "False";
    case ValueKind::integer:
      return std::to_string(value.as_integer());
    case ValueKind::real:
      return format_float(value.as_real());
    default:
      return std::string(value_kind_name(value.kind()));
  }
}

Error out_of_range(std::string_view what, std::string_view name, const Value& value) {
  return Error(Code::invalid_argument, join(what, text_of(value)))
      .with("actual", text_of(value))
      .with("argument", std::string(name))
      .with("torch_error", "ValueError");
}

std::vector<int64_t> saved_indices(const Value& group, size_t index) {
  const Value* indices = group.kind() == ValueKind::dict ? group.find("params") : nullptr;
  if (!indices) throw not_a_group(index, "has no 'params'");
  const bool is_list = indices->kind() == ValueKind::list || indices->kind() == ValueKind::tuple;
  if (!is_list) throw not_a_group(index, "has 'params' that are no list");
  std::vector<int64_t> out;
  for (const ValueRef& item : indices->items()) {
    if (item->kind() != ValueKind::integer)
      throw not_a_group(index, "has 'params' that are no ints");
    out.push_back(item->as_integer());
  }
  return out;
}

Options saved_options(const OptimizerType& type, const Value& group, size_t index) {
  Options options;
  for (size_t i = 0; i < group.count(); ++i) {
    const Value& key = *group.key(i);
    if (key.kind() != ValueKind::text) throw not_a_group(index, "has a key that is no text");
    if (key.as_text() == "params") continue;
    ValueRef value = plain_number(group.item(i));
    if (find_parameter(type.options, key.as_text())) {
      value = plain_numbers(value);
      check_option(type.options, key.as_text(), *value);
    }
    options.set(key.as_text(), std::move(value));
  }
  for (const LaterOption& option : type.later) {
    if (options.contains(option.name)) continue;
    options.append(std::string(option.name), value_of(spec::parse(option.value)));
  }
  for (const spec::Parameter& parameter : type.options.parameters) {
    if (options.contains(parameter.name)) continue;
    throw not_a_group(index, join("has no '", parameter.name, "'"));
  }
  return options;
}

}  // namespace duramen::optim
