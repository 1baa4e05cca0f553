// The elements of a save on their way out: in chunks, between which progress is told and a request
// to cancel is heard.
#pragma once

#include <algorithm>
#include <memory>

#include "io/checkpoint.hpp"

namespace duramen::io {

class Saving {
 public:
  // `total` bytes of elements are to come, of which `done` have been told.
  Saving(const Services& services, uint64_t total, uint64_t done = 0)
      : services_(services), total_(total), done_(done) {}

  // put(span) for each chunk. CANCELLED.
  template <class Put>
  void bytes(std::span<const std::byte> bytes, Put&& put) {
    while (!bytes.empty()) {
      look();
      const size_t count = std::min(bytes.size(), kChunk);
      put(bytes.first(count));
      bytes = bytes.subspan(count);
      done_ += count;
    }
  }
  // The same of bytes in a storage; those of a mapped file are read from it.
  template <class Put>
  void part(const Storage& storage, std::span<const std::byte> bytes, Put&& put) {
    const Source* file = bytes.size() < kPiece ? nullptr : Source::open_file_of(storage);
    if (!file) return this->bytes(bytes, put);
    if (!piece_) piece_ = std::make_unique_for_overwrite<std::byte[]>(kPiece);
    while (!bytes.empty()) {
      const size_t count = std::min(bytes.size(), kPiece);
      file->read(bytes.first(count), piece_.get());
      this->bytes({piece_.get(), count}, put);
      bytes = bytes.subspan(count);
    }
  }
  // A tensor's elements in C order; those that lie otherwise are copied first.
  template <class Put>
  void tensor(const Tensor& tensor, Put&& put) {
    const auto count = static_cast<size_t>(tensor.nbytes());
    if (tensor.is_contiguous()) return part(*tensor.storage(), {tensor.bytes(), count}, put);
    const auto copy = Storage::allocate(services_.allocator, count);
    copy_to_bytes(tensor, copy->mutable_data());
    bytes({copy->data(), count}, put);
  }
  // The last chance to stop the save.
  void end() const {
    services_.progress.report("save", done_, total_);
    services_.cancel.check("save");
  }

 private:
  static constexpr size_t kChunk = size_t{1} << 20;
  static constexpr size_t kPiece = size_t{256} << 10;  // stays in a cache until it is written
  void look() const {
    services_.cancel.check("save");
    services_.progress.report("save", done_, total_);
  }

  const Services& services_;
  uint64_t total_;
  uint64_t done_;
  std::unique_ptr<std::byte[]> piece_;
};

}  // namespace duramen::io
