// Statistics of a tensor, told.
#pragma once

#include <string>

#include "elements.hpp"

namespace cli {

// {"count", "min", "max", "mean", "nan", "inf", "zero"}
void write_statistics(Json& json, const Statistics& statistics);
// "count 3, min 1, max 2, mean 1.5, nan 0, inf 0, zero 0"
std::string statistics_text(const Statistics& statistics);

}  // namespace cli
