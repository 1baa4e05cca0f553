#include "kernels/update_walk.hpp"

namespace duramen::kernels {

bool can_update(Dtype dtype) noexcept {
  return dtype == Dtype::float64 || dtype == Dtype::float32 || dtype == Dtype::float16 ||
         dtype == Dtype::bfloat16 || dtype == Dtype::complex64 || dtype == Dtype::complex128;
}

JointWalk::JointWalk(std::span<const Tensor* const> tensors) noexcept {
  const Tensor& first = *tensors[0];
  const int64_t parts = is_complex(first.dtype()) ? 2 : 1;
  const auto add_dim = [&](int64_t size, const auto& stride_of) {
    Dim dim{size, {}};
    for (size_t k = 0; k < tensors.size(); ++k) {
      if (tensors[k]) dim.strides[k] = stride_of(*tensors[k]);
    }
    dims_.push_back(dim);
  };
  for (size_t i = 0; i < first.rank(); ++i) {
    if (first.size(i) == 1) continue;
    add_dim(first.size(i), [&](const Tensor& tensor) { return tensor.strides()[i] * parts; });
  }
  if (parts == 2) add_dim(2, [](const Tensor&) { return int64_t{1}; });
}

void JointWalk::next() noexcept {
  for (size_t i = dims_.size(); i-- > 0;) {
    const bool carries = ++index_[i] == dims_[i].size;
    const int64_t steps = carries ? 1 - dims_[i].size : 1;
    for (size_t k = 0; k < kMost; ++k) at_[k] += steps * dims_[i].strides[k];
    if (!carries) return;
    index_[i] = 0;
  }
}

bool lie_alike(std::span<const Tensor* const> tensors) noexcept {
  const Tensor& first = *tensors[0];
  const bool contiguous = first.is_contiguous();
  if (!contiguous && !is_dense(first.layout())) return false;
  return std::all_of(tensors.begin() + 1, tensors.end(), [&](const Tensor* tensor) {
    return !tensor || (contiguous ? tensor->is_contiguous() : tensor->strides() == first.strides());
  });
}

}  // namespace duramen::kernels
