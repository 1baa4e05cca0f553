// A container that stands for a module of a class that the registry does not know: its children,
// its class name and what it printed beside them, kept as it was. It has no forward.
#pragma once

#include "nn/module.hpp"

namespace duramen::nn {

class Placeholder final : public Module {
 public:
  // `shown`: what print(module) shows before the children. `is_list`: prints equal neighbours once,
  // as a class derived from ModuleList does.
  Placeholder(std::string class_name, std::string shown, bool is_list)
      : Module(std::move(class_name)), shown_(std::move(shown)), is_list_(is_list) {}

  ModuleRef shell() const override { return make<Placeholder>(*this); }
  std::string extra_repr() const override { return shown_; }
  bool is_list() const noexcept { return is_list_; }

 private:
  std::string shown_;
  bool is_list_;
};

inline const Placeholder* placeholder_of(const Module& module) noexcept {
  return dynamic_cast<const Placeholder*>(&module);
}
inline bool is_list_placeholder(const Module& module) noexcept {
  const Placeholder* placeholder = placeholder_of(module);
  return placeholder && placeholder->is_list();
}

struct UnknownModule {
  std::string path;  // dotted; "" is the root
  std::string class_name;
};
// Every placeholder of a tree, each once.
std::vector<UnknownModule> unknown_modules(const Module& root);

}  // namespace duramen::nn
