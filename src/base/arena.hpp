// Memory whose pieces never move: they are taken one after the other from blocks, and all go
// together.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace duramen {

template <class T>
class Arena {
 public:
  Arena() = default;
  Arena(Arena&& other) noexcept
      : blocks_(std::move(other.blocks_)),
        next_(std::exchange(other.next_, nullptr)),
        left_(std::exchange(other.left_, 0)),
        block_size_(other.block_size_) {}
  Arena& operator=(Arena&& other) noexcept {
    blocks_ = std::move(other.blocks_);
    next_ = std::exchange(other.next_, nullptr);
    left_ = std::exchange(other.left_, 0);
    block_size_ = other.block_size_;
    return *this;
  }

  // Strong guarantee.
  T* take(size_t count) {
    if (count > left_) add_block(count);
    left_ -= count;
    return std::exchange(next_, next_ + count);
  }
  // Blocks hold at least so many from now on.
  void set_block_size(size_t count) noexcept { block_size_ = count; }

 private:
  void add_block(size_t count) {
    const size_t size = std::max(count, block_size_);
    next_ = blocks_.emplace_back(std::make_unique_for_overwrite<T[]>(size)).get();
    left_ = size;
  }

  std::vector<std::unique_ptr<T[]>> blocks_;
  T* next_ = nullptr;
  size_t left_ = 0;
  size_t block_size_ = 64;
};

}  // namespace duramen
