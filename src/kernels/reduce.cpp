#include "kernels/reduce.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "kernels/broadcast.hpp"
#include "kernels/reduce_simd.hpp"

namespace duramen::kernels {
namespace {

struct Dim {
  int64_t size;
  int64_t stride;
};
using Dims = FixedVector<Dim, kMostNested>;

// The dimensions that stay (in order) and those that go (innermost: the smallest stride, unless
// their order matters). Neighbours that lie evenly are merged.
struct Split {
  Dims kept;
  Dims reduced;
  int64_t kept_count = 1;
  int64_t reduced_count = 1;
};

void append_merged(Dims& dims, Dim dim) noexcept {
  if (!dims.empty() && dims.back().stride == dim.stride * dim.size) {
    dims.back() = {dims.back().size * dim.size, dim.stride};
  } else {
    dims.push_back(dim);
  }
}

Split split(const Layout& layout, DimSet dims, bool ordered) noexcept {
  Split result;
  Dims reduced;
  for (size_t i = 0; i < layout.rank(); ++i) {
    const Dim dim{layout.shape[i], layout.strides[i]};
    const bool goes = dims >> i & 1;
    (goes ? result.reduced_count : result.kept_count) *= dim.size;
    if (dim.size <= 1) continue;  // the counts say all there is to say
    if (goes) {
      reduced.push_back(dim);
    } else {
      append_merged(result.kept, dim);
    }
  }
  if (!ordered) {
    reduced.sort([](const Dim& a, const Dim& b) { return a.stride > b.stride; });
  }
  for (const Dim dim : reduced) append_merged(result.reduced, dim);
  if (result.kept.empty()) result.kept.push_back({1, 1});
  if (result.reduced.empty()) result.reduced.push_back({1, 1});
  return result;
}

// Calls body(offset) for every index of all dimensions but the last, in C order. Requires: none is
// empty.
template <class Body>
void for_each_row(const Dims& dims, const Body& body) {
  std::array<int64_t, kMostNested> index;
  std::fill_n(index.begin(), dims.size(), 0);
  int64_t offset = 0;
  for (;;) {
    body(offset);
    size_t i = dims.size() - 1;
    for (;;) {
      if (i == 0) return;
      --i;
      offset += dims[i].stride;
      if (++index[i] < dims[i].size) break;
      offset -= dims[i].stride * dims[i].size;
      index[i] = 0;
    }
  }
}

// The offset of the kept element number `position`.
int64_t offset_of(const Dims& dims, int64_t position) noexcept {
  int64_t offset = 0;
  for (size_t i = dims.size(); i-- > 0;) {
    offset += position % dims[i].size * dims[i].stride;
    position /= dims[i].size;
  }
  return offset;
}

template <class T>
double sum_of(const T* from, const Dims& reduced) {
  const Dim row = reduced.back();
  double total = 0;
  for_each_row(reduced, [&](int64_t offset) {
    if (row.stride == 1) {
      total += row_sum(from + offset, row.size);
    } else {
      for (int64_t i = 0; i < row.size; ++i) total += from[offset + i * row.stride];
    }
  });
  return total;
}

// One long run into one number: the pieces' sums are added in order.
template <class T>
double sum_run(ThreadPool& pool, const T* from, int64_t count) {
  const int64_t pieces = (count + kGrainElements - 1) / kGrainElements;
  std::vector<double> partial(static_cast<size_t>(pieces));
  pool.run(pieces, [&](int64_t i) {
    const int64_t begin = i * kGrainElements;
    partial[static_cast<size_t>(i)] =
        row_sum(from + begin, std::min(kGrainElements, count - begin));
  });
  double total = 0;
  for (const double part : partial) total += part;
  return total;
}

template <class T>
void sum_each(ThreadPool& pool, T* to, const T* from, const Split& dims, double scale) {
  const auto some = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      to[i] = static_cast<T>(sum_of(from + offset_of(dims.kept, i), dims.reduced) * scale);
    }
  };
  if (dims.kept_count * dims.reduced_count < kParallelElements) return some(0, dims.kept_count);
  pool.parallel_for(dims.kept_count,
                    std::max<int64_t>(1, kGrainElements / std::max<int64_t>(1, dims.reduced_count)),
                    some);
}

constexpr int64_t kTile = 128;

