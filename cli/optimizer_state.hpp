// What checkpoints of training hold beside the model.
#pragma once

#include "handles.hpp"

namespace cli {

// Whether a container is the state of an optimizer: a dict with "state" and "param_groups", as
// torch.optim saves it, a list of such, or what is called optimizer, optimizer_state_dict or the
// like at the top.
bool is_optimizer_state(std::string_view path, const duramen_value* value);

}  // namespace cli
