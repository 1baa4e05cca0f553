// Result<T>: what every call that can fail gives.
//
// Where exceptions are on it is T itself, and a failed call throws. Where they are off it is an
// Expected<T>, which holds the value or the Error and is not to be ignored:
//
//   duramen::Result<duramen::Tensor> run(duramen::ContextRef context, duramen::TensorRef x) {
//     DURAMEN_TRY(auto model, duramen::Module::from_text(context, "Linear(4, 3)"));
//     return model(context, x);
//   }
//
// DURAMEN_TRY declares a variable, or returns the error; DURAMEN_CHECK does so for a call without a
// value. Both compile with exceptions, too.
#ifndef DURAMEN_CXX_RESULT_HPP
#define DURAMEN_CXX_RESULT_HPP

#include <type_traits>

#include "error.hpp"

namespace DURAMEN_CXX {

#ifdef DURAMEN_NO_EXCEPTIONS

// A value or an Error. A value that is not there is taken as from an empty std::optional: with
// -fno-exceptions the program ends.
template <class T>
class [[nodiscard]] Expected {
 public:
  using Value = T;
  Expected(T value) noexcept : value_(std::move(value)) {}      // NOLINT: as a return does
  Expected(Error error) noexcept : error_(std::move(error)) {}  // NOLINT
  explicit operator bool() const noexcept { return value_.has_value(); }
  bool has_value() const noexcept { return value_.has_value(); }

  T& value() & { return value_.value(); }
  const T& value() const& { return value_.value(); }
  T&& value() && { return std::move(value_).value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Requires: !has_value().
  const Error& error() const& noexcept { return error_; }
  Error&& error() && noexcept { return std::move(error_); }
  duramen_status status() const noexcept { return error_.status(); }  // DURAMEN_OK with a value

 private:
  std::optional<T> value_;
  Error error_ = Error(DURAMEN_OK, static_cast<duramen_error*>(nullptr));
};

// Done, or an Error.
template <>
class [[nodiscard]] Expected<void> {
 public:
  using Value = void;
  Expected() noexcept = default;
  Expected(Error error) noexcept : error_(std::move(error)) {}  // NOLINT: as a return does
  explicit operator bool() const noexcept { return has_value(); }
  bool has_value() const noexcept { return error_.status() == DURAMEN_OK; }
  const Error& error() const& noexcept { return error_; }
  Error&& error() && noexcept { return std::move(error_); }
  duramen_status status() const noexcept { return error_.status(); }

 private:
  Error error_ = Error(DURAMEN_OK, static_cast<duramen_error*>(nullptr));
};

template <class T>
using Result = Expected<T>;

namespace detail {

template <class T>
struct Unwrapped {
  using Type = T;
};
template <class T>
struct Unwrapped<Expected<T>> {
  using Type = T;
};

// The result of `next` for the value of a result, or its error.
template <class T, class Next>
auto then(Expected<T> result, Next&& next) {
  using Given = Expected<typename Unwrapped<decltype(next(*std::move(result)))>::Type>;
  if (!result) return Given(std::move(result).error());
  return Given(next(*std::move(result)));
}
inline Expected<void> done() noexcept { return {}; }
template <class T>
Expected<T> failed(duramen_status status, duramen_error* adopted) noexcept {
  return Error(status, adopted);
}
// What is refused on this side of the border.
template <duramen_status kStatus, class T>
Expected<T> refused(std::string message) {
  return Error(kStatus, std::move(message));
}

// Runs a callback's body and turns what it gives into a status and an error object.
template <class Body>
int32_t guarded(duramen_error** error, Body&& body) noexcept {
  const Expected<void> result = body();
  if (result) return DURAMEN_OK;
  const Error& failure = result.error();
  if (!failure.get()) return described(failure.status(), failure.what(), error);
  *error = duramen_error_retain(failure.get());
  return failure.status();
}

}  // namespace detail

#define DURAMEN_CXX_JOINED(a, b) a##b
#define DURAMEN_CXX_JOIN(a, b) DURAMEN_CXX_JOINED(a, b)
#define DURAMEN_CXX_TRY(result, variable, ...)   \
  auto result = (__VA_ARGS__);                   \
  if (!result) return std::move(result).error(); \
  variable = *std::move(result)
#define DURAMEN_TRY(variable, ...) \
  DURAMEN_CXX_TRY(DURAMEN_CXX_JOIN(duramen_result_, __LINE__), variable, __VA_ARGS__)
// A loop of at most one round: an `if` would take the caller's `else`.
#define DURAMEN_CHECK(...)                                    \
  for (auto duramen_result = (__VA_ARGS__); !duramen_result;) \
  return std::move(duramen_result).error()

#else

template <class T>
using Result = T;

namespace detail {

template <class T, class Next>
decltype(auto) then(T&& result, Next&& next) {
  return next(std::forward<T>(result));
}
inline void done() noexcept {}
template <class T>
[[noreturn]] T failed(duramen_status status, duramen_error* adopted) {
  throw_error(status, adopted);
}
// What is refused on this side of the border.
template <duramen_status kStatus, class T>
[[noreturn]] T refused(std::string message) {
  throw StatusError<kStatus>(std::move(message));
}

// Runs a callback's body and turns what it throws into a status and an error object.
template <class Body>
int32_t guarded(duramen_error** error, Body&& body) noexcept {
  try {
    body();
    return DURAMEN_OK;
  } catch (const Error& thrown) {
    if (!thrown.get()) return described(thrown.status(), thrown.what(), error);
    *error = duramen_error_retain(thrown.get());
    return thrown.status();
  } catch (const std::exception& thrown) {
    return described(kForeignException, thrown.what(), error);
  } catch (...) {
    return kForeignException;
  }
}

}  // namespace detail

#define DURAMEN_TRY(variable, ...) variable = (__VA_ARGS__)
#define DURAMEN_CHECK(...) (__VA_ARGS__)

#endif

// Makes a C call: `body` gets the error's out-pointer and returns the status.
//   duramen::call([&](duramen_error** error) { return duramen_context_trim(context, error); });
template <class Body>
Result<void> call(Body&& body) {
  duramen_error* error = nullptr;
  const duramen_status status = body(&error);
  if (status != DURAMEN_OK) return detail::failed<void>(status, error);
  return detail::done();
}

// The same with an out-pointer to a number or a struct, whose first value is `out`.
template <class T, class Body>
Result<T> read(T out, Body&& body) {
  duramen_error* error = nullptr;
  const duramen_status status = body(&out, &error);
  if (status != DURAMEN_OK) return detail::failed<T>(status, error);
  return out;
}

}  // namespace DURAMEN_CXX

#endif
