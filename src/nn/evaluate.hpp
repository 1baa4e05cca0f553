// How Python sees the value of an evaluated expression (BuildContext::evaluate): its items when it
// is iterated, and the names of its type.
#pragma once

#include <optional>

#include "nn/build.hpp"

namespace duramen::nn {

// Items of a list, tuple or ParameterList, characters of a text, keys of a dict, ModuleDict or
// ParameterDict, children of a Sequential or ModuleList; nothing for what cannot be iterated here.
std::optional<std::vector<spec::Expression>> iterated(const spec::Expression& value);
// type(value).__name__: "int", "NoneType", "ReLU".
std::string type_name(const spec::Expression& value);
// torch.typename(value): "int", "collections.OrderedDict", "torch.nn.modules.activation.ReLU".
std::string torch_typename(const spec::Expression& value);

// A child of a container as an expression again; null gives None.
spec::Expression expression_of(const ModuleRef& module, uint32_t column);
// Whether a tensor, a module or a call is in it.
bool holds_object(const spec::Expression& value) noexcept;
bool is_ordered_dict(const spec::Expression& value) noexcept;
// Null unless the expression is a module.
Module* module_of(const spec::Expression& value) noexcept;

}  // namespace duramen::nn
