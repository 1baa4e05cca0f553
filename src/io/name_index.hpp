// Names to positions for thousands of names from a file. Sorted, not hashed into buckets: no choice
// of names makes it slow.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace duramen::io {

class NameIndex {
 public:
  static constexpr size_t kNotFound = SIZE_MAX;

  NameIndex() = default;
  // The names stay the caller's.
  explicit NameIndex(std::vector<std::string_view> names);

  size_t find(std::string_view name) const noexcept;
  // The position of a name that is there twice.
  std::optional<size_t> duplicate() const noexcept;

 private:
  struct Slot {
    uint64_t hash;
    size_t position;
  };
  std::vector<std::string_view> names_;
  std::vector<Slot> slots_;  // by hash, then by name
};

// The position of a name that occurs a second time.
std::optional<size_t> find_duplicate(std::vector<std::string_view> names);

}  // namespace duramen::io
