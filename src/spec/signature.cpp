#include "spec/signature.hpp"

#include <algorithm>
#include <cassert>

#include "base/text.hpp"

namespace duramen::spec {
namespace {

bool is_class(const Signature& signature) noexcept {
  return !signature.name.empty() && signature.name[0] >= 'A' && signature.name[0] <= 'Z';
}

// How Python names the callable in a TypeError.
std::string callable_name(const Signature& signature) {
  return join(signature.name, is_class(signature) ? ".__init__()" : "()");
}

Error type_error(const Expression& where, std::string_view message) {
  return error_at(where, Code::invalid_argument, message).with("torch_error", "TypeError");
}

std::string_view form_name(const Expression& expression) noexcept {
  switch (expression.form) {
    case Form::none:
      return "None";
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
    case Form::name:
      return "name";
    case Form::list:
      return "list";
    case Form::tuple:
      return "tuple";
    case Form::dict:
      return "dict";
    case Form::call:
      return "call";
    case Form::object:
      return "object";
  }
  return "?";
}

std::string kinds_text(Kinds kinds) {
  struct Word {
    Kinds kind;
    std::string_view name;
  };
  static constexpr Word kWords[] = {
      {kBool, "bool"},     {kInt, "int"},     {kReal, "float"},
      {kText, "str"},      {kDtype, "dtype"}, {kTensor, "Tensor"},
      {kModule, "Module"}, {kList, "list"},   {kInts, "int or tuple of ints"},
      {kDict, "dict"},     {kNone, "None"}};
  std::string out;
  for (const Word& word : kWords) {
    if (!(kinds & word.kind)) continue;
    if (!out.empty()) out += " or ";
    out += word.name;
  }
  return out;
}

bool all_integers(const std::vector<Expression>& items) noexcept {
  return std::all_of(items.begin(), items.end(),
                     [](const Expression& item) { return item.form == Form::integer; });
}

Kinds sequence_kinds(const Expression& expression) noexcept {
  return all_integers(expression.items) ? kList | kInts : kList;
}

Kinds call_kinds(const Expression& call) noexcept {
  return call.text == "OrderedDict" || call.text == "dict" ? kDict
                                                           : kTensor | kModule | kText | kDtype;
}

// Every kind that the expression may stand for; what a call really makes shows when it is built.
Kinds kinds_of(const Expression& expression) noexcept {
  switch (expression.form) {
    case Form::none:
      return kNone;
    case Form::boolean:
      return kBool;
    case Form::integer:
      return kInt | kReal | kInts;
    case Form::real:
      return kReal;
    case Form::complex:
      return 0;
    case Form::text:
      return kText;
    case Form::name:
      return kText | kDtype;
    case Form::list:
    case Form::tuple:
      return sequence_kinds(expression);
    case Form::dict:
      return kDict;
    case Form::call:
      return call_kinds(expression);
    case Form::object:
      return kTensor | kModule;
  }
  return 0;
}

bool is_accepted(Kinds kinds, const Expression& given) noexcept {
  if (kinds & (kAny | kinds_of(given))) return true;
  if ((kinds & kBoolNumber) && given.form == Form::boolean) return true;
  const bool has_truth =
      given.form != Form::name && given.form != Form::call && given.form != Form::object;
  return (kinds & kTruth) == kTruth && has_truth;
}

void check_kind(const Signature& signature, const Parameter& parameter, const Expression& given) {
  if (is_accepted(parameter.kinds, given)) return;
  const std::string expected = kinds_text(parameter.kinds);
  const std::string_view actual = form_name(given);
  throw type_error(given, join(callable_name(signature), ": argument '", parameter.name,
                               "' must be ", expected, ", not ", actual))
      .with("argument", std::string(parameter.name))
      .with("expected", expected)
      .with("actual", std::string(actual));
}

std::string plural(size_t count, std::string_view noun) {
  return join(count, " ", noun, count == 1 ? "" : "s");
}

// "'a'", "'a' and 'b'", "'a', 'b', and 'c'".
std::string quoted_list(const std::vector<std::string_view>& names) {
  std::string out;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i) out += names.size() == 2 ? " and " : i + 1 == names.size() ? ", and " : ", ";
    out += join("'", names[i], "'");
  }
  return out;
}

struct Positions {
  size_t required = 0;
  size_t total = 0;
  bool variadic = false;
};

Positions count_positions(const Signature& signature) noexcept {
  Positions out;
  for (const Parameter& parameter : signature.parameters) {
    if (parameter.variadic) {
      out.variadic |= !parameter.keyword_only;
    } else if (!parameter.keyword_only) {
      ++out.total;
      out.required += parameter.fallback.empty();
    }
  }
  return out;
}

void check_count(const Signature& signature, const Expression& call, const Positions& positions) {
  if (positions.variadic || call.items.size() <= positions.total) return;
  const size_t self = is_class(signature);  // Python counts it
  const size_t most = positions.total + self;
  const size_t least = positions.required + self;
  const size_t given = call.items.size() + self;
  size_t keyword_only = 0;
  for (const auto& [name, value] : call.keywords) {
    for (const Parameter& parameter : signature.parameters) {
      keyword_only += parameter.keyword_only && parameter.name == name;
    }
  }
  std::string message = join(callable_name(signature), " takes ");
  if (least != most) message += join("from ", least, " to ");
  message += join(most, " positional argument", least != most || most != 1 ? "s" : "", " but ");
  if (keyword_only) {
    message += join(plural(given, "positional argument"), " (and ",
                    plural(keyword_only, "keyword-only argument"), ") were given");
  } else {
    message += join(given, given == 1 ? " was given" : " were given");
  }
  throw type_error(call.items[positions.total], std::move(message))
      .with("expected", join("at most ", plural(positions.total, "positional argument")))
      .with("actual", std::to_string(call.items.size()));
}

