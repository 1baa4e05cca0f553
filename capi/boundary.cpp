#include "boundary.hpp"

#include <new>
#include <stdexcept>

#include "base/text.hpp"

namespace duramen::capi {
namespace {

// Only its address matters.
alignas(16) const unsigned char kOutOfMemory[16] = {};

duramen_error* handle_of(Ref<ErrorRecord> record) noexcept {
  Counted* counted = record.detach();
  return reinterpret_cast<duramen_error*>(counted);
}

bool is_callers_own(Code code) noexcept { return static_cast<int32_t>(code) <= -1000; }

duramen_status hand_out(duramen_error** error, Error caught, const char* function) {
  if (!is_callers_own(caught.code())) caught.with("function", function);
  if (error) *error = handle_of(caught.record());
  return static_cast<duramen_status>(caught.code());
}

}  // namespace

duramen_error* out_of_memory() noexcept {
  return reinterpret_cast<duramen_error*>(const_cast<unsigned char*>(kOutOfMemory));
}

duramen_status translate(duramen_error** error, const char* function) noexcept {
  try {
    try {
      throw;
    } catch (const Error& caught) {
      return hand_out(error, caught, function);
    } catch (const std::bad_alloc&) {
      if (error) *error = out_of_memory();
      return DURAMEN_E_NO_MEMORY;
    } catch (const std::length_error&) {
      // A container was asked for more than it can ever hold: by a number, not for want of memory.
      return hand_out(error, Error(Code::limit, join(function, ": a count or size is too large")),
                      function);
    } catch (const std::exception& caught) {
      return hand_out(error, Error(Code::internal, join(function, ": ", printable(caught.what()))),
                      function);
    } catch (...) {
      return hand_out(error, Error(Code::internal, join(function, ": unknown exception")),
                      function);
    }
  } catch (...) {
    // Even the error object could not be made.
    if (error) *error = out_of_memory();
    return DURAMEN_E_NO_MEMORY;
  }
}

Error null_argument(const char* argument) {
  return Error(Code::invalid_argument, join(argument, ": NULL, which is not allowed here"))
      .with("argument", argument);
}

Error bad_argument(const char* argument, const std::string& what) {
  return Error(Code::invalid_argument, join(argument, ": ", what)).with("argument", argument);
}

}  // namespace duramen::capi
