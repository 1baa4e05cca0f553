// The rename rules of the command line: --rename, --preset and --regex, in the order in which they
// are given.
#pragma once

#include <CLI/CLI.hpp>

#include "handles.hpp"

namespace cli {

// Registers the three options.
class RuleOptions {
 public:
  void add_to(CLI::App& verb);
  bool empty() const { return rules_.empty(); }
  // Failure(kUsage) for a rule that is none. With `further`, one more rule as a text.
  RenameRules make(const std::string& further = "") const;

 private:
  enum class Kind { rule, preset, regex };
  struct Rule {
    Kind kind;
    std::string text;
  };
  void add_option(CLI::App& verb, const std::string& name, Kind kind, const std::string& type,
                  const std::string& description);
  std::vector<Rule> rules_;
};

}  // namespace cli
