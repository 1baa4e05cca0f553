// Optimizers: updates of a list of parameters from their gradients, in groups with their own
// options. They never see modules. A step is one fused pass a parameter; nothing changes when any
// gradient is wrong.
//
// A tensor belongs to an optimizer once. PyTorch only warns about one that a list names twice, and
// updates it twice; here that is INVALID_ARGUMENT.
#pragma once

#include "autograd/context.hpp"
#include "base/ordered_map.hpp"
#include "spec/registry.hpp"
#include "value/value.hpp"

namespace duramen::optim {

using Options = OrderedMap<ValueRef>;  // "lr", "momentum", …: none, bool, int, real, tuple

struct Group {
  std::vector<TensorRef> parameters;
  Options options;  // in PyTorch's order of keys
};

struct OptimizerType;

class Optimizer : public Counted {
 public:
  static constexpr uint32_t kTag = make_tag("optm");
  static constexpr size_t kAllGroups = SIZE_MAX;

  const std::string& class_name() const noexcept { return class_name_; }
  const std::vector<Group>& groups() const noexcept { return groups_; }

  // add_param_group: the optimizer's own options with those of `options` in their place, a text
  // such as "dict(lr=0.5, momentum=0.2)" or a dict value; empty or null: none. INVALID_ARGUMENT for
  // a non-leaf, a tensor that is there already (ValueError), an unknown option (with "nearest"),
  // and what the constructor would refuse.
  void add_group(std::vector<TensorRef> parameters, std::string_view options = {});
  void add_group(std::vector<TensorRef> parameters, const Value* options);
  // param_groups[group][name] = value, of one group or of all. NOT_FOUND for an unknown group or
  // option; INVALID_ARGUMENT for a value that the constructor would refuse.
  void set_option(size_t group, std::string_view name, const ValueRef& value);
  const ValueRef& option(size_t group, std::string_view name) const;  // NOT_FOUND
  void set_learning_rate(size_t group, double value) {
    set_option(group, "lr", Value::real(value));
  }
  double learning_rate(size_t group) const;  // NOT_FOUND

  // Updates every parameter that has a gradient. SHAPE_MISMATCH, DTYPE_MISMATCH, UNSUPPORTED,
  // READ_ONLY: before anything has changed.
  virtual void step(Context& context) = 0;
  void zero_grad(bool set_to_none = true);

  // PyTorch's structure: {"state": {index: {…}}, "param_groups": [{…, "params": [indices]}]}. The
  // tensors are the optimizer's own, as in PyTorch: the next step changes them.
  virtual ValueRef state_dict() const = 0;
  // Copies the state, converted to the parameters' dtypes. INCOMPATIBLE when groups or sizes
  // differ, INVALID_ARGUMENT for another structure; nothing has changed then. Group keys that are
  // not options (initial_lr, …) are kept.
  virtual void load_state_dict(Context& context, const Value& state) = 0;

 protected:
  // The options are the arguments, and the defaults of what is no argument. `type` is static data.
  Optimizer(const OptimizerType& type, const spec::Arguments& arguments);
  ~Optimizer() override = default;

  // Throws as the constructor of the class does in PyTorch (ValueError).
  virtual void check_ranges(const Options& options) const = 0;
  // After any change of groups or options; not called while the constructor runs. When it throws,
  // nothing of the class has changed, and who called takes the change back.
  virtual void groups_changed() = 0;

  void add_group_with(std::vector<TensorRef> parameters, Options options);
  const Group& group_at(size_t index) const;

  // Parts of state_dict and load_state_dict.
  ValueRef param_groups_value() const;
  std::vector<Group> groups_from(const Value& param_groups) const;  // with this one's parameters

  std::string class_name_;
  const OptimizerType* type_;
  Options defaults_;
  std::vector<Group> groups_;
};

// What PyTorch's __setstate__ puts under a key that a state dict of an older version lacks.
struct LaterOption {
  std::string_view name;
  std::string_view value;  // Python text
};

struct OptimizerType {
  spec::Signature signature;           // of the constructor, without params
  spec::Signature options;             // of a group, in PyTorch's order of keys
  std::span<const LaterOption> later;  // in the order in which they are added
  // Without any group yet.
  Ref<Optimizer> (*create)(const OptimizerType& type, const spec::Arguments& arguments);
};

const spec::Registry<OptimizerType>& optimizer_types() noexcept;
// "SGD(lr=0.1, momentum=0.9)". INVALID_ARGUMENT for an empty list (ValueError), a non-leaf, a
// tensor listed twice.
Ref<Optimizer> optimizer_from_text(Context& context, std::string_view text,
                                   std::vector<TensorRef> parameters);
// The same with the options by name (spec::arrange).
Ref<Optimizer> optimizer_from_call(Context& context, spec::Expression call,
                                   std::vector<TensorRef> parameters);

}  // namespace duramen::optim
