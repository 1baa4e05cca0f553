// Which tensors of a list lie, in part at least, in the same memory.
#pragma once

#include <algorithm>
#include <vector>

#include "tensor/tensor.hpp"

namespace duramen::nn {

class MemoryRanges {
 public:
  // `index` is the caller's name for the tensor, an object once.
  void add(const Tensor& tensor, size_t index) {
    if (tensor.numel() == 0) return;
    const int64_t elements = extent_of(tensor.layout()).value_or(0) - tensor.layout().offset;
    const std::byte* begin = tensor.bytes();
    ranges_.push_back({begin, begin + bytes_of(elements, dtype_info(tensor.dtype()).bits), index});
  }
  // The indices of those that meet another one, each once. Ranges are from the first byte to the
  // last: tensors with gaps may be told to meet where they only interleave.
  std::vector<size_t> overlapping() {
    std::sort(ranges_.begin(), ranges_.end(),
              [](const Range& a, const Range& b) { return a.begin < b.begin; });
    std::vector<size_t> out;
    size_t furthest = 0;  // the range so far that ends last
    bool told = false;    // it is in the list
    for (size_t i = 1; i < ranges_.size(); ++i) {
      const bool meets = ranges_[i].begin < ranges_[furthest].end;
      if (meets && !told) out.push_back(ranges_[furthest].index);
      if (meets) out.push_back(ranges_[i].index);
      if (ranges_[i].end > ranges_[furthest].end) {
        furthest = i;
        told = meets;
      } else {
        told = told || meets;
      }
    }
    return out;
  }

  // The indices of those that meet one of `others`, in the order they came.
  std::vector<size_t> meeting(const MemoryRanges& others) const {
    std::vector<Range> sorted = others.ranges_;
    std::sort(sorted.begin(), sorted.end(),
              [](const Range& a, const Range& b) { return a.begin < b.begin; });
    for (size_t i = 1; i < sorted.size(); ++i) {  // the furthest end so far
      sorted[i].end = std::max(sorted[i].end, sorted[i - 1].end);
    }
    std::vector<size_t> out;
    for (const Range& range : ranges_) {
      const auto behind =
          std::lower_bound(sorted.begin(), sorted.end(), range.end,
                           [](const Range& a, const std::byte* end) { return a.begin < end; });
      if (behind != sorted.begin() && range.begin < std::prev(behind)->end) {
        out.push_back(range.index);
      }
    }
    return out;
  }

 private:
  struct Range {
    const std::byte* begin;
    const std::byte* end;
    size_t index;
  };
  std::vector<Range> ranges_;
};

}  // namespace duramen::nn
