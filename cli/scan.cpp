#include "scan.hpp"

#include <cstring>
#include <limits>

namespace cli {
namespace {

// By the bits of a type: NaN lies above the bits of infinity, without the sign. `inf` may lie above
// all bits for types that have no infinity.
template <class T>
Scan scan_words(const char* data, size_t count, T infinity, T nan_above, T magnitude) {
  Scan out;
  for (size_t i = 0; i < count; ++i) {
    T word;
    std::memcpy(&word, data + i * sizeof(T), sizeof(T));
    word = static_cast<T>(word & magnitude);
    out.nan_count += word > nan_above ? 1 : 0;
    out.inf_count += word == infinity ? 1 : 0;
  }
  return out;
}

template <class T>
Scan scan_ieee(const char* data, size_t count, T infinity) {
  return scan_words<T>(data, count, infinity, infinity, std::numeric_limits<T>::max() >> 1);
}

// Pairs in which one part at least is such a number.
template <class T>
Scan scan_pairs(const char* data, size_t count, T infinity) {
  constexpr T kMagnitude = std::numeric_limits<T>::max() >> 1;
  Scan out;
  for (size_t i = 0; i < count; ++i) {
    T parts[2];
    std::memcpy(parts, data + i * sizeof parts, sizeof parts);
    const T re = parts[0] & kMagnitude, im = parts[1] & kMagnitude;
    const bool is_nan = re > infinity || im > infinity;
    out.nan_count += is_nan ? 1 : 0;
    out.inf_count += !is_nan && (re == infinity || im == infinity) ? 1 : 0;
  }
  return out;
}

// The kinds whose one NaN is a bit pattern with the sign.
Scan scan_for(const char* data, size_t count, uint8_t nan) {
  Scan out;
  for (size_t i = 0; i < count; ++i) {
    out.nan_count += static_cast<uint8_t>(data[i]) == nan ? 1 : 0;
  }
  return out;
}

constexpr uint64_t kInfinity64 = uint64_t{0x7FF} << 52;
constexpr uint32_t kInfinity32 = 0x7F800000;
constexpr uint16_t kInfinity16 = 0x7C00;
constexpr uint16_t kInfinityBrain = 0x7F80;

}  // namespace

Scan scan_bytes(duramen_dtype dtype, const char* data, size_t nbytes) {
  switch (dtype) {
    case DURAMEN_DTYPE_FLOAT64:
      return scan_ieee<uint64_t>(data, nbytes / 8, kInfinity64);
    case DURAMEN_DTYPE_FLOAT32:
      return scan_ieee<uint32_t>(data, nbytes / 4, kInfinity32);
    case DURAMEN_DTYPE_FLOAT16:
      return scan_ieee<uint16_t>(data, nbytes / 2, kInfinity16);
    case DURAMEN_DTYPE_BFLOAT16:
      return scan_ieee<uint16_t>(data, nbytes / 2, kInfinityBrain);
    case DURAMEN_DTYPE_COMPLEX128:
      return scan_pairs<uint64_t>(data, nbytes / 16, kInfinity64);
    case DURAMEN_DTYPE_COMPLEX64:
      return scan_pairs<uint32_t>(data, nbytes / 8, kInfinity32);
    case DURAMEN_DTYPE_COMPLEX32:
      return scan_pairs<uint16_t>(data, nbytes / 4, kInfinity16);
    case DURAMEN_DTYPE_FLOAT8_E5M2:
      return scan_ieee<uint8_t>(data, nbytes, 0x7C);
    case DURAMEN_DTYPE_FLOAT8_E4M3FN:
      return scan_words<uint8_t>(data, nbytes, 0xFF, 0x7E, 0x7F);
    case DURAMEN_DTYPE_FLOAT8_E4M3FNUZ:
    case DURAMEN_DTYPE_FLOAT8_E5M2FNUZ:
      return scan_for(data, nbytes, 0x80);
    case DURAMEN_DTYPE_FLOAT8_E8M0FNU:
      return scan_for(data, nbytes, 0xFF);
    default:
      return {};
  }
}

}  // namespace cli
