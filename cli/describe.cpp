// duramen describe [TYPE]: what can be built from text, with parameters, defaults and one line of
// text each.
#include <simdjson.h>

#include <algorithm>

#include "handles.hpp"
#include "nearest.hpp"
#include "output.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;

struct Options {
  std::string type;
  bool json = false;
  std::string color;
};

constexpr std::string_view kGroups[] = {"modules", "operators", "optimizers", "initializers"};

std::string registry_text() {
  String text;
  call(kRefused, "", [&](auto error) { return duramen_registry_describe(Out(text), error); });
  return text_of(text);
}

std::string_view text_at(element object, const char* key) {
  std::string_view text;
  return object[key].get_string().get(text) ? std::string_view() : text;
}
bool flag_at(element object, const char* key) {
  bool flag = false;
  return object[key].get_bool().get(flag) == simdjson::SUCCESS && flag;
}
// Of a module whose forward is not there.
bool is_state_only(element entry) {
  bool runs = true;
  return entry["forward"].get_bool().get(runs) == simdjson::SUCCESS && !runs;
}
array items_at(element object, const char* key) {
  array items;
  if (object[key].get_array().get(items)) throw Failure(kRefused, "describe: unexpected JSON");
  return items;
}

struct Type {
  std::string_view group;
  element entry;
};

std::vector<Type> all_types(element root) {
  std::vector<Type> types;
  for (const std::string_view group : kGroups) {
    for (const element entry : items_at(root, std::string(group).c_str())) {
      types.push_back({group, entry});
    }
  }
  return types;
}

std::vector<Type> find_types(const std::vector<Type>& types, const std::string& name) {
  std::vector<Type> found;
  std::vector<std::string> names;
  for (const Type& type : types) {
    names.emplace_back(text_at(type.entry, "name"));
    if (names.back() == name) found.push_back(type);
  }
  if (found.empty()) {
    throw Failure(kUsage, "unknown type '" + name + "'" + did_you_mean(name, names));
  }
  return found;
}

// "kernel_size", "stride=1", "*modules".
std::string parameter_text(element parameter) {
  std::string text(text_at(parameter, "name"));
  if (flag_at(parameter, "variadic")) return "*" + text;
  std::string_view fallback;
  const bool optional = parameter["default"].get_string().get(fallback) == simdjson::SUCCESS;
  return optional ? text + "=" + std::string(fallback) : text;
}

std::string signature_text(element entry) {
  std::string out(text_at(entry, "name"));
  out += '(';
  bool keywords = false;
  for (const element parameter : items_at(entry, "parameters")) {
    if (out.back() != '(') out += ", ";
    if (flag_at(parameter, "keyword_only") && !keywords) {
      keywords = true;
      out += "*, ";
    }
    out += parameter_text(parameter);
  }
  return out + ")";
}

std::string kinds_text(element parameter) {
  std::string out;
  for (const element kind : items_at(parameter, "kinds")) {
    std::string_view name;
    if (kind.get_string().get(name)) continue;
    if (!out.empty()) out += " or ";
    out += name;
  }
  return out;
}

// The arguments that print(model) does not show.
std::string hidden_text(element entry) {
  std::string out;
  array names;
  if (entry["hidden"].get_array().get(names)) return out;
  for (const element hidden : names) {
    std::string_view name;
    if (hidden.get_string().get(name)) continue;
    out += (out.empty() ? "" : ", ") + std::string(name);
  }
  return out.empty() ? out : "print(model) does not show: " + out + "\n";
}

std::string type_text(const Type& type, const Palette& palette) {
  using Align = Table::Align;
  std::string out = palette.bold(signature_text(type.entry)) + "\n";
  out += std::string(text_at(type.entry, "doc")) + " (" + std::string(type.group) + ")\n";
  if (is_state_only(type.entry)) {
    out += "State only: it is built, listed, loaded and saved, but it does not run.\n";
  }
  out += hidden_text(type.entry);
  Table table({{"parameter", Align::left}, {"kinds", Align::left}, {"", Align::left}});
  size_t count = 0;
  for (const element parameter : items_at(type.entry, "parameters")) {
    table.add(
        {parameter_text(parameter), kinds_text(parameter), std::string(text_at(parameter, "doc"))});
    ++count;
  }
  return count == 0 ? out : out + "\n" + table.str(palette);
}

std::string list_text(const std::vector<Type>& types, const Palette& palette) {
  std::string out;
  for (const std::string_view group : kGroups) {
    if (!out.empty()) out += "\n";
    Table table({{std::string(group), Table::Align::left}, {"", Table::Align::left}});
    for (const Type& type : types) {
      if (type.group != group) continue;
      table.add({std::string(text_at(type.entry, "name")),
                 std::string(text_at(type.entry, "doc")) +
                     (is_state_only(type.entry) ? " (state only)" : "")});
    }
    out += table.str(palette);
  }
  return out;
}

void run(const Options& options) {
  const std::string text = registry_text();
  if (options.type.empty() && options.json) return print(text);
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(text).get(root)) throw Failure(kRefused, "describe: unexpected JSON");
  const std::vector<Type> types = all_types(root);
  const Palette palette(options.color);
  if (options.type.empty()) return print(list_text(types, palette));
  std::string out;
  for (const Type& type : find_types(types, options.type)) {
    if (options.json) {
      out = std::string(simdjson::minify(type.entry)) + "\n";
      break;
    }
    out += (out.empty() ? "" : "\n") + type_text(type, palette);
  }
  print(out);
}

}  // namespace

void add_describe(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "describe", "Show what can be built from text: a type's parameters, kinds and defaults");
  verb->add_option("TYPE", options->type, "A type, such as Linear; the list of all without one");
  verb->add_flag("--json", options->json, "Print JSON; without TYPE the whole registry");
  add_color_option(*verb, options->color);
  verb->footer(
      "Examples:\n"
      "  duramen describe\n"
      "  duramen describe Linear\n"
      "  duramen describe --json");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
