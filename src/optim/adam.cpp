#include "kernels/adam.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "optim/grouped.hpp"
#include "optim/optimizers.hpp"
#include "optim/option_value.hpp"
#include "optim/saved_state.hpp"
#include "optim/update_check.hpp"

namespace duramen::optim {
namespace {

constexpr StateKey kKeys[] = {{"step", true}, {"exp_avg"}, {"exp_avg_sq"}, {"max_exp_avg_sq"}};

struct State {
  TensorRef step;                    // one element, float32 unless loaded otherwise
  std::array<TensorRef, 3> moments;  // exp_avg, exp_avg_sq, max_exp_avg_sq
  bool empty = true;                 // until the first step wrote it
  uint64_t order = 0;                // among the states
};

struct Rule {
  kernels::AdamRule kernel;
  bool amsgrad;
  bool unsupported;  // a step that PyTorch takes on other devices only
};

class Adam final : public GroupedOptimizer<Rule, State> {
 public:
  Adam(const OptimizerType& type, const spec::Arguments& arguments);

  void step(Context& context) override;
  ValueRef state_dict() const override;
  void load_state_dict(Context& context, const Value& state) override;

 private:
  void check_ranges(const Options& options) const override;
  Rule rule_of(const Options& options) const override;
  void prepare(Context& context);

