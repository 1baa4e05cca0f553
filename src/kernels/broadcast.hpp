// The loop nest over a contiguous result and K inputs that broadcast to its shape. Dimensions that
// lie evenly in every input are merged, so that most nests are one or two loops; the innermost is
// handed out as rows.
#pragma once

#include <array>

#include "base/fixed_vector.hpp"
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

  // Requires: the shape was checked (checked_numel).
  BroadcastLoop(std::span<const int64_t> shape,
                const std::array<const Layout*, K>& inputs) noexcept {
    for (size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] == 1) continue;
      if (shape[i] == 0) {
        row_count_ = 0;
        return;
      }
      Dim dim{shape[i], {}};
      for (size_t k = 0; k < K; ++k) dim.steps[k] = step_of(*inputs[k], i, shape.size());
      add(dim);
    }
    if (outer_.empty()) return;
    row_length_ = outer_.back().size;
    row_steps_ = outer_.back().steps;
    outer_.pop_back();
    for (const Dim& dim : outer_) row_count_ *= dim.size;
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
  struct Dim {
    int64_t size;
    Offsets steps;
  };

  static Offsets unit_steps() noexcept {
    Offsets steps;
    steps.fill(1);
    return steps;
  }
  static int64_t step_of(const Layout& input, size_t dim, size_t rank) noexcept {
    const size_t missing = rank - input.rank();
    if (dim < missing || input.shape[dim - missing] == 1) return 0;
    return input.strides[dim - missing];
  }
  void add(const Dim& dim) noexcept {
    if (outer_.empty() || !merges(outer_.back(), dim)) return outer_.push_back(dim);
    outer_.back() = {outer_.back().size * dim.size, dim.steps};
  }
  static bool merges(const Dim& outer, const Dim& inner) noexcept {
    for (size_t k = 0; k < K; ++k) {
      if (outer.steps[k] != inner.steps[k] * inner.size) return false;
    }
    return true;
  }

  template <class Body>
  void rows(int64_t begin, int64_t end, const Body& body) const {
    std::array<int64_t, kMostNested> index;
    Offsets at{};
    int64_t rest = begin;
    for (size_t i = outer_.size(); i-- > 0;) {
      index[i] = rest % outer_[i].size;
      rest /= outer_[i].size;
      for (size_t k = 0; k < K; ++k) at[k] += index[i] * outer_[i].steps[k];
    }
    for (int64_t row = begin; row < end; ++row) {
      body(at, row * row_length_, row_length_);
      for (size_t i = outer_.size(); i-- > 0;) {
        const Dim& dim = outer_[i];
        for (size_t k = 0; k < K; ++k) at[k] += dim.steps[k];
        if (++index[i] < dim.size) break;
        index[i] = 0;
        for (size_t k = 0; k < K; ++k) at[k] -= dim.steps[k] * dim.size;
      }
    }
  }

  FixedVector<Dim, kMostNested> outer_;  // all but the innermost
  Offsets row_steps_ = unit_steps();
  int64_t row_length_ = 1;
  int64_t row_count_ = 1;
};

}  // namespace duramen::kernels
