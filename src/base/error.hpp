// The one exception of the core. Inside, everything deliberate throws Error; the border turns it
// into a status and hands out its record, which is the counted, immutable object that C knows as
// duramen_error.
//
// Text form, always one line: `operation: what is wrong (expected …, got …)`, without a trailing
// dot.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "base/counted.hpp"

namespace duramen {

// What the caller can do about it. The numbers are those of the C header and permanent; other
// values are the caller's own, handed through from a callback.
enum class Code : int32_t {
  ok = 0,
  invalid_argument = -1,
  not_found = -2,
  already_exists = -3,
  shape_mismatch = -4,
  dtype_mismatch = -5,
  state = -6,
  read_only = -7,
  unsupported = -8,
  buffer_too_small = -9,
  limit = -10,
  io = -11,
  corrupt = -12,
  incompatible = -13,
  cancelled = -14,
  no_memory = -15,
  bad_handle = -16,
  internal = -17,
};

class ErrorRecord final : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("erro");
  struct Detail {
    std::string key;
    std::string value;
  };

  ErrorRecord(Code code, std::string message)
      : Counted(kTag), code(code), message(std::move(message)) {}

  // Written while the error is built, constant once it has been handed out.
  Code code;
  std::string message;
  std::vector<Detail> details;
  Ref<ErrorRecord> cause;
  Ref<Counted> payload;  // a load report, …: base does not know its type

  // Null where there is none of that key.
  const std::string* detail(std::string_view key) const noexcept;
};

class Error final : public std::exception {
 public:
  Error(Code code, std::string message) : record_(make<ErrorRecord>(code, std::move(message))) {}
  explicit Error(Ref<ErrorRecord> record) noexcept : record_(std::move(record)) {}

  // Adds a detail under one of the permanent keys: function, path, argument, expected, actual,
  // file, entry, offset, column, nearest, torch_error. A key that is already there keeps its first
  // value.
  Error&& with(std::string_view key, std::string value) &&;
  Error& with(std::string_view key, std::string value) &;
  Error&& with_payload(Ref<Counted> payload) &&;
  Error&& caused_by(const Error& cause) &&;

  Code code() const noexcept { return record_->code; }
  const std::string& message() const noexcept { return record_->message; }
  const char* what() const noexcept override { return record_->message.c_str(); }
  const Ref<ErrorRecord>& record() const noexcept { return record_; }

 private:
  Ref<ErrorRecord> record_;
};

}  // namespace duramen
