// What ranges of the veneer are made of: iterators over positions, and where C++20 has ranges,
// which of them are views.
#ifndef DURAMEN_CXX_RANGE_HPP
#define DURAMEN_CXX_RANGE_HPP

#include <cstddef>
#include <iterator>
#include <type_traits>
#if __cplusplus >= 202002L
#include <ranges>
#endif

#include "error.hpp"

// Of a range that lends: its iterators outlive it. Of one that owns: copying it is a count.
#if defined(__cpp_lib_ranges)
#define DURAMEN_CXX_LENT_VIEW(type)                                                   \
  template <>                                                                         \
  inline constexpr bool std::ranges::enable_borrowed_range<DURAMEN_CXX::type> = true; \
  DURAMEN_CXX_OWNING_VIEW(type)
#define DURAMEN_CXX_OWNING_VIEW(type) \
  template <>                         \
  inline constexpr bool std::ranges::enable_view<DURAMEN_CXX::type> = true
#else
#define DURAMEN_CXX_LENT_VIEW(type) static_assert(true)
#define DURAMEN_CXX_OWNING_VIEW(type) static_assert(true)
#endif

namespace DURAMEN_CXX {

// Steps through what a lent object gives by position. What it gives are values, so that it is an
// input iterator to C++17 and a random access one to C++20.
template <class Object, class T>
class IndexIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using iterator_concept = std::random_access_iterator_tag;
  using value_type = std::remove_cv_t<std::remove_reference_t<T>>;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = T;

  IndexIterator() noexcept = default;
  IndexIterator(Object object, size_t index) noexcept
      : object_(object), index_(static_cast<difference_type>(index)) {}

  T operator*() const noexcept { return object_[static_cast<size_t>(index_)]; }
  T operator[](difference_type n) const noexcept { return *(*this + n); }
  IndexIterator& operator+=(difference_type n) noexcept { return index_ += n, *this; }
  IndexIterator& operator-=(difference_type n) noexcept { return index_ -= n, *this; }
  IndexIterator& operator++() noexcept { return *this += 1; }
  IndexIterator& operator--() noexcept { return *this -= 1; }
  IndexIterator operator++(int) noexcept { return ++*this, *this - 1; }
  IndexIterator operator--(int) noexcept { return --*this, *this + 1; }
  friend IndexIterator operator+(IndexIterator at, difference_type n) noexcept { return at += n; }
  friend IndexIterator operator+(difference_type n, IndexIterator at) noexcept { return at += n; }
  friend IndexIterator operator-(IndexIterator at, difference_type n) noexcept { return at -= n; }
  friend difference_type operator-(const IndexIterator& a, const IndexIterator& b) noexcept {
    return a.index_ - b.index_;
  }
  friend bool operator==(const IndexIterator& a, const IndexIterator& b) noexcept {
    return a.index_ == b.index_;
  }
  friend bool operator!=(const IndexIterator& a, const IndexIterator& b) noexcept {
    return a.index_ != b.index_;
  }
  friend bool operator<(const IndexIterator& a, const IndexIterator& b) noexcept {
    return a.index_ < b.index_;
  }
  friend bool operator>(const IndexIterator& a, const IndexIterator& b) noexcept { return b < a; }
  friend bool operator<=(const IndexIterator& a, const IndexIterator& b) noexcept {
    return !(b < a);
  }
  friend bool operator>=(const IndexIterator& a, const IndexIterator& b) noexcept {
    return !(a < b);
  }

 private:
  Object object_ = {};
  difference_type index_ = 0;
};

}  // namespace DURAMEN_CXX

#endif
