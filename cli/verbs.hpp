// The verbs of the tool: each registers its options with CLI11 and runs when it was chosen.
#pragma once

#include <CLI/CLI.hpp>

#include "failure.hpp"

namespace cli {

void add_ls(CLI::App& app);
void add_info(CLI::App& app);
void add_show(CLI::App& app);
void add_convert(CLI::App& app);
void add_rename(CLI::App& app);
void add_cast(CLI::App& app);
void add_split(CLI::App& app);
void add_merge(CLI::App& app);
void add_extract(CLI::App& app);
void add_tree(CLI::App& app);
void add_init(CLI::App& app);
// A verb that looks for differences says by `code` whether there are any.
void add_check(CLI::App& app, ExitCode& code);
void add_diff(CLI::App& app, ExitCode& code);
void add_verify(CLI::App& app, ExitCode& code);
void add_run(CLI::App& app);
void add_describe(CLI::App& app);
void add_doctor(CLI::App& app, ExitCode& code);

// TEXT as given, or the content of the file behind "@", or of stdin for "-".
std::string read_text_argument(const std::string& argument);
// All of it to stdout; Failure(kRefused) when that fails.
void print(std::string_view text);

}  // namespace cli
