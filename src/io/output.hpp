// Where a save goes: a file, memory, or what a caller's callback does with the bytes. A format's
// writer checks everything, says how much will come, and then writes from the first byte to the
// last.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace duramen::io {

class Output {
 public:
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  virtual ~Output() = default;

  // Of messages: the path as the caller said it, or what stands for one.
  const std::string& name() const noexcept { return name_; }
  // Before the first write, once all is checked: about `nbytes` will come. IO when there is no room
  // for so much. Nothing is made before.
  virtual void begin(uint64_t nbytes) = 0;
  // Small pieces are gathered. IO.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text.data(), text.size()))); }
  uint64_t position() const noexcept { return position_; }
  // Nothing is held back any more.
  void finish() { flush(); }

 protected:
  explicit Output(std::string name) : name_(std::move(name)) {}
  // What was gathered.
  void flush();
  // Over bytes that somebody else writes.
  void pass(uint64_t nbytes) noexcept { position_ += nbytes; }

 private:
  virtual void put(std::span<const std::byte> bytes) = 0;

  std::string name_;
  uint64_t position_ = 0;
  std::vector<std::byte> gathered_;
};

}  // namespace duramen::io
