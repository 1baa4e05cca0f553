// PyTorch's CPU random generator, bit for bit: MT19937, its uniform_ and normal_ (docs/random.md).
//
// Not thread-safe: belongs to a context. Draws never depend on the thread count or the CPU: the
// fused multiply-add form is used everywhere.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace duramen {

class Generator {
 public:
  static constexpr size_t kStateBytes = 5056;  // PyTorch's get_rng_state blob

  explicit Generator(uint64_t seed = 0) noexcept { this->seed(seed); }

  void seed(
      uint64_t seed) noexcept;  // the engine sees the low 32 bits; also drops the cached normal
  uint64_t initial_seed() const noexcept { return seed_; }

  uint32_t random() noexcept;
  void fill(std::span<uint32_t> out) noexcept;  // that many calls of random()
  uint64_t random64() noexcept;                 // two draws, the first is the high half
  double uniform_double() noexcept;             // 53 bits of random64, in [0, 1)

  // The cached second value of the polar pair, which leaks from one small normal_ into the next.
  std::optional<double> take_cached_normal() noexcept;
  void cache_normal(double value) noexcept { cached_normal_ = value; }

  void get_state(std::span<std::byte, kStateBytes> out) const noexcept;
  // INVALID_ARGUMENT for a blob that PyTorch would not have written.
  void set_state(std::span<const std::byte> blob);

 private:
  bool needs_refill() const noexcept { return next_ == 0 || next_ >= state_.size(); }
  void refill() noexcept;

  std::array<uint32_t, 624> state_{};
  uint64_t seed_ = 0;
  uint32_t next_ = 0;  // index of the next word; 0 (just seeded) and 624: refill first
  std::optional<double> cached_normal_;
};

}  // namespace duramen
