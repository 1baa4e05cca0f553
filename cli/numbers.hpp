// The elements of a tensor as numbers, a chunk at a time: no more of them are in memory than that,
// where they lie side by side; other tensors are copied whole.
#pragma once

#include <vector>

#include "tensors.hpp"

namespace cli {

class Numbers {
 public:
  enum class Kind { real, complex, integer, natural };

  // Requires: a dtype that is not opaque. What is not contiguous is copied.
  Numbers(duramen_context* context, const duramen_tensor* tensor);
  size_t size() const { return chunks_.size(); }
  Kind kind() const { return kind_; }
  // The chunk that begins there, in the place of the one before. Requires: begin < size().
  void read(size_t begin);
  size_t count() const { return count_; }  // of the chunk

  // Of the chunk.
  double real(size_t i) const;
  double imaginary(size_t i) const;                       // 0 for what is not complex
  uint64_t bits(size_t i) const { return integers_[i]; }  // of integers, in 64

 private:
  duramen_context* context_;
  Chunks chunks_;
  size_t count_ = 0;
  Kind kind_;
  std::vector<double> reals_;  // two for a complex one
  std::vector<uint64_t> integers_;
};

}  // namespace cli
