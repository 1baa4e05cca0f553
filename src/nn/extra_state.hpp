// The extra state of modules in a load: set in the walk's order before any tensor changes, and
// given back when the load does not come about after all.
#pragma once

#include "nn/module.hpp"

namespace duramen::nn {

inline constexpr std::string_view kExtraState = "_extra_state";

// A state that a dict holds for a module.
struct ExtraStateMove {
  ModuleRef module;
  ValueRef state;
};

class ExtraStateChange {
 public:
  explicit ExtraStateChange(Context& context) : context_(context) {}
  ~ExtraStateChange();  // gives the states back, unless keep() was called
  ExtraStateChange(const ExtraStateChange&) = delete;
  ExtraStateChange& operator=(const ExtraStateChange&) = delete;

  // Throws what a class's own set_extra_state throws; those after it are not asked.
  void apply(const std::vector<ExtraStateMove>& moves);
  void keep() noexcept { done_.clear(); }

 private:
  Context& context_;
  std::vector<ExtraStateMove> done_;  // with the state before; null for a class that gives none
};

}  // namespace duramen::nn