// The kept dimension is the contiguous one: rows are added into a tile of sums.
template <class T>
void sum_columns(ThreadPool& pool, T* to, const T* from, const Split& dims, double scale) {
  const int64_t width = dims.kept.back().size;
  const int64_t tiles = (width + kTile - 1) / kTile;
  const int64_t outer = dims.kept_count / width;
  const auto one_tile = [&](int64_t number) {
    const int64_t start = number % tiles * kTile;
    const int64_t count = std::min(kTile, width - start);
    const int64_t first = number / tiles * width + start;
    const T* block = from + offset_of(dims.kept, first);
    double sums[kTile] = {};
    const Dim last = dims.reduced.back();
    for_each_row(dims.reduced, [&](int64_t offset) {
      for (int64_t i = 0; i < last.size; ++i) {
        add_row(sums, block + offset + i * last.stride, count);
      }
    });
    for (int64_t i = 0; i < count; ++i) to[first + i] = static_cast<T>(sums[i] * scale);
  };
  if (dims.kept_count * dims.reduced_count < kParallelElements) {
    for (int64_t i = 0; i < outer * tiles; ++i) one_tile(i);
  } else {
    pool.run(outer * tiles, one_tile);
  }
}

template <class T>
void sum_floats(ThreadPool& pool, T* to, const T* from, const Split& dims, double scale) {
  if (dims.kept_count == 0) return;
  if (dims.reduced_count == 0) {
    std::fill_n(to, dims.kept_count, static_cast<T>(0 * scale));  // the mean of nothing is NaN
    return;
  }
  const bool rows = dims.reduced.back().stride == 1;
  if (dims.kept_count == 1 && rows && dims.reduced.size() == 1 &&
      dims.reduced_count >= kParallelElements) {
    to[0] = static_cast<T>(sum_run(pool, from, dims.reduced_count) * scale);
  } else if (dims.kept.back().stride == 1 && dims.kept.back().size > 1) {
    sum_columns(pool, to, from, dims, scale);
  } else {
    sum_each(pool, to, from, dims, scale);
  }
}

void sum_integers(const ThreadPool& pool, int64_t* to, const int64_t* from, const Split& dims) {
  for (int64_t i = 0; i < dims.kept_count; ++i) {
    pool.check_cancel();
    uint64_t total = 0;
    const int64_t* block = from + offset_of(dims.kept, i);
    const Dim row = dims.reduced.back();
    if (dims.reduced_count > 0) {
      for_each_row(dims.reduced, [&](int64_t offset) {
        for (int64_t j = 0; j < row.size; ++j) {
          total += static_cast<uint64_t>(block[offset + j * row.stride]);
        }
      });
    }
    to[i] = static_cast<int64_t>(total);
  }
}

template <class T>
bool is_nan(T value) noexcept {
  if constexpr (std::is_floating_point_v<T>) return std::isnan(value);
  return false;
}

template <class T>
void extreme_any(Extreme op, Tensor* values, Tensor* indices, const Tensor& in, DimSet set) {
  const Split dims = split(in.layout(), set, true);
  const Dim row = dims.reduced.back();
  const bool largest = op == Extreme::maximum;
  for (int64_t i = 0; i < dims.kept_count; ++i) {
    const T* block = in.data<T>() + offset_of(dims.kept, i);
    T best = block[0];
    int64_t best_at = 0;
    int64_t at = 0;
    for_each_row(dims.reduced, [&](int64_t offset) {
      for (int64_t j = 0; j < row.size; ++j, ++at) {
        const T value = block[offset + j * row.stride];
        const bool wins = largest ? value > best : value < best;
        if (!is_nan(best) && (wins || is_nan(value))) {
          best = value;
          best_at = at;
        }
      }
    });
    if (values) values->mutable_data<T>()[i] = best;
    if (indices) indices->mutable_data<int64_t>()[i] = best_at;
  }
}

}  // namespace

void sum(ThreadPool& pool, Tensor& out, const Tensor& in, DimSet dims, double scale) {
  const Split parts = split(in.layout(), dims, false);
  if (in.dtype() == Dtype::float32) {
    sum_floats(pool, out.mutable_data<float>(), in.data<float>(), parts, scale);
  } else if (in.dtype() == Dtype::float64) {
    sum_floats(pool, out.mutable_data<double>(), in.data<double>(), parts, scale);
  } else {
    sum_integers(pool, out.mutable_data<int64_t>(), in.data<int64_t>(), parts);
  }
}

void extreme(Extreme op, Tensor* values, Tensor* indices, const Tensor& in, DimSet dims) {
  if (in.dtype() == Dtype::float32) return extreme_any<float>(op, values, indices, in, dims);
  if (in.dtype() == Dtype::float64) return extreme_any<double>(op, values, indices, in, dims);
  extreme_any<int64_t>(op, values, indices, in, dims);
}

}  // namespace duramen::kernels
