// For formats that have no ties and views: each name must own its memory.
#pragma once

#include <string>

#include "state/state_dict.hpp"

namespace duramen::io {

// INVALID_ARGUMENT naming two tensors of the dict, in its order, that share bytes.
void refuse_sharing(const StateDict& dict, const std::string& file, std::string_view part);

}  // namespace duramen::io
