// Modules from text, and back: the registry of module types, the factory and PyTorch's repr.
#pragma once

#include "nn/module.hpp"
#include "spec/registry.hpp"

namespace duramen::nn {

// What a factory gets beside the arguments.
struct BuildContext {
  Context& context;
  // The module or tensor that an evaluated expression stands for; INVALID_ARGUMENT at anything
  // else.
  ModuleRef module(const spec::Expression& expression) const;
  TensorRef tensor(const spec::Expression& expression) const;
  // Replaces every call by what it gives, inner ones first and from left to right, as Python does:
  // modules and tensors become objects, OrderedDict(…) and dict(…) dicts of that name. UNSUPPORTED
  // for a callee that is not known.
  void evaluate(spec::Expression& expression) const;
};

struct ModuleType {
  spec::Signature signature;
  ModuleRef (*create)(const BuildContext& build, const spec::Arguments& arguments);
};

// Every module type, in the order of the documentation.
const spec::Registry<ModuleType>& module_types() noexcept;

// CANCELLED: the generator is where it was.
ModuleRef module_from_text(Context& context, std::string_view text,
                           std::span<const spec::NamedObject> objects = {});
// One call with its arguments by name (spec::arrange).
ModuleRef module_from_call(Context& context, spec::Expression call);
// PyTorch 2.15's print(module), without recursion.
std::string repr(const Module& module);

// device=None, dtype=None, which end nearly every signature: the dtype given, or the context's
// default. UNSUPPORTED for a device other than the CPU.
Dtype dtype_argument(const BuildContext& build, const spec::Arguments& arguments);

}  // namespace duramen::nn
