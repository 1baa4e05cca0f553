// The known word that somebody may have meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cli {

// " (did you mean 'ls'?)", or nothing when no word is close; case is ignored.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace cli
