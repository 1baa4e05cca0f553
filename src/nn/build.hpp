// Modules from text, and back: the registry of module types, the factory and PyTorch's repr.
#pragma once

#include "nn/module.hpp"
#include "spec/registry.hpp"

namespace duramen::nn {

class TextBuild;

// What a factory gets beside the arguments.
struct BuildContext {
  Context& context;
  TextBuild* text = nullptr;  // null without a text
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
  // What print(module) does not show, as "weight, reduction"; beside device and dtype, which no
  // type shows.
  std::string_view hidden = {};
};

// Every module type, in the order of the documentation.
const spec::Registry<ModuleType>& module_types() noexcept;

// Arguments that a text does not show: "num_heads=8", for a path in the printed tree
// ("layers.0.self_attn") or for every module of a class.
struct AddedArguments {
  std::string_view place;
  std::string_view text;
};
struct TextOptions {
  std::span<const spec::NamedObject> objects = {};
  std::span<const AddedArguments> arguments = {};
  bool unknown_as_containers = false;  // Placeholder
};
// From a constructor call, from what print(module) shows, or from the lossless form
// (docs/text-form.md). CANCELLED: the generator is where it was.
ModuleRef module_from_text(Context& context, std::string_view text, const TextOptions& options);
inline ModuleRef module_from_text(Context& context, std::string_view text,
                                  std::span<const spec::NamedObject> objects = {}) {
  return module_from_text(context, text, TextOptions{.objects = objects});
}
// One call with its arguments by name (spec::arrange).
ModuleRef module_from_call(Context& context, spec::Expression call);
// PyTorch 2.15's print(module), without recursion.
std::string repr(const Module& module);
// A text that module_from_text makes the same tree of, values aside. UNSUPPORTED with the path of a
// module that no text can make; STATE for a cycle, LIMIT for too many levels or too long a text.
std::string lossless_text(const Module& module);

// device=None, dtype=None, which end nearly every signature: the dtype given, or the context's
// default. UNSUPPORTED for a device other than the CPU.
Dtype dtype_argument(const BuildContext& build, const spec::Arguments& arguments);

}  // namespace duramen::nn
