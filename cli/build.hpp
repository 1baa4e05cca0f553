// A context and a module from the verbs' common arguments: TEXT, --seed, --dtype.
#pragma once

#include <CLI/CLI.hpp>

#include "handles.hpp"

namespace cli {

struct BuildOptions {
  std::string text;
  uint64_t seed = 0;
  std::string dtype;  // empty: float32
};

// Registers TEXT, --seed and --dtype.
void add_build_options(CLI::App& verb, BuildOptions& options);

struct Built {
  Context context;
  Module module;
};
// Failure(kUsage) with the column for a text that cannot be built.
Built build(const BuildOptions& options);

}  // namespace cli
