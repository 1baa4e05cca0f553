// The one way from exceptions to statuses. Every entry point is a body run by guard(): it clears
// its outputs, runs, and turns whatever is thrown into a status and an error object.
//
// Running out of memory needs no memory: its error object is static (out_of_memory()), and the
// error's own functions know it.
#pragma once

#include <duramen/error.h>

#include "base/error.hpp"

namespace duramen::capi {

// The static error object: not a Counted, compared by address before anything looks inside.
duramen_error* out_of_memory() noexcept;

// Called inside a catch block: stores an error object where the caller wants one and gives the
// status. Adds the detail "function", except to an error of the caller's own.
duramen_status translate(duramen_error** error, const char* function) noexcept;

// Requires: every output of the entry point is cleared already.
template <class Body>
duramen_status guard(duramen_error** error, const char* function, Body&& body) noexcept {
  if (error) *error = nullptr;
  try {
    body();
    return DURAMEN_OK;
  } catch (...) {
    return translate(error, function);
  }
}

// Sets an output to zero at entry, wherever there is one.
template <class T>
void clear(T* out) noexcept {
  if (out) *out = T{};
}

Error null_argument(const char* argument);
Error bad_argument(const char* argument, const std::string& what);

// Requires an output (or input) that is not an object.
template <class T>
T& required(T* pointer, const char* argument) {
  if (!pointer) throw null_argument(argument);
  return *pointer;
}

}  // namespace duramen::capi
