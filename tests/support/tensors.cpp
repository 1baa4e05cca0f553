#include "support/tensors.hpp"

#include <cstring>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "support/sha256.hpp"

namespace duramen::test {

namespace {

std::vector<std::byte> bytes_of_tensor(const Tensor& tensor) {
  std::vector<std::byte> bytes(static_cast<size_t>(tensor.nbytes()));
  copy_to_bytes(tensor, bytes.data());
  return bytes;
}

}  // namespace

TensorRef make_tensor(Context& context, std::span<const int64_t> shape, Dtype dtype,
                      std::span<const double> values) {
  TensorRef tensor = empty(context.allocator(), Shape(shape), dtype);
  const size_t size = itemsize(dtype);
  for (size_t i = 0; i < values.size(); ++i) {
    kernels::write_double(tensor->mutable_bytes() + i * size, dtype, values[i]);
  }
  return tensor;
}

TensorRef make_zeros(Context& context, std::span<const int64_t> shape, Dtype dtype) {
  TensorRef tensor = empty(context.allocator(), Shape(shape), dtype);
  if (tensor->numel() > 0) {
    std::memset(tensor->mutable_bytes(), 0, static_cast<size_t>(tensor->nbytes()));
  }
  return tensor;
}

std::vector<double> values_of(const Tensor& tensor) {
  const auto bytes = bytes_of_tensor(tensor);
  std::vector<double> values;
  const size_t size = itemsize(tensor.dtype());
  for (size_t at = 0; at < bytes.size(); at += size) {
    values.push_back(kernels::read_double(bytes.data() + at, tensor.dtype()));
  }
  return values;
}

void set_values(Tensor& tensor, std::span<const double> values) {
  ThreadPool alone(1);
  Ref<Allocator> allocator = make<Allocator>();
  TensorRef source = empty(allocator, tensor.shape(), tensor.dtype());
  const size_t size = itemsize(tensor.dtype());
  for (size_t i = 0; i < values.size(); ++i) {
    kernels::write_double(source->mutable_bytes() + i * size, tensor.dtype(), values[i]);
  }
  kernels::copy(alone, tensor, *source);
  tensor.storage()->bump_version();
}

std::string sha256_of(const Tensor& tensor) { return sha256(bytes_of_tensor(tensor)); }

std::string describe(const Tensor& tensor) {
  return join(dtype_name(tensor.dtype()), format_shape(tensor.shape()));
}

}  // namespace duramen::test
