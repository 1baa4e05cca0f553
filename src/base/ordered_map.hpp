// A map that keeps insertion order: names of parameters, buffers, children, state-dict keys.
// Replacing a value keeps its place. Small maps are searched; larger ones grow a hash index, made
// by the first search that wants it, so that many may read at once. Erasing is linear.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/name_index.hpp"

namespace duramen {

template <class T>
class OrderedMap {
 public:
  struct Entry {
    std::string name;
    T value;
  };
  static constexpr size_t kNotFound = NameIndex::kNotFound;

  size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }
  const Entry& operator[](size_t index) const noexcept { return entries_[index]; }
  T& value_at(size_t index) noexcept { return entries_[index].value; }
  const Entry* data() const noexcept { return entries_.data(); }
  auto begin() const noexcept { return entries_.begin(); }
  auto end() const noexcept { return entries_.end(); }

  size_t index_of(std::string_view name) const {
    if (entries_.size() <= kSearched) return search(name);
    return shared_index().find(name, name_at());
  }
  bool contains(std::string_view name) const { return index_of(name) != kNotFound; }
  const T* find(std::string_view name) const {
    const size_t index = index_of(name);
    return index == kNotFound ? nullptr : &entries_[index].value;
  }
  T* find(std::string_view name) {
    const size_t index = index_of(name);
    return index == kNotFound ? nullptr : &entries_[index].value;
  }

  // Inserts at the end or replaces in place. Strong guarantee.
  void set(std::string_view name, T value) {
    const size_t index = index_of(name);
    if (index != kNotFound) {
      std::swap(entries_[index].value, value);
    } else {
      append(std::string(name), std::move(value));
    }
  }
  // Inserts at the end and empties `name`; false, and nothing changes, where it is there already.
  // When it throws, the map is as before, the name perhaps empty.
  bool insert_taking(std::string& name, T value) {
    if (entries_.size() < kSearched) {
      if (search(name) != kNotFound) return false;
      append(std::move(name), std::move(value));
      return true;
    }
    NameIndex& index = shared_index();
    entries_.push_back({std::move(name), std::move(value)});
    const size_t added = entries_.size() - 1;
    try {
      if (index.insert(added, name_at()) == added) return true;
    } catch (...) {
      entries_.pop_back();
      throw;
    }
    name = std::move(entries_.back().name);
    entries_.pop_back();
    return false;
  }
  // Requires: the name is not there yet.
  void append(std::string name, T value) {
    entries_.push_back({std::move(name), std::move(value)});
    if (NameIndex* index = index_.load(std::memory_order_relaxed)) {
      add_to_index(*index, entries_.size() - 1);
    }
  }
  void reserve(size_t count) { entries_.reserve(count); }
  // False where there is none of that name.
  bool erase(std::string_view name) noexcept {
    const size_t index = search(name);
    if (index == kNotFound) return false;
    drop_index();
    [[maybe_unused]] const T gone = std::move(entries_[index].value);  // goes last
    entries_.erase(entries_.begin() + static_cast<ptrdiff_t>(index));
    return true;
  }
  // Requires: not empty.
  void drop_last() noexcept {
    drop_index();
    entries_.pop_back();
  }
  void clear() noexcept {
    drop_index();
    std::vector<Entry> gone;
    gone.swap(entries_);
  }

  OrderedMap() = default;
  OrderedMap(const OrderedMap& other) : entries_(other.entries_) {}
  OrderedMap(OrderedMap&& other) noexcept : entries_(std::move(other.entries_)) { other.clear(); }
  OrderedMap& operator=(OrderedMap other) noexcept {
    entries_.swap(other.entries_);
    drop_index();
    other.drop_index();
    return *this;
  }
  ~OrderedMap() { drop_index(); }

 private:
  static constexpr size_t kSearched = 8;

  auto name_at() const noexcept {
    return [this](size_t i) -> std::string_view { return entries_[i].name; };
  }

  size_t search(std::string_view name) const noexcept {
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].name == name) return i;
    }
    return kNotFound;
  }
  void add_to_index(NameIndex& index, size_t i) noexcept {
    try {
      index.insert(i, name_at());
    } catch (...) {
      drop_index();  // built again when asked
    }
  }
  // Readers may meet here: each builds, one index stays.
  NameIndex& shared_index() const {
    NameIndex* index = index_.load(std::memory_order_acquire);
    if (index) return *index;
    auto made = std::make_unique<NameIndex>();
    made->reserve(entries_.capacity());
    for (size_t i = 0; i < entries_.size(); ++i) made->insert(i, name_at());
    if (index_.compare_exchange_strong(index, made.get(), std::memory_order_acq_rel)) {
      return *made.release();
    }
    return *index;
  }
  void drop_index() noexcept { delete index_.exchange(nullptr, std::memory_order_relaxed); }

  std::vector<Entry> entries_;
  mutable std::atomic<NameIndex*> index_{nullptr};
};

}  // namespace duramen
