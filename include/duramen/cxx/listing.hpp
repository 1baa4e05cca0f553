// Ranges over listings: one call makes the snapshot, iterating makes none.
//
//   for (const auto& [name, tensor] : model.named_parameters()) …
//
// Names and tensors are lent by the range, which a range-for keeps alive.
#ifndef DURAMEN_CXX_LISTING_HPP
#define DURAMEN_CXX_LISTING_HPP

#include <cstddef>
#include <iterator>
#include <optional>

#include "value.hpp"

namespace DURAMEN_CXX {

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
  bool requires_grad() const noexcept { return (raw_->flags & DURAMEN_ENTRY_REQUIRES_GRAD) != 0; }
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

// The tensors of a listing and the listing, which lends them; a Span<const TensorRef> for a call.
class ListedTensors {
 public:
  ListedTensors(Listing listing, std::vector<TensorRef> tensors) noexcept
      : listing_(std::move(listing)), tensors_(std::move(tensors)) {}

  size_t size() const noexcept { return tensors_.size(); }
  const TensorRef* data() const noexcept { return tensors_.data(); }
  const TensorRef* begin() const noexcept { return data(); }
  const TensorRef* end() const noexcept { return data() + size(); }
  TensorRef operator[](size_t index) const& noexcept { return tensors_[index]; }
  TensorRef operator[](size_t index) && = delete;

 private:
  Listing listing_;
  std::vector<TensorRef> tensors_;
};

// What a temporary would take along cannot be taken from it.
class Entries {
  // The rows of a listing, a stride apart.
  struct Rows {
    const char* first = nullptr;
    size_t stride = 0;
    Entry operator[](size_t index) const noexcept {
      return Entry(reinterpret_cast<const duramen_entry*>(first + index * stride));
    }
  };

 public:
  Entries() noexcept = default;
  explicit Entries(Listing listing) noexcept : listing_(std::move(listing)) {
    const duramen_entry* first = duramen_listing_entries(listing_.get(), &count_, &rows_.stride);
    rows_.first = reinterpret_cast<const char*>(first);
  }
  Entries(const Entries&) noexcept = default;
  Entries(Entries&& other) noexcept
      : listing_(std::move(other.listing_)),
        rows_(std::exchange(other.rows_, {})),
        count_(std::exchange(other.count_, 0)) {}
  Entries& operator=(Entries other) noexcept {
    std::swap(listing_, other.listing_);
    std::swap(rows_, other.rows_);
    std::swap(count_, other.count_);
    return *this;
  }
  ~Entries() = default;

  using Iterator = IndexIterator<Rows, Entry>;
  size_t size() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }
  Entry operator[](size_t index) const& noexcept { return rows_[index]; }
  Entry operator[](size_t index) && = delete;
  Iterator begin() const noexcept { return {rows_, 0}; }
  Iterator end() const noexcept { return {rows_, count_}; }
  // The first entry of a name, in time proportional to the length.
  std::optional<Entry> find(std::string_view name) const& noexcept {
    const duramen_entry* entry = duramen_listing_find(listing_.get(), name.data(), name.size());
    return entry ? std::optional<Entry>(Entry(entry)) : std::nullopt;
  }
  std::optional<Entry> find(std::string_view name) && = delete;
  const Listing& listing() const& noexcept { return listing_; }
  Listing listing() && noexcept { return Entries(std::move(*this)).listing_; }
  // All tensors, as an optimizer wants them; lent. Those of a temporary keep the listing.
  std::vector<TensorRef> tensors() const& {
    std::vector<TensorRef> out;
    out.reserve(count_);
    for (const Entry entry : *this) out.push_back(entry.tensor());
    return out;
  }
  ListedTensors tensors() && {
    std::vector<TensorRef> out = tensors();
    return {Entries(std::move(*this)).listing_, std::move(out)};
  }

 private:
  Listing listing_;
  Rows rows_;
  size_t count_ = 0;
};

namespace detail {

template <class Body>
Result<Entries> entries(Body&& body) {
  return then(make<Listing>(std::forward<Body>(body)),
              [](Listing listing) { return Entries(std::move(listing)); });
}

}  // namespace detail

// Whether one of the patterns ("encoder.**.weight|head.*") matches a whole name.
inline Result<bool> pattern_match(std::string_view patterns, std::string_view name) {
  return detail::then(read(uint32_t{0},
                           [&](uint32_t* out, duramen_error** error) {
                             return duramen_pattern_match(patterns.data(), patterns.size(),
                                                          name.data(), name.size(), out, error);
                           }),
                      [](uint32_t matches) { return matches != 0; });
}

}  // namespace DURAMEN_CXX

DURAMEN_CXX_OWNING_VIEW(Entries);

template <>
struct std::tuple_size<DURAMEN_CXX::Entry> : std::integral_constant<std::size_t, 2> {};
template <>
struct std::tuple_element<0, DURAMEN_CXX::Entry> {
  using type = std::string_view;
};
template <>
struct std::tuple_element<1, DURAMEN_CXX::Entry> {
  using type = DURAMEN_CXX::TensorRef;
};

#endif
