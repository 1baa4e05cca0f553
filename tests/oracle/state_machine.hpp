// The interpreter of the recorded state cases: a step is [operation, arguments…] over named
// variables; its outcome is JSON text in the recorded form. An error is {"error": class}, where
// class is PyTorch's name for it, or the library's code where PyTorch has none; of a load also
// "message", PyTorch's whole text.
//
// Thrown by a step: Skip where the case needs what the library does not have, and TypeRule where
// the step is a type error that C++ does not let anybody write (it changes nothing in Python
// either).
#pragma once

#include <map>
#include <variant>

#include "nn/containers.hpp"
#include "nn/parameter_containers.hpp"
#include "support/case_log.hpp"
#include "support/json.hpp"
#include "support/warnings.hpp"

namespace duramen::test {

struct TypeRule {};

class StateMachine {
 public:
  explicit StateMachine(uint64_t seed) : seed_(seed) {}

  // The outcome of one step, minified.
  std::string run(const Json& step);
  // What the library promises beyond the recording, and broke: failed loads that changed something.
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  struct Nothing {};
  using Thing = std::variant<Nothing, nn::ModuleRef, TensorRef, Ref<StateDict>>;
  using Operation = std::string (StateMachine::*)(const Json& step);
  struct Entry {
    const char* name;
    Operation operation;
  };
  static Operation find(std::string_view name);

  // Variables and arguments.
  const Thing& thing(const Json& step, size_t index) const;
  nn::Module& module(const Json& step, size_t index) const;
  nn::ModuleRef module_ref(const Json& step, size_t index) const;
  const TensorRef& tensor(const Json& step, size_t index) const;
  StateDict& dict(const Json& step, size_t index) const;
  template <class T>
  void store(const Json& step, size_t index, T value) {
    variables_[text(at(step, index))] = std::move(value);
  }
  TensorRef tensor_or_none(const Json& step, size_t index) const;

  // state_build.cpp
  std::string seed(const Json& step);
  std::string build_module(const Json& step);
  std::string build_tensor(const Json& step);
  std::string build_parameter(const Json& step);
  std::string register_parameter(const Json& step);
  std::string register_buffer(const Json& step);
  std::string add_module(const Json& step);
  std::string set_attribute(const Json& step);
  std::string delete_attribute(const Json& step);
  std::string get_attribute(const Json& step);
  std::string build_chain(const Json& step);

  // state_observe.cpp
  std::string named_parameters(const Json& step);
  std::string named_buffers(const Json& step);
  std::string parameters(const Json& step);
  std::string named_modules(const Json& step);
  std::string named_children(const Json& step);
  std::string slots(const Json& step);
  std::string keys(const Json& step);
  std::string same(const Json& step);
  std::string alias_of(const Json& step);
  std::string entry(const Json& step);
  std::string repr(const Json& step);
  std::string length(const Json& step);
  std::string dict_keys(const Json& step);
  std::string training(const Json& step);
  std::string gradients(const Json& step);
  std::string apply_order(const Json& step);
  std::string get_submodule(const Json& step);
  std::string get_parameter(const Json& step);
  std::string get_buffer(const Json& step);
  std::string set_submodule(const Json& step);

  // state_load.cpp
  std::string state_dict(const Json& step);
  std::string state_dict_quiet(const Json& step);
  std::string show(const Json& step);
  std::string dict_new(const Json& step);
  std::string dict_set(const Json& step);
  std::string dict_delete(const Json& step);
  std::string dict_plain(const Json& step);
  std::string dict_clone(const Json& step);
  std::string set_version(const Json& step);
  std::string strip_prefix(const Json& step);
  std::string load(const Json& step);
  void put(StateDict& dict, std::string_view key, const Json& value) const;

  // state_containers.cpp
  std::string call(const Json& step);
  std::string call_indexed(nn::IndexedContainer& container, const Json& step);
  std::string call_named(nn::ModuleDict& container, const Json& step);
  std::string call_parameters(nn::ParameterDict& container, const Json& step);
  nn::ModuleRef child(const Json& name) const;
  spec::Expression value_entry(const Json& name) const;
  template <class T>
  std::string given(const Json& step, const T& result, std::string_view type);

  // state_hooks.cpp
  std::string add_dict_hook(const Json& step, uint32_t event);
  std::string load_pre_hook(const Json& step);
  std::string load_post_hook(const Json& step);
  std::string state_post_hook(const Json& step);

  // state_flags.cpp
  std::string train(const Json& step);
  std::string evaluate(const Json& step);
  std::string requires_grad(const Json& step);
  std::string convert(const Json& step);
  std::string convert_tensor(const Json& step);
  std::string zero_grad(const Json& step);
  std::string set_grad(const Json& step);
  std::string fill(const Json& step);
  std::string deepcopy(const Json& step);

  uint64_t seed_;
  Context context_;
  Warnings warnings_{context_};
  std::map<std::string, Thing, std::less<>> variables_;
  std::vector<std::string> complaints_;
};

}  // namespace duramen::test
