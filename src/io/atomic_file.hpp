// A file that appears whole or not at all: written beside its target as .TARGET.tmp.RANDOM, then
// renamed over it. Without a commit nothing is left behind (unless the process is killed) and the
// target is untouched. Whether there is room for the whole is asked at its start. The mode of an
// existing file is kept, and its owner and group where the process may give files away; a symbolic
// link stays and what it points to is replaced. A file that the process may not write to is not
// replaced.
#pragma once

#include <sys/stat.h>

#include <optional>

#include "io/checkpoint.hpp"
#include "io/descriptor.hpp"
#include "io/output.hpp"

namespace duramen::io {

class AtomicFile final : public Output {
 public:
  // Errors of all functions: IO with the system's text.
  explicit AtomicFile(const std::string& path) : AtomicFile(path, path) {}
  // Goes to `path`, with the content and the messages that belong to the name.
  AtomicFile(std::string name, std::string path)
      : Output(std::move(name)), path_(std::move(path)) {}
  ~AtomicFile() override;

  void begin(uint64_t nbytes) override;
  // A gap of zeros, to be filled by write_at().
  void skip(uint64_t nbytes);
  // Into what was written or skipped.
  void write_at(uint64_t offset, std::span<const std::byte> bytes);
  // Durable: data, name and folder are on the disk when this returns. After an error the target is
  // untouched, but for one case: when the folder cannot be synchronised, it is replaced already,
  // and the text says "saved".
  void commit(Durability durability);
  // Whether the target is the new file.
  bool has_replaced() const noexcept { return has_replaced_; }

 private:
  void put(std::span<const std::byte> bytes) override;
  void open_folder();
  void create_temporary();
  void check_writable() const;
  void keep_attributes();
  [[noreturn]] void fail(const char* operation) const;

  std::string path_;
  std::string target_;              // the name inside the folder
  std::string temporary_;           // empty when there is nothing to remove
  std::optional<struct stat> old_;  // of the file to be replaced
  Descriptor folder_;
  Descriptor file_;
  bool has_replaced_ = false;
};

// A small file. `is_there` tells, also after an error, whether the target is the new one.
void save_bytes(const std::string& path, std::string_view bytes, Durability durability,
                bool& is_there);

}  // namespace duramen::io
