// The members of a zip, as far as they make sense: for mutators, and for targets whose input is a
// folder of several files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace duramen::fuzz {

struct Member {
  std::string name;
  std::string content;
};

std::string little(uint64_t value, size_t bytes);
uint64_t number_at(std::string_view bytes, size_t offset, size_t count);
// Those that the central directory names, as stored.
std::vector<Member> members_of(std::string_view zip);

}  // namespace duramen::fuzz
