#include "handles.hpp"

#include "base/text.hpp"

namespace duramen::capi {

void throw_bad_handle(const char* argument) {
  throw Error(Code::bad_handle,
              join(argument, ": the handle is of another type, or was released before"))
      .with("argument", argument);
}

Context& running(duramen_context* context) {
  Context& core = object(context, "context");
  core.cancel().check("context");
  return core;
}

}  // namespace duramen::capi
