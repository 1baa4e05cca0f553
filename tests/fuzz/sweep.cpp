// Every truncation and every change of one byte to a few other values: `sweep FILE|FOLDER…`. Files
// are opened and walked; whatever they are, nothing may crash, and a refusal is one printable line.
// Each input lies in memory of exactly its size, so that the address sanitizer sees a byte beyond.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "fuzz/checkpoint_input.hpp"

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<uint8_t>;

constexpr uintmax_t kLargest = 8192;  // of a file that is swept

size_t run(const Bytes& bytes) {
  duramen::fuzz::read_checkpoint(bytes.data(), bytes.size());
  return 1;
}

size_t truncations(const Bytes& whole) {
  size_t count = 0;
  for (size_t size = 0; size <= whole.size(); ++size) {
    Bytes prefix(size);
    std::copy_n(whole.begin(), size, prefix.begin());
    count += run(prefix);
  }
  return count;
}

size_t mutations(Bytes bytes) {
  size_t count = 0;
  for (uint8_t& byte : bytes) {
    const uint8_t true_byte = byte;
    for (const int value : {0x00, 0xff, 0x7f, true_byte ^ 0x01, true_byte ^ 0x80, true_byte + 1}) {
      byte = static_cast<uint8_t>(value);
      if (byte != true_byte) count += run(bytes);
    }
    byte = true_byte;
  }
  return count;
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
  size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const fs::path& path : files_of(argv[i])) {
      std::printf("%s\n", path.c_str());
      std::fflush(stdout);
      const Bytes whole = read_file(path);
      count += truncations(whole) + mutations(whole);
    }
  }
  std::printf("%zu inputs\n", count);
  return count > 0 ? 0 : 1;
}
