#include "spec/named_call.hpp"

#include <algorithm>

namespace duramen::spec {
namespace {

const Parameter* parameter_of(const Signature& signature, std::string_view name) noexcept {
  for (const Parameter& parameter : signature.parameters) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

std::optional<Expression> take_keyword(Expression& call, std::string_view name) {
  const auto found = std::find_if(call.keywords.begin(), call.keywords.end(),
                                  [name](const Keyword& keyword) { return keyword.name == name; });
  if (found == call.keywords.end()) return std::nullopt;
  std::optional<Expression> value(std::move(found->value));
  call.keywords.erase(found);
  return value;
}

std::vector<Expression> spread(Expression given) {
  if (given.form == Form::list || given.form == Form::tuple) return std::move(given.items);
  if (given.form == Form::dict) given.text = "OrderedDict";
  std::vector<Expression> items;
  items.push_back(std::move(given));
  return items;
}

// A required one that is missing is left to the binding, which names it.
bool take_positions(const Signature& signature, const Parameter& variadic, Expression& call) {
  for (const Parameter& parameter : signature.parameters) {
    if (&parameter == &variadic) return true;
    if (parameter.keyword_only) continue;
    std::optional<Expression> value = take_keyword(call, parameter.name);
    if (!value && parameter.fallback.empty()) return false;
    call.items.push_back(value ? *std::move(value) : parse(parameter.fallback));
  }
  return true;
}

}  // namespace

void arrange(const Signature& signature, Expression& call) {
  for (auto& [name, value] : call.keywords) {
    const Parameter* parameter = parameter_of(signature, name);
    const Kinds wanted = parameter ? parameter->kinds & (kDtype | kText | kAny) : 0;
    if (value.form == Form::text && wanted == kDtype) value.form = Form::name;
  }
  for (const Parameter& parameter : signature.parameters) {
    if (!parameter.variadic || parameter.keyword_only) continue;
    std::optional<Expression> given = take_keyword(call, parameter.name);
    if (!given || !take_positions(signature, parameter, call)) continue;
    for (Expression& item : spread(*std::move(given))) call.items.push_back(std::move(item));
  }
}

}  // namespace duramen::spec