Error repeated_argument(const Signature& signature, bool positional, const std::string& name,
                        const Expression& value) {
  Error error = positional
                    ? type_error(value, join(callable_name(signature),
                                             " got multiple values for argument '", name, "'"))
                    : error_at(value, Code::invalid_argument,
                               join(signature.name, ": keyword argument repeated: ", name));
  error.with("argument", name).with("torch_error", "SyntaxError");
  return error;
}

Error unexpected_keyword(const Signature& signature, const std::string& name,
                         const Expression& value) {
  std::vector<std::string_view> known;
  for (const Parameter& parameter : signature.parameters) {
    if (!parameter.variadic) known.push_back(parameter.name);
  }
  const std::string_view nearest = nearest_word(name, known);
  std::string message = join(callable_name(signature), " got an unexpected keyword argument '",
                             printable(name, 60), "'");
  if (!nearest.empty()) message += join(". Did you mean '", nearest, "'?");
  Error error = type_error(value, std::move(message));
  error.with("argument", name);
  if (!nearest.empty()) error.with("nearest", std::string(nearest));
  return error;
}

}  // namespace

bool is_given(const Signature& signature, const Expression& call, std::string_view name) noexcept {
  for (const Keyword& keyword : call.keywords) {
    if (keyword.name == name) return true;
  }
  size_t position = 0;
  for (const Parameter& parameter : signature.parameters) {
    if (parameter.name == name) return !parameter.keyword_only && position < call.items.size();
    ++position;
  }
  return false;
}

void give(const Signature& signature, Expression& call, std::string_view name, Expression value) {
  if (is_given(signature, call, name)) return;
  value.column = call.column;
  call.keywords.emplace_back(std::string(name), std::move(value));
}

Arguments::Arguments(const Signature& signature, const Expression& call)
    : signature_(&signature), call_(&call) {
  const std::span<const Parameter> parameters = signature.parameters;
  bound_.resize(parameters.size());
  given_.resize(parameters.size());
  bind_positional();
  for (const auto& [name, value] : call.keywords) bind_keyword(name, value);
  check_count(signature, call, count_positions(signature));
  check_missing(false);
  check_missing(true);
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (given_[i] && !parameters[i].variadic) check_kind(signature, parameters[i], *bound_[i]);
  }
  fill_defaults();
}

void Arguments::bind_positional() {
  size_t next = 0;
  for (size_t i = 0; i < bound_.size() && next < call_->items.size(); ++i) {
    const Parameter& parameter = signature_->parameters[i];
    if (parameter.keyword_only) break;
    given_[i] = true;
    if (!parameter.variadic) {
      bound_[i] = &call_->items[next++];
      continue;
    }
    for (; next < call_->items.size(); ++next) {
      check_kind(*signature_, parameter, call_->items[next]);
      variadic_.push_back(&call_->items[next]);
    }
  }
}

void Arguments::bind_keyword(const std::string& name, const Expression& value) {
  const std::span<const Parameter> parameters = signature_->parameters;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].name != name || parameters[i].variadic) continue;
    if (given_[i]) throw repeated_argument(*signature_, i < call_->items.size(), name, value);
    given_[i] = true;
    bound_[i] = &value;
    return;
  }
  if (name == "self" && is_class(*signature_)) {
    throw repeated_argument(*signature_, true, name, value);
  }
  const bool takes_any = std::any_of(parameters.begin(), parameters.end(), [](const Parameter& p) {
    return p.variadic && p.keyword_only;
  });
  if (!takes_any) throw unexpected_keyword(*signature_, name, value);
}

void Arguments::check_missing(bool keyword_only) const {
  std::vector<std::string_view> missing;
  for (size_t i = 0; i < bound_.size(); ++i) {
    const Parameter& parameter = signature_->parameters[i];
    if (parameter.keyword_only != keyword_only || parameter.variadic) continue;
    if (!given_[i] && parameter.fallback.empty()) missing.push_back(parameter.name);
  }
  if (missing.empty()) return;
  const std::string_view kind =
      keyword_only ? "required keyword-only argument" : "required positional argument";
  throw type_error(*call_, join(callable_name(*signature_), " missing ",
                                plural(missing.size(), kind), ": ", quoted_list(missing)))
      .with("argument", std::string(missing[0]));
}

void Arguments::fill_defaults() {
  defaults_.reserve(bound_.size());  // bound_ points into it
  for (size_t i = 0; i < bound_.size(); ++i) {
    const Parameter& parameter = signature_->parameters[i];
    if (bound_[i]) continue;
    defaults_.push_back(parameter.variadic || parameter.fallback.empty()
                            ? Expression()
                            : parse(parameter.fallback));
    defaults_.back().column = call_->column;
    bound_[i] = &defaults_.back();
  }
}

}  // namespace duramen::spec
