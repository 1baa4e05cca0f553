// --policy: what a load lets pass, for all names or for those that a pattern matches.
#pragma once

#include <CLI/CLI.hpp>

#include "handles.hpp"

namespace cli {

class PolicyOptions {
 public:
  void add_to(CLI::App& verb);
  // Adds policies to a load's options, which point into this object afterwards. Failure(kUsage).
  void apply(duramen_load_options& options);

 private:
  std::vector<std::string> texts_;  // "[PATTERN:]CLASS=WHAT[,…]"
  std::vector<std::string> patterns_;
  std::vector<duramen_load_policy> policies_;
};

}  // namespace cli
