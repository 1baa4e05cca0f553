// Names to positions, for the thousands of names of a file. The hash has a seed of its own in every
// index, so that no file can be made to be slow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace duramen::io {

class NameIndex {
 public:
  static constexpr size_t kNotFound = SIZE_MAX;

  NameIndex() = default;
  // The names stay the caller's. Requires: fewer than 2^32.
  explicit NameIndex(std::vector<std::string_view> names);

  // The first of that name.
  size_t find(std::string_view name) const noexcept;
  // The position of a name that was there before.
  std::optional<size_t> duplicate() const noexcept { return duplicate_; }

 private:
  struct Bucket {
    uint32_t tag = 0;   // part of the hash
    uint32_t next = 0;  // position + 1; 0: free
  };
  Bucket& bucket_for(std::string_view name, uint64_t hash) noexcept;

  std::vector<std::string_view> names_;
  std::vector<Bucket> buckets_;  // a power of two, at most half full
  uint64_t seed_ = 0;
  std::optional<size_t> duplicate_;
};

// The position of a name that occurs a second time.
std::optional<size_t> find_duplicate(std::vector<std::string_view> names);

}  // namespace duramen::io
