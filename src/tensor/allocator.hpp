// Memory for tensor elements: 64-byte aligned, cached for reuse, counted. Belongs to a context, is
// held by every storage that came from it, and locks itself, so that the last release of a tensor
// may happen on any thread.
//
// Fresh pages cost more than most arithmetic, so freed blocks are kept: at most as many bytes as
// were ever in use at once. Blocks of 2 MiB and more are advised as huge pages. A caller's own
// allocator is used in place of the system's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/counted.hpp"

namespace duramen {

inline constexpr size_t kAlignment = 64;

// Thread-safe callbacks of the caller; destroy(user) is called once, when the last block is gone.
struct MemorySource {
  void* (*allocate)(void* user, size_t nbytes, size_t alignment) = nullptr;
  void (*free)(void* user, void* pointer, size_t nbytes, size_t alignment) = nullptr;
  void* user = nullptr;
  void (*destroy)(void* user) = nullptr;
};

struct AllocatorStatistics {
  uint64_t bytes_in_use = 0;
  uint64_t bytes_cached = 0;
  uint64_t peak_bytes_in_use = 0;
  uint64_t blocks_in_use = 0;
};

class Allocator final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("allo");

  Allocator();                                     // the system's memory
  explicit Allocator(const MemorySource& source);  // takes over source.user
  ~Allocator() override;

  // Never null; throws std::bad_alloc, or Error(internal) when the caller's allocator returns a
  // misaligned block. Zero bytes give a valid, unusable pointer.
  void* allocate(size_t nbytes);
  void deallocate(void* pointer, size_t nbytes) noexcept;
  // Gives cached blocks back to the system.
  void trim() noexcept;
  AllocatorStatistics statistics() const noexcept;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace duramen
