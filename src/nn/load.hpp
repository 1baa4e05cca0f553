// load_state_dict: match, then commit. Matching walks the tree once and changes nothing; committing
// copies into the existing storages, so identity, optimizer references, strides and ties survive.
// All or nothing, unless `partial`. Extra state comes before the tensors, since a class may refuse
// it; with `partial` after them.
#pragma once

#include "nn/load_policy.hpp"
#include "nn/module.hpp"

namespace duramen::nn {

// The report of what a load would do.
Ref<LoadReport> match_state_dict(const Module& module, const StateDict& dict,
                                 const LoadOptions& options = {});
// INCOMPATIBLE with the report as payload and PyTorch's message (torch_error RuntimeError); nothing
// has changed then.
Ref<LoadReport> load_state_dict(Context& context, Module& module, const StateDict& dict,
                                const LoadOptions& options = {});

}  // namespace duramen::nn
