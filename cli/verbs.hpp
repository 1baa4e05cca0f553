// The verbs of the tool: each registers its options with CLI11 and runs when it was chosen.
#pragma once

#include <CLI/CLI.hpp>

namespace cli {

void add_ls(CLI::App& app);
void add_tree(CLI::App& app);
void add_init(CLI::App& app);

// TEXT as given, or the content of the file behind "@", or of stdin for "-".
std::string read_text_argument(const std::string& argument);
// All of it to stdout; Failure(kRefused) when that fails.
void print(std::string_view text);

}  // namespace cli
