// Two state dicts entry by entry: what the library finds, and how far the numbers are apart.
#pragma once

#include <string>
#include <vector>

#include "distance.hpp"
#include "filter.hpp"
#include "modules.hpp"
#include "terminal.hpp"

namespace cli {

struct ComparisonOptions {
  std::optional<double> relative;
  std::optional<double> absolute;
  bool ignores_dtype = false;
  bool ignores_values = false;  // what is no tensor on the side that is looked at first
  bool lists_all = false;

  // Then numbers count, and not their bits.
  bool has_tolerance() const { return relative || absolute; }
};

struct ComparedSide {
  duramen_dtype dtype = DURAMEN_DTYPE_INVALID;  // of what is no tensor, or not there
  std::vector<int64_t> shape;
  uint64_t nan_count = 0;  // where the elements were compared
};

struct ComparedEntry {
  std::string name;
  uint64_t what = 0;  // DURAMEN_DIFF_..., without what the options let pass
  ComparedSide a;
  ComparedSide b;
  bool is_compared = false;  // element by element
  bool is_bit_equal = false;
  uint64_t different = 0;  // elements, by their bits; of two dtypes by their numbers
  uint64_t nan_in_one = 0;
  std::optional<Distance> distance;
};

struct Comparison {
  std::vector<ComparedEntry> entries;  // those that differ, or all of them
  uint64_t different = 0;
  uint64_t same = 0;
  uint64_t bit_equal = 0;  // of those that are the same
};

// In the order of a; then what only b has. Shows a bar. Failure(kRefused).
Comparison compare(duramen_context* context, const StateDict& a, const StateDict& b,
                   const Filter& filter, const ComparisonOptions& options);

}  // namespace cli
