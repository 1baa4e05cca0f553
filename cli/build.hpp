// A context and a module from the verbs' common arguments: TEXT, what it does not show, --seed,
// --dtype.
#pragma once

#include <CLI/CLI.hpp>

#include "handles.hpp"

namespace cli {

struct BuildOptions {
  std::string text;
  uint64_t seed = 0;
  std::string dtype;  // empty: float32
  uint32_t threads = 1;
  bool unknown_as_containers = false;
  std::vector<std::string> arguments;  // "PATH: KEYWORDS"
};

// Registers TEXT, --unknown-as-containers, --arguments and --dtype.
void add_text_options(CLI::App& verb, BuildOptions& options);
// Registers --seed.
void add_seed_option(CLI::App& verb, BuildOptions& options);

struct Built {
  Context context;
  Module module;
  Value unknown;  // a dict: paths of containers to the unknown classes that they stand for
};
Context create_context(const BuildOptions& options);
// Failure(kUsage) with the column for a text that cannot be built.
Module build_module(duramen_context* context, const BuildOptions& options,
                    Value* unknown = nullptr);
Built build(const BuildOptions& options);

}  // namespace cli
