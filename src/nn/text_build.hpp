// What building from a module's text needs beside the context: where in the printed tree it is,
// arguments that come in addition, what the text gives a name (@1), and training flags, which are
// known once the tree is there. docs/text-form.md.
#pragma once

#include <optional>
#include <unordered_map>

#include "nn/build.hpp"

namespace duramen::nn {

class TextBuild {
 public:
  explicit TextBuild(const TextOptions& options) : options_(options) {
    used_.resize(options.arguments.size());
  }

  const TextOptions& options() const noexcept { return options_; }

  // Spells the call as the class takes it today: `ReLU(inplace)`, `MaxPool2d(size=2)`; brings the
  // arguments in addition, and the parameters that ParameterList prints.
  void complete(const BuildContext& build, const ModuleType& type, spec::Expression& call);
  // The printed children and the attributes of the module that the call made.
  void add_children(const BuildContext& build, Module& module, spec::Expression& call);
  void set_attributes(const BuildContext& build, const ModuleRef& module, spec::Expression& call);
  // What take_parametrizations() took.
  void add_parametrizations(const BuildContext& build, const ModuleRef& module,
                            spec::Expression& dict);

  void define(const spec::Expression& where, uint32_t number, const spec::Expression& value);
  // What @N stands for, as an expression; INVALID_ARGUMENT for one that is not defined (yet).
  spec::Expression reference(const spec::Expression& name) const;

  // After the last call: the training flags, and NOT_FOUND for arguments that nothing took.
  void finish(Module& root);

 private:
  struct Attributes;

  void add_arguments(const BuildContext& build, spec::Expression& call, std::string_view place);
  void add_child(const BuildContext& build, Module& module, Module::Children& children,
                 std::string_view name, spec::Expression value);
  Module::Tensors tensors_of(const BuildContext& build, const Module::Tensors& own,
                             spec::Expression& dict);
  void read(const BuildContext& build, const ModuleRef& module, spec::Keyword& attribute,
            Module::Slots& slots);

  const TextOptions& options_;
  std::string path_;                 // of the printed child at hand
  std::vector<std::string> places_;  // where arguments were looked for
  std::vector<bool> used_;
  std::unordered_map<uint32_t, spec::Expression> defined_;
  // Held: what is thrown away must not leave its address to another.
  std::unordered_map<const Module*, std::pair<ModuleRef, bool>> training_;
};

// Whether a callee is a class that parametrizing makes: ParametrizedLinear, ParametrizationList, ….
bool is_parametrized_text(std::string_view callee);
// Of a call of ParametrizedLinear, which becomes one of Linear: the child "parametrizations".
// Nothing for other calls, and where unknown classes are to become containers and one is there.
std::optional<spec::Expression> take_parametrizations(spec::Expression& call,
                                                      bool unknown_as_containers);

// Whether a callee has a meaning beside the module types: tensor, zeros, dict, …
bool is_text_function(std::string_view callee);
// `container('Encoder', 'd_model=8')`: a placeholder of that class.
ModuleRef make_container(const spec::Expression& call);

}  // namespace duramen::nn
