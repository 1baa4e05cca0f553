// PyTorch's structure of an optimizer's state dict, written and read:
// {"state": {index: {key: tensor}}, "param_groups": […]}, for optimizers that keep one tensor a
// parameter.
#pragma once

#include "optim/optimizer.hpp"

namespace duramen::optim {

struct ParameterState {
  int64_t index;     // of the parameter, counted through all groups
  TensorRef tensor;  // null: an entry that holds None, as PyTorch once wrote without momentum
};

ValueRef saved_state(const char* key, const std::vector<ParameterState>& states,
                     ValueRef param_groups);
// One of the two parts. INVALID_ARGUMENT (KeyError) when it is not there.
const Value& saved_part(const Value& state_dict, const char* name);
// Copies in the parameters' dtypes, in the saved order. INCOMPATIBLE for another shape or an
// unknown key. `groups` are the ones to be, with their parameters.
std::vector<ParameterState> loaded_state(Context& context, const char* key, const Value& state_dict,
                                         const std::vector<Group>& groups);

}  // namespace duramen::optim
