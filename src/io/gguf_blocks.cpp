// | type | block of 32 elements                                                                |
// | Q8_0 | half d; int8 q[32]: element i is d · q[i]                                           |
// | Q4_0 | half d; uint8 q[16]: element i is d · (low four bits of q[i] - 8), element i + 16 is |
// |      | d · (high four bits of q[i] - 8)                                                    |
#include <cstring>

#include "io/gguf_types.hpp"
#include "kernels/small_float.hpp"

namespace duramen::io::gguf {
namespace {

constexpr uint32_t kNumberOfQ40 = 2;
constexpr uint32_t kNumberOfQ80 = 8;
constexpr size_t kElements = 32;

float scale_of(const std::byte* block, bool big_endian) noexcept {
  uint16_t bits;
  std::memcpy(&bits, block, sizeof(bits));
  if (big_endian) bits = __builtin_bswap16(bits);
  return kernels::Half{bits}.value();
}

void expand_q8_0(float d, const std::byte* q, float* out) noexcept {
  for (size_t i = 0; i < kElements; ++i) out[i] = d * static_cast<float>(static_cast<int8_t>(q[i]));
}

void expand_q4_0(float d, const std::byte* q, float* out) noexcept {
  for (size_t i = 0; i < kElements / 2; ++i) {
    const int both = std::to_integer<int>(q[i]);
    out[i] = d * static_cast<float>((both & 15) - 8);
    out[i + kElements / 2] = d * static_cast<float>((both >> 4) - 8);
  }
}

}  // namespace

bool can_dequantize(const TensorType& type) noexcept {
  return type.number == kNumberOfQ40 || type.number == kNumberOfQ80;
}

void dequantize(const TensorType& type, bool big_endian, const std::byte* in, size_t blocks,
                float* out) noexcept {
  for (size_t i = 0; i < blocks; ++i, in += type.nbytes, out += kElements) {
    const float d = scale_of(in, big_endian);
    if (type.number == kNumberOfQ80) {
      expand_q8_0(d, in + 2, out);
    } else {
      expand_q4_0(d, in + 2, out);
    }
  }
}

}  // namespace duramen::io::gguf
