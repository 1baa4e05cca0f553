// Memory for tensors that ends after a few megabytes: a text may ask for a matrix of any size, and
// gets NO_MEMORY.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>

namespace duramen::fuzz {

class BoundedMemory {
 public:
  static constexpr size_t kMost = size_t{16} << 20;

  static void* allocate(void* user, size_t nbytes, size_t alignment) {
    auto& memory = *static_cast<BoundedMemory*>(user);
    if (nbytes > kMost || memory.used_ + nbytes > kMost) return nullptr;
    void* out = nullptr;
    if (posix_memalign(&out, alignment, nbytes) != 0) return nullptr;
    memory.used_ += nbytes;
    return out;
  }
  static void release(void* user, void* pointer, size_t nbytes, size_t alignment) {
    static_cast<void>(alignment);
    static_cast<BoundedMemory*>(user)->used_ -= nbytes;
    std::free(pointer);
  }

 private:
  std::atomic<size_t> used_{0};
};

}  // namespace duramen::fuzz
