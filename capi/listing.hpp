// The snapshot behind duramen_listing: an array of entries that C reads in place, and everything
// that the entries point at.
#pragma once

#include <duramen/listing.h>

#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "base/glob.hpp"
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
  std::vector<char> names_;  // of the entries in their order, each with its terminator
  Arena<int64_t> shapes_;
  std::vector<Ref<const Counted>> held_;
};

// Options of a listing, read.
struct ListOptions {
  uint64_t kinds;
  uint64_t flags;
  std::string_view prefix;
  NameFilter names;
  Dtype dtype;  // invalid: any

  bool has(uint64_t flag) const noexcept { return flags & flag; }
  bool wants_kind(uint64_t kind) const noexcept { return kinds & kind; }
  // By what it is, not by its name; null for what is no tensor.
  bool wants(uint64_t kind, const Tensor* tensor) const noexcept;
};

// NULL gives the defaults.
ListOptions state_dict_list_options(const duramen_list_options* options);
// Whether the options choose that entry; the prefix does not count.
bool wants_entry(const ListOptions& options, std::string_view name, const StateEntry& entry);

Ref<Listing> list_module(const nn::Module& root, const ListOptions& options);
Ref<Listing> list_state_dict(const StateDict& dict, const ListOptions& options);

}  // namespace duramen::capi
