#include "hooks.hpp"

#include "base/text.hpp"
#include "handles.hpp"

namespace duramen::capi {

void check_callback(int32_t status, duramen_error* handed_over, const char* operation,
                    const char* who) {
  const auto record = Ref<ErrorRecord>::adopt(peek(handed_over));
  if (status == 0) return;
  if (status > -1000) {
    throw Error(Code::invalid_argument,
                join(operation, ": the ", who,
                     "'s status is not of the callers' range (expected 0, or -1000 and below; got ",
                     status, ")"))
        .with("actual", std::to_string(status));
  }
  if (record && static_cast<int32_t>(record->code) == status) throw Error(record);
  throw Error(static_cast<Code>(status), join(operation, ": stopped by the ", who));
}

}  // namespace duramen::capi
