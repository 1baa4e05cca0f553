// A call whose arguments were all given by name, as an options object has them: what Python writes
// by position is brought there before the call is bound.
#pragma once

#include "spec/signature.hpp"

namespace duramen::spec {

// A list under the name of a variadic parameter becomes positional arguments (a dict one
// OrderedDict), behind the other positional parameters; a text where a dtype is wanted and no text
// becomes the name of a dtype.
void arrange(const Signature& signature, Expression& call);

}  // namespace duramen::spec
