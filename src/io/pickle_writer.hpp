// Writes pickles as CPython's pickler does at protocol 2: every object is memoised, containers are
// filled in batches of a thousand. What torch.save writes for a state dict comes out byte for byte.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace duramen::io {

class PickleWriter {
 public:
  static constexpr uint32_t kBatch = 1000;

  PickleWriter() : bytes_("\x80\x02") {}
  std::string finish() && {
    bytes_ += '.';
    return std::move(bytes_);
  }

  void none() { bytes_ += 'N'; }
  void boolean(bool value) { bytes_ += value ? '\x88' : '\x89'; }
  void integer(int64_t value);
  void big_integer(std::string_view little_endian);
  void real(double value);
  void text(std::string_view value);
  void interned(std::string_view value);  // written once, recalled from then on
  void bytes(std::string_view value);
  void global(std::string_view module, std::string_view name);

  // Raw opcodes, for what is built from them.
  void opcode(char code) { bytes_ += code; }
  uint32_t memoize();
  uint32_t last_key() const noexcept { return memoized_ - 1; }
  void recall(uint32_t key);
  // Of `count` values on the stack above a mark, or without one up to three.
  void begin_tuple(size_t count);
  void end_tuple(size_t count);
  void empty_ordered_dict();

 private:
  template <class T>
  void number(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  std::string bytes_;
  uint32_t memoized_ = 0;
  std::map<std::string, uint32_t, std::less<>> known_;
};

}  // namespace duramen::io
