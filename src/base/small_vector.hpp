// A vector of a trivial type with room for N elements in place: shapes and strides, which are
// nearly always short.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <type_traits>

namespace duramen {

template <class T, size_t N>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SmallVector() noexcept = default;
  SmallVector(std::initializer_list<T> values) { assign(values.begin(), values.size()); }
  explicit SmallVector(std::span<const T> values) { assign(values.data(), values.size()); }
  SmallVector(size_t count, T value) {
    resize(count);
    std::fill(begin(), end(), value);
  }
  SmallVector(const SmallVector& other) {
    if (other.capacity_ > N) {
      assign(other.data(), other.size());
    } else {
      copy_inline(other);
    }
  }
  SmallVector(SmallVector&& other) noexcept { take(other); }
  ~SmallVector() {
    if (capacity_ > N) delete[] heap_;
  }
  SmallVector& operator=(const SmallVector& other) {
    if (this != &other) assign(other.data(), other.size());
    return *this;
  }
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this != &other) {
      if (capacity_ > N) delete[] heap_;
      take(other);
    }
    return *this;
  }

  size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T* data() noexcept { return capacity_ > N ? heap_ : inline_; }
  const T* data() const noexcept { return capacity_ > N ? heap_ : inline_; }
  T* begin() noexcept { return data(); }
  T* end() noexcept { return data() + size_; }
  const T* begin() const noexcept { return data(); }
  const T* end() const noexcept { return data() + size_; }
  T& operator[](size_t i) noexcept { return assert(i < size_), data()[i]; }
  const T& operator[](size_t i) const noexcept { return assert(i < size_), data()[i]; }
  T& back() noexcept { return (*this)[size_ - 1]; }
  const T& back() const noexcept { return (*this)[size_ - 1]; }
  operator std::span<const T>() const noexcept { return {data(), size_}; }
  std::span<const T> span() const noexcept { return {data(), size_}; }

  void clear() noexcept { size_ = 0; }
  // New elements are zero.
  void resize(size_t count) {
    reserve(count);
    if (count > size_)
      std::memset(static_cast<void*>(data() + size_), 0, (count - size_) * sizeof(T));
    size_ = static_cast<uint32_t>(count);
  }
  void reserve(size_t count) {
    if (count <= capacity_) return;
    const size_t grown = std::max<size_t>(count, size_t{capacity_} * 2);
    T* moved = new T[grown];
    std::copy_n(data(), size_, moved);
    if (capacity_ > N) delete[] heap_;
    heap_ = moved;
    capacity_ = static_cast<uint32_t>(grown);
  }
  void push_back(T value) {
    reserve(size_t{size_} + 1);
    data()[size_++] = value;
  }
  void insert(size_t position, T value) {
    push_back(value);
    std::rotate(begin() + position, end() - 1, end());
  }
  void erase(size_t position) noexcept {
    std::copy(begin() + position + 1, end(), begin() + position);
    --size_;
  }

  friend bool operator==(const SmallVector& a, const SmallVector& b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  void assign(const T* values, size_t count) {
    size_ = 0;
    reserve(count);
    std::copy_n(values, count, data());
    size_ = static_cast<uint32_t>(count);
  }
  void take(SmallVector& other) noexcept {
    copy_inline(other);
    other.size_ = 0;
    other.capacity_ = N;
  }
  // All of it, the pointer to the heap or the elements: fewer instructions than one by one.
  void copy_inline(const SmallVector& other) noexcept {
    size_ = other.size_;
    capacity_ = other.capacity_;
    std::memcpy(static_cast<void*>(inline_), other.inline_, sizeof(inline_));
  }

  static_assert(N * sizeof(T) >= sizeof(T*));

  uint32_t size_ = 0;
  uint32_t capacity_ = N;
  union {
    T inline_[N]{};
    T* heap_;
  };
};

}  // namespace duramen
