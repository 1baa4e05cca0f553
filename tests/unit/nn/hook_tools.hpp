// Hooks made of functions, for the tests of hooks.
#pragma once

#include <functional>

#include "nn/hooks.hpp"
#include "nn/load_notes.hpp"
#include "unit/nn/trees.hpp"

namespace duramen::nn::testing {

// A hook made of functions.
struct TestHook final : Hook {
  explicit TestHook(uint32_t events) : Hook(events) {}
  ~TestHook() override {
    if (destroyed) ++*destroyed;
  }
  TensorRef registering(Event event, Module& module, const std::string& name,
                        Tensor* tensor) override {
    return on_tensor ? on_tensor(event, module, name, tensor) : nullptr;
  }
  ModuleRef registering(Module& module, const std::string& name, Module* child) override {
    return on_child ? on_child(module, name, child) : nullptr;
  }
  void before_state_dict(const Module& module, const std::string& prefix, bool keep) override {
    if (on_before_state) on_before_state(module, prefix, keep);
  }
  void after_state_dict(const Module& module, StateDict& dict, const std::string& p) override {
    if (on_after_state) on_after_state(module, dict, p);
  }
  void before_load(Module& m, StateDict& dict, const std::string& p, LoadNotes& notes) override {
    if (on_before_load) on_before_load(m, dict, p, notes);
  }
  void after_load(Module& module, const std::string& prefix, LoadNotes& notes) override {
    if (on_after_load) on_after_load(module, prefix, notes);
  }
  std::function<TensorRef(Event, Module&, const std::string&, Tensor*)> on_tensor;
  std::function<ModuleRef(Module&, const std::string&, Module*)> on_child;
  std::function<void(const Module&, const std::string&, bool)> on_before_state;
  std::function<void(const Module&, StateDict&, const std::string&)> on_after_state;
  std::function<void(Module&, StateDict&, const std::string&, LoadNotes&)> on_before_load;
  std::function<void(Module&, const std::string&, LoadNotes&)> on_after_load;
  int* destroyed = nullptr;
};

// Writes "tag:name" for each registration.
inline Ref<TestHook> listener(std::vector<std::string>& said, const std::string& tag,
                              uint32_t events = Hook::kRegistration) {
  auto hook = make<TestHook>(events);
  hook->on_tensor = [&said, tag](Hook::Event, Module&, const std::string& name, Tensor* tensor) {
    said.push_back(tag + ":" + name + (tensor ? "" : "=None"));
    return TensorRef();
  };
  hook->on_child = [&said, tag](Module&, const std::string& name, Module* child) {
    said.push_back(tag + ":" + name + (child ? "" : "=None"));
    return ModuleRef();
  };
  return hook;
}

using Said = std::vector<std::string>;

struct Tree {
  ModuleRef root = make<Module>("Root"), mid = make<Module>("Mid"), leaf = make<Module>("Leaf");
  Tree() {
    mid->register_module("leaf", leaf);
    root->register_module("mid", mid);
  }
};

inline std::string keys(const StateDict& dict) {
  std::string out;
  for (const auto& entry : dict.entries()) out += (out.empty() ? "" : " ") + entry.name;
  return out;
}

}  // namespace duramen::nn::testing
