// Characters of UTF-8 text, and those that a terminal would not show as such: names from a file
// must neither drive a terminal nor look like other names.
#pragma once

#include <cstddef>
#include <string_view>

namespace cli {

struct Character {
  size_t length;  // in bytes; 0 where no well-formed sequence begins
  char32_t code;
};

// Requires: not empty.
Character first_character(std::string_view text);
// Controls, line separators, marks that turn the direction of text, and what has no width.
bool is_hidden(char32_t code);

}  // namespace cli
