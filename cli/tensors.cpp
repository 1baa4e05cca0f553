#include "tensors.hpp"

#include <algorithm>

#include "sha256.hpp"

namespace cli {
namespace {

using Getter = duramen_status (*)(const duramen_tensor*, int64_t*, size_t, size_t*,
                                  duramen_error**) noexcept;

std::vector<int64_t> numbers_of(const duramen_tensor* tensor, Getter get) {
  std::vector<int64_t> numbers(duramen_tensor_rank(tensor));
  size_t rank = 0;
  call(kRefused, "",
       [&](auto error) { return get(tensor, numbers.data(), numbers.size(), &rank, error); });
  return numbers;
}

}  // namespace

std::vector<int64_t> shape_of(const duramen_tensor* tensor) {
  return numbers_of(tensor, duramen_tensor_shape);
}
std::vector<int64_t> strides_of(const duramen_tensor* tensor) {
  return numbers_of(tensor, duramen_tensor_strides);
}
const char* dtype_of(const duramen_tensor* tensor) {
  return duramen_dtype_name(duramen_tensor_dtype(tensor));
}
bool is_floating(duramen_dtype dtype) {
  return dtype >= DURAMEN_DTYPE_FLOAT64 && dtype <= DURAMEN_DTYPE_FLOAT8_E8M0FNU;
}
bool is_complex(duramen_dtype dtype) {
  return dtype >= DURAMEN_DTYPE_COMPLEX32 && dtype <= DURAMEN_DTYPE_COMPLEX128;
}

void write_numbers(Json& json, std::span<const int64_t> numbers) {
  json.begin_array();
  for (const int64_t number : numbers) json.integer(number);
  json.end_array();
}

Bytes::Bytes(duramen_context* context, const duramen_tensor* tensor)
    : size_(duramen_tensor_nbytes(tensor)) {
  if (duramen_tensor_is_contiguous(tensor)) {
    const void* data = nullptr;
    call(kRefused, "", [&](auto error) { return duramen_tensor_data_const(tensor, &data, error); });
    data_ = static_cast<const char*>(data);
    return;
  }
  copy_.resize(size_);
  call(kRefused, "", [&](auto error) {
    return duramen_tensor_read(context, tensor, duramen_tensor_dtype(tensor), copy_.data(),
                               copy_.size(), error);
  });
  data_ = copy_.data();
}

Chunks::Chunks(duramen_context* context, const duramen_tensor* tensor)
    : context_(context), size_(static_cast<size_t>(duramen_tensor_numel(tensor))) {
  if (size_ == 0) return;
  constexpr int64_t kFlat[] = {-1};
  Tensor plain;
  call(kRefused, "", [&](auto error) {
    return duramen_tensor_detach(context, const_cast<duramen_tensor*>(tensor), Out(plain), error);
  });
  call(kRefused, "", [&](auto error) {
    return duramen_reshape(context, plain.get(), kFlat, 1, Out(flat_), error);
  });
}

Tensor Chunks::at(size_t begin) const {
  const size_t end = std::min(begin + kMost, size_);
  Tensor chunk;
  call(kRefused, "", [&](auto error) {
    return duramen_slice(context_, flat_.get(), 0, static_cast<int64_t>(begin),
                         static_cast<int64_t>(end), 1, Out(chunk), error);
  });
  return chunk;
}

Hasher::Hasher(duramen_context* context, uint64_t total)
    : context_(context), total_(total), progress_("hashing", Progress::Unit::bytes) {}

std::string Hasher::operator()(const duramen_tensor* tensor) {
  constexpr size_t kChunk = size_t{8} << 20;
  const Bytes bytes(context_, tensor);
  Sha256 hash;
  for (size_t begin = 0; begin < bytes.size(); begin += kChunk) {
    const size_t count = std::min(kChunk, bytes.size() - begin);
    hash.add(bytes.data() + begin, count);
    progress_.update(done_ += count, total_);
  }
  return hash.finish();
}

}  // namespace cli
