// What print(module) does not show of a class.
#pragma once

#include "nn/build.hpp"

namespace duramen::nn {

// "num_heads, bias": of a class of PyTorch, registered here or not; empty where nothing is hidden.
std::string_view hidden_arguments(std::string_view class_name) noexcept;
// INVALID_ARGUMENT (TypeError) naming an argument that is required, hidden and not given.
void check_hidden(const ModuleType& type, const spec::Expression& call);
// UNSUPPORTED: no type of that name, with "nearest" and what the class hides ("argument").
[[noreturn]] void throw_unknown_type(const spec::Expression& call);

}  // namespace duramen::nn
