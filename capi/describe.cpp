// Every registered type, and the build, as JSON.
#include <algorithm>

#include "base/text.hpp"
#include "handles.hpp"
#include "kernels/blas.hpp"
#include "kernels/simd.hpp"
#include "nn/build.hpp"
#include "nn/init_functions.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

struct KindName {
  spec::Kinds kind;
  std::string_view name;
};
constexpr KindName kKindNames[] = {
    {spec::kNone, "none"},     {spec::kBool, "bool"},     {spec::kInt, "int"},
    {spec::kReal, "float"},    {spec::kText, "str"},      {spec::kDtype, "dtype"},
    {spec::kTensor, "tensor"}, {spec::kModule, "module"}, {spec::kList, "list"},
    {spec::kInts, "ints"},     {spec::kDict, "dict"},     {spec::kAny, "any"},
};
constexpr spec::Kinds kTruthOnly = spec::kTruth & ~spec::kBool;

// The registries hold plain ASCII; the two characters that JSON escapes may occur.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  out += '"';
}

void append_flag(std::string& out, std::string_view key, bool value) {
  out += join(", \"", key, "\": ", value ? "true" : "false");
}

void append_kinds(std::string& out, spec::Kinds kinds) {
  if (kinds & spec::kBoolNumber) kinds |= spec::kBool;
  out += '[';
  for (const KindName& row : kKindNames) {
    if (!(kinds & row.kind)) continue;
    if (out.back() != '[') out += ", ";
    append_quoted(out, row.name);
  }
  if (kinds & kTruthOnly) out += ", \"truth\"";  // beside "bool", which goes before
  out += ']';
}

void append_parameter(std::string& out, const spec::Parameter& parameter) {
  out += "{\"name\": ";
  append_quoted(out, parameter.name);
  out += ", \"kinds\": ";
  append_kinds(out, parameter.kinds);
  out += ", \"default\": ";
  if (parameter.fallback.empty()) {
    out += "null";
  } else {
    append_quoted(out, parameter.fallback);
  }
  append_flag(out, "keyword_only", parameter.keyword_only);
  append_flag(out, "variadic", parameter.variadic);
  out += ", \"doc\": ";
  append_quoted(out, parameter.doc);
  out += '}';
}

void append_extras(std::string& out, const nn::ModuleType& type) {
  out += ", \"hidden\": [";
  std::string_view rest = type.hidden;
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find(", "));
    if (out.back() != '[') out += ", ";
    append_quoted(out, name);
    rest.remove_prefix(std::min(name.size() + 2, rest.size()));
  }
  out += ']';
  append_flag(out, "forward", type.has_forward());
}
void append_extras(std::string&, const optim::OptimizerType&) {}
void append_extras(std::string&, const nn::InitType&) {}
void append_extras(std::string& out, const ops::OpType& type) {
  out += join(", \"min_tensors\": ", type.min_tensors, ", \"max_tensors\": ");
  out += type.max_tensors == UINT32_MAX ? "null" : join(type.max_tensors);
}

template <class Entry>
void append_registry(std::string& out, std::string_view key,
                     const spec::Registry<Entry>& registry) {
  append_quoted(out, key);
  out += ": [";
  for (const Entry* entry : registry.entries()) {
    if (out.back() != '[') out += ",\n ";
    out += "{\"name\": ";
    append_quoted(out, entry->signature.name);
    out += ", \"doc\": ";
    append_quoted(out, entry->signature.doc);
    append_extras(out, *entry);
    out += ", \"parameters\": [";
    for (const spec::Parameter& parameter : entry->signature.parameters) {
      if (out.back() != '[') out += ", ";
      append_parameter(out, parameter);
    }
    out += "]}";
  }
  out += ']';
}

void append_field(std::string& out, std::string_view key, std::string_view text) {
  append_quoted(out, key);
  out += ": ";
  append_quoted(out, text);
}

void append_simd(std::string& out) {
  const kernels::SimdInfo info = kernels::simd_info();
  out += "\"simd\": {";
  append_field(out, "target", info.target);
  out += ", \"compiled\": [";
  for (const std::string_view target : info.compiled) {
    if (out.back() != '[') out += ", ";
    append_quoted(out, target);
  }
  out += "]}";
}

void append_blas(std::string& out) {
  const kernels::BlasInfo info = kernels::blas_info();
  out += "\"blas\": {";
  append_field(out, "vendor", info.vendor);
  append_field(out += ", ", "version", info.version);
  append_field(out += ", ", "threading", info.threading);
  append_field(out += ", ", "config", info.config);
  out += '}';
}

#ifdef __clang__
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "gcc " __VERSION__;
#endif

}  // namespace

duramen_status duramen_build_info(duramen_string** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    std::string json = "{";
    append_field(json, "version", DURAMEN_VERSION_STRING);
    json += join(", \"api_level\": ", DURAMEN_API_LEVEL, ", \"abi_epoch\": ", DURAMEN_ABI_EPOCH);
    append_field(json += ",\n", "compiler", kCompiler);
    append_simd(json += ",\n");
    append_blas(json += ",\n");
    json += "}\n";
    return make<String>(std::move(json));
  });
}

duramen_status duramen_registry_describe(duramen_string** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    std::string json = "{";
    append_registry(json, "modules", nn::module_types());
    json += ",\n";
    append_registry(json, "operators", ops::op_types());
    json += ",\n";
    append_registry(json, "optimizers", optim::optimizer_types());
    json += ",\n";
    append_registry(json, "initializers", nn::init_types());
    json += "}\n";
    return make<String>(std::move(json));
  });
}
