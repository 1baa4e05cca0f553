// The file formats that are written, by their names and by the endings of files.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace cli {

struct Format {
  std::string_view name;
  int32_t number;            // DURAMEN_FORMAT_…
  std::string_view endings;  // each with a dot, with a space between
};

// Of the index of shards, behind the ending of a format.
inline constexpr std::string_view kIndexEnding = ".index.json";

// Registers --to, which takes a format's name, or an ending without its dot.
void add_format_option(CLI::App& verb, std::string& to);

// Null for an unknown name.
const Format* format_named(std::string_view name);
// The format called `to`, else that of the file's ending; where it has none, or is standard output,
// the one called `otherwise`. Failure(kUsage) with the endings that are known.
const Format& format_for(const std::string& file, const std::string& to,
                         std::string_view otherwise = "");

}  // namespace cli
