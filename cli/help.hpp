// The text of --help: usage, what the verb does, its options, examples. One form for every version
// of CLI11; the man page and the completions are made from it (tools/cli_files.py).
#pragma once

#include <CLI/CLI.hpp>

namespace cli {

class HelpFormatter : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
};

}  // namespace cli
