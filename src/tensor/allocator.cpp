#include "tensor/allocator.hpp"

#include <sys/mman.h>

#include <array>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>

#include "base/error.hpp"

// Blocks are rounded up to a size class: four classes for each power of two, so at most a quarter
// is lost. Each class keeps a list of free blocks, threaded through the blocks themselves.
namespace duramen {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kMaximum = size_t{1} << 62;
constexpr size_t kClassCount = 4 * 64;
constexpr size_t kAlwaysKept = size_t{1} << 20;  // cached bytes that are fine whatever was in use

size_t bytes_of_class(size_t index) noexcept {
  if (index == 0) return kAlignment;
  const size_t power = size_t{1} << (index / 4);
  return power + (index % 4 + 1) * (power / 4);
}

struct SizeClass {
  size_t index;
  size_t nbytes;
};

SizeClass class_of(size_t nbytes) noexcept {
  if (nbytes <= kAlignment) return {0, kAlignment};
  const size_t log2 = static_cast<size_t>(std::bit_width(nbytes - 1)) - 1;
  const size_t power = size_t{1} << log2;                               // < nbytes <= 2 * power
  const size_t steps = (nbytes - power + power / 4 - 1) / (power / 4);  // 1 to 4
  const size_t index = 4 * log2 + steps - 1;
  return {index, bytes_of_class(index)};
}

struct FreeBlock {
  FreeBlock* next;
};

void* system_allocate(size_t nbytes) noexcept {
  const size_t alignment = nbytes >= kHugePage ? kHugePage : kAlignment;
  const size_t rounded = (nbytes + alignment - 1) / alignment * alignment;
  void* pointer = std::aligned_alloc(alignment, rounded);
  if (pointer && alignment == kHugePage) madvise(pointer, rounded, MADV_HUGEPAGE);
  return pointer;
}

}  // namespace

struct Allocator::Core {
  MemorySource source;
  mutable std::mutex mutex;
  std::array<FreeBlock*, kClassCount> free{};
  AllocatorStatistics statistics;

  void* fresh(size_t nbytes) {
    if (!source.allocate) {
      void* pointer = system_allocate(nbytes);
      if (!pointer) throw std::bad_alloc();
      return pointer;
    }
    void* pointer = source.allocate(source.user, nbytes, kAlignment);
    if (!pointer) throw std::bad_alloc();
    if (reinterpret_cast<uintptr_t>(pointer) % kAlignment != 0) {
      source.free(source.user, pointer, nbytes, kAlignment);
      throw Error(Code::internal,
                  "allocator: the caller's allocator returned a misaligned block (expected 64-byte "
                  "alignment)");
    }
    return pointer;
  }
  void give_back(void* pointer, size_t nbytes) noexcept {
    if (source.allocate) {
      source.free(source.user, pointer, nbytes, kAlignment);
    } else {
      std::free(pointer);
    }
  }
  void* take_cached(const SizeClass& size) noexcept {
    const std::lock_guard lock(mutex);
    FreeBlock* block = free[size.index];
    if (!block) return nullptr;
    free[size.index] = block->next;
    statistics.bytes_cached -= size.nbytes;
    count_in(size);
    return block;
  }
  // Requires: locked.
  void count_in(const SizeClass& size) noexcept {
    statistics.bytes_in_use += size.nbytes;
    statistics.blocks_in_use += 1;
    if (statistics.bytes_in_use > statistics.peak_bytes_in_use) {
      statistics.peak_bytes_in_use = statistics.bytes_in_use;
    }
  }
  // False when the cache is full: the block goes back to the system.
  bool keep(void* pointer, const SizeClass& size) noexcept {
    const std::lock_guard lock(mutex);
    statistics.bytes_in_use -= size.nbytes;
    statistics.blocks_in_use -= 1;
    const uint64_t kept = statistics.bytes_cached + size.nbytes;
    if (kept > kAlwaysKept && kept + statistics.bytes_in_use > statistics.peak_bytes_in_use) {
      return false;
    }
    free[size.index] = new (pointer) FreeBlock{free[size.index]};
    statistics.bytes_cached = kept;
    return true;
  }
};

Allocator::Allocator() : Counted(kTag), core_(std::make_unique<Core>()) {}

Allocator::Allocator(const MemorySource& source) : Allocator() { core_->source = source; }

Allocator::~Allocator() {
  trim();
  if (core_->source.destroy) core_->source.destroy(core_->source.user);
}

void* Allocator::allocate(size_t nbytes) {
  if (nbytes > kMaximum) throw std::bad_alloc();
  const SizeClass size = class_of(nbytes);
  if (void* cached = core_->take_cached(size)) return cached;
  void* pointer = nullptr;
  try {
    pointer = core_->fresh(size.nbytes);
  } catch (const std::bad_alloc&) {
    trim();  // what is cached in other classes may be what is missing
    pointer = core_->fresh(size.nbytes);
  }
  const std::lock_guard lock(core_->mutex);
  core_->count_in(size);
  return pointer;
}

void Allocator::deallocate(void* pointer, size_t nbytes) noexcept {
  if (!pointer) return;
  const SizeClass size = class_of(nbytes);
  if (!core_->keep(pointer, size)) core_->give_back(pointer, size.nbytes);
}

void Allocator::trim() noexcept {
  const std::lock_guard lock(core_->mutex);
  for (size_t i = 0; i < kClassCount; ++i) {
    while (FreeBlock* block = core_->free[i]) {
      core_->free[i] = block->next;
      core_->give_back(block, bytes_of_class(i));
    }
  }
  core_->statistics.bytes_cached = 0;
}

AllocatorStatistics Allocator::statistics() const noexcept {
  const std::lock_guard lock(core_->mutex);
  return core_->statistics;
}

}  // namespace duramen
