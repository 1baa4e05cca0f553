// target = lerp(target, end, weight), in place, with the bits of PyTorch's torch.lerp on its CPU:
//   |weight| < 0.5:  fma(weight, end - target, target)
//   else:            fma(weight - 1, end - target, end)
// in the type of the elements, float32 for float16 and bfloat16, whose result is rounded once.
// Complex numbers: target + weight·(end - target), or end - (end - target)·(1 - weight), each
// operation rounded, the weight being a complex number without an imaginary part.
#pragma once

#include "kernels/update_walk.hpp"

namespace duramen::kernels {

// Requires: a dtype that can_update(), the same dtype and shape for both; any strides; the target's
// elements do not overlap, and `end` lies in the same places or elsewhere. Does not bump the
// version. Chunks depend on the size only.
void lerp(ThreadPool& pool, Tensor& target, const Tensor& end, double weight);

}  // namespace duramen::kernels