  uint64_t states_made_ = 0;
};

// The constructor takes the first two of any number.
Adam::Adam(const OptimizerType& type, const spec::Arguments& arguments)
    : GroupedOptimizer(type, arguments) {
  const Value& betas = **defaults_.find("betas");
  if (betas.count() < 2) {
    throw Error(Code::invalid_argument, join(value_kind_name(betas.kind()), " index out of range"))
        .with("argument", "betas")
        .with("torch_error", "IndexError");
  }
  defaults_.set("betas", Value::tuple({betas.item(0), betas.item(1)}));
  check_ranges(defaults_);
}

// Two numbers, which the rule can use.
void check_betas(const spec::Signature& signature, const Value& betas) {
  const auto is_number = [](const ValueRef& value) {
    return value->kind() == ValueKind::real || value->kind() == ValueKind::integer ||
           value->kind() == ValueKind::boolean;
  };
  if (betas.count() == 2 && is_number(betas.item(0)) && is_number(betas.item(1))) return;
  throw Error(Code::invalid_argument, join(signature.name, ": option 'betas' must be two floats"))
      .with("argument", "betas")
      .with("torch_error", betas.count() == 2 ? "TypeError" : "ValueError");
}

void check_kinds_of_steps(const std::string& name, const Options& options) {
  const bool fused = flag_of(options, "fused");
  const bool differentiable = flag_of(options, "differentiable");
  if (fused && (differentiable || flag_of(options, "foreach"))) {
    throw Error(Code::invalid_argument, differentiable
                                            ? "`fused` does not support `differentiable`"
                                            : "`fused` and `foreach` cannot be `True` together.")
        .with("argument", "fused")
        .with("torch_error", "RuntimeError");
  }
  if (differentiable) {
    throw Error(Code::unsupported, join(name, ": a differentiable step is not supported"))
        .with("argument", "differentiable");
  }
}

void Adam::check_ranges(const Options& options) const {
  const auto check = [&](std::string_view name, std::string_view what) {
    if (!(number_of(options, name) >= 0)) throw out_of_range(what, name, **options.find(name));
  };
  check("lr", "Invalid learning rate: ");
  check("eps", "Invalid epsilon value: ");
  const Value& betas = **options.find("betas");
  check_betas(type_->options, betas);
  for (size_t i = 0; i < 2; ++i) {
    const double beta = number_of(*betas.item(i));
    if (beta >= 0 && beta < 1) continue;
    throw out_of_range(join("Invalid beta parameter at index ", i, ": "), "betas", *betas.item(i));
  }
  check("weight_decay", "Invalid weight_decay value: ");
  for (const ValueRef& beta : betas.items()) {
    if (beta->kind() == ValueKind::real) continue;
    throw Error(Code::invalid_argument, "betas must be either both floats or both Tensors")
        .with("argument", "betas")
        .with("torch_error", "ValueError");
  }
  check_kinds_of_steps(class_name_, options);
}

Rule Adam::rule_of(const Options& options) const {
  const Value& betas = **options.find("betas");
  return {{number_of(options, "lr"), number_of(*betas.item(0)), number_of(*betas.item(1)),
           number_of(options, "eps"), number_of(options, "weight_decay"),
           flag_of(options, "decoupled_weight_decay"), flag_of(options, "maximize")},
          flag_of(options, "amsgrad"),
          flag_of(options, "capturable") && !flag_of(options, "fused")};
}

State new_state(Context& context, const Rule& rule, const Tensor& parameter) {
  State state;
  state.step = empty(context.allocator(), Shape{}, Dtype::float32);
  kernels::write_double(state.step->mutable_bytes(), Dtype::float32, 0);
  for (size_t k = 0; k < (rule.amsgrad ? 3u : 2u); ++k) {
    state.moments[k] = empty_like(context, parameter);
  }
  return state;
}

bool is_ready(const Rule& rule, const State& state, const Tensor& parameter) noexcept {
  const auto fits = [&](const TensorRef& one) { return !one || is_fitting(*one, parameter); };
  const auto& moments = state.moments;
  return !state.empty && (moments[2] || !rule.amsgrad) &&
         std::all_of(moments.begin(), moments.end(), fits);
}

// A state in the parameter's dtype.
State fitting_state(Context& context, const UpdateTarget& target, const Rule& rule,
                    const State& state) {
  State next = state;
  if (rule.amsgrad && !state.moments[2]) {
    throw Error(Code::state, join(target.operation, ": parameter ", target.index,
                                  " has no max_exp_avg_sq (its first step was without amsgrad)"))
        .with("torch_error", "KeyError");
  }
  for (size_t k = 0; k < 3; ++k) {
    if (!state.moments[k]) continue;
    next.moments[k] = fitting(context, target, state.moments[k], kKeys[k + 1].name);
  }
  return next;
}

// Everything that can fail.
void Adam::prepare(Context& context) {
  const std::string operation = class_name_ + ".step";
  for_updates([&](size_t index, const Rule& rule, State& state, Tensor& parameter) {
    const UpdateTarget target{operation, index, parameter};
    check_update(target);
    if (rule.unsupported) {
      throw Error(Code::unsupported, join(operation,
                                          ": capturable=True is not supported on the "
                                          "CPU (expected False, or fused=True)"))
          .with("argument", "capturable")
          .with("torch_error", "AssertionError");
    }
    if (is_ready(rule, state, parameter)) return;
    state = state.empty ? new_state(context, rule, parameter)
                        : fitting_state(context, target, rule, state);
  });
}

void update(ThreadPool& pool, const Rule& rule, State& state, Tensor& parameter) {
  const auto& [exp_avg, exp_avg_sq, max_exp_avg_sq] = state.moments;
  Tensor* largest = rule.amsgrad ? max_exp_avg_sq.get() : nullptr;
  Tensor& step = *state.step;
  const double count = kernels::read_double(step.bytes(), step.dtype()) + 1;
  kernels::write_double(step.mutable_bytes(), step.dtype(), count);
  kernels::adam_step(
      pool, rule.kernel, kernels::read_double(step.bytes(), step.dtype()),
      {parameter, *parameter.grad(), {exp_avg.get(), exp_avg_sq.get(), largest}, state.empty});
  for (Tensor* written : {&parameter, &step, exp_avg.get(), exp_avg_sq.get(), largest}) {
    if (written) written->storage()->bump_version();
  }
}

void Adam::step(Context& context) {
  prepare(context);
  context.cancel().check("Adam.step");
  const Uninterrupted change(context.cancel());
  for_updates([&](size_t, const Rule& rule, State& state, Tensor& parameter) {
    update(context.pool(), rule, state, parameter);
    if (state.empty) state.order = states_made_++;
    state.empty = false;
  });
}

ValueRef Adam::state_dict() const {
  std::vector<ParameterState> states;
  for_states([&](int64_t index, const State& state) {
    if (state.empty) return;
    ParameterState one{index, state.order, {Value::tensor(state.step)}};
    for (const TensorRef& moment : state.moments) {
      one.items.push_back(moment ? Value::tensor(moment) : nullptr);
    }
    states.push_back(std::move(one));
  });
  return saved_state(kKeys, std::move(states), param_groups_value());
}

State state_from(const ParameterState& loaded) {
  State state;
  for (size_t k = 0; k < 4; ++k) {
    const ValueRef& item = loaded.items[k];
    const bool is_tensor = item && item->kind() == ValueKind::tensor;
    if (!is_tensor && (item || k < 3)) {
      const std::string path = join("state.", loaded.index, ".", kKeys[k].name);
      throw Error(Code::invalid_argument,
                  join("load_state_dict: ", path, item ? " is no tensor" : " is not there"))
          .with("path", path)
          .with("torch_error", "KeyError");
    }
    if (!is_tensor) continue;
    (k == 0 ? state.step : state.moments[k - 1]) = TensorRef(item->as_tensor());
  }
  state.empty = false;
  state.order = loaded.order;
  return state;
}

void Adam::load_state_dict(Context& context, const Value& state) {
  std::vector<Group> groups = groups_from(saved_part(state, "param_groups"));
  for (Group& group : groups) {
    check_betas(type_->options, **group.options.find("betas"));
    if (type_ == &kAdamWType) group.options.set("decoupled_weight_decay", Value::boolean(true));
  }
  std::vector<State> states(parameter_count(groups));
  const auto loaded = loaded_state(context, kKeys, state, groups);
  for (const ParameterState& one : loaded) {
    states[static_cast<size_t>(one.index)] = state_from(one);
  }
  replace(std::move(groups), std::move(states));
  states_made_ = loaded.size();
}

constexpr spec::Kinds kNumber = spec::kReal | spec::kBoolNumber;
constexpr spec::Parameter kLr = {"lr", kNumber, "0.001", "learning rate"};
constexpr spec::Parameter kBetas = {"betas", spec::kList, "(0.9, 0.999)",
                                    "factors of the running means of gradient and square"};
constexpr spec::Parameter kEps = {"eps", kNumber, "1e-08", "added to the denominator"};
constexpr spec::Parameter kAmsgrad = {"amsgrad", spec::kTruth, "False",
                                      "divide by the largest mean of squares so far"};
constexpr spec::Parameter kMaximize = {"maximize", spec::kTruth, "False", "go up instead of down",
                                       true};
constexpr spec::Parameter kForeach = {"foreach", spec::kTruth | spec::kNone, "None",
                                      "accepted; every step is fused", true};
constexpr spec::Parameter kCapturable = {"capturable", spec::kTruth, "False",
                                         "only False, or with fused=True", true};
constexpr spec::Parameter kDifferentiable = {"differentiable", spec::kTruth, "False", "only False",
                                             true};
constexpr spec::Parameter kFused = {"fused", spec::kTruth | spec::kNone, "None",
                                    "accepted; every step is fused", true};

constexpr spec::Parameter kAdamDecay = {"weight_decay", kNumber, "0", "weight decay (L2 penalty)"};
constexpr spec::Parameter kAdamDecoupled = {"decoupled_weight_decay", spec::kTruth, "False",
                                            "decay as AdamW does", true};
constexpr spec::Parameter kAdamWDecay = {"weight_decay", kNumber, "0.01",
                                         "share of the parameter taken off, times lr"};
constexpr spec::Parameter kAdamWDecoupled = {"decoupled_weight_decay", spec::kTruth, "True",
                                             "decay as AdamW does", true};

constexpr spec::Parameter kAdamParameters[] = {
    kLr,         kBetas,          kEps,   kAdamDecay,    kAmsgrad, kForeach, kMaximize,
    kCapturable, kDifferentiable, kFused, kAdamDecoupled};
constexpr spec::Parameter kAdamOptions[] = {
    kLr,         kBetas,          kEps,   kAdamDecay,    kAmsgrad, kMaximize, kForeach,
    kCapturable, kDifferentiable, kFused, kAdamDecoupled};
constexpr spec::Parameter kAdamWParameters[] = {
    kLr,       kBetas,   kEps,        kAdamWDecay,     kAmsgrad,
    kMaximize, kForeach, kCapturable, kDifferentiable, kFused};
constexpr spec::Parameter kAdamWOptions[] = {
    kLr,         kBetas,          kEps,   kAdamWDecay,    kAmsgrad, kMaximize, kForeach,
    kCapturable, kDifferentiable, kFused, kAdamWDecoupled};

constexpr LaterOption kLater[] = {
    {"amsgrad", "False"},    {"maximize", "False"},       {"foreach", "None"},
    {"capturable", "False"}, {"differentiable", "False"}, {"decoupled_weight_decay", "False"},
    {"fused", "None"}};

Ref<Optimizer> create(const OptimizerType& type, const spec::Arguments& arguments) {
  return make<Adam>(type, arguments);
}

}  // namespace

const OptimizerType kAdamType = {
    {"Adam", kAdamParameters, "Steps scaled by running means of the gradient and its square."},
    {"Adam", kAdamOptions, ""},
    kLater,
    create};
const OptimizerType kAdamWType = {
    {"AdamW", kAdamWParameters, "Adam with weight decay beside the gradient."},
    {"AdamW", kAdamWOptions, ""},
    kLater,
    create};

}  // namespace duramen::optim
