// Runs of elements that lie side by side, and sizes of dimensions as an argument.
#ifndef DURAMEN_CXX_SPAN_HPP
#define DURAMEN_CXX_SPAN_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>
#include <vector>

#include "range.hpp"

namespace DURAMEN_CXX {

// A run of elements that somebody else holds; the same type in C++17 and C++20, where it converts
// to std::span and back by itself. A vector, an array or a std::span is one, too.
template <class T>
class Span {
 public:
  using element_type = T;
  using value_type = std::remove_cv_t<T>;
  using iterator = T*;

  constexpr Span() noexcept = default;
  constexpr Span(T* data, size_t size) noexcept : data_(data), size_(size) {}
  template <size_t kSize>
  constexpr Span(T (&array)[kSize]) noexcept : data_(array), size_(kSize) {}  // NOLINT
  // Lends what has data() and size(); of something temporary for the full expression only.
  template <class Range, class Pointer = decltype(std::declval<Range&>().data()),
            std::enable_if_t<std::is_convertible_v<std::remove_pointer_t<Pointer> (*)[], T (*)[]> &&
                                 !std::is_same_v<std::decay_t<Range>, Span>,
                             int> = 0>
  constexpr Span(Range&& range) noexcept  // NOLINT: as std::span
      : data_(range.data()), size_(range.size()) {}

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

// Sizes of dimensions, as an argument: {2, 3}, a vector or a span, or a pointer and a count.
// Copied; up to kNear sizes without memory of their own.
class Sizes {
 public:
  Sizes(std::initializer_list<int64_t> sizes) : Sizes(sizes.begin(), sizes.size()) {}
  Sizes(const std::vector<int64_t>& sizes)  // NOLINT: a vector is a shape
      : Sizes(sizes.data(), sizes.size()) {}
  Sizes(Span<const int64_t> sizes)  // NOLINT: so is the shape of an entry
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

}  // namespace DURAMEN_CXX

#if defined(__cpp_lib_ranges)
template <class T>
inline constexpr bool std::ranges::enable_borrowed_range<DURAMEN_CXX::Span<T>> = true;
template <class T>
inline constexpr bool std::ranges::enable_view<DURAMEN_CXX::Span<T>> = true;
#endif

#endif
