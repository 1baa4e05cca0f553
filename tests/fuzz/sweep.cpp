// Every truncation and every change of one byte to a few other values: `sweep [--dcp|--shards]
// FILE|FOLDER…`. Files are opened and walked; whatever they are, nothing may crash, and a refusal
// is one printable line. Each input lies in memory of exactly its size, so that the address
// sanitizer sees a byte beyond. With --dcp and --shards a file is an input of that fuzz target: its
// folder is laid out, and what is swept is the .metadata or the index in it. All inputs together
// take little memory.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string_view>
#include <vector>

#include "fuzz/checkpoint_input.hpp"
#include "fuzz/folder_input.hpp"
#include "fuzz/peak.hpp"

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<uint8_t>;
using Run = std::function<void(const Bytes&)>;
using duramen::fuzz::FolderKind;

constexpr uintmax_t kLargest = 8192;  // of a file that is swept

size_t truncations(const Bytes& whole, const Run& run) {
  for (size_t size = 0; size <= whole.size(); ++size) {
    Bytes prefix(size);
    std::copy_n(whole.begin(), size, prefix.begin());
    run(prefix);
  }
  return whole.size() + 1;
}

size_t mutations(Bytes bytes, const Run& run) {
  size_t count = 0;
  for (uint8_t& byte : bytes) {
    const uint8_t true_byte = byte;
    for (const int value : {0x00, 0xff, 0x7f, true_byte ^ 0x01, true_byte ^ 0x80, true_byte + 1}) {
      byte = static_cast<uint8_t>(value);
      if (byte == true_byte) continue;
      run(bytes);
      ++count;
    }
    byte = true_byte;
  }
  return count;
}

size_t sweep(const Bytes& whole, const Run& run) {
  return truncations(whole, run) + mutations(whole, run);
}

size_t sweep_file(const Bytes& whole) {
  return sweep(whole, [](const Bytes& bytes) {
    duramen::fuzz::read_checkpoint(bytes.data(), bytes.size());
  });
}

// A folder without such a file is none that is swept.
size_t sweep_folder(const Bytes& input, const FolderKind& kind) {
  const duramen::fuzz::ScratchFolder folder(".sweep");
  Bytes main;
  for (const auto& file : files_of(input.data(), input.size(), kind)) {
    folder.write(file);
    if (file.name == kind.main) main.assign(file.content.begin(), file.content.end());
  }
  if (main.empty()) return 0;
  return sweep(main, [&](const Bytes& bytes) {
    folder.write({kind.main, std::string(bytes.begin(), bytes.end())});
    duramen::fuzz::read_folder(folder.path(), bytes.size() % 2 == 0);
  });
}

std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file() && entry.file_size() <= kLargest) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Bytes read_file(const fs::path& path) {
  Bytes bytes(fs::file_size(path));
  std::ifstream stream(path, std::ios::binary);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!stream) std::abort();
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  const FolderKind* kind = nullptr;
  size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--dcp") kind = &duramen::fuzz::dcp_folder();
    if (argument == "--shards") kind = &duramen::fuzz::shard_folder();
    if (argument.starts_with("--")) continue;
    for (const fs::path& path : files_of(argument)) {
      std::printf("%s\n", path.c_str());
      std::fflush(stdout);
      const Bytes whole = read_file(path);
      count += kind ? sweep_folder(whole, *kind) : sweep_file(whole);
    }
  }
  duramen::fuzz::expect_low_peak();
  std::printf("%zu inputs\n", count);
  return count > 0 ? 0 : 1;
}
