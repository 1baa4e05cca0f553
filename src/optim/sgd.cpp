#include "kernels/sgd.hpp"

#include "base/text.hpp"
#include "optim/grouped.hpp"
#include "optim/optimizers.hpp"
#include "optim/option_value.hpp"
#include "optim/saved_state.hpp"
#include "optim/update_check.hpp"

namespace duramen::optim {
namespace {

constexpr StateKey kKeys[] = {{"momentum_buffer"}};

struct State {
  TensorRef buffer;    // momentum_buffer
  bool empty = true;   // until the first step wrote it
  bool none = false;   // a loaded entry that holds None until then
  uint64_t order = 0;  // among the states
};

class Sgd final : public GroupedOptimizer<kernels::SgdRule, State> {
 public:
  Sgd(const OptimizerType& type, const spec::Arguments& arguments)
      : GroupedOptimizer(type, arguments) {
    check_ranges(defaults_);
  }

  void step(Context& context) override;
  ValueRef state_dict() const override;
  void load_state_dict(Context& context, const Value& state) override;

 private:
  void check_ranges(const Options& options) const override;
  kernels::SgdRule rule_of(const Options& options) const override;
  void prepare(Context& context);
  void update(ThreadPool& pool, const kernels::SgdRule& rule, State& state, Tensor& parameter);

  uint64_t states_made_ = 0;
};

void Sgd::check_ranges(const Options& options) const {
  const auto refuse_negative = [&](std::string_view name, std::string_view what) {
    if (number_of(options, name) < 0) throw out_of_range(what, name, **options.find(name));
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

kernels::SgdRule Sgd::rule_of(const Options& options) const {
  return {number_of(options, "lr"),        number_of(options, "momentum"),
          number_of(options, "dampening"), number_of(options, "weight_decay"),
          flag_of(options, "nesterov"),    flag_of(options, "maximize")};
}

// Everything that can fail.
void Sgd::prepare(Context& context) {
  for_updates([&](size_t index, const kernels::SgdRule& rule, State& state, Tensor& parameter) {
    const UpdateTarget target{"SGD.step", index, parameter};
    check_update(target);
    if (rule.momentum == 0) return;
    if (!state.empty) {
      state.buffer = fitting(context, target, state.buffer, kKeys[0].name);
      return;
    }
    const bool is_new = !state.buffer && !state.none;
    state.buffer = empty_like(context, parameter);
    if (is_new) state.order = states_made_++;
  });
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
  for_updates([&](size_t, const kernels::SgdRule& rule, State& state, Tensor& parameter) {
    update(context.pool(), rule, state, parameter);
  });
}

ValueRef Sgd::state_dict() const {
  std::vector<ParameterState> states;
  for_states([&](int64_t index, const State& state) {
    if (state.empty && !state.none) return;
    ValueRef buffer = state.empty ? Value::none() : Value::tensor(state.buffer);
    states.push_back({index, state.order, {std::move(buffer)}});
  });
  return saved_state(kKeys, std::move(states), param_groups_value());
}

void Sgd::load_state_dict(Context& context, const Value& state) {
  std::vector<Group> groups = groups_from(saved_part(state, "param_groups"));
  std::vector<State> states(parameter_count(groups));
  const auto loaded = loaded_state(context, kKeys, state, groups);
  for (const ParameterState& one : loaded) {
    const TensorRef buffer(one.items[0]->as_tensor());
    states[static_cast<size_t>(one.index)] = {buffer, !buffer, !buffer, one.order};
  }
  replace(std::move(groups), std::move(states));
  states_made_ = loaded.size();
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

constexpr LaterOption kLater[] = {{"nesterov", "False"},
                                  {"maximize", "False"},
                                  {"foreach", "None"},
                                  {"differentiable", "False"},
                                  {"fused", "False"}};

Ref<Optimizer> create(const OptimizerType& type, const spec::Arguments& arguments) {
  return make<Sgd>(type, arguments);
}

}  // namespace

const OptimizerType kSgdType = {
    {"SGD", kParameters, "Stochastic gradient descent, with momentum if wanted."},
    {"SGD", kParameters, ""},
    kLater,
    create};

}  // namespace duramen::optim
