// What a load does about what does not fit: by kind, and by name.
#pragma once

#include "base/glob.hpp"
#include "state/load_report.hpp"
#include "state/rename.hpp"

namespace duramen::nn {

// All false is strict.
struct LoadPolicy {
  bool allow_missing = false;
  bool allow_unexpected = false;
  bool skip_mismatched = false;   // leaves what is of another shape alone
  bool slice_mismatched = false;  // copies the corner that both have where the ranks are equal
  bool require_dtype = false;
};

struct NamedPolicy {
  Glob names;
  LoadPolicy policy;
};

struct LoadOptions {
  bool allow_missing = false;
  bool allow_unexpected = false;
  bool skip_mismatched = false;
  bool require_dtype = false;
  bool assign = false;
  bool adopt = false;    // entries directly in a placeholder become its own
  bool partial = false;  // PyTorch's way: what fits is loaded even when the call fails
  bool slice_mismatched = false;
  bool allow_tied = false;  // a name may be missing when another of the same tensor is there
  std::vector<NamedPolicy> named = {};  // the first that matches a name counts for it alone
  const RenameRules* rename = nullptr;  // applied to the dict's names first
};

LoadReport::Errors errors_of(const LoadOptions& options) noexcept;
LoadPolicy policy_for(const LoadOptions& options, std::string_view name);
// What the policy by name, where there is one, says about such an item.
LoadReport::Verdict verdict_for(const LoadOptions& options, LoadReport::Kind kind,
                                std::string_view name);

}  // namespace duramen::nn
