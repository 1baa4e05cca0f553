// A set of addresses: open addressing, one array, nothing allocated while it is empty. Made for the
// walks, which ask it only about objects that have more than one holder.
#pragma once

#include <cstdint>
#include <vector>

namespace duramen::nn {

class PointerSet {
 public:
  // False when it was there already.
  bool insert(const void* pointer) {
    if ((count_ + 1) * 2 > slots_.size()) grow();
    const size_t slot = find_slot(pointer);
    if (slots_[slot]) return false;
    slots_[slot] = pointer;
    ++count_;
    return true;
  }
  bool contains(const void* pointer) const noexcept {
    return count_ > 0 && slots_[find_slot(pointer)];
  }
  void erase(const void* pointer) noexcept {
    if (count_ == 0) return;
    size_t hole = find_slot(pointer);
    if (!slots_[hole]) return;
    --count_;
    slots_[hole] = nullptr;
    // Entries behind the hole move up, so that searches need no tombstones.
    for (size_t i = next(hole); slots_[i]; i = next(i)) {
      const size_t home = home_of(slots_[i]);
      const bool reachable = hole <= i ? hole < home && home <= i : hole < home || home <= i;
      if (reachable) continue;
      slots_[hole] = slots_[i];
      slots_[i] = nullptr;
      hole = i;
    }
  }

 private:
  size_t next(size_t slot) const noexcept { return (slot + 1) & (slots_.size() - 1); }
  size_t home_of(const void* pointer) const noexcept {
    const auto mixed = reinterpret_cast<uintptr_t>(pointer) * uint64_t{0x9E3779B97F4A7C15};
    return static_cast<size_t>(mixed >> 32) & (slots_.size() - 1);
  }
  size_t find_slot(const void* pointer) const noexcept {
    size_t slot = home_of(pointer);
    while (slots_[slot] && slots_[slot] != pointer) slot = next(slot);
    return slot;
  }
  void grow() {
    std::vector<const void*> before(slots_.empty() ? 64 : slots_.size() * 2);
    before.swap(slots_);
    for (const void* pointer : before) {
      if (pointer) slots_[find_slot(pointer)] = pointer;
    }
  }

  std::vector<const void*> slots_;  // a power of two, at most half full
  size_t count_ = 0;
};

}  // namespace duramen::nn
