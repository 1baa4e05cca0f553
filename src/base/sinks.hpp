// Where messages and progress go: callbacks of the caller, called only on a thread that is inside a
// call on the context that owns the sink. Both are silent without a callback.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.hpp"

namespace duramen {

enum class LogLevel : int32_t { error = 1, warning = 2, info = 3, debug = 4 };

// Unowned: whoever holds the sink calls destroy(user) once.
struct LogSink {
  void (*log)(void* user, int32_t level, const char* message, size_t length) = nullptr;
  void* user = nullptr;

  void write(LogLevel level, std::string_view message) const {
    if (log) log(user, static_cast<int32_t>(level), message.data(), message.size());
  }
};

// Reports done of total (units are named by the operation: bytes, entries). A status of -1000 or
// below stops the operation and comes back unchanged.
struct ProgressSink {
  int32_t (*progress)(void* user, const char* operation, uint64_t done, uint64_t total) = nullptr;
  void* user = nullptr;

  void report(const char* operation, uint64_t done, uint64_t total) const {
    if (!progress) return;
    const int32_t status = progress(user, operation, done, total);
    if (status <= -1000) {
      throw Error(static_cast<Code>(status),
                  std::string(operation) + ": stopped by the progress callback");
    }
  }
};

}  // namespace duramen
