// What several verbs ask of a module.
#pragma once

#include <span>
#include <string>

#include "filter.hpp"
#include "handles.hpp"

namespace cli {

// The entries of a listing, with the library's own distance between them.
class Entries {
 public:
  explicit Entries(const duramen_listing* listing)
      : first_(reinterpret_cast<const char*>(duramen_listing_entries(listing, &count_, &stride_))) {
  }
  size_t size() const { return count_; }
  const duramen_entry& operator[](size_t i) const {
    return *reinterpret_cast<const duramen_entry*>(first_ + i * stride_);
  }

 private:
  size_t count_ = 0;
  size_t stride_ = 0;
  const char* first_;
};

inline std::string_view name_of(const duramen_entry& entry) {
  return view(entry.name, entry.name_length);
}
inline std::span<const int64_t> shape_of(const duramen_entry& entry) {
  return {entry.shape, entry.rank};
}

Listing list(const duramen_module* module, uint64_t kinds, uint64_t flags,
             const Filter& filter = Filter({}));
// `flags` are DURAMEN_STATE_….
StateDict state_of(const duramen_module* module, uint64_t flags = 0);
std::string repr_of(const duramen_module* module);

}  // namespace cli
