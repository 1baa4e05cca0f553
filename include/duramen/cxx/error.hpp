// What a failed call leaves: an Error, which is thrown, or given back where exceptions are off.
//
// An Error holds the C error object: copying it is a count, and it may be read on another thread.
// Nothing here is exported or compiled into the library.
//
// With -fno-exceptions, or where DURAMEN_NO_EXCEPTIONS is defined, the same classes give a Result
// (result.hpp) and live in a namespace of their own, so that both kinds may meet in one program.
#ifndef DURAMEN_CXX_ERROR_HPP
#define DURAMEN_CXX_ERROR_HPP

#if __cplusplus < 201703L
#error "duramen.hpp is C++17: compile with -std=c++17 or later"
#endif

#include <duramen/duramen.h>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if !defined(__cpp_exceptions) && !defined(DURAMEN_NO_EXCEPTIONS)
#define DURAMEN_NO_EXCEPTIONS
#endif
#ifdef DURAMEN_NO_EXCEPTIONS
#define DURAMEN_CXX duramen_no_exceptions
namespace DURAMEN_CXX {}
namespace duramen = DURAMEN_CXX;
#else
#define DURAMEN_CXX duramen
#endif

namespace DURAMEN_CXX {

// A failed call. what() is the library's line of text.
class Error : public std::exception {
 public:
  // Takes the error object over; NULL when there was no memory for one.
  Error(duramen_status status, duramen_error* adopted) noexcept
      : status_(status), error_(adopted) {}
  // For what is refused on this side of the border.
  Error(duramen_status status, std::string message)
      : status_(status),
        error_(nullptr),
        message_(std::make_shared<const std::string>(std::move(message))) {}
  Error(const Error& other) noexcept
      : std::exception(other),
        status_(other.status_),
        error_(duramen_error_retain(other.error_)),
        message_(other.message_) {}
  Error(Error&& other) noexcept
      : status_(other.status_),
        error_(std::exchange(other.error_, nullptr)),
        message_(std::move(other.message_)) {}
  Error& operator=(Error other) noexcept {
    std::swap(status_, other.status_);
    std::swap(error_, other.error_);
    std::swap(message_, other.message_);
    return *this;
  }
  ~Error() override { duramen_error_release(error_); }

  const char* what() const noexcept override {
    if (message_) return message_->c_str();
    const char* message = duramen_error_message(error_, nullptr);
    return message ? message : duramen_status_name(status_);
  }
  duramen_status status() const noexcept { return status_; }
  // "NOT_FOUND".
  std::string_view status_name() const noexcept { return duramen_status_name(status_); }
  // The detail under a permanent key ("path", "nearest", "torch_error", …); empty when there is
  // none. Lent by this object.
  std::string_view detail(std::string_view key) const noexcept {
    size_t length = 0;
    const char* text = duramen_error_detail(error_, key.data(), key.size(), &length);
    return text ? std::string_view(text, length) : std::string_view();
  }
  // Every detail with its key, in order; lent by this object.
  std::vector<std::pair<std::string_view, std::string_view>> details() const {
    std::vector<std::pair<std::string_view, std::string_view>> out;
    for (size_t i = 0; i < duramen_error_detail_count(error_); ++i) {
      size_t key_length = 0;
      size_t length = 0;
      const char* key = duramen_error_detail_key(error_, i, &key_length);
      const char* text = duramen_error_detail_value(error_, i, &length);
      out.emplace_back(std::string_view(key, key_length), std::string_view(text, length));
    }
    return out;
  }
  // The C function that failed.
  std::string_view function() const noexcept { return detail("function"); }
  // The name of PyTorch's exception class; empty where PyTorch has no such error.
  std::string_view torch_error() const noexcept { return detail("torch_error"); }
  // The error that led to this one.
  std::optional<Error> cause() const noexcept {
    const duramen_error* cause = duramen_error_cause(error_);
    if (!cause) return std::nullopt;
    return Error(duramen_error_status(cause), duramen_error_retain(cause));
  }
  // Lent by this object; NULL when there is none.
  const duramen_error* get() const noexcept { return error_; }

