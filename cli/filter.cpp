#include "filter.hpp"

namespace cli {
namespace {

std::string joined(const std::vector<std::string>& patterns) {
  std::string out;
  for (const std::string& pattern : patterns) out += (out.empty() ? "" : "|") + pattern;
  return out;
}

duramen_dtype dtype_named(const std::string& name) {
  const duramen_dtype dtype = duramen_dtype_from_name(name.data(), name.size());
  if (dtype == DURAMEN_DTYPE_INVALID && !name.empty()) {
    throw Failure(kUsage, "--dtype " + name + ": not a dtype (expected a name such as float32)");
  }
  return dtype;
}

bool matches(const std::string& patterns, std::string_view name) {
  uint32_t out = 0;
  call(kUsage, "", [&](auto error) {
    return duramen_pattern_match(patterns.data(), patterns.size(), name.data(), name.size(), &out,
                                 error);
  });
  return out != 0;
}

}  // namespace

void add_pattern_options(CLI::App& verb, FilterOptions& options) {
  const auto add = [&verb](const char* name, std::vector<std::string>& patterns, const char* text) {
    verb.add_option(name, patterns, text)->type_name("PATTERN")->allow_extra_args(false);
  };
  add("--include", options.include,
      "Only entries whose whole name matches: '*' stands for any characters but dots, '**' for "
      "any; may be repeated");
  add("--exclude", options.exclude, "Without entries whose name matches; may be repeated");
}

void add_filter_options(CLI::App& verb, FilterOptions& options, std::vector<std::string> kinds) {
  add_pattern_options(verb, options);
  std::string list;
  for (const std::string& kind : kinds) list += (list.empty() ? "" : ", ") + kind;
  verb.add_option("--kind", options.kind, "Only entries of that kind: " + list)
      ->type_name("KIND")
      ->check(CLI::IsMember(std::move(kinds)));
  verb.add_flag("--trainable", options.trainable, "Only tensors that require grad");
}

void add_dtype_filter(CLI::App& verb, FilterOptions& options) {
  verb.add_option("--dtype", options.dtype, "Only tensors of that type, such as float32")
      ->type_name("DTYPE");
}

Filter::Filter(const FilterOptions& options)
    : include_(joined(options.include)),
      exclude_(joined(options.exclude)),
      kind_(options.kind),
      dtype_(dtype_named(options.dtype)),
      trainable_(options.trainable),
      everything_(include_.empty() && exclude_.empty() && kind_.empty() && wants_values()) {}

bool Filter::wants_name(std::string_view name) const {
  return (include_.empty() || matches(include_, name)) &&
         (exclude_.empty() || !matches(exclude_, name));
}

bool Filter::wants(const duramen_tensor* tensor) const {
  if (!wants(duramen_tensor_dtype(tensor))) return false;
  return !trainable_ || duramen_tensor_requires_grad(tensor) != 0;
}

duramen_list_options Filter::list_options() const {
  duramen_list_options options = {};
  options.struct_size = sizeof options;
  options.dtype = dtype_;
  options.include = include_.data();
  options.include_length = include_.size();
  options.exclude = exclude_.data();
  options.exclude_length = exclude_.size();
  return options;
}

}  // namespace cli
