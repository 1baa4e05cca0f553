// Where an object was seen first: a map from addresses to positions by open addressing, since a
// listing of a large tree looks up every tensor three times.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace duramen {

class PointerIndex {
 public:
  static constexpr uint64_t kNone = UINT64_MAX;

  // Room for so many.
  void reserve(size_t count) {
    if (slots_.size() < 2 * count) grow_to(std::bit_ceil(2 * count));
  }
  // The position stored for the address; kNone when it is new.
  uint64_t find(const void* address) const noexcept {
    return slots_.empty() ? kNone : slots_[slot_of(address)].position;
  }
  // Stores the position unless the address has one; gives the one that counts.
  uint64_t insert(const void* address, uint64_t position) {
    if (2 * (count_ + 1) > slots_.size()) grow_to(slots_.empty() ? 64 : slots_.size() * 2);
    Slot& slot = slots_[slot_of(address)];
    if (!slot.address) {
      slot = {address, position};
      ++count_;
    }
    return slot.position;
  }

 private:
  struct Slot {
    const void* address = nullptr;
    uint64_t position = kNone;
  };

  size_t slot_of(const void* address) const noexcept {
    const uint64_t hash = reinterpret_cast<uintptr_t>(address) * 0x9E3779B97F4A7C15u;
    size_t slot = static_cast<size_t>(hash >> 20) & (slots_.size() - 1);
    while (slots_[slot].address && slots_[slot].address != address)
      slot = (slot + 1) & (slots_.size() - 1);
    return slot;
  }
  void grow_to(size_t size) {
    std::vector<Slot> old(size);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.address) slots_[slot_of(slot.address)] = slot;
    }
  }

  std::vector<Slot> slots_;
  size_t count_ = 0;
};

}  // namespace duramen
