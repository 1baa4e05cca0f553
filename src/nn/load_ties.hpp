// Names of a module that stand for one tensor, in the report of a load.
#pragma once

#include "nn/module.hpp"
#include "state/load_report.hpp"

namespace duramen::nn {

// Adds an item for every further name of a parameter or buffer that a load looks for. With
// `allow_tied` a missing name becomes such an item when another name of its tensor is not missing.
void note_ties(const Module& root, bool allow_tied, LoadReport& report);

}  // namespace duramen::nn
