// The two hot loops of random_fill, compiled once for every kind of CPU with the same bits.
#pragma once

#include <cstddef>
#include <cstdint>

namespace duramen::kernels {

// A range [from, to) in the element type; the difference is rounded to it.
template <class T>
struct UniformRange {
  T from;
  T to;
  T width;
};

// out[i] = fma((raw[i] mod 2^24) * 2^-24, width, from), without any replacement of `to`.
void uniform_floats(const uint32_t* raw, float* out, size_t count,
                    const UniformRange<float>& range) noexcept;
// raw: two words an element, the high half first.
void uniform_doubles(const uint32_t* raw, double* out, size_t count,
                     const UniformRange<double>& range) noexcept;
// Turns blocks of 16 uniforms in [0, 1) into normals in place: docs/random.md.
void normal_float_blocks(float* values, size_t blocks, float mean, float std) noexcept;

}  // namespace duramen::kernels
