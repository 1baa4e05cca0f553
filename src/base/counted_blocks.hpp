// Counted objects side by side in blocks of memory, for who makes thousands: cheaper than a piece
// of memory for each. They are released as any others, in any order and on any thread, and may
// outlive the blocks' owner; a block is given back with the last of its objects, so that one object
// holds at most kMostBytes.
#pragma once

#include <algorithm>
#include <new>

#include "base/counted.hpp"

#ifdef __has_feature  // clang's
#define DURAMEN_HAS_FEATURE(name) __has_feature(name)
#else
#define DURAMEN_HAS_FEATURE(name) 0
#endif

namespace duramen {

class CountedBlocks {
 public:
  static constexpr size_t kMostBytes = size_t{8} << 10;
  // For AddressSanitizer every object has a block of its own, so that it sees one used that is
  // gone.
#if defined(__SANITIZE_ADDRESS__) || DURAMEN_HAS_FEATURE(address_sanitizer)
  static constexpr bool kShared = false;
#else
  static constexpr bool kShared = true;
#endif

  CountedBlocks() = default;
  CountedBlocks(const CountedBlocks&) = delete;
  CountedBlocks& operator=(const CountedBlocks&) = delete;
  ~CountedBlocks() { close(); }

  // As make<T>(args...). Strong guarantee.
  template <class T, class... Args>
  Ref<T> make(Args&&... args) {
    using Object = InBlock<std::remove_const_t<T>>;
    static_assert(alignof(Object) <= kAlignment);
    constexpr size_t kSize = (sizeof(Object) + kAlignment - 1) / kAlignment * kAlignment;
    static_assert(sizeof(Block) + kSize <= kFewestBytes);
    if (left_ < kSize || !kShared) add_block(kSize);
    auto* object = new (next_) Object(block_, std::forward<Args>(args)...);
    next_ += kSize;
    left_ -= kSize;
    ++made_;
    return Ref<T>::adopt(object);
  }

 private:
  static constexpr size_t kAlignment = alignof(std::max_align_t);
  static_assert(kAlignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
  static constexpr size_t kFewestBytes = 1024;
  static constexpr uint32_t kOpen = uint32_t{1} << 31;

  // What the objects lie behind.
  struct alignas(kAlignment) Block {
    // Objects that live; while objects are being added, kOpen less those that were released.
    std::atomic<uint32_t> count{kOpen};

    void release(uint32_t count_of_them) noexcept {
      if (count.fetch_sub(count_of_them, std::memory_order_acq_rel) != count_of_them) return;
      this->~Block();
      ::operator delete(this);
    }
  };

  template <class T>
  class InBlock final : public T {
   public:
    template <class... Args>
    explicit InBlock(Block* block, Args&&... args)
        : T(std::forward<Args>(args)...), block_(block) {}

   private:
    void destroy() const noexcept override {
      Block* block = block_;
      this->~InBlock();
      block->release(1);
    }

    Block* block_;
  };

  void add_block(size_t needed) {
    const size_t size =
        kShared ? std::clamp(2 * size_, kFewestBytes, kMostBytes) : sizeof(Block) + needed;
    auto* block = new (::operator new(size)) Block;
    close();
    block_ = block;
    size_ = size;
    next_ = reinterpret_cast<std::byte*>(block) + sizeof(Block);
    left_ = size - sizeof(Block);
    made_ = 0;
  }
  // From here on the block belongs to its objects.
  void close() noexcept {
    if (block_) block_->release(kOpen - made_);
  }

  Block* block_ = nullptr;
  size_t size_ = 0;
  std::byte* next_ = nullptr;
  size_t left_ = 0;
  uint32_t made_ = 0;
};

}  // namespace duramen