 private:
  duramen_status status_;
  duramen_error* error_;
  std::shared_ptr<const std::string> message_;
};

// The status of an exception that is not an Error.
inline constexpr duramen_status kForeignException = -1000;

#ifndef DURAMEN_NO_EXCEPTIONS

// The exception of one status, so that a handler can name it.
template <duramen_status kStatus>
class StatusError : public Error {
 public:
  explicit StatusError(duramen_error* adopted) noexcept : Error(kStatus, adopted) {}
  explicit StatusError(std::string message) : Error(kStatus, std::move(message)) {}
};

using InvalidArgument = StatusError<DURAMEN_E_INVALID_ARGUMENT>;
using NotFound = StatusError<DURAMEN_E_NOT_FOUND>;
using AlreadyExists = StatusError<DURAMEN_E_ALREADY_EXISTS>;
using ShapeMismatch = StatusError<DURAMEN_E_SHAPE_MISMATCH>;
using DtypeMismatch = StatusError<DURAMEN_E_DTYPE_MISMATCH>;
using StateError = StatusError<DURAMEN_E_STATE>;
using ReadOnly = StatusError<DURAMEN_E_READ_ONLY>;
using Unsupported = StatusError<DURAMEN_E_UNSUPPORTED>;
using BufferTooSmall = StatusError<DURAMEN_E_BUFFER_TOO_SMALL>;
using LimitReached = StatusError<DURAMEN_E_LIMIT>;
using IoError = StatusError<DURAMEN_E_IO>;
using Corrupt = StatusError<DURAMEN_E_CORRUPT>;
// duramen_error_load_report(error.get()) lends the report.
using Incompatible = StatusError<DURAMEN_E_INCOMPATIBLE>;
using Cancelled = StatusError<DURAMEN_E_CANCELLED>;
using NoMemory = StatusError<DURAMEN_E_NO_MEMORY>;
using BadHandle = StatusError<DURAMEN_E_BAD_HANDLE>;
using InternalError = StatusError<DURAMEN_E_INTERNAL>;

// Throws the exception of a status that is not DURAMEN_OK, and takes the error object over. A
// status of a later level or of a callback (-1000 and below) is a plain Error.
[[noreturn]] inline void throw_error(duramen_status status, duramen_error* adopted) {
  switch (status) {
    case DURAMEN_E_INVALID_ARGUMENT:
      throw InvalidArgument(adopted);
    case DURAMEN_E_NOT_FOUND:
      throw NotFound(adopted);
    case DURAMEN_E_ALREADY_EXISTS:
      throw AlreadyExists(adopted);
    case DURAMEN_E_SHAPE_MISMATCH:
      throw ShapeMismatch(adopted);
    case DURAMEN_E_DTYPE_MISMATCH:
      throw DtypeMismatch(adopted);
    case DURAMEN_E_STATE:
      throw StateError(adopted);
    case DURAMEN_E_READ_ONLY:
      throw ReadOnly(adopted);
    case DURAMEN_E_UNSUPPORTED:
      throw Unsupported(adopted);
    case DURAMEN_E_BUFFER_TOO_SMALL:
      throw BufferTooSmall(adopted);
    case DURAMEN_E_LIMIT:
      throw LimitReached(adopted);
    case DURAMEN_E_IO:
      throw IoError(adopted);
    case DURAMEN_E_CORRUPT:
      throw Corrupt(adopted);
    case DURAMEN_E_INCOMPATIBLE:
      throw Incompatible(adopted);
    case DURAMEN_E_CANCELLED:
      throw Cancelled(adopted);
    case DURAMEN_E_NO_MEMORY:
      throw NoMemory(adopted);
    case DURAMEN_E_BAD_HANDLE:
      throw BadHandle(adopted);
    case DURAMEN_E_INTERNAL:
      throw InternalError(adopted);
    default:
      throw Error(status, adopted);
  }
}

#endif

namespace detail {

// The status, with an error object for the text; without memory for that the status speaks alone.
inline duramen_status described(duramen_status status, const char* message,
                                duramen_error** error) noexcept {
  [[maybe_unused]] const duramen_status made = duramen_error_create(
      status <= kForeignException ? status : kForeignException, message, SIZE_MAX, error);
  return status;
}

}  // namespace detail

}  // namespace DURAMEN_CXX

#endif
