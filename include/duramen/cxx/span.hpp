// Runs of elements that a tensor lends, and sizes of dimensions as an argument.
#ifndef DURAMEN_CXX_SPAN_HPP
#define DURAMEN_CXX_SPAN_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace duramen {

// A range of elements that lie side by side; lent by a tensor.
template <class T>
class Span {
 public:
  constexpr Span() noexcept = default;
  constexpr Span(T* data, size_t size) noexcept : data_(data), size_(size) {}
  constexpr T* data() const noexcept { return data_; }
  constexpr size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr T* begin() const noexcept { return data_; }
  constexpr T* end() const noexcept { return data_ + size_; }
  constexpr T& operator[](size_t index) const noexcept { return data_[index]; }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
};

// Sizes of dimensions, as an argument: {2, 3}, a vector, or a pointer and a count. Copied; up to
// kNear sizes without memory of their own.
class Sizes {
 public:
  Sizes(std::initializer_list<int64_t> sizes) : Sizes(sizes.begin(), sizes.size()) {}
  Sizes(const std::vector<int64_t>& sizes)  // NOLINT: a vector is a shape
      : Sizes(sizes.data(), sizes.size()) {}
  Sizes(const int64_t* sizes, size_t rank) : rank_(rank) {
    if (rank > kNear) far_.assign(sizes, sizes + rank);
    std::copy_n(sizes, rank > kNear ? 0 : rank, near_.begin());
  }
  const int64_t* data() const noexcept { return rank_ > kNear ? far_.data() : near_.data(); }
  size_t rank() const noexcept { return rank_; }

 private:
  static constexpr size_t kNear = 8;
  std::array<int64_t, kNear> near_ = {};
  std::vector<int64_t> far_;
  size_t rank_;
};

}  // namespace duramen

#endif
