// Which rename rule would help a load that does not fit.
#pragma once

#include <span>

#include "state/load_report.hpp"

namespace duramen {

// Finds the one rule (a prefix taken off, put on or replaced, or a preset) after which most of the
// report's unexpected entries would have the name and the shape of a missing one, notes it in the
// report and pairs those names. `fitting` are the dict's names that fit now, which a rule had
// better leave alone. Nothing is noted when fewer than a quarter would fit.
//
// Looks at a sample of the names for candidates and tries the best few on all of them: the time is
// linear in the length of all names.
void suggest_rename(LoadReport& report, std::span<const std::string_view> fitting);

}  // namespace duramen
