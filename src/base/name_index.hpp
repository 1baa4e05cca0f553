// Names to positions, over names that somebody else keeps in an array. The hash has a seed of its
// own in every index, so that no file can be made to be slow.
//
// `name_at(position)` gives the name at a position; one index is used with one array.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace duramen {

class NameIndex {
 public:
  static constexpr size_t kNotFound = SIZE_MAX;

  NameIndex() : seed_(random_seed()) {}

  template <class NameAt>
  size_t find(std::string_view name, NameAt&& name_at) const noexcept {
    if (count_ == 0) return kNotFound;
    const Bucket& bucket = buckets_[slot_of(name, hash(name), name_at)];
    return bucket.next == 0 ? kNotFound : bucket.next - 1;
  }

  // The position of the first of that name: `position` itself when it is new. Requires: fewer than
  // 2^31 names. Strong guarantee.
  template <class NameAt>
  size_t insert(size_t position, NameAt&& name_at) {
    assert(position < INT32_MAX);
    if (2 * (count_ + 1) > buckets_.size()) reserve(count_ + 1);
    const std::string_view name = name_at(position);
    const uint32_t tag = hash(name);
    Bucket& bucket = buckets_[slot_of(name, tag, name_at)];
    if (bucket.next != 0) return bucket.next - 1;
    bucket = {tag, static_cast<uint32_t>(position + 1)};
    ++count_;
    return position;
  }

  void reserve(size_t count);

 private:
  struct Bucket {
    uint32_t tag = 0;   // the hash
    uint32_t next = 0;  // position + 1; 0: free
  };

  static uint64_t random_seed() noexcept;
  uint32_t hash(std::string_view name) const noexcept;

  // Of the bucket that holds the name, or of the free one where it would go.
  template <class NameAt>
  size_t slot_of(std::string_view name, uint32_t tag, NameAt&& name_at) const noexcept {
    const size_t mask = buckets_.size() - 1;
    size_t slot = tag & mask;
    for (;; slot = (slot + 1) & mask) {
      const Bucket& bucket = buckets_[slot];
      if (bucket.next == 0) return slot;
      if (bucket.tag == tag && name_at(bucket.next - 1) == name) return slot;
    }
  }

  std::vector<Bucket> buckets_;  // a power of two, at most half full
  size_t count_ = 0;
  uint64_t seed_;
};

// The position of a name that occurs a second time, of so many that `name_at` gives.
template <class NameAt>
std::optional<size_t> find_duplicate(size_t count, NameAt&& name_at) {
  size_t next = 1;
  while (next < count && name_at(next - 1) < name_at(next)) ++next;
  if (next >= count) return std::nullopt;  // in order
  NameIndex index;
  index.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    if (index.insert(i, name_at) != i) return i;
  }
  return std::nullopt;
}
std::optional<size_t> find_duplicate(std::span<const std::string_view> names);

}  // namespace duramen
