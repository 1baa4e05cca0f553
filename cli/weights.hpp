// The state dict that a verb is given, a file or a dict inside it, and how it is loaded: rename
// rules and policies.
#pragma once

#include "policy.hpp"
#include "rules.hpp"

namespace cli {

struct WeightsOptions {
  std::string file;
  std::string select;
  RuleOptions rules;
  PolicyOptions policy;
  uint64_t flags = 0;  // DURAMEN_OPEN_…
};

// Registers --select, --rename, --preset, --regex and --policy.
void add_weights_options(CLI::App& verb, WeightsOptions& options);
StateDict read_weights(duramen_context* context, const WeightsOptions& options);

// The options of a load, and what they point to.
class LoadHow {
 public:
  // `flags` are added to the policy; `further` is one more rename rule.
  LoadHow(const WeightsOptions& options, uint64_t flags, const std::string& further = "");
  LoadHow(const LoadHow&) = delete;
  LoadHow& operator=(const LoadHow&) = delete;
  const duramen_load_options* get() const { return &options_; }

 private:
  RenameRules rules_;
  PolicyOptions policy_;
  duramen_load_options options_ = {};
};

// Loads, or fails with a line that says which rename rule would help.
void load_weights(duramen_context* context, duramen_module* module, const WeightsOptions& options);

// An option of the command line with its value, quoted for a shell where it needs that.
std::string spelled(const std::string& option, const std::string& value);

}  // namespace cli
