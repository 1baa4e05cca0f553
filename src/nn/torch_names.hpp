// PyTorch's names for things, as its messages spell them: types of tensors and modules, and the
// attributes that every module has.
#pragma once

#include <string>
#include <string_view>

#include "tensor/tensor.hpp"

namespace duramen::nn {

class Module;

// Whether `names`, "a, b, c", has that one.
bool lists(std::string_view names, std::string_view name) noexcept;

// torch.typename: "torch.FloatTensor", "torch.nn.modules.activation.ReLU"; the bare class name of a
// class that PyTorch does not have.
std::string torch_typename(const Tensor& tensor);
std::string torch_typename(const Module& module);

// An attribute, method or field of a bare torch.nn.Module (spec 1.1).
bool is_base_attribute(std::string_view name) noexcept;

}  // namespace duramen::nn
