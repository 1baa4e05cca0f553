#include "nn/hidden.hpp"

#include "nn/torch_names.hpp"

namespace duramen::nn {

std::string missing_hidden(const ModuleType& type, const spec::Expression& call) {
  std::string out;
  for (const spec::Parameter& parameter : type.signature.parameters) {
    const bool is_needed = parameter.fallback.empty() && !parameter.variadic;
    if (!is_needed || !lists(type.hidden, parameter.name)) continue;
    if (!spec::is_given(type.signature, call, parameter.name)) {
      out += join(out.empty() ? "" : ", ", parameter.name);
    }
  }
  return out;
}

spec::Arguments bound_arguments(const ModuleType& type, const spec::Expression& call) {
  try {
    return spec::Arguments(type.signature, call);
  } catch (Error& error) {
    const std::string hidden = missing_hidden(type, call);
    const bool is_missing = error.message().find("() missing ") != std::string::npos;
    if (is_missing && !hidden.empty()) {
      error.record()->message += join("; print(model) does not show ", hidden);
    }
    throw;
  }
}

void throw_unknown_type(const spec::Expression& call) {
  module_types().get(call, "module type");
  throw spec::error_at(call, Code::internal, join(call.text, ": is known"));
}

}  // namespace duramen::nn
