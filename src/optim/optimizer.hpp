// Optimizers: updates of a list of parameters from their gradients, in groups with their own
// options. They never see modules. A step runs under no-grad and is one fused pass a parameter; a
// parameter that two entries name is updated once.
#pragma once

#include "autograd/context.hpp"
#include "base/ordered_map.hpp"
#include "spec/registry.hpp"
#include "value/value.hpp"

namespace duramen::optim {

// An option of a group, in PyTorch's order of keys.
struct Option {
  std::string name;
  ValueRef value;  // none, bool, int, real, tuple
};

struct Group {
  std::vector<TensorRef> parameters;
  OrderedMap<ValueRef> options;  // "lr", "momentum", …
};

class Optimizer : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("optm");

  const std::string& class_name() const noexcept { return class_name_; }
  std::vector<Group>& groups() noexcept { return groups_; }
  const std::vector<Group>& groups() const noexcept { return groups_; }

  // Updates every parameter that has a gradient. All gradients are checked before anything changes.
  virtual void step(Context& context) = 0;
  void zero_grad(bool set_to_none = true);

  // PyTorch's structure: {"state": {index: {…}}, "param_groups": [{…, "params": [indices]}]}.
  virtual ValueRef state_dict() const = 0;
  // INCOMPATIBLE when groups or sizes differ; nothing has changed then.
  virtual void load_state_dict(Context& context, const Value& state) = 0;

 protected:
  Optimizer(std::string class_name) : Counted(kTag), class_name_(std::move(class_name)) {}
  ~Optimizer() override = default;

  std::string class_name_;
  std::vector<Group> groups_;
};

struct OptimizerType {
  spec::Signature signature;  // without params
  Ref<Optimizer> (*create)(Context& context, const spec::Arguments& arguments,
                           std::vector<TensorRef> parameters);
};

const spec::Registry<OptimizerType>& optimizer_types() noexcept;
// "SGD(lr=0.1, momentum=0.9)". INVALID_ARGUMENT for an empty list (ValueError), a non-leaf, a
// tensor listed twice.
Ref<Optimizer> optimizer_from_text(Context& context, std::string_view text,
                                   std::vector<TensorRef> parameters);

}  // namespace duramen::optim
