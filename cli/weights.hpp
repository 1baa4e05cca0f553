// The state dict that a verb is given: a file, a dict inside it, names without a prefix.
#pragma once

#include <CLI/CLI.hpp>

#include "handles.hpp"

namespace cli {

struct WeightsOptions {
  std::string file;
  std::string select;
  std::vector<std::string> renames;
};

// Registers --select and --rename.
void add_weights_options(CLI::App& verb, WeightsOptions& options);
StateDict read_weights(duramen_context* context, const WeightsOptions& options);

}  // namespace cli
