// In what two state dicts differ, entry by entry. Immutable once handed out.
#pragma once

#include <string>
#include <vector>

#include "base/function_ref.hpp"
#include "state/state_dict.hpp"

namespace duramen::nn {

class Diff final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("diff");

  // A set of bits; the first three stand alone.
  enum What : uint32_t {
    only_a = 1,
    only_b = 2,
    value = 4,  // one side at least is no tensor, and they are not equal
    shape = 8,
    dtype = 16,
    elements =
        32,  // of one dtype: some differ in their bits; of two: in the numbers they stand for
  };
  struct Side {
    Dtype dtype = Dtype::invalid;  // of what is no tensor, or not there
    Shape shape;
    uint64_t nan_count = 0;  // elements that are NaN, or have a NaN part; where they were compared
  };
  struct Item {
    std::string name;
    uint32_t what = 0;
    Side a;
    Side b;
    uint64_t different = 0;     // elements, where these were compared
    uint64_t nan_in_one = 0;    // positions at which one side only is NaN
    bool has_distance = false;  // there are numbers on both sides at some position
    double distance = 0;        // the largest |a - b| at these; infinite ones that are equal have 0
  };

  Diff() : Counted(kTag) {}

  std::vector<Item> items;  // in the order of a, then what only b has in its order
  uint64_t equal_count = 0;
};

// Of the entries that are wanted. CANCELLED; LIMIT where more than 10,000,000 values, those inside
// others too, would be compared.
using WantsEntry = FunctionRef<bool(std::string_view name, const StateEntry& entry)>;
Ref<Diff> diff(const StateDict& a, const StateDict& b, WantsEntry wanted, const CancelFlag& cancel);

// {"equal": false, "equal_entries": 3, "differences": [{"name", "what": ["dtype", "elements"], "a":
// {"dtype", "shape", "nan"}, "b": …, "different", "nan_in_one", "max_abs"}, …]}; null for a side
// that is not there or no tensor, and for numbers that were not worked out; one that is not finite
// is the text "inf".
std::string to_json(const Diff& diff);

}  // namespace duramen::nn
