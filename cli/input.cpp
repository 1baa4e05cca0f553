#include "input.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

namespace cli {
namespace {

constexpr const char* kStandardInput = "-";

Failure stdin_failure(const char* what) {
  return {kRefused, std::string("stdin: ") + what + ": " + std::strerror(errno)};
}

void write_all(int descriptor, const char* data, size_t count) {
  while (count > 0) {
    const ssize_t written = write(descriptor, data, count);
    if (written < 0 && errno != EINTR) throw stdin_failure("cannot be kept");
    if (written < 0) continue;
    data += written;
    count -= static_cast<size_t>(written);
  }
}

// Everything that comes, in memory that has a descriptor.
int spooled() {
  const int spool = memfd_create("stdin", MFD_CLOEXEC);
  if (spool < 0) throw stdin_failure("cannot be kept");
  std::vector<char> buffer(size_t{1} << 20);
  while (true) {
    const ssize_t count = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0 && errno != EINTR) throw stdin_failure("cannot be read");
    if (count == 0) return spool;
    if (count > 0) write_all(spool, buffer.data(), static_cast<size_t>(count));
  }
}

bool is_file(int descriptor) {
  struct stat status = {};
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
         lseek(descriptor, 0, SEEK_CUR) == 0;
}

// The path by which standard input is opened; the same every time.
const std::string& standard_input_path() {
  static const std::string path =
      "/proc/self/fd/" + std::to_string(is_file(STDIN_FILENO) ? STDIN_FILENO : spooled());
  return path;
}
bool standard_input_was_asked_for = false;

const std::string& path_of(const std::string& file) {
  if (file != kStandardInput) return file;
  const std::string& path = standard_input_path();
  standard_input_was_asked_for = true;  // only now: a message about it needs the path
  return path;
}

// With what to give instead, where that is known.
Failure explained(const Failure& failure, const std::string& file) {
  const std::string message = failure.what();
  const std::string name = std::filesystem::path(file).filename().string();
  std::error_code ignored;
  const bool is_part = name.ends_with(".distcp") || name == ".metadata";
  if (is_part && std::filesystem::is_regular_file(file, ignored)) {
    return {failure.code,
            message + "; if it is a part of a distributed checkpoint, give the folder it is in"};
  }
  if (file == kStandardInput && message.find(": shard index: ") != std::string::npos) {
    return {failure.code,
            "stdin: this is an index of shards, which are files beside it (expected its path)"};
  }
  return failure;
}

}  // namespace

Checkpoint open_checkpoint(duramen_context* context, const std::string& file, uint64_t flags) {
  const std::string& path = path_of(file);
  duramen_open_options options = {};
  options.struct_size = sizeof options;
  options.flags = flags;
  Checkpoint checkpoint;
  try {
    call(kRefused, path, [&](auto error) {
      return duramen_checkpoint_open(context, path.data(), path.size(), &options, Out(checkpoint),
                                     error);
    });
  } catch (const Failure& failure) {
    throw explained(failure, file);
  }
  return checkpoint;
}

void add_dequantize_option(CLI::App& verb, uint64_t& flags) {
  verb.add_flag_function(
      "--dequantize", [&flags](int64_t /*count*/) { flags |= DURAMEN_OPEN_DEQUANTIZE; },
      "Blocks of a GGUF file's types Q4_0 and Q8_0 become float32 tensors, all of them in memory");
}

const duramen_value* content_of(const duramen_checkpoint* checkpoint, const std::string& file) {
  if (const duramen_value* content = duramen_checkpoint_content(checkpoint)) return content;
  throw Failure(kRefused, file + ": there is no memory for what it holds");
}

std::string_view format_of(const duramen_checkpoint* checkpoint) {
  size_t length = 0;
  const char* name = duramen_checkpoint_format(checkpoint, &length);
  return view(name, length);
}

uint64_t input_bytes(const std::string& file) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const std::string& path = path_of(file);
  const auto count = fs::file_size(path, ignored);
  if (!ignored) return count;
  uint64_t sum = 0;
  for (const auto& entry : fs::directory_iterator(path, ignored)) {
    if (entry.is_regular_file(ignored)) sum += entry.file_size(ignored);
  }
  return sum;
}

std::string shown_name(const std::string& file) { return file == kStandardInput ? "stdin" : file; }

std::string with_input_name(std::string message) {
  if (!standard_input_was_asked_for) return message;
  const std::string& path = standard_input_path();
  for (size_t at = message.find(path); at != std::string::npos; at = message.find(path, at)) {
    message.replace(at, path.size(), "stdin");
  }
  return message;
}

}  // namespace cli
