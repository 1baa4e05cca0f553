#include "cast_tensor.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

#include "tensors.hpp"

namespace cli {
namespace {

constexpr size_t kChunk = size_t{1} << 16;  // elements

size_t itemsize_of(duramen_dtype dtype) { return duramen_dtype_bits(dtype) / 8; }

Tensor empty(duramen_context* context, duramen_dtype dtype, std::span<const int64_t> shape) {
  Tensor out;
  call(kRefused, "", [&](auto error) {
    return duramen_tensor_empty(context, dtype, shape.data(), shape.size(), Out(out), error);
  });
  return out;
}

char* data_of(const Tensor& tensor) {
  void* data = nullptr;
  call(kRefused, "",
       [&](auto error) { return duramen_tensor_data_mut(tensor.get(), &data, error); });
  return static_cast<char*>(data);
}

void read(duramen_context* context, const Tensor& tensor, duramen_dtype dtype, void* buffer,
          size_t nbytes) {
  call(kRefused, "", [&](auto error) {
    return duramen_tensor_read(context, tensor.get(), dtype, buffer, nbytes, error);
  });
}

// The numbers that bytes of a dtype stand for.
std::vector<double> numbers_of(duramen_context* context, duramen_dtype dtype, const char* bytes,
                               size_t count, Tensor* kept = nullptr) {
  const int64_t shape[] = {static_cast<int64_t>(count)};
  Tensor chunk = empty(context, dtype, shape);
  std::memcpy(data_of(chunk), bytes, count * itemsize_of(dtype));
  std::vector<double> out(count);
  read(context, chunk, DURAMEN_DTYPE_FLOAT64, out.data(), count * sizeof(double));
  if (kept) *kept = std::move(chunk);
  return out;
}

void compare(const std::vector<double>& before, const std::vector<double>& after, Loss& loss) {
  for (size_t i = 0; i < before.size(); ++i) {
    const double a = before[i], b = after[i];
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    ++loss.changed;
    if (std::isfinite(a) && !std::isfinite(b)) ++loss.overflow;
    if (a != 0 && b == 0) ++loss.underflow;
    if (std::isfinite(a) && std::isfinite(b)) {
      loss.max_error = std::max(loss.max_error, std::fabs(a - b));
    }
  }
  loss.count += before.size();
}

Tensor as_parameter(Tensor tensor, const duramen_tensor* like) {
  if (duramen_tensor_is_parameter(like) == 0) return tensor;
  Tensor out;
  call(kRefused, "", [&](auto error) {
    return duramen_parameter_create(tensor.get(), duramen_tensor_requires_grad(like), Out(out),
                                    error);
  });
  return out;
}

}  // namespace

void Loss::add(const Loss& other) {
  count += other.count;
  overflow += other.overflow;
  underflow += other.underflow;
  changed += other.changed;
  max_error = std::max(max_error, other.max_error);
}

Tensor cast_tensor(duramen_context* context, const duramen_tensor* tensor, duramen_dtype dtype,
                   Loss& loss, const std::function<void(uint64_t)>& progress) {
  const Bytes bytes(context, tensor);
  const duramen_dtype source = duramen_tensor_dtype(tensor);
  Tensor out = empty(context, dtype, shape_of(tensor));
  const auto total = static_cast<size_t>(duramen_tensor_numel(tensor));
  char* target = total > 0 ? data_of(out) : nullptr;
  for (size_t begin = 0; begin < total; begin += kChunk) {
    const size_t count = std::min(kChunk, total - begin);
    Tensor chunk;
    const auto before =
        numbers_of(context, source, bytes.data() + begin * itemsize_of(source), count, &chunk);
    char* place = target + begin * itemsize_of(dtype);
    read(context, chunk, dtype, place, count * itemsize_of(dtype));
    compare(before, numbers_of(context, dtype, place, count), loss);
    progress(count * itemsize_of(source));
  }
  return as_parameter(std::move(out), tensor);
}

}  // namespace cli
