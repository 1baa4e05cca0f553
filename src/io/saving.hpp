// The elements of a save on their way out: in chunks, between which progress is told and a request
// to cancel is heard.
#pragma once

#include <algorithm>

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
  // A tensor's elements in C order; those that lie otherwise are copied first.
  template <class Put>
  void tensor(const Tensor& tensor, Put&& put) {
    const auto count = static_cast<size_t>(tensor.nbytes());
    if (tensor.is_contiguous()) return bytes({tensor.bytes(), count}, put);
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
  void look() const {
    services_.cancel.check("save");
    services_.progress.report("save", done_, total_);
  }

  const Services& services_;
  uint64_t total_;
  uint64_t done_;
};

}  // namespace duramen::io
