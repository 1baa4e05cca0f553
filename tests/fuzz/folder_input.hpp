// What a fuzzer does with a checkpoint that is a folder: an input is a zip of its files, stored, or
// else one file of it, beside others that are always the same. The folder is opened, walked, saved
// as a folder again and read back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fuzz/zip_members.hpp"

namespace duramen::fuzz {

struct FolderKind {
  const char* main;  // the file that an input is that is no zip
  std::vector<Member> others;
  const char* saved;  // what the state dict is saved as, below a folder
  uint64_t max_shard_bytes;
};
const FolderKind& dcp_folder();
const FolderKind& shard_folder();

// An empty folder among the test's output, removed with its files.
class ScratchFolder {
 public:
  explicit ScratchFolder(const char* ending);
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  const std::string& path() const { return path_; }
  // Names that are none of a file in the folder are passed over.
  void write(const Member& file) const;

 private:
  std::string path_;
};

std::vector<Member> files_of(const uint8_t* data, size_t size, const FolderKind& kind);
void try_folder(const uint8_t* data, size_t size, const FolderKind& kind);
// Opened and walked; `path` of a folder, or of the index in it.
void read_folder(const std::string& path, bool verify);

}  // namespace duramen::fuzz
