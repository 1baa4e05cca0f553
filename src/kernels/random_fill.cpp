#include "kernels/random_fill.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.hpp"
#include "base/fixed_vector.hpp"
#include "base/text.hpp"
#include "kernels/random_loops.hpp"
#include "kernels/small_float.hpp"

namespace duramen::kernels {
namespace {

constexpr size_t kChunk = 512;  // elements drawn at a time; a multiple of kBlock
constexpr int64_t kBlock = 16;

// ---- the element types ----------------------------------------------------------------------

template <class T>
T rounded(double value) noexcept {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else {
    return T::from(static_cast<float>(value));
  }
}
template <class T>
T rounded(float value) noexcept requires(!std::is_floating_point_v<T>) {
  return T::from(value);
}
template <class T>
bool same(T a, T b) noexcept {
  if constexpr (std::is_floating_point_v<T>) {
    return a == b;
  } else {
    return a.value() == b.value();
  }
}
template <class T>
double largest() noexcept {
  if constexpr (std::is_floating_point_v<T>) {
    return std::numeric_limits<T>::max();
  } else {
    return std::is_same_v<T, Half> ? 65504.0 : 0x1.FEp127;
  }
}

// float for the two 16-bit types, which are computed in it.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;

// ---- walking a view in the order of its memory ----------------------------------------------

struct Run {
  int64_t size;
  int64_t stride;
};
using Runs = FixedVector<Run, kMostNested>;

// Outermost first, neighbours merged. Complex elements are pairs of reals. Requires: not an empty
// tensor.
Runs memory_order(const Tensor& tensor) noexcept {
  const int64_t parts = is_complex(tensor.dtype()) ? 2 : 1;
  Runs sorted;
  for (size_t i = 0; i < tensor.rank(); ++i) {
    if (tensor.size(i) != 1) sorted.push_back({tensor.size(i), tensor.strides()[i] * parts});
  }
  sorted.sort([](const Run& a, const Run& b) { return a.stride > b.stride; });
  if (parts == 2) sorted.push_back({2, 1});
  Runs merged;
  for (const Run run : sorted) {
    if (!merged.empty() && merged.back().stride == run.size * run.stride) {
      merged.back() = {merged.back().size * run.size, run.stride};
    } else {
      merged.push_back(run);
    }
  }
  if (merged.empty()) merged.push_back({1, 1});
  return merged;
}

// Calls body(offset, count, stride) for each innermost run.
template <class Body>
void for_each_run(const Runs& runs, const Body& body) {
  const Run inner = runs.back();
  std::array<int64_t, kMostNested> index;
  std::fill_n(index.begin(), runs.size(), 0);
  int64_t offset = 0;
  while (true) {
    body(offset, inner.size, inner.stride);
    size_t dim = runs.size() - 1;
    for (; dim > 0; --dim) {
      offset += runs[dim - 1].stride;
      if (++index[dim - 1] < runs[dim - 1].size) break;
      offset -= runs[dim - 1].stride * runs[dim - 1].size;
      index[dim - 1] = 0;
    }
    if (dim == 0) return;
  }
}

// ---- uniform ----------------------------------------------------------------------------------

template <class T>
void draw_uniforms(Generator& generator, T* out, size_t count, const UniformRange<T>& range) {
  uint32_t raw[2 * kChunk];
  for (size_t done = 0; done < count; done += kChunk) {
    const size_t part = std::min(kChunk, count - done);
    if constexpr (std::is_same_v<T, float>) {
      generator.fill({raw, part});
      uniform_floats(raw, out + done, part, range);
    } else {
      generator.fill({raw, 2 * part});
      uniform_doubles(raw, out + done, part, range);
    }
  }
}

template <class T>
void uniform_run(Generator& generator, T* out, Run run, const UniformRange<Wide<T>>& range,
                 const UniformRange<T>& ends, const CancelFlag* cancel) {
  Wide<T> drawn[kChunk];
  for (int64_t done = 0; done < run.size; done += kChunk) {
    if (cancel) cancel->check("uniform_");
    const auto part = std::min<int64_t>(kChunk, run.size - done);
    draw_uniforms(generator, drawn, static_cast<size_t>(part), range);
    for (int64_t i = 0; i < part; ++i) {
      const T value = rounded<T>(drawn[i]);
      out[(done + i) * run.stride] = same(value, ends.to) ? ends.from : value;
    }
  }
}

template <class T>
void uniform_typed(Generator& generator, Tensor& tensor, double from, double to,
                   const CancelFlag* cancel) {
  const double limit = largest<T>();
  const auto low = static_cast<Wide<T>>(std::clamp(from, -limit, limit));
  const auto high = static_cast<Wide<T>>(std::clamp(to, -limit, limit));
  const UniformRange<Wide<T>> range{low, high, high - low};
  const UniformRange<T> ends{rounded<T>(from), rounded<T>(to), {}};
  T* data = tensor.mutable_data<T>();
  for_each_run(memory_order(tensor), [&](int64_t offset, int64_t count, int64_t stride) {
    uniform_run(generator, data + offset, Run{count, stride}, range, ends, cancel);
  });
}

// ---- normal -----------------------------------------------------------------------------------

// One value of the polar method in double; its twin waits in the generator.
double draw_normal(Generator& generator) noexcept {
  if (const auto cached = generator.take_cached_normal()) return *cached;
  const double u1 = generator.uniform_double();
  const double u2 = generator.uniform_double();
  const double radius = std::sqrt(-2.0 * std::log1p(-u2));
  const double angle = 2.0 * std::numbers::pi * u1;
  generator.cache_normal(radius * std::sin(angle));
  return radius * std::cos(angle);
}

void normal_blocks(float* values, int64_t blocks, double mean, double std) {
  normal_float_blocks(values, static_cast<size_t>(blocks), static_cast<float>(mean),
                      static_cast<float>(std));
}
void normal_blocks(double* values, int64_t blocks, double mean, double std) {
  for (int64_t i = 0; i < blocks * kBlock; ++i) {
    if (i % kBlock >= kBlock / 2) continue;
    const double u1 = 1.0 - values[i];
    const double u2 = values[i + kBlock / 2];
    const double radius = std::sqrt(-2.0 * std::log(u1));
    const double angle = 2.0 * std::numbers::pi * u2;
    values[i] = std::fma(radius * std::cos(angle), std, mean);
    values[i + kBlock / 2] = std::fma(radius * std::sin(angle), std, mean);
  }
}

// Contiguous, at least a block: whole blocks in one go, and a fresh block over the last 16.
template <class T>
void normal_dense(Generator& generator, T* out, int64_t count, double mean, double std) {
  constexpr UniformRange<T> kUnit{0, 1, 1};
  const int64_t whole = count / kBlock * kBlock;
  for (int64_t done = 0; done < whole; done += kChunk) {
    const auto part = std::min<int64_t>(kChunk, whole - done);
    draw_uniforms(generator, out + done, static_cast<size_t>(part), kUnit);
    normal_blocks(out + done, part / kBlock, mean, std);
  }
  if (whole == count) return;
  // The uniforms of the rest are drawn, as PyTorch draws them, and overwritten.
  draw_uniforms(generator, out + whole, static_cast<size_t>(count - whole), kUnit);
  T* last = out + count - kBlock;
  draw_uniforms(generator, last, kBlock, kUnit);
  normal_blocks(last, 1, mean, std);
}

// The 16-bit types draw blocks of floats only: no uniforms for the rest.
template <class T>
requires(!std::is_floating_point_v<T>) void normal_dense(Generator& generator, T* out,
                                                         int64_t count, double mean, double std) {
  constexpr UniformRange<float> kUnit{0, 1, 1};
  float drawn[kBlock];
  for (int64_t done = 0; done < count; done += kBlock) {
    draw_uniforms(generator, drawn, kBlock, kUnit);
    normal_blocks(drawn, 1, mean, std);
    T* to = out + std::min(done, count - kBlock);
    for (int64_t i = 0; i < kBlock; ++i) to[i] = T::from(drawn[i]);
  }
}

template <class T>
void normal_typed(Generator& generator, Tensor& tensor, double mean, double std) {
  const int64_t count = tensor.numel() * (is_complex(tensor.dtype()) ? 2 : 1);
  T* data = tensor.mutable_data<T>();
  if (count >= kBlock && tensor.is_contiguous()) {
    normal_dense(generator, data, count, mean, std);
    return;
  }
  for_each_run(memory_order(tensor), [&](int64_t offset, int64_t size, int64_t stride) {
    for (int64_t i = 0; i < size; ++i) {
      data[offset + i * stride] = rounded<T>(std::fma(draw_normal(generator), std, mean));
    }
  });
}

// ---- checks and dispatch ------------------------------------------------------------------------

Error invalid(std::string message) {
  return Error(Code::invalid_argument, std::move(message)).with("torch_error", "RuntimeError");
}

template <class T>
void check_bounds(double from, double to) {
  const double limit = largest<T>();
  const char* name = std::is_same_v<T, double>  ? "double"
                     : std::is_same_v<T, float> ? "float"
                     : std::is_same_v<T, Half>  ? "c10::Half"
                                                : "c10::BFloat16";
  if (!(std::abs(from) <= limit)) throw invalid(join("uniform_: from is out of bounds for ", name));
  if (!(std::abs(to) <= limit)) throw invalid(join("uniform_: to is out of bounds for ", name));
  if (from > to) {
    throw invalid(join("uniform_: uniform_ expects to return a [from, to) range, but found from=",
                       format_float(from), " > to=", format_float(to)));
  }
  if (!(to - from <= limit)) {
    throw invalid(join("uniform_: to - from exceeds the limit of ", name,
                       " (got from=", format_float(from), ", to=", format_float(to), ")"));
  }
}

void check_writable(const Tensor& tensor, const char* operation) {
  if (tensor.storage()->read_only()) {
    throw Error(Code::read_only, join(operation, ": the tensor's memory is read-only"))
        .with("torch_error", "RuntimeError");
  }
  if (may_overlap_itself(tensor.layout())) {
    throw invalid(join(operation,
                       ": unsupported operation: more than one element of the "
                       "written-to tensor refers to a single memory location"));
  }
}

// Calls body with a null pointer of the real type that the elements are made of.
template <class Body>
void with_real_type(Dtype dtype, const char* operation, const Body& body) {
  switch (dtype) {
    case Dtype::float32:
    case Dtype::complex64:
      return body(static_cast<float*>(nullptr));
    case Dtype::float64:
    case Dtype::complex128:
      return body(static_cast<double*>(nullptr));
    case Dtype::float16:
    case Dtype::complex32:
      return body(static_cast<Half*>(nullptr));
    case Dtype::bfloat16:
      return body(static_cast<Bfloat16*>(nullptr));
    default:
      throw Error(Code::unsupported,
                  join(operation, ": not implemented for dtype ", dtype_name(dtype)))
          .with("torch_error", "NotImplementedError");
  }
}

}  // namespace

void fill_uniform(Generator& generator, Tensor& tensor, double from, double to,
                  const CancelFlag* cancel) {
  with_real_type(tensor.dtype(), "uniform_", [&]<class T>(T*) {
    check_bounds<T>(from, to);
    check_writable(tensor, "uniform_");
    if (tensor.numel() != 0) uniform_typed<T>(generator, tensor, from, to, cancel);
  });
  tensor.storage()->bump_version();
}

void fill_normal(Generator& generator, Tensor& tensor, double mean, double std) {
  if (!(std >= 0)) {
    throw invalid(join("normal_: normal expects std >= 0.0, but found std ", format_float(std)));
  }
  const double part = is_complex(tensor.dtype()) ? std / std::numbers::sqrt2 : std;
  with_real_type(tensor.dtype(), "normal_", [&]<class T>(T*) {
    check_writable(tensor, "normal_");
    if (tensor.numel() != 0) normal_typed<T>(generator, tensor, mean, part);
  });
  tensor.storage()->bump_version();
}

void fill_keep_mask(Generator& generator, uint8_t* mask, int64_t count, double p) noexcept {
  constexpr UniformRange<double> kUnit{0, 1, 1};
  double drawn[kChunk];
  const double keep = 1.0 - p;
  for (int64_t done = 0; done < count; done += kChunk) {
    const auto part = std::min<int64_t>(kChunk, count - done);
    draw_uniforms(generator, drawn, static_cast<size_t>(part), kUnit);
    for (int64_t i = 0; i < part; ++i) mask[done + i] = drawn[i] < keep ? 1 : 0;
  }
}

}  // namespace duramen::kernels
