#include "format.hpp"

#include <duramen/checkpoint.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "failure.hpp"

namespace cli {
namespace {

constexpr std::array<Format, 6> kFormats = {{
    {"safetensors", DURAMEN_FORMAT_SAFETENSORS, ".safetensors"},
    {"torch", DURAMEN_FORMAT_TORCH, ".pt .pth .bin .ckpt"},
    {"npy", DURAMEN_FORMAT_NPY, ".npy"},
    {"npz", DURAMEN_FORMAT_NPZ, ".npz"},
    {"gguf", DURAMEN_FORMAT_GGUF, ".gguf"},
    {"dcp", DURAMEN_FORMAT_DCP, "/"},
}};

bool has_ending(std::string_view path, std::string_view endings) {
  while (!endings.empty()) {
    const std::string_view ending = endings.substr(0, endings.find(' '));
    if (path.ends_with(ending)) return true;
    endings.remove_prefix(std::min(ending.size() + 1, endings.size()));
  }
  return false;
}

// ".safetensors .pt … or / for dcp"
std::string known_endings() {
  std::string out;
  for (const Format& format : kFormats) {
    if (format.endings != "/") out += std::string(format.endings) + " ";
  }
  return out + "or / for dcp";
}

// The words for a format that its endings give: "pt", "pth", … for torch.
std::vector<std::string> names_of_endings(const Format& format) {
  std::vector<std::string> out;
  for (std::string_view rest = format.endings; rest.starts_with('.');) {
    const std::string_view ending = rest.substr(0, rest.find(' '));
    if (ending.substr(1) != format.name) out.emplace_back(ending.substr(1));
    rest.remove_prefix(std::min(ending.size() + 1, rest.size()));
  }
  return out;
}

}  // namespace

void add_format_option(CLI::App& verb, std::string& to) {
  std::vector<std::string> names;
  std::string list;
  for (const Format& format : kFormats) {
    if (!names.empty()) list += &format == &kFormats.back() ? " or " : ", ";
    names.emplace_back(format.name);
    list += format.name;
    if (format.number == DURAMEN_FORMAT_TORCH) list += " (or pt, pth, bin)";
    for (const std::string& name : names_of_endings(format)) names.push_back(name);
  }
  verb.add_option("--to", to,
                  "The format to write, where the file's ending does not tell it: " + list)
      ->check(CLI::IsMember(names))
      ->type_name("FORMAT");
}

const Format* format_named(std::string_view name) {
  const auto is_meant = [name](const Format& format) {
    const std::vector<std::string> others = names_of_endings(format);
    return format.name == name || std::find(others.begin(), others.end(), name) != others.end();
  };
  const auto* found = std::find_if(kFormats.begin(), kFormats.end(), is_meant);
  return found == kFormats.end() ? nullptr : found;
}

const Format& format_for(const std::string& file, const std::string& to,
                         std::string_view otherwise) {
  if (const Format* format = format_named(to)) return *format;
  std::string_view name = file;
  if (name.ends_with(kIndexEnding)) name.remove_suffix(kIndexEnding.size());
  for (const Format& format : kFormats) {
    if (has_ending(name, format.endings)) return format;
  }
  const size_t slash = file.rfind('/') + 1;
  const size_t dot = file.rfind('.');
  const bool has_none = file == "-" || dot == std::string::npos || dot < slash;
  if (const Format* format = format_named(otherwise); format && has_none) return *format;
  if (file == "-") throw Failure(kUsage, "-o -: --to FORMAT says in which format");
  std::error_code ignored;
  if (has_none && std::filesystem::is_directory(file, ignored)) {
    throw Failure(kUsage, file + ": a folder is there (expected the name of a file in it, or " +
                              file + "/ for dcp)");
  }
  throw Failure(kUsage, file + ": the name has no ending that tells a format (expected " +
                            known_endings() + "; --to FORMAT does without)");
}

}  // namespace cli
