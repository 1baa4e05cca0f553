#include "kernels/generator.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"

namespace duramen {
namespace {

constexpr size_t kWords = 624;
constexpr size_t kShift = 397;

// The layout of PyTorch's blob: its old C struct with 64-bit state words, then the float cache.
constexpr size_t kSeedAt = 0;
constexpr size_t kLeftAt = 8;
constexpr size_t kSeededAt = 12;
constexpr size_t kNextAt = 16;
constexpr size_t kStateAt = 24;
constexpr size_t kNormalAt = 5024;
constexpr size_t kNormalValidAt = 5040;

constexpr uint32_t twist(uint32_t high, uint32_t low) noexcept {
  const uint32_t mixed = (high & 0x80000000u) | (low & 0x7fffffffu);
  return (mixed >> 1) ^ (-(low & 1u) & 0x9908b0dfu);
}

constexpr uint32_t temper(uint32_t y) noexcept {
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

template <class T>
void put(std::span<std::byte> blob, size_t at, T value) noexcept {
  std::memcpy(blob.data() + at, &value, sizeof(T));
}

template <class T>
T get(std::span<const std::byte> blob, size_t at) noexcept {
  T value;
  std::memcpy(&value, blob.data() + at, sizeof(T));
  return value;
}

Error invalid_state(std::string_view what) {
  return Error(Code::invalid_argument, join("set_rng_state: ", what))
      .with("torch_error", "RuntimeError");
}

}  // namespace

void Generator::seed(uint64_t seed) noexcept {
  seed_ = seed;
  state_[0] = static_cast<uint32_t>(seed);
  for (size_t i = 1; i < kWords; ++i) {
    state_[i] = 1812433253u * (state_[i - 1] ^ (state_[i - 1] >> 30)) + static_cast<uint32_t>(i);
  }
  next_ = 0;
  cached_normal_.reset();
}

void Generator::refill() noexcept {
  uint32_t* s = state_.data();
  for (size_t i = 0; i < kWords - kShift; ++i) s[i] = s[i + kShift] ^ twist(s[i], s[i + 1]);
  for (size_t i = kWords - kShift; i < kWords - 1; ++i) {
    s[i] = s[i + kShift - kWords] ^ twist(s[i], s[i + 1]);
  }
  s[kWords - 1] = s[kShift - 1] ^ twist(s[kWords - 1], s[0]);
  next_ = 0;
}

uint32_t Generator::random() noexcept {
  if (needs_refill()) refill();
  return temper(state_[next_++]);
}

void Generator::fill(std::span<uint32_t> out) noexcept {
  size_t done = 0;
  while (done < out.size()) {
    if (needs_refill()) refill();
    const size_t count = std::min(out.size() - done, kWords - next_);
    const uint32_t* from = state_.data() + next_;
    uint32_t* to = out.data() + done;
    for (size_t i = 0; i < count; ++i) to[i] = temper(from[i]);
    next_ += static_cast<uint32_t>(count);
    done += count;
  }
}

uint64_t Generator::random64() noexcept {
  const uint64_t high = random();
  return high << 32 | random();
}

double Generator::uniform_double() noexcept {
  return static_cast<double>(random64() & ((uint64_t{1} << 53) - 1)) * 0x1p-53;
}

std::optional<double> Generator::take_cached_normal() noexcept {
  const std::optional<double> taken = cached_normal_;
  cached_normal_.reset();
  return taken;
}

void Generator::get_state(std::span<std::byte, kStateBytes> out) const noexcept {
  std::memset(out.data(), 0, kStateBytes);
  put<uint64_t>(out, kSeedAt, seed_);
  // PyTorch counts down beside counting up: 1 before a refill, then 625 - next.
  put<int32_t>(out, kLeftAt, next_ == 0 ? 1 : static_cast<int32_t>(kWords + 1 - next_));
  put<int32_t>(out, kSeededAt, 1);
  put<uint64_t>(out, kNextAt, next_);
  for (size_t i = 0; i < kWords; ++i) put<uint64_t>(out, kStateAt + 8 * i, state_[i]);
  put<double>(out, kNormalAt, cached_normal_.value_or(0.0));
  put<int32_t>(out, kNormalValidAt, cached_normal_ ? 1 : 0);
}

void Generator::set_state(std::span<const std::byte> blob) {
  if (blob.size() != kStateBytes) {
    throw invalid_state(
        join("RNG state is wrong size (expected ", kStateBytes, " bytes, got ", blob.size(), ")"));
  }
  const auto left = get<int32_t>(blob, kLeftAt);
  const auto next = get<uint64_t>(blob, kNextAt);
  const bool fresh = next == 0 && left == 1;
  if (get<int32_t>(blob, kSeededAt) != 1 || next > kWords ||
      (!fresh && (next == 0 || left != static_cast<int32_t>(kWords + 1 - next)))) {
    throw invalid_state("Invalid mt19937 state");
  }
  for (size_t i = 0; i < kWords; ++i) {
    const auto word = get<uint64_t>(blob, kStateAt + 8 * i);
    if (word > UINT32_MAX) throw invalid_state("Invalid mt19937 state");
  }
  for (size_t i = 0; i < kWords; ++i) {
    state_[i] = static_cast<uint32_t>(get<uint64_t>(blob, kStateAt + 8 * i));
  }
  seed_ = get<uint64_t>(blob, kSeedAt);
  next_ = static_cast<uint32_t>(next);
  cached_normal_.reset();
  if (get<int32_t>(blob, kNormalValidAt) != 0) cached_normal_ = get<double>(blob, kNormalAt);
}

}  // namespace duramen
