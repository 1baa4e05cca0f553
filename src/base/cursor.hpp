// A bounded reader over untrusted bytes. Every take says how much it wants and gets it whole or
// nothing; the position never passes the end. Numbers are little-endian unless the name says
// otherwise.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace duramen {

class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}

  size_t position() const noexcept { return position_; }
  size_t remaining() const noexcept { return bytes_.size() - position_; }
  bool at_end() const noexcept { return remaining() == 0; }

  // False when `position` lies behind the end.
  [[nodiscard]] bool seek(size_t position) noexcept {
    if (position > bytes_.size()) return false;
    position_ = position;
    return true;
  }
  [[nodiscard]] std::optional<std::span<const std::byte>> take(size_t count) noexcept {
    if (count > remaining()) return std::nullopt;
    const auto taken = bytes_.subspan(position_, count);
    position_ += count;
    return taken;
  }
  template <class T>
  [[nodiscard]] std::optional<T> number() noexcept {
    static_assert(std::is_trivially_copyable_v<T> && std::endian::native == std::endian::little);
    const auto taken = take(sizeof(T));
    if (!taken) return std::nullopt;
    T value;
    std::memcpy(&value, taken->data(), sizeof(T));
    return value;
  }
  // Up to and without the next `end`, which is passed over; nothing when there is none.
  [[nodiscard]] std::optional<std::span<const std::byte>> take_until(std::byte end) noexcept {
    const auto rest = bytes_.subspan(position_);
    const void* found =
        rest.empty() ? nullptr : std::memchr(rest.data(), static_cast<int>(end), rest.size());
    if (!found) return std::nullopt;
    const auto count = static_cast<size_t>(static_cast<const std::byte*>(found) - rest.data());
    position_ += count + 1;
    return rest.first(count);
  }

 private:
  std::span<const std::byte> bytes_;
  size_t position_ = 0;
};

}  // namespace duramen
