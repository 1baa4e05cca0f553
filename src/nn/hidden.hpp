// What print(module) does not show of a class.
#pragma once

#include "nn/build.hpp"

namespace duramen::nn {

// "num_heads, bias": of a class of PyTorch, registered here or not; empty where nothing is hidden.
std::string_view hidden_arguments(std::string_view class_name) noexcept;
// spec::Arguments of the type's signature; the error about a missing argument says if print(model)
// does not show it.
spec::Arguments bound_arguments(const ModuleType& type, const spec::Expression& call);
// UNSUPPORTED: no type of that name, with "nearest" and what the class hides ("argument").
[[noreturn]] void throw_unknown_type(const spec::Expression& call);

}  // namespace duramen::nn
