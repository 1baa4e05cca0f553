// The common part of optimizers that have a rule for each group and a state for each parameter.
#pragma once

#include "optim/optimizer.hpp"

namespace duramen::optim {

// Rule is small and plain; State is empty when made, and moving it does not throw.
template <class Rule, class State>
class GroupedOptimizer : public Optimizer {
 protected:
  struct Part {  // of a group
    Rule rule;
    std::vector<State> states;  // one a parameter
  };

  using Optimizer::Optimizer;

  virtual Rule rule_of(const Options& options) const = 0;

  void groups_changed() final {
    std::vector<Part> changed;
    changed.reserve(groups_.size());
    for (const Group& group : groups_) changed.push_back({rule_of(group.options), {}});
    for (size_t i = parts_.size(); i < groups_.size(); ++i) {
      changed[i].states.resize(groups_[i].parameters.size());
    }
    for (size_t i = 0; i < parts_.size(); ++i) changed[i].states = std::move(parts_[i].states);
    parts_ = std::move(changed);
  }

  // Calls body(index, rule, state, parameter) for every parameter that has a gradient.
  template <class Body>
  void for_updates(const Body& body) {
    size_t index = 0;
    for (size_t i = 0; i < groups_.size(); ++i) {
      for (size_t j = 0; j < groups_[i].parameters.size(); ++j, ++index) {
        Tensor& parameter = *groups_[i].parameters[j];
        if (parameter.grad()) body(index, parts_[i].rule, parts_[i].states[j], parameter);
      }
    }
  }

  // Calls body(index, state) for every parameter.
  template <class Body>
  void for_states(const Body& body) const {
    int64_t index = 0;
    for (const Part& part : parts_) {
      for (const State& state : part.states) body(index++, state);
    }
  }

  // Other groups of as many parameters, and one state for each of these: all or nothing.
  void replace(std::vector<Group>&& groups, std::vector<State>&& states) {
    std::vector<Part> parts;
    parts.reserve(groups.size());
    for (const Group& group : groups) {
      parts.push_back({rule_of(group.options), std::vector<State>(group.parameters.size())});
    }
    auto next = states.begin();
    for (Part& part : parts) {
      for (State& state : part.states) state = std::move(*next++);
    }
    groups_ = std::move(groups);  // from here on nothing throws
    parts_ = std::move(parts);
  }

  std::vector<Part> parts_;
};

inline size_t parameter_count(const std::vector<Group>& groups) noexcept {
  size_t count = 0;
  for (const Group& group : groups) count += group.parameters.size();
  return count;
}

}  // namespace duramen::optim
