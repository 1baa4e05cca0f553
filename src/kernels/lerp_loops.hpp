// The loops of lerp over contiguous memory, compiled once for every kind of CPU.
#pragma once

#include "kernels/small_float.hpp"
#include "kernels/update_walk.hpp"

namespace duramen::kernels {

// The parameter is the target, the gradient the end.
void lerp_floats(float weight, const UpdateArrays<float, 0>& at) noexcept;
void lerp_doubles(double weight, const UpdateArrays<double, 0>& at) noexcept;
void lerp_halves(float weight, const UpdateArrays<Half, 0>& at) noexcept;
void lerp_bfloats(float weight, const UpdateArrays<Bfloat16, 0>& at) noexcept;

}  // namespace duramen::kernels
