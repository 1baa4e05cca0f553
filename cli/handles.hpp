// The C handles as owners, and failed calls as Failure. The one place of the tool that knows about
// releasing.
#pragma once

#include <duramen/duramen.h>

#include <memory>
#include <string>
#include <string_view>

#include "failure.hpp"

namespace cli {

template <class T, void (*release)(T*) noexcept>
struct Release {
  void operator()(T* object) const noexcept { release(object); }
};
template <class T, void (*release)(T*) noexcept>
using Handle = std::unique_ptr<T, Release<T, release>>;

using Error = Handle<duramen_error, duramen_error_release>;
using Context = Handle<duramen_context, duramen_context_release>;
using Checkpoint = Handle<duramen_checkpoint, duramen_checkpoint_release>;
using Module = Handle<duramen_module, duramen_module_release>;
using StateDict = Handle<duramen_state_dict, duramen_state_dict_release>;
using Listing = Handle<duramen_listing, duramen_listing_release>;
using StringList = Handle<duramen_string_list, duramen_string_list_release>;
using Tensor = Handle<duramen_tensor, duramen_tensor_release>;
using Value = Handle<duramen_value, duramen_value_release>;
using LoadReport = Handle<duramen_load_report, duramen_load_report_release>;
using RenameRules = Handle<duramen_rename_rules, duramen_rename_rules_release>;
using Diff = Handle<duramen_diff, duramen_diff_release>;
using String = Handle<duramen_string, duramen_string_release>;

// Receives an out-parameter: `call(…, Out(handle), Out(error))`.
template <class H>
class Out {
 public:
  explicit Out(H& handle) : handle_(handle) {}
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;
  ~Out() { handle_.reset(raw_); }
  operator typename H::element_type **() { return &raw_; }

 private:
  H& handle_;
  typename H::element_type* raw_ = nullptr;
};

// Calls and throws Failure(code, "SUBJECT: message") when the status is not good. `body` gets the
// error's out-pointer.
template <class Body>
void call(ExitCode code, std::string_view subject, Body&& body) {
  duramen_error* raw = nullptr;
  const duramen_status status = body(&raw);
  const Error error(raw);
  if (status == DURAMEN_OK) return;
  std::string message =
      error ? duramen_error_message(error.get(), nullptr) : duramen_status_name(status);
  // Messages about files start with the file already.
  const bool names_file = error && duramen_error_detail(error.get(), "file", 4, nullptr) != nullptr;
  if (!subject.empty() && !names_file && !message.starts_with(subject))
    message = std::string(subject) + ": " + message;
  const auto detail = [&](const char* key) {
    size_t length = 0;
    const char* text = error ? duramen_error_detail(error.get(), key, SIZE_MAX, &length) : nullptr;
    return std::string(text ? text : "", text ? length : 0);
  };
  throw Failure(code, message, status, detail("entry"), detail("actual"));
}

inline std::string_view view(const char* text, size_t length) {
  return text ? std::string_view(text, length) : std::string_view();
}
inline std::string text_of(const String& string) {
  size_t length = 0;
  const char* data = duramen_string_data(string.get(), &length);
  return std::string(view(data, length));
}

}  // namespace cli
