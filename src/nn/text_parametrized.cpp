// Parametrized modules in a text: "ParametrizedLinear(…, (parametrizations): ModuleDict(…))", as
// print(model) and the lossless form show them.
#include "nn/evaluate.hpp"
#include "nn/parametrize.hpp"
#include "nn/placeholder.hpp"
#include "nn/text_build.hpp"

namespace duramen::nn {
namespace {

using spec::Expression;
using spec::Form;

constexpr std::string_view kList = "ParametrizationList";

bool is_parametrized_type(std::string_view callee) {
  return callee.starts_with(kParametrizedPrefix) &&
         module_types().find(callee.substr(kParametrizedPrefix.size()));
}

bool is_call(const Expression& value, std::string_view callee) {
  return value.form == Form::call && value.text == callee;
}

// Whether every class below it is one that the library has.
bool are_known(const Expression& dict) {
  for (const auto& [name, list] : dict.children) {
    if (!is_call(list, kList)) return false;
    for (const auto& [position, one] : list.children) {
      if (one.form != Form::call || function_of_class(one.text).empty()) return false;
    }
  }
  return true;
}

Error expected(const Expression& where, std::string_view what) {
  return spec::error_at(where, Code::invalid_argument,
                        join("text: expected ", what, ", got ", printable(where.text, 60)));
}

}  // namespace

bool is_parametrized_text(std::string_view callee) {
  return is_parametrized_type(callee) || callee == kList || !function_of_class(callee).empty();
}

std::optional<Expression> take_parametrizations(Expression& call, bool unknown_as_containers) {
  if (call.verbatim || !is_parametrized_type(call.text)) return std::nullopt;
  const auto child = std::find_if(call.children.begin(), call.children.end(), [](const auto& one) {
    return one.name == kParametrizationsChild;
  });
  if (child == call.children.end() || !is_call(child->value, "ModuleDict")) {
    throw expected(call, "(parametrizations): ModuleDict(…) among its children");
  }
  if (unknown_as_containers && !are_known(child->value)) return std::nullopt;
  Expression dict = std::move(child->value);
  call.children.erase(child);
  call.text.erase(0, kParametrizedPrefix.size());
  return dict;
}

void TextBuild::add_parametrizations(const BuildContext& build, const ModuleRef& module,
                                     Expression& dict) {
  const auto finish = [&](const ModuleRef& made, Expression& call) {
    set_attributes(build, made, call);
    if (call.definition) define(call, call.definition, expression_of(made, call.column));
  };
  if (dict.children.empty()) throw expected(dict, "some parametrizations");
  for (auto& [name, list] : dict.children) {
    if (!is_call(list, kList)) throw expected(list, "ParametrizationList(…)");
    if (list.children.empty()) throw expected(list, "(0): a parametrization");
    uint32_t count = 0;
    for (auto& [position, one] : list.children) {
      if (one.form != Form::call || position != std::to_string(count)) {
        throw expected(one, join("(", count, "): a parametrization"));
      }
      count += one.repeat;
      Expression call = one;
      call.text = function_of_class(one.text);
      if (call.text.empty()) call.text = one.text;
      for (uint32_t i = 0; i < one.repeat; ++i) {
        build.context.cancel().check("module_from_text");
        parametrize(build.context, *module, name, call);
      }
      finish(parametrizations_of(*module, name)->children().end()[-1].value, one);
    }
    finish(ModuleRef(parametrizations_of(*module, name)), list);
  }
  if (const ModuleRef* made = module->children().find(kParametrizationsChild)) finish(*made, dict);
}

}  // namespace duramen::nn
