// What a checkpoint lists without an object for each entry: names, dtypes, shapes and places.
// Small, since a file may have half a million entries.
#pragma once

#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "value/value.hpp"

namespace duramen::io {

// The fields of duramen_file_entry, in its order.
struct FileEntry {
  const char* name;  // terminated
  uint64_t name_length;
  const int64_t* shape;    // null for rank 0 and for what is no tensor
  const int64_t* strides;  // null: contiguous
  uint64_t nbytes;         // of the logical elements
  uint64_t offset;         // in the file, of elements that lie there as they are; else kNowhere
  uint64_t first_storage_index;
  const Value* value;  // what is no tensor; else null
  Dtype dtype;         // invalid for what is no tensor
  uint32_t rank;

  static constexpr uint64_t kNowhere = UINT64_MAX;
  std::string_view name_view() const noexcept { return {name, name_length}; }
  std::span<const int64_t> sizes() const noexcept { return {shape, rank}; }
};

class FileEntries {
 public:
  const std::vector<FileEntry>& list() const noexcept { return list_; }
  std::vector<FileEntry>& list() noexcept { return list_; }

  // Room for so many; what is not used is never touched.
  void reserve(size_t count, size_t name_bytes) {
    list_.reserve(count);
    names_.set_block_size(std::clamp<size_t>(name_bytes, 64, kMostAtOnce));
    sizes_.set_block_size(std::clamp<size_t>(2 * count, 64, kMostAtOnce));
  }
  // One more, with that name and nothing else; its storage is its own. Strong guarantee.
  FileEntry& add(std::string_view name) {
    char* text = names_.take(name.size() + 1);
    std::memcpy(text, name.data(), name.size());
    text[name.size()] = '\0';
    return list_.emplace_back(FileEntry{text, name.size(), nullptr, nullptr, 0, FileEntry::kNowhere,
                                        list_.size(), nullptr, Dtype::invalid, 0});
  }
  // Sizes or strides; null for none.
  int64_t* keep(std::span<const int64_t> numbers) {
    if (numbers.empty()) return nullptr;
    int64_t* out = sizes_.take(numbers.size());
    std::memcpy(out, numbers.data(), numbers.size_bytes());
    return out;
  }

 private:
  static constexpr size_t kMostAtOnce = size_t{1} << 18;

  std::vector<FileEntry> list_;
  Arena<char> names_;
  Arena<int64_t> sizes_;
};

}  // namespace duramen::io
