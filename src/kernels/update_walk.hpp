// What the kernels of an optimizer's step share: a parameter, its gradient and the tensors kept
// beside them, all of one shape and dtype, handed out as plain arrays.
//
// Chunks depend on the size only. A complex element is two reals. Tensors that do not lie alike are
// gathered in blocks and scattered back, so that there is one loop for all.
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "base/fixed_vector.hpp"
#include "kernels/thread_pool.hpp"
#include "tensor/tensor.hpp"

namespace duramen::kernels {

// float64, float32, float16, bfloat16 and the complex dtypes over the first two.
bool can_update(Dtype dtype) noexcept;

// `first`: the state is written without having been read. A null state is not there.
template <size_t kStates>
struct UpdateTensors {
  Tensor& parameter;
  const Tensor& grad;
  std::array<Tensor*, kStates> state;
  bool first;
};

// The same, in memory side by side.
template <class T, size_t kStates>
struct UpdateArrays {
  T* parameter;
  const T* grad;
  std::array<T*, kStates> state;
  size_t count;
};

// The elements of up to five tensors of one shape, one after another in the order of their indices.
class JointWalk {
 public:
  static constexpr size_t kMost = 5;
  using Offsets = std::array<int64_t, kMost>;  // in reals; 0 for a null tensor

  // The first is no null and not empty.
  explicit JointWalk(std::span<const Tensor* const> tensors) noexcept;
  const Offsets& at() const noexcept { return at_; }
  void next() noexcept;

 private:
  struct Dim {
    int64_t size;
    Offsets strides;
  };
  FixedVector<Dim, kMostNested> dims_;
  std::array<int64_t, kMostNested> index_ = {};
  Offsets at_ = {};
};

// Whether the tensors, nulls aside, have the same elements at the same places, without gaps.
bool lie_alike(std::span<const Tensor* const> tensors) noexcept;

template <class T, size_t kStates, class Run>
void update_scattered(const UpdateTensors<kStates>& tensors, JointWalk walk,
                      const UpdateArrays<T, kStates>& all, const Run& run) noexcept {
  static_assert(kStates + 2 <= JointWalk::kMost);
  constexpr size_t kBlock = 64;
  std::array<JointWalk::Offsets, kBlock> offsets;
  std::array<std::array<T, kBlock>, kStates + 2> values;
  for (size_t done = 0; done < all.count; done += kBlock) {
    UpdateArrays<T, kStates> block{
        values[0].data(), values[1].data(), {}, std::min(kBlock, all.count - done)};
    for (size_t i = 0; i < block.count; ++i, walk.next()) {
      offsets[i] = walk.at();
      values[0][i] = all.parameter[offsets[i][0]];
      values[1][i] = all.grad[offsets[i][1]];
    }
    for (size_t k = 0; k < kStates; ++k) {
      if (!all.state[k]) continue;
      block.state[k] = values[k + 2].data();
      if (tensors.first) continue;
      for (size_t i = 0; i < block.count; ++i) values[k + 2][i] = all.state[k][offsets[i][k + 2]];
    }
    run(block);
    for (size_t i = 0; i < block.count; ++i) all.parameter[offsets[i][0]] = values[0][i];
    for (size_t k = 0; k < kStates; ++k) {
      if (!all.state[k]) continue;
      for (size_t i = 0; i < block.count; ++i) all.state[k][offsets[i][k + 2]] = values[k + 2][i];
    }
  }
}

// Calls run(UpdateArrays<T, kStates>) for all elements, in parallel in ranges of `grain`.
template <class T, size_t kStates, class Run>
void update_all(ThreadPool& pool, int64_t grain, const UpdateTensors<kStates>& tensors,
                const Run& run) {
  Tensor& parameter = tensors.parameter;
  const int64_t count = parameter.numel() * (is_complex(parameter.dtype()) ? 2 : 1);
  if (count == 0) return;
  std::array<const Tensor*, kStates + 2> list{&parameter, &tensors.grad};
  UpdateArrays<T, kStates> all{
      parameter.mutable_data<T>(), tensors.grad.template data<T>(), {}, static_cast<size_t>(count)};
  for (size_t k = 0; k < kStates; ++k) {
    list[k + 2] = tensors.state[k];
    if (tensors.state[k]) all.state[k] = tensors.state[k]->template mutable_data<T>();
  }
  if (!lie_alike(list)) return update_scattered(tensors, JointWalk(list), all, run);
  if (count <= grain) return run(all);
  pool.parallel_for(count, grain, [&](int64_t begin, int64_t end) {
    UpdateArrays<T, kStates> part{
        all.parameter + begin, all.grad + begin, {}, static_cast<size_t>(end - begin)};
    for (size_t k = 0; k < kStates; ++k) {
      part.state[k] = all.state[k] ? all.state[k] + begin : nullptr;
    }
    run(part);
  });
}

}  // namespace duramen::kernels
