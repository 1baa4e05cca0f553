#include "kernels/sgd.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "optim/optimizers.hpp"
#include "optim/option_value.hpp"
#include "optim/saved_state.hpp"
#include "optim/update_check.hpp"

namespace duramen::optim {
namespace {

class Sgd final : public Optimizer {
 public:
  Sgd(const spec::Signature& signature, const spec::Arguments& arguments)
      : Optimizer(signature, arguments) {
    check_ranges(defaults_);
  }

  void step(Context& context) override;
  ValueRef state_dict() const override;
  void load_state_dict(Context& context, const Value& state) override;

 private:
  struct State {
    TensorRef buffer;    // momentum_buffer
    bool empty = true;   // until the first step wrote it
    bool none = false;   // a loaded entry that holds None until then
    uint64_t order = 0;  // among the states: PyTorch lists them as they came to be
  };
  struct GroupState {
    kernels::SgdRule rule;
    std::vector<State> states;  // one a parameter
  };

  void check_ranges(const Options& options) const override;
  void groups_changed() override;
  void prepare(Context& context);
  void prepare_buffer(Context& context, State& state, const Tensor& parameter, size_t index);
  void update(ThreadPool& pool, const kernels::SgdRule& rule, State& state, Tensor& parameter);

  std::vector<GroupState> own_;
  uint64_t states_made_ = 0;
};

Error value_error(std::string_view what, const Value& value) {
  return Error(Code::invalid_argument, join(what, text_of(value)))
      .with("actual", text_of(value))
      .with("torch_error", "ValueError");
}

void Sgd::check_ranges(const Options& options) const {
  const auto refuse_negative = [&](std::string_view name, std::string_view what) {
    if (number_of(options, name) < 0) {
      throw value_error(what, **options.find(name)).with("argument", std::string(name));
    }
  };
  refuse_negative("lr", "Invalid learning rate: ");
  refuse_negative("momentum", "Invalid momentum value: ");
  refuse_negative("weight_decay", "Invalid weight_decay value: ");
  const bool plain = number_of(options, "momentum") <= 0 || number_of(options, "dampening") != 0;
  if (flag_of(options, "nesterov") && plain) {
    throw Error(Code::invalid_argument, "Nesterov momentum requires a momentum and zero dampening")
        .with("argument", "nesterov")
        .with("torch_error", "ValueError");
  }
  if (flag_of(options, "fused") && flag_of(options, "foreach")) {
    throw Error(Code::invalid_argument, "`fused` and `foreach` cannot be `True` together.")
        .with("argument", "fused")
        .with("torch_error", "RuntimeError");
  }
  if (flag_of(options, "differentiable")) {
    throw Error(Code::unsupported, "SGD: a differentiable step is not supported")
        .with("argument", "differentiable");
  }
}

kernels::SgdRule rule_of(const Options& options) {
  return {number_of(options, "lr"),        number_of(options, "momentum"),
          number_of(options, "dampening"), number_of(options, "weight_decay"),
          flag_of(options, "nesterov"),    flag_of(options, "maximize")};
}

void Sgd::groups_changed() {
  std::vector<GroupState> changed;
  changed.reserve(groups_.size());
  for (const Group& group : groups_) changed.push_back({rule_of(group.options), {}});
  for (size_t i = own_.size(); i < groups_.size(); ++i) {
    changed[i].states.resize(groups_[i].parameters.size());
  }
  for (size_t i = 0; i < own_.size(); ++i) changed[i].states = std::move(own_[i].states);
  own_ = std::move(changed);
}

// A buffer of the parameter's dtype; to(dtype) may have changed that since the last step.
void Sgd::prepare_buffer(Context& context, State& state, const Tensor& parameter, size_t index) {
  if (!state.buffer) {
    state.buffer = empty_like(context, parameter);
    if (!state.none) state.order = states_made_++;
    return;
  }
  if (!(state.buffer->shape() == parameter.shape())) {
    throw Error(Code::state,
                join("SGD.step: parameter ", index, " has changed its shape (momentum_buffer is ",
                     format_shape(state.buffer->shape()), ", the parameter ",
                     format_shape(parameter.shape()), ")"))
        .with("torch_error", "RuntimeError");
  }
  if (state.buffer->dtype() == parameter.dtype()) return;
  TensorRef converted = empty_like(context, parameter);
  if (!state.empty) kernels::copy(context.pool(), *converted, *state.buffer);
  state.buffer = std::move(converted);
}

// Everything that can fail.
void Sgd::prepare(Context& context) {
  size_t index = 0;
  for (size_t i = 0; i < groups_.size(); ++i) {
    for (size_t j = 0; j < groups_[i].parameters.size(); ++j, ++index) {
      const Tensor& parameter = *groups_[i].parameters[j];
      if (!parameter.grad()) continue;
      check_update(parameter, "SGD.step", index);
      if (own_[i].rule.momentum != 0) {
        prepare_buffer(context, own_[i].states[j], parameter, index);
      }
    }
  }
}

void Sgd::update(ThreadPool& pool, const kernels::SgdRule& rule, State& state, Tensor& parameter) {
  Tensor* buffer = rule.momentum != 0 ? state.buffer.get() : nullptr;
  kernels::sgd_step(pool, rule, parameter, *parameter.grad(), buffer, state.empty);
  parameter.storage()->bump_version();
  if (!buffer) return;
  buffer->storage()->bump_version();
  state.empty = state.none = false;
}

void Sgd::step(Context& context) {
  prepare(context);
  context.cancel().check("SGD.step");
  const Uninterrupted change(context.cancel());
  for (size_t i = 0; i < groups_.size(); ++i) {
    for (size_t j = 0; j < groups_[i].parameters.size(); ++j) {
      Tensor& parameter = *groups_[i].parameters[j];
      if (!parameter.grad()) continue;
      update(context.pool(), own_[i].rule, own_[i].states[j], parameter);
    }
  }
}

ValueRef Sgd::state_dict() const {
  std::vector<std::pair<uint64_t, ParameterState>> found;
  int64_t index = 0;
  for (const GroupState& group : own_) {
    for (const State& state : group.states) {
      const int64_t own = index++;
      if (state.empty && !state.none) continue;
      found.push_back({state.order, {own, state.empty ? TensorRef() : state.buffer}});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<ParameterState> states;
  states.reserve(found.size());
  for (auto& [order, state] : found) states.push_back(std::move(state));
  return saved_state("momentum_buffer", states, param_groups_value());
}

void Sgd::load_state_dict(Context& context, const Value& state) {
  std::vector<Group> groups = groups_from(saved_part(state, "param_groups"));
  const auto loaded = loaded_state(context, "momentum_buffer", state, groups);
  std::vector<State> flat;
  for (const Group& group : groups) flat.resize(flat.size() + group.parameters.size());
  uint64_t made = 0;
  for (const ParameterState& one : loaded) {
    flat[static_cast<size_t>(one.index)] = {one.tensor, !one.tensor, !one.tensor, made++};
  }
  std::vector<GroupState> own;
  own.reserve(groups.size());
  auto next = flat.begin();
  for (const Group& group : groups) {
    const auto end = next + static_cast<ptrdiff_t>(group.parameters.size());
    own.push_back({rule_of(group.options), {next, end}});
    next = end;
  }
  groups_ = std::move(groups);  // from here on nothing throws
  own_ = std::move(own);
  states_made_ = made;
}

constexpr spec::Kinds kNumber = spec::kReal | spec::kBoolNumber;
constexpr spec::Parameter kParameters[] = {
    {"lr", kNumber, "0.001", "learning rate"},
    {"momentum", kNumber, "0", "momentum factor"},
    {"dampening", kNumber, "0", "dampening for momentum"},
    {"weight_decay", kNumber, "0", "weight decay (L2 penalty)"},
    {"nesterov", spec::kTruth, "False", "Nesterov momentum"},
    {"maximize", spec::kTruth, "False", "go up instead of down", true},
    {"foreach", spec::kTruth | spec::kNone, "None", "accepted; every step is fused", true},
    {"differentiable", spec::kTruth, "False", "only False", true},
    {"fused", spec::kTruth | spec::kNone, "None", "accepted; every step is fused", true},
};

Ref<Optimizer> create(const spec::Signature& signature, const spec::Arguments& arguments) {
  return make<Sgd>(signature, arguments);
}

}  // namespace

const OptimizerType kSgdType = {
    {"SGD", kParameters, "Stochastic gradient descent, with momentum if wanted."}, create};

}  // namespace duramen::optim
