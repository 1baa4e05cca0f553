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
  T* take(size_t count) {
    if (count > left_) add_block(count);
    left_ -= count;
    return std::exchange(next_, next_ + count);
  }
  // Blocks hold at least so many from now on.
  void set_block_size(size_t count) noexcept { block_size_ = count; }

 private:
  void add_block(size_t count) {
    left_ = std::max(count, block_size_);
    next_ = blocks_.emplace_back(std::make_unique_for_overwrite<T[]>(left_)).get();
  }

  std::vector<std::unique_ptr<T[]>> blocks_;
  T* next_ = nullptr;
  size_t left_ = 0;
  size_t block_size_ = 64;
};

}  // namespace duramen
