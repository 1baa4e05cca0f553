#include "nn/hidden.hpp"

#include <algorithm>
#include <utility>

#include "nn/torch_names.hpp"

namespace duramen::nn {
namespace {

// Classes that are not registered, whose printed text does not say how to build them.
constexpr std::pair<std::string_view, std::string_view> kUnregistered[] = {
    {"DataParallel", "device_ids, output_device, dim"},
    {"LazyLinear", "in_features"},
    {"MultiheadAttention",
     "num_heads, embed_dim, dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim, batch_first"},
    {"Transformer", "nhead, d_model, batch_first"},
    {"TransformerDecoderLayer", "nhead, activation, batch_first, norm_first"},
    {"TransformerEncoder", "enable_nested_tensor, mask_check"},
    {"TransformerEncoderLayer", "nhead, activation, batch_first, norm_first"},
};

std::string_view first_of(std::string_view list) noexcept { return list.substr(0, list.find(',')); }

bool is_given(const ModuleType& type, const spec::Expression& call, std::string_view name) {
  for (const spec::Keyword& keyword : call.keywords) {
    if (keyword.name == name) return true;
  }
  size_t position = 0;
  for (const spec::Parameter& parameter : type.signature.parameters) {
    if (parameter.name == name) return !parameter.keyword_only && position < call.items.size();
    ++position;
  }
  return false;
}

// "a, b": needed, not shown, not given.
std::string missing_hidden(const ModuleType& type, const spec::Expression& call) {
  std::string out;
  for (const spec::Parameter& parameter : type.signature.parameters) {
    const bool is_needed = parameter.fallback.empty() && !parameter.variadic;
    if (!is_needed || !lists(type.hidden, parameter.name)) continue;
    if (!is_given(type, call, parameter.name)) {
      out += join(out.empty() ? "" : ", ", parameter.name);
    }
  }
  return out;
}

}  // namespace

std::string_view hidden_arguments(std::string_view class_name) noexcept {
  if (const ModuleType* type = module_types().find(class_name)) return type->hidden;
  for (const auto& [name, hidden] : kUnregistered) {
    if (name == class_name) return hidden;
  }
  return {};
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
  try {
    module_types().get(call, "module type");
  } catch (Error& error) {
    const std::string_view hidden = hidden_arguments(call.text);
    if (hidden.empty()) throw;
    error.record()->message += join("; what it prints does not show ", hidden);
    error.with("argument", std::string(first_of(hidden)));
    throw;
  }
  throw spec::error_at(call, Code::internal, join(call.text, ": is known"));
}

}  // namespace duramen::nn
