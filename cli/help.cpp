#include "help.hpp"

#include <algorithm>

namespace cli {
namespace {

constexpr size_t kColumn = 28;  // where descriptions begin
constexpr size_t kWidth = 96;

// Broken at spaces; the lines after the first begin at `indent`.
std::string wrapped(const std::string& text, size_t indent) {
  std::string out;
  size_t line = indent;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    if (line > indent && line + 1 + (end - begin) > kWidth) {
      out += '\n' + std::string(indent, ' ');
      line = indent;
    } else if (line > indent) {
      out += ' ';
      ++line;
    }
    out += text.substr(begin, end - begin);
    line += end - begin;
    begin = end + 1;
  }
  return out;
}

std::string row(const std::string& left, const std::string& text) {
  const bool fits = left.size() + 2 <= kColumn;
  const std::string gap =
      fits ? std::string(kColumn - left.size(), ' ') : '\n' + std::string(kColumn, ' ');
  return left + gap + wrapped(text, kColumn) + '\n';
}

bool is_positional(const CLI::Option& option) { return option.get_positional(); }

// "-o, --output FILE", "FILE...".
std::string spelling(const CLI::Option& option) {
  std::string out;
  if (is_positional(option)) {
    out = option.get_name(true);
  } else {
    for (const std::string& name : option.get_snames()) out += "-" + name + ", ";
    for (const std::string& name : option.get_lnames()) out += "--" + name + ", ";
    out.resize(out.size() - 2);
    const std::string type = option.get_type_name();  // and what checks it: "N:INT in [1 - 8]"
    if (option.get_type_size() > 0) out += " " + type.substr(0, type.find(':'));
  }
  return option.get_expected_max() > 1 ? out + "..." : out;
}

std::string text_of(const CLI::Option& option) {
  std::string text = option.get_description();
  if (option.get_required() && !is_positional(option)) text += " (required)";
  if (!option.get_default_str().empty()) text += " (default: " + option.get_default_str() + ")";
  return text;
}

std::string usage(const CLI::App& app, const std::string& name) {
  std::string line = "Usage: " + name + " [OPTIONS]";
  if (!app.get_subcommands({}).empty()) return line + " COMMAND ...\n";
  for (const CLI::Option* option : app.get_options()) {
    if (!is_positional(*option)) {
      if (option->get_required())
        line += " " + spelling(*option).substr(spelling(*option).find("--"));
      continue;
    }
    line += option->get_required() ? " " + spelling(*option) : " [" + spelling(*option) + "]";
  }
  return line + "\n";
}

std::string options_of(const CLI::App& app) {
  std::string arguments;
  std::string options;
  for (const CLI::Option* option : app.get_options()) {
    std::string& out = is_positional(*option) ? arguments : options;
    out += row("  " + spelling(*option), text_of(*option));
  }
  return (arguments.empty() ? "" : "\nArguments:\n" + arguments) + "\nOptions:\n" + options;
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode /*mode*/) const {
  std::string out = usage(*app, name) + "\n" + wrapped(app->get_description(), 0) + "\n";
  const auto verbs = app->get_subcommands({});
  if (!verbs.empty()) out += "\nCommands:\n";
  for (const CLI::App* verb : verbs) out += row("  " + verb->get_name(), verb->get_description());
  out += options_of(*app);
  if (!app->get_footer().empty()) out += "\n" + app->get_footer() + "\n";
  return out;
}

}  // namespace cli
