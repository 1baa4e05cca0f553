// Where messages and progress go: callbacks of the caller, called only on a thread that is inside a
// call on the context that owns the sink. Both are silent without a callback.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

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

// Reports done of total (units are named by the operation: bytes, entries). What the callback
// throws stops the operation.
struct ProgressSink {
  void (*progress)(void* user, const char* operation, uint64_t done, uint64_t total) = nullptr;
  void* user = nullptr;

  void report(const char* operation, uint64_t done, uint64_t total) const {
    if (progress) progress(user, operation, done, total);
  }
};

}  // namespace duramen
