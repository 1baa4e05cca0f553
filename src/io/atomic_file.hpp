// A file that appears whole or not at all: written beside its target as .TARGET.tmp.RANDOM, then
// renamed over it. Without a commit nothing is left behind (unless the process is killed) and the
// target is untouched. The mode of an existing file is kept, and its owner and group where the
// process may give files away; a symbolic link stays and what it points to is replaced. A file that
// the process may not write to is not replaced.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/checkpoint.hpp"

namespace duramen::io {

class AtomicFile {
 public:
  // Errors of all functions: IO with the system's text.
  explicit AtomicFile(std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  // Small pieces are gathered.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text.data(), text.size()))); }
  uint64_t position() const noexcept { return position_; }
  // Durable: data, name and folder are on the disk when this returns. After an error the target is
  // untouched, but for one case: when the folder cannot be synchronised, it is replaced already,
  // and the text says "saved".
  void commit(Durability durability);

 private:
  void create_temporary();
  void check_writable() const;
  void keep_attributes();
  void flush();
  void write_now(std::span<const std::byte> bytes);
  [[noreturn]] void fail(const char* operation) const;

  std::string path_;                // as the caller said, for messages
  std::string target_;              // the name inside the folder
  std::string temporary_;           // empty when there is nothing to remove
  std::optional<struct stat> old_;  // of the file to be replaced
  int folder_ = -1;
  int file_ = -1;
  uint64_t position_ = 0;
  std::vector<std::byte> gathered_;
};

}  // namespace duramen::io
