// A block of memory that tensors share: owned (from an allocator), borrowed (the caller's, with a
// deleter), or a mapped file (borrowed with the mapping as keeper). Counts writes, so that autograd
// can tell a stale saved tensor.
#pragma once

#include <atomic>

#include "base/counted.hpp"
#include "tensor/allocator.hpp"

namespace duramen {

class Storage : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("stor");
  using Destroy = void (*)(void* user);

  // Owned; the bytes are not initialised.
  static Ref<Storage> allocate(Ref<Allocator> allocator, size_t nbytes);
  // Borrowed: `destroy(user)` runs when the last holder lets go (it may be null).
  static Ref<Storage> borrow(void* data, size_t nbytes, bool read_only, Destroy destroy,
                             void* user);
  // Borrowed from an object that is kept alive, such as a file mapping.
  static Ref<Storage> keep(const void* data, size_t nbytes, Ref<const Counted> keeper);

  const std::byte* data() const noexcept { return data_; }
  std::byte* mutable_data() noexcept { return data_; }
  size_t nbytes() const noexcept { return nbytes_; }
  bool read_only() const noexcept { return read_only_; }
  // What the memory belongs to; null: nobody who could be asked.
  const Counted* owner() const noexcept { return owner_.get(); }

  uint64_t version() const noexcept { return version_.load(std::memory_order_relaxed); }
  void bump_version() noexcept { version_.fetch_add(1, std::memory_order_relaxed); }

  // Use make-like factories above.
  Storage(std::byte* data, size_t nbytes, bool read_only) noexcept
      : Counted(kTag), data_(data), nbytes_(nbytes), read_only_(read_only) {}
  Storage(const void* data, size_t nbytes, Ref<const Counted> keeper) noexcept
      : Storage(static_cast<std::byte*>(const_cast<void*>(data)), nbytes, true) {
    owner_ = std::move(keeper);
  }
  ~Storage() override;

 private:
  std::byte* data_;
  size_t nbytes_;
  std::atomic<uint64_t> version_{0};
  bool read_only_;
  bool allocated_ = false;    // the owner is an Allocator, and takes the memory back
  Ref<const Counted> owner_;  // what keeps the memory; null: nothing does
};

}  // namespace duramen
