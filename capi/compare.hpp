// A diff, and the array of entries that C reads in place.
#pragma once

#include <duramen/compare.h>

#include <vector>

#include "nn/diff.hpp"

namespace duramen::capi {

class DiffResult final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("dfrs");
  explicit DiffResult(Ref<nn::Diff> diff);

  const nn::Diff& diff() const noexcept { return *diff_; }
  const std::vector<duramen_difference>& entries() const noexcept { return entries_; }

 private:
  Ref<nn::Diff> diff_;
  std::vector<duramen_difference> entries_;  // which point into the diff
};

}  // namespace duramen::capi
