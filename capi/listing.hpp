// The snapshot behind duramen_listing: an array of entries that C reads in place, and everything
// that the entries point at.
#pragma once

#include <duramen/listing.h>

#include <string>
#include <vector>

#include "base/prefetch.hpp"
#include "nn/module.hpp"

namespace duramen::capi {

class Listing final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("list");
  Listing() : Counted(kTag) {}
  ~Listing() override {
    constexpr size_t kAhead = 8;
    for (; !held_.empty(); held_.pop_back()) {
      if (held_.size() > kAhead) prefetch_head(held_[held_.size() - 1 - kAhead].get());
    }
  }

  const std::vector<duramen_entry>& entries() const noexcept { return entries_; }

 private:
  friend class ListingBuilder;
  std::vector<duramen_entry> entries_;
  std::string names_;            // each with its terminator
  std::vector<int64_t> shapes_;  // one after the other
  std::vector<Ref<const Counted>> held_;
};

// The options of duramen_module_list, read.
struct ListOptions {
  uint64_t kinds;
  uint64_t flags;
  std::string_view prefix;
};

Ref<Listing> list_module(const nn::Module& root, const ListOptions& options);
Ref<Listing> list_state_dict(const StateDict& dict);

}  // namespace duramen::capi
