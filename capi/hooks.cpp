#include "hooks.hpp"

#include <new>

#include "base/text.hpp"
#include "handles.hpp"

namespace duramen::capi {

std::string Callback::text() const {
  return owner.empty() ? what : join(what, " of ", printable(owner, 60));
}

void check_callback(int32_t status, duramen_error* handed_over, const char* operation,
                    const Callback& callback) {
  const auto record = Ref<ErrorRecord>::adopt(peek(handed_over));
  if (status == 0) return;
  if (status > 0) {
    throw Error(Code::invalid_argument,
                join(operation, ": the ", callback.text(),
                     "'s status is none (expected 0, or a negative number; got ", status, ")"))
        .with("actual", std::to_string(status));
  }
  if (record && static_cast<int32_t>(record->code) == status) throw Error(record);
  if (static_cast<Code>(status) == Code::no_memory) throw std::bad_alloc();
  const std::string text = join(operation, ": stopped by the ", callback.text());
  if (record) throw Error(static_cast<Code>(status), text).caused_by(Error(record));
  throw Error(static_cast<Code>(status), text);
}

}  // namespace duramen::capi
