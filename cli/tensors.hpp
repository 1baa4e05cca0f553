// What several verbs say about a tensor.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "handles.hpp"
#include "json.hpp"
#include "terminal.hpp"

namespace cli {

std::vector<int64_t> shape_of(const duramen_tensor* tensor);
std::vector<int64_t> strides_of(const duramen_tensor* tensor);  // in elements
const char* dtype_of(const duramen_tensor* tensor);
bool is_floating(duramen_dtype dtype);
bool is_complex(duramen_dtype dtype);
void write_numbers(Json& json, std::span<const int64_t> numbers);

// The elements side by side in C order: the tensor's own memory, or a copy.
class Bytes {
 public:
  Bytes(duramen_context* context, const duramen_tensor* tensor);
  const char* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  std::vector<char> copy_;
  const char* data_;
  size_t size_;
};

// The elements in C order, as tensors of one dimension that are looked at one after the other;
// views where the tensor is contiguous.
class Chunks {
 public:
  static constexpr size_t kMost = size_t{1} << 16;  // elements of one
  Chunks(duramen_context* context, const duramen_tensor* tensor);
  size_t size() const { return size_; }  // elements in all
  // Requires: begin < size().
  Tensor at(size_t begin) const;

 private:
  duramen_context* context_;
  Tensor flat_;
  size_t size_;
};

// SHA-256 of the logical elements in C order, little-endian.
class Hasher {
 public:
  // `total` bytes are to come: for the bar.
  Hasher(duramen_context* context, uint64_t total);
  std::string operator()(const duramen_tensor* tensor);

 private:
  duramen_context* context_;
  uint64_t total_;
  uint64_t done_ = 0;
  Progress progress_;
};

}  // namespace cli
