// What the tables of losses share.
#pragma once

#include "nn/layer_rules.hpp"

namespace duramen::nn {

// TripletMarginLoss and its like: INVALID_ARGUMENT (ValueError) for a margin that is not above 0;
// TypeError for what has no order.
void check_margin(const spec::Arguments& arguments);

}  // namespace duramen::nn
