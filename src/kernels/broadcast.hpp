// The loop nest over a contiguous result and K inputs that broadcast to its shape. Dimensions that
// lie evenly in every input are merged, so that most nests are one or two loops; the innermost is
// handed out as rows.
#pragma once

#include <array>

#include "kernels/thread_pool.hpp"
#include "tensor/tensor.hpp"

namespace duramen::kernels {

// Work below this many elements never touches the pool.
inline constexpr int64_t kParallelElements = int64_t{1} << 16;
inline constexpr int64_t kGrainElements = int64_t{1} << 15;

template <size_t K>
class BroadcastLoop {
 public:
  using Offsets = std::array<int64_t, K>;  // in elements, from each input's first element

  BroadcastLoop(std::span<const int64_t> shape, const std::array<const Layout*, K>& inputs) {
    Shape steps[K];
    Shape sizes;
    for (size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] == 1) continue;
      Offsets step;
      for (size_t k = 0; k < K; ++k) step[k] = step_of(*inputs[k], i, shape.size());
      if (!sizes.empty() && merges(steps, step, shape[i])) {
        sizes.back() *= shape[i];
        for (size_t k = 0; k < K; ++k) steps[k].back() = step[k];
      } else {
        sizes.push_back(shape[i]);
        for (size_t k = 0; k < K; ++k) steps[k].push_back(step[k]);
      }
    }
    if (sizes.empty()) {
      sizes.push_back(1);
      for (size_t k = 0; k < K; ++k) steps[k].push_back(1);
    }
    row_length_ = sizes.back();
    for (size_t k = 0; k < K; ++k) row_steps_[k] = steps[k].back();
    row_count_ = 1;
    for (size_t i = 0; i + 1 < sizes.size(); ++i) row_count_ *= sizes[i];
    sizes_ = std::move(sizes);
    for (size_t k = 0; k < K; ++k) steps_[k] = std::move(steps[k]);
  }

  int64_t row_length() const noexcept { return row_length_; }
  int64_t row_count() const noexcept { return row_count_; }
  const Offsets& row_steps() const noexcept { return row_steps_; }

  // Calls body(offsets, result_offset, count) for pieces of rows, on the pool when there is much
  // to do. The pieces depend on the shape only.
  template <class Body>
  void run(ThreadPool& pool, const Body& body) const {
    const int64_t total = row_count_ * row_length_;
    if (total == 0) return;
    if (total < kParallelElements) return rows(0, row_count_, body);
    if (row_count_ == 1) {
      pool.parallel_for(row_length_, kGrainElements, [&](int64_t begin, int64_t end) {
        Offsets at;
        for (size_t k = 0; k < K; ++k) at[k] = begin * row_steps_[k];
        body(at, begin, end - begin);
      });
      return;
    }
    const int64_t grain = std::max<int64_t>(1, kGrainElements / row_length_);
    pool.parallel_for(row_count_, grain,
                      [&](int64_t begin, int64_t end) { rows(begin, end, body); });
  }

 private:
  static int64_t step_of(const Layout& input, size_t dim, size_t rank) noexcept {
    const size_t missing = rank - input.rank();
    if (dim < missing || input.shape[dim - missing] == 1) return 0;
    return input.strides[dim - missing];
  }
  bool merges(const Shape* steps, const Offsets& step, int64_t size) const noexcept {
    for (size_t k = 0; k < K; ++k) {
      if (steps[k].back() != step[k] * size) return false;
    }
    return true;
  }

  template <class Body>
  void rows(int64_t begin, int64_t end, const Body& body) const {
    Shape index(sizes_.size(), 0);
    Offsets at{};
    int64_t rest = begin;
    for (size_t i = sizes_.size() - 1; i-- > 0;) {
      index[i] = rest % sizes_[i];
      rest /= sizes_[i];
      for (size_t k = 0; k < K; ++k) at[k] += index[i] * steps_[k][i];
    }
    for (int64_t row = begin; row < end; ++row) {
      body(at, row * row_length_, row_length_);
      for (size_t i = sizes_.size() - 1; i-- > 0;) {
        for (size_t k = 0; k < K; ++k) at[k] += steps_[k][i];
        if (++index[i] < sizes_[i]) break;
        index[i] = 0;
        for (size_t k = 0; k < K; ++k) at[k] -= steps_[k][i] * sizes_[i];
      }
    }
  }

  Shape sizes_;
  std::array<Shape, K> steps_;
  Offsets row_steps_;
  int64_t row_length_ = 1;
  int64_t row_count_ = 1;
};

}  // namespace duramen::kernels
