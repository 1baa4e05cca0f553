// A vector of a trivial type with room for N elements in place and never more: for loops whose
// depth has a bound, where nothing may be allocated. Elements that are not there are not
// initialised.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <type_traits>

namespace duramen {

template <class T, size_t N>
class FixedVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  FixedVector() noexcept = default;
  FixedVector(const FixedVector& other) noexcept : size_(other.size_) {
    std::copy_n(other.values_, size_, values_);
  }
  FixedVector& operator=(const FixedVector& other) noexcept {
    size_ = other.size_;
    std::copy_n(other.values_, size_, values_);
    return *this;
  }
  ~FixedVector() = default;

  size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T* begin() noexcept { return values_; }
  T* end() noexcept { return values_ + size_; }
  const T* begin() const noexcept { return values_; }
  const T* end() const noexcept { return values_ + size_; }
  T& operator[](size_t i) noexcept { return assert(i < size_), values_[i]; }
  const T& operator[](size_t i) const noexcept { return assert(i < size_), values_[i]; }
  T& back() noexcept { return (*this)[size_ - 1]; }
  const T& back() const noexcept { return (*this)[size_ - 1]; }

  // Requires: fewer than N elements.
  void push_back(const T& value) noexcept {
    assert(size_ < N);
    values_[size_++] = value;
  }
  // Requires: not empty.
  void pop_back() noexcept { assert(size_ > 0), --size_; }
  // Stable; made for a handful of elements. `before` is a strict order.
  template <class Before>
  void sort(const Before& before) noexcept {
    for (size_t i = 1; i < size_; ++i) {
      const T value = values_[i];
      size_t hole = i;
      for (; hole > 0 && before(value, values_[hole - 1]); --hole)
        values_[hole] = values_[hole - 1];
      values_[hole] = value;
    }
  }

 private:
  size_t size_ = 0;
  T values_[N];
};

}  // namespace duramen
