#include "standard_output.hpp"

#include <unistd.h>

#include "verbs.hpp"

namespace cli {

StandardOutput::StandardOutput() {
  if (isatty(STDOUT_FILENO) != 0) {
    throw Failure(kUsage, "-o -: standard output is a terminal (expected a pipe or a file)");
  }
}

Failure StandardOutput::renamed(const Failure& failure) {
  constexpr std::string_view kCallback = "callback: ";
  const std::string_view text = failure.what();
  if (!text.starts_with(kCallback)) return failure;
  return {failure.code, "stdout: " + std::string(text.substr(kCallback.size()))};
}

int32_t StandardOutput::write(void* self, const void* data, size_t nbytes,
                              duramen_error** /*error*/) noexcept {
  try {
    print({static_cast<const char*>(data), nbytes});
    return DURAMEN_OK;
  } catch (const Failure& failure) {
    static_cast<StandardOutput*>(self)->failure_ = failure;
  }
  return DURAMEN_E_IO;
}

}  // namespace cli
