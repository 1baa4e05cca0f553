// PyTorch's structure of an optimizer's state dict, written and read:
// {"state": {index: {key: tensor, …}}, "param_groups": […]}.
#pragma once

#include "optim/optimizer.hpp"

namespace duramen::optim {

// What an optimizer keeps under one name for each parameter: a tensor like it, or one number, which
// is a tensor of one element and of its own dtype.
struct StateKey {
  std::string_view name;
  bool is_number = false;
};

// `items` go with the keys: a tensor, None (an entry that PyTorch once wrote without momentum), or
// null for what is not there.
struct ParameterState {
  int64_t index;       // of the parameter, counted through all groups
  uint64_t order = 0;  // among the states: PyTorch lists them as they came to be
  std::vector<ValueRef> items;
};

ValueRef saved_state(std::span<const StateKey> keys, std::vector<ParameterState> states,
                     ValueRef param_groups);
// One of the two parts. INVALID_ARGUMENT (KeyError) when it is not there.
const Value& saved_part(const Value& state_dict, const char* name);
// Copies in the parameters' dtypes, in the saved order, which `order` counts from 0; entries
// without any key are left out. INCOMPATIBLE for another shape or an unknown key. `groups` are the
// ones to be, with their parameters.
std::vector<ParameterState> loaded_state(Context& context, std::span<const StateKey> keys,
                                         const Value& state_dict, const std::vector<Group>& groups);

}  // namespace duramen::optim
