#include "kernels/vector_norm.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/wide_elements.hpp"

namespace duramen::kernels {
namespace {

template <class T>
T norm_of(const T* in, int64_t length) noexcept {
  using W = Wide<T>;
  constexpr int64_t kLanes = 32 / sizeof(W);  // of an AVX2 register
  constexpr int64_t kStep = 32 / sizeof(T);
  constexpr int64_t kGroup = 4;  // of the rest, so many are squared at once; what is left, fused
  W lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kStep <= length; i += kStep) {
    for (int64_t j = 0; j < kStep; ++j) {
      const W value = wide(in[i + j]);
      lanes[j % kLanes] += value * value;
    }
  }
  W sum = lanes[0];
  for (int64_t j = 1; j < kLanes; ++j) sum += lanes[j];
  const int64_t grouped = i + (length - i) / kGroup * kGroup;
  for (; i < grouped; ++i) sum += wide(in[i]) * wide(in[i]);
  for (; i < length; ++i) sum = std::fma(wide(in[i]), wide(in[i]), sum);
  return narrow<T>(std::sqrt(sum));
}

}  // namespace

void norms_of_rows(const std::byte* in, int64_t rows, int64_t length, Dtype dtype, std::byte* out) {
  with_floating_type(dtype, [&]<class T>(T*) {
    const T* from = reinterpret_cast<const T*>(in);
    T* to = reinterpret_cast<T*>(out);
    for (int64_t i = 0; i < rows; ++i) to[i] = norm_of(from + i * length, length);
  });
}

void norms_of_columns(const std::byte* in, int64_t rows, int64_t columns, Dtype dtype,
                      std::byte* out) {
  with_floating_type(dtype, [&]<class T>(T*) {
    const T* from = reinterpret_cast<const T*>(in);
    T* to = reinterpret_cast<T*>(out);
    std::vector<Wide<T>> sums(static_cast<size_t>(columns));
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j) {
        const Wide<T> value = wide(from[i * columns + j]);
        sums[static_cast<size_t>(j)] += value * value;
      }
    }
    for (int64_t j = 0; j < columns; ++j)
      to[j] = narrow<T>(std::sqrt(sums[static_cast<size_t>(j)]));
  });
}

void normalize_vector(std::byte* data, int64_t length, Dtype dtype, double eps) {
  with_floating_type(dtype, [&]<class T>(T*) {
    T* values = reinterpret_cast<T*>(data);
    const Wide<T> least = wide(narrow<T>(static_cast<Wide<T>>(eps)));
    const Wide<T> norm = std::max(wide(norm_of(values, length)), least);
    for (int64_t i = 0; i < length; ++i) values[i] = narrow<T>(wide(values[i]) / norm);
  });
}

}  // namespace duramen::kernels
