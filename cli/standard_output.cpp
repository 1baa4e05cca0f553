#include "standard_output.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

#include "verbs.hpp"

namespace cli {
namespace {

Failure failure(const std::string& what) {
  return {kRefused, "stdout: " + what + ": " + std::strerror(errno)};
}

}  // namespace

StandardOutput::StandardOutput(bool is_wanted) {
  if (!is_wanted) return;
  if (isatty(STDOUT_FILENO) != 0) {
    throw Failure(kUsage, "-o -: standard output is a terminal (expected a pipe or a file)");
  }
  std::error_code none;
  const auto base = std::filesystem::temp_directory_path(none);
  std::string pattern = (none ? "/tmp" : base.string()) + "/duramen-XXXXXX";
  if (!mkdtemp(pattern.data())) throw failure("no temporary folder");
  folder_ = pattern;
  path_ = folder_ + "/stdout";
}

StandardOutput::~StandardOutput() {
  if (folder_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void StandardOutput::send() const {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path_.c_str(), "rb"),
                                                             std::fclose);
  if (!file) throw failure("the temporary file cannot be opened");
  std::vector<char> buffer(size_t{1} << 20);
  while (const size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    print({buffer.data(), count});
  }
  if (std::ferror(file.get())) throw failure("the temporary file cannot be read");
}

}  // namespace cli
