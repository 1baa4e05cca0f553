// How a verb fails: one line for stderr and the exit code.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace cli {

// 0 ok · 1 differs or incompatible · 2 usage · 3 file unreadable or refused.
enum ExitCode { kOk = 0, kDiffers = 1, kUsage = 2, kRefused = 3 };

// Without a message nothing is said.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode code, const std::string& message, int32_t status = 0, std::string entry = {},
          std::string actual = {})
      : std::runtime_error(message),
        code(code),
        status(status),
        entry(std::move(entry)),
        actual(std::move(actual)) {}
  ExitCode code;
  // Of a call of the library that failed: its status, the entry of a file that it is about, and
  // what is there instead of what was expected (a dtype's name).
  int32_t status;
  std::string entry;
  std::string actual;
};

}  // namespace cli
