// Ranges over listings: one call makes the snapshot, iterating makes none.
//
//   for (const auto& [name, tensor] : model.named_parameters()) …
//
// Names and tensors are lent by the range, which a range-for keeps alive.
#ifndef DURAMEN_CXX_LISTING_HPP
#define DURAMEN_CXX_LISTING_HPP

#include <cstddef>
#include <iterator>

#include "value.hpp"

namespace duramen {

class ListingRef : public Ref<duramen_listing, duramen_listing_retain, duramen_listing_release> {
 public:
  using Ref::Ref;
};
using Listing = Owned<ListingRef>;

// What to list; the patterns are those of listing.h.
struct ListOptions {
  uint64_t kinds = 0;  // DURAMEN_KIND_…; 0: parameters and buffers; of a state dict, all
  uint64_t flags = 0;  // DURAMEN_LIST_…
  std::string_view prefix = {};   // a dot follows it
  std::string_view include = {};  // patterns of names; empty: all
  std::string_view exclude = {};
  Dtype dtype = {};  // of tensors; without it, any

  duramen_list_options raw() const noexcept {
    duramen_list_options options = {};
    options.struct_size = sizeof options;
    options.kinds = kinds;
    options.flags = flags;
    options.prefix = prefix.data();
    options.prefix_length = prefix.size();
    options.include = include.data();
    options.include_length = include.size();
    options.exclude = exclude.data();
    options.exclude_length = exclude.size();
    options.dtype = number(dtype);
    return options;
  }
};

// One entry; lent by its range. Destructures into a name and a tensor (empty for what is none).
class Entry {
 public:
  explicit Entry(const duramen_entry* raw) noexcept : raw_(raw) {}

  const duramen_entry& raw() const noexcept { return *raw_; }
  std::string_view name() const noexcept {
    return {raw_->name, static_cast<size_t>(raw_->name_length)};
  }
  TensorRef tensor() const noexcept { return raw_->tensor; }
  ValueRef value() const noexcept { return raw_->value; }
  // The module that the entry is, or that owns it; NULL in a state dict.
  duramen_module* module() const noexcept { return raw_->module; }
  bool is_parameter() const noexcept { return raw_->kind == DURAMEN_KIND_PARAMETER; }
  bool is_buffer() const noexcept { return raw_->kind == DURAMEN_KIND_BUFFER; }
  bool is_persistent() const noexcept { return (raw_->flags & DURAMEN_ENTRY_PERSISTENT) != 0; }
  Dtype dtype() const noexcept { return static_cast<Dtype>(raw_->dtype); }
  Span<const int64_t> shape() const noexcept { return {raw_->shape, raw_->rank}; }

  template <size_t kIndex>
  auto get() const noexcept {
    static_assert(kIndex < 2, "an entry is a name and a tensor");
    if constexpr (kIndex == 0) {
      return name();
    } else {
      return tensor();
    }
  }

 private:
  const duramen_entry* raw_;
};

class Entries {
 public:
  explicit Entries(Listing listing) noexcept : listing_(std::move(listing)) {
    first_ =
        reinterpret_cast<const char*>(duramen_listing_entries(listing_.get(), &count_, &stride_));
  }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Entry;

    Iterator() noexcept = default;
    Iterator(const char* at, size_t stride) noexcept : at_(at), stride_(stride) {}
    Entry operator*() const noexcept { return at(at_); }
    Iterator& operator++() noexcept { return at_ += stride_, *this; }
    Iterator operator++(int) noexcept {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const noexcept { return at_ == other.at_; }
    bool operator!=(const Iterator& other) const noexcept { return at_ != other.at_; }

   private:
    const char* at_ = nullptr;
    size_t stride_ = 0;
  };

  size_t size() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }
  Entry operator[](size_t index) const noexcept { return at(first_ + index * stride_); }
  Iterator begin() const noexcept { return {first_, stride_}; }
  Iterator end() const noexcept { return {first_ + count_ * stride_, stride_}; }
  const Listing& listing() const noexcept { return listing_; }
  // All tensors, as an optimizer wants them; lent.
  std::vector<TensorRef> tensors() const {
    std::vector<TensorRef> out;
    out.reserve(count_);
    for (const Entry entry : *this) out.push_back(entry.tensor());
    return out;
  }

 private:
  static Entry at(const char* bytes) noexcept {
    return Entry(reinterpret_cast<const duramen_entry*>(bytes));
  }

  Listing listing_;
  const char* first_ = nullptr;
  size_t count_ = 0;
  size_t stride_ = 0;
};

}  // namespace duramen

template <>
struct std::tuple_size<duramen::Entry> : std::integral_constant<std::size_t, 2> {};
template <>
struct std::tuple_element<0, duramen::Entry> {
  using type = std::string_view;
};
template <>
struct std::tuple_element<1, duramen::Entry> {
  using type = duramen::TensorRef;
};

#endif
