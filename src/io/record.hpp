// Little-endian numbers and texts side by side, in the order of a file's record.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace duramen::io {

class Record {
 public:
  Record& u8(uint64_t value) { return number(static_cast<uint8_t>(value)); }
  Record& u16(uint64_t value) { return number(static_cast<uint16_t>(value)); }
  Record& u32(uint64_t value) { return number(static_cast<uint32_t>(value)); }
  Record& u64(uint64_t value) { return number(value); }
  Record& text(std::string_view value) {
    bytes_ += value;
    return *this;
  }
  Record& fill(uint64_t count, char value) {
    bytes_.append(count, value);
    return *this;
  }
  const std::string& bytes() const noexcept { return bytes_; }

 private:
  template <class T>
  Record& number(T value) {
    static_assert(std::endian::native == std::endian::little);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
    return *this;
  }
  std::string bytes_;
};

}  // namespace duramen::io
