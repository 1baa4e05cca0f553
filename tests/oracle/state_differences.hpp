// Where the library differs from PyTorch on purpose: the step, why, and what it does instead.
#pragma once

#include <string_view>

namespace duramen::test {

struct Difference {
  std::string_view id;
  size_t step;  // from 0
  std::string_view reason;
  std::string_view outcome;  // JSON, in the recorded form
};

// Null where the recorded outcome holds.
const Difference* find_difference(std::string_view id, size_t step);
size_t count_differences();
size_t count_differences(std::string_view id);

}  // namespace duramen::test
