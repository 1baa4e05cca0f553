// The snapshot behind duramen_listing: an array of entries that C reads in place, and everything
// that the entries point at.
#pragma once

#include <duramen/listing.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/glob.hpp"
#include "base/prefetch.hpp"
#include "nn/module.hpp"

namespace duramen::capi {

// Memory whose pieces never move: they are taken one after the other from blocks.
template <class T>
class Arena {
 public:
  T* take(size_t count) {
    if (count > left_) add_block(count);
    left_ -= count;
    return std::exchange(next_, next_ + count);
  }
  // Blocks hold at least so many from now on.
  void set_block_size(size_t count) noexcept { block_size_ = count; }

 private:
  void add_block(size_t count) {
    left_ = std::max(count, block_size_);
    next_ = blocks_.emplace_back(std::make_unique_for_overwrite<T[]>(left_)).get();
  }

  std::vector<std::unique_ptr<T[]>> blocks_;
  T* next_ = nullptr;
  size_t left_ = 0;
  size_t block_size_ = 64;
};

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
  Arena<char> names_;  // each with its terminator
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
