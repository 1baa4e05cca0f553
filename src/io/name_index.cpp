#include "io/name_index.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

namespace duramen::io {
namespace {

uint64_t hash_of(std::string_view name) noexcept { return XXH3_64bits(name.data(), name.size()); }

}  // namespace

NameIndex::NameIndex(std::vector<std::string_view> names) : names_(std::move(names)) {
  slots_.reserve(names_.size());
  for (size_t i = 0; i < names_.size(); ++i) slots_.push_back({hash_of(names_[i]), i});
  std::sort(slots_.begin(), slots_.end(), [&](const Slot& a, const Slot& b) {
    return a.hash != b.hash ? a.hash < b.hash : names_[a.position] < names_[b.position];
  });
}

size_t NameIndex::find(std::string_view name) const noexcept {
  const uint64_t hash = hash_of(name);
  const auto less = [&](const Slot& slot, std::string_view wanted) {
    return slot.hash != hash ? slot.hash < hash : names_[slot.position] < wanted;
  };
  const auto found = std::lower_bound(slots_.begin(), slots_.end(), name, less);
  const bool is_there = found != slots_.end() && names_[found->position] == name;
  return is_there ? found->position : kNotFound;
}

std::optional<size_t> NameIndex::duplicate() const noexcept {
  for (size_t i = 1; i < slots_.size(); ++i) {
    const Slot& a = slots_[i - 1];
    const Slot& b = slots_[i];
    if (a.hash == b.hash && names_[a.position] == names_[b.position]) {
      return std::max(a.position, b.position);
    }
  }
  return std::nullopt;
}

std::optional<size_t> find_duplicate(std::vector<std::string_view> names) {
  const auto ascending = [](std::string_view a, std::string_view b) { return a >= b; };
  if (std::adjacent_find(names.begin(), names.end(), ascending) == names.end()) return std::nullopt;
  return NameIndex(std::move(names)).duplicate();
}

}  // namespace duramen::io
