// Reads error objects, the static one for memory that ran out included.
#include "handles.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

bool is_static(const duramen_error* error) noexcept { return error == out_of_memory(); }

const ErrorRecord::Detail* detail_at(const duramen_error* error, size_t index) noexcept {
  const ErrorRecord* record = peek(error);
  return record && index < record->details.size() ? &record->details[index] : nullptr;
}

}  // namespace

duramen_status duramen_error_status(const duramen_error* error) noexcept {
  if (is_static(error)) return DURAMEN_E_NO_MEMORY;
  const ErrorRecord* record = peek(error);
  return record ? static_cast<duramen_status>(record->code) : DURAMEN_OK;
}

const char* duramen_error_message(const duramen_error* error, size_t* length) noexcept {
  if (is_static(error)) {
    static constexpr char kMessage[] = "out of memory";
    if (length) *length = sizeof(kMessage) - 1;
    return kMessage;
  }
  const ErrorRecord* record = peek(error);
  return lend_text(record ? &record->message : nullptr, length);
}

const char* duramen_error_detail(const duramen_error* error, const char* key, size_t key_length,
                                 size_t* length) noexcept {
  const ErrorRecord* record = key ? peek(error) : nullptr;
  return lend_text(record ? record->detail(plain_view(key, key_length)) : nullptr, length);
}

size_t duramen_error_detail_count(const duramen_error* error) noexcept {
  const ErrorRecord* record = peek(error);
  return record ? record->details.size() : 0;
}

const char* duramen_error_detail_key(const duramen_error* error, size_t index,
                                     size_t* length) noexcept {
  const auto* detail = detail_at(error, index);
  return lend_text(detail ? &detail->key : nullptr, length);
}

const char* duramen_error_detail_value(const duramen_error* error, size_t index,
                                       size_t* length) noexcept {
  const auto* detail = detail_at(error, index);
  return lend_text(detail ? &detail->value : nullptr, length);
}

const duramen_error* duramen_error_cause(const duramen_error* error) noexcept {
  const ErrorRecord* record = peek(error);
  return record && record->cause ? lend<const duramen_error>(record->cause.get()) : nullptr;
}

duramen_status duramen_error_create(duramen_status status, const char* message,
                                    size_t message_length, duramen_error** out) noexcept {
  return guard_out(nullptr, __func__, out, [&] {
    if (status > -1000) throw bad_argument("status", "not of the callers' range (-1000 and below)");
    const std::string_view text = text_argument(message, message_length, "message");
    return make<ErrorRecord>(static_cast<Code>(status), std::string(text));
  });
}

duramen_error* duramen_error_retain(const duramen_error* error) noexcept {
  return is_static(error) ? out_of_memory() : retain(error);
}

void duramen_error_release(duramen_error* error) noexcept { release(error); }
