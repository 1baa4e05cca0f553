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
  bool draws = true;          // whether modules of the table get their initial values
  // The module or tensor that an evaluated expression stands for; INVALID_ARGUMENT at anything
  // else.
  ModuleRef module(const spec::Expression& expression) const;
  TensorRef tensor(const spec::Expression& expression) const;
  // Replaces every call by what it gives, inner ones first and from left to right, as Python does:
  // modules and tensors become objects, OrderedDict(…) and dict(…) dicts of that name. UNSUPPORTED
  // for a callee that is not known.
  void evaluate(spec::Expression& expression) const;
};

class Layer;
class Settings;

// What makes a class of nn::Layer (layer_rules.hpp); every member may be left out.
struct LayerRules {
  // The constructor's checks, and its changes of its arguments.
  void (*settle)(Settings& settings, const spec::Arguments& arguments) = nullptr;
  // Registers parameters, buffers and children. `reset` runs behind it.
  void (*build)(Layer& layer, const BuildContext& build,
                const spec::Arguments& arguments) = nullptr;
  void (*reset)(Layer& layer, Context& context) = nullptr;  // reset_parameters()
  bool build_draws = false;  // build() gives the initial values; `reset` does not run behind it
  void (*reset_running_stats)(Layer& layer) = nullptr;
  // Inside the parentheses of what print shows: "p={p}, inplace={inplace}", or what a function
  // says.
  std::string_view shown = {};
  std::string (*show)(const Layer& layer) = nullptr;
  // What a text says beside the arguments: printed children, and what is no argument.
  void (*read_printed)(const spec::Signature& signature, spec::Expression& call) = nullptr;
  // Names that the class has beside its arguments ("reset_parameters, _qkv_same_embed_dim"), and
  // arguments that it does not keep under their names.
  std::string_view attributes = {};
  std::string_view no_attributes = {};
  int64_t version = 1;  // of its state
  std::vector<Module::Upgrade> (*upgrade)(const Layer& layer, std::optional<int64_t> version,
                                          FunctionRef<bool(std::string_view)> has) = nullptr;
  // Without them: UNSUPPORTED.
  TensorRef (*forward)(Layer& layer, Context& context, std::span<const TensorRef> inputs) = nullptr;
  ValueRef (*call)(Layer& layer, Context& context, const Value& arguments,
                   const Value* keywords) = nullptr;
  bool is_lazy = false;  // lazy.hpp
};

struct ModuleType {
  spec::Signature signature;
  ModuleRef (*create)(const BuildContext& build,
                      const spec::Arguments& arguments) = nullptr;  // null: a Layer
  // What print(module) does not show, as "weight, reduction"; beside device and dtype, which no
  // type shows.
  std::string_view hidden = {};
  LayerRules rules = {};

  // False: its state is there, its forward is not.
  bool has_forward() const noexcept;
  const ModuleType* plain() const noexcept;  // of a lazy type, what it becomes
  ModuleRef make(const BuildContext& build, const spec::Arguments& arguments) const;
};
// The types of one source.
using ModuleFamily = std::span<const ModuleType>;

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
