// Adam's state: saved, loaded again, from older versions, refused.
#include "kernels/copy.hpp"
#include "optim/optimizer.hpp"
#include "support/catch.hpp"
#include "support/refusal.hpp"
#include "unit/optim/triples.hpp"

using namespace duramen;
using namespace duramen::optim;
using namespace duramen::test;

namespace {

ValueRef dict_of(std::vector<std::pair<const char*, ValueRef>> entries) {
  std::vector<ValueRef> keys;
  std::vector<ValueRef> items;
  for (auto& [key, item] : entries) {
    keys.push_back(Value::text(key));
    items.push_back(std::move(item));
  }
  return Value::dict(std::move(keys), std::move(items));
}

ValueRef betas_of(double first, double second) {
  return Value::tuple({Value::real(first), Value::real(second)});
}

// As the first versions of PyTorch saved it.
ValueRef old_group(ValueRef betas = betas_of(0.5, 0.75)) {
  return dict_of({{"lr", Value::real(0.25)},
                  {"betas", std::move(betas)},
                  {"eps", Value::real(1e-4)},
                  {"weight_decay", Value::integer(0)},
                  {"params", Value::list({Value::integer(7)})}});
}

ValueRef saved(ValueRef group, ValueRef entry = nullptr) {
  ValueRef state = entry ? Value::dict({Value::integer(7)}, {std::move(entry)})
                         : Value::dict(std::vector<ValueRef>{}, {});
  return dict_of({{"state", std::move(state)}, {"param_groups", Value::list({std::move(group)})}});
}

}  // namespace

TEST_CASE("Adam resumes from its state exactly", "[optim][adam]") {
  for (const char* call : {"Adam(lr=0.1)", "AdamW(lr=0.05, amsgrad=True, betas=(0.3, 0.6))"}) {
    Context context;
    const TensorRef through = start_of(context, Dtype::float32);
    const auto whole = optimizer_from_text(context, call, {through});
    take_steps(context, *whole, through, 0, 2);
    const TensorRef resumed = start_of(context, Dtype::float32);
    kernels::copy(context.pool(), *resumed, *through);
    const std::string name(whole->class_name());
    const auto half = optimizer_from_text(context, name + "(lr=7.0)", {resumed});
    half->load_state_dict(context, *whole->state_dict());
    take_steps(context, *whole, through, 2, 5);
    take_steps(context, *half, resumed, 2, 5);
    for (int64_t i = 0; i < kCount; ++i) CHECK(element(*resumed, i) == element(*through, i));
  }
}

TEST_CASE("Adam loads what older versions saved", "[optim][adam]") {
  Context context;
  const TensorRef p = start_of(context, Dtype::float32);
  const TensorRef one = tensor_of(context, Dtype::float64, {1, 1, 1});
  const ValueRef state = saved(old_group(), dict_of({{"step", Value::integer(3)},
                                                     {"exp_avg", Value::tensor(one)},
                                                     {"exp_avg_sq", Value::tensor(one)}}));
  const auto adam = optimizer_from_text(context, "Adam()", {p});
  adam->load_state_dict(context, *state);
  const ValueRef loaded = adam->state_dict();
  CHECK(keys_of(*loaded->find("param_groups")->item(0)) ==
        "lr betas eps weight_decay amsgrad maximize foreach capturable differentiable "
        "decoupled_weight_decay fused params ");
  CHECK(adam->option(0, "fused")->kind() == ValueKind::none);
  CHECK(state_of(*loaded, "step").dtype() == Dtype::float32);
  CHECK(state_of(*loaded, "step").data<float>()[0] == 3);
  CHECK(state_of(*loaded, "exp_avg").dtype() == Dtype::float32);
  const auto adamw = optimizer_from_text(context, "AdamW()", {p});
  adamw->load_state_dict(context, *state);
  CHECK(adamw->option(0, "decoupled_weight_decay")->as_boolean());
  // A number keeps its own dtype and shape; betas may have been tensors.
  const TensorRef count = empty(context.allocator(), Shape{1}, Dtype::int64);
  count->mutable_data<int64_t>()[0] = 4;
  const TensorRef beta = empty(context.allocator(), Shape{}, Dtype::float32);
  beta->mutable_data<float>()[0] = 0.5f;
  const ValueRef tensors = Value::tuple({Value::tensor(beta), Value::tensor(beta)});
  adam->load_state_dict(context,
                        *saved(old_group(tensors), dict_of({{"step", Value::tensor(count)},
                                                            {"exp_avg", Value::tensor(one)},
                                                            {"exp_avg_sq", Value::tensor(one)}})));
  take_steps(context, *adam, p, 0, 1);
  CHECK(state_of(*adam->state_dict(), "step").data<int64_t>()[0] == 5);
  CHECK(count->data<int64_t>()[0] == 4);
  CHECK(adam->option(0, "betas")->item(1)->as_real() == 0.5);
}

TEST_CASE("Adam refuses a state that does not fit", "[optim][adam]") {
  Context context;
  const TensorRef p = start_of(context, Dtype::float32);
  const auto optimizer = optimizer_from_text(context, "Adam(lr=0.5)", {p});
  take_steps(context, *optimizer, p, 0, 1);
  const ValueRef like = Value::tensor(tensor_of(context, Dtype::float32, {1, 1, 1}));
  const ValueRef wrong = Value::tensor(empty(context.allocator(), Shape{3}, Dtype::float32));
  const auto load = [&](const ValueRef& state) {
    return refusal([&] { optimizer->load_state_dict(context, *state); });
  };
  const auto entry = [&](ValueRef step, ValueRef mean) {
    return saved(
        old_group(),
        dict_of({{"step", std::move(step)}, {"exp_avg", std::move(mean)}, {"exp_avg_sq", like}}));
  };
  CHECK(load(entry(wrong, like)) ==
        "load_state_dict: state.0.step is no number (expected one element, got [3])");
  CHECK(load(entry(Value::text("a"), like)) == "load_state_dict: state.0.step is no number");
  CHECK(load(entry(Value::real(1), wrong)) ==
        "load_state_dict: state.0.exp_avg has another shape than its parameter (expected [97], got "
        "[3])");
  CHECK(load(entry(Value::real(1), Value::none())) ==
        "KeyError load_state_dict: state.0.exp_avg is no tensor");
  CHECK(load(saved(old_group(), dict_of({{"step", Value::real(1)}}))) ==
        "KeyError load_state_dict: state.0.exp_avg is not there");
  CHECK(load(saved(old_group(), dict_of({{"momentum_buffer", like}}))) ==
        "load_state_dict: state.0 holds 'momentum_buffer' of another optimizer (expected step, "
        "exp_avg, exp_avg_sq, max_exp_avg_sq)");
  CHECK(load(saved(old_group(Value::list({Value::real(0.5)})))) ==
        "ValueError Adam: option 'betas' must be two floats");
  CHECK(load(saved(
            dict_of({{"lr", Value::real(1)}, {"params", Value::list({Value::integer(0)})}}))) ==
        "KeyError load_state_dict: param_groups[0] has no 'betas'");
  CHECK(optimizer->learning_rate(0) == 0.5);
  CHECK(optimizer->state_dict()->find("state")->count() == 1);
}
