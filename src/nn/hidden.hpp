// What print(module) does not show of a class.
#pragma once

#include "nn/build.hpp"

namespace duramen::nn {

// "a, b": the arguments that are required, hidden and not given.
std::string missing_hidden(const ModuleType& type, const spec::Expression& call);
// spec::Arguments of the type's signature; the error about a missing argument says if print(model)
// does not show it.
spec::Arguments bound_arguments(const ModuleType& type, const spec::Expression& call);
// UNSUPPORTED: no type of that name, with "nearest".
[[noreturn]] void throw_unknown_type(const spec::Expression& call);

}  // namespace duramen::nn
