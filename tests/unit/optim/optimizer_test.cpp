#include "optim/optimizer.hpp"

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "support/catch.hpp"

using namespace duramen;
using namespace duramen::optim;

namespace {

TensorRef parameter_of(Context& context, std::initializer_list<float> values) {
  TensorRef data =
      empty(context.allocator(), Shape{static_cast<int64_t>(values.size())}, Dtype::float32);
  std::copy(values.begin(), values.end(), data->mutable_data<float>());
  return make_parameter(*data, true);
}

void give_grad(Context& context, const TensorRef& parameter, float value) {
  TensorRef grad = empty(context.allocator(), parameter->shape(), parameter->dtype());
  kernels::fill(*grad, value);
  parameter->set_grad(std::move(grad));
}

struct Failure {
  Code code = Code::ok;
  std::string message;
  Ref<ErrorRecord> record;
  std::string detail(const char* key) const {
    const std::string* found = record ? record->detail(key) : nullptr;
    return found ? *found : "-";
  }
};

template <class Body>
Failure failure_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return {error.code(), error.message(), error.record()};
  }
  return {};
}

std::string keys_of(const Value& dict) {
  std::string out;
  for (const ValueRef& key : dict.keys()) out += join(key->as_text(), " ");
  return out;
}

ValueRef with_item(const Value& dict, std::string_view key, ValueRef item) {
  std::vector<ValueRef> items(dict.items().begin(), dict.items().end());
  for (size_t i = 0; i < items.size(); ++i) {
    if (dict.key(i)->as_text() == key) items[i] = item;
  }
  return Value::dict({dict.keys().begin(), dict.keys().end()}, std::move(items));
}

// A state dict of one parameter with this state and this group.
ValueRef saved(ValueRef state, std::vector<ValueRef> groups) {
  return Value::dict({Value::text("state"), Value::text("param_groups")},
                     {std::move(state), Value::list(std::move(groups))});
}

}  // namespace

TEST_CASE("options have PyTorch's defaults, order and types", "[optim][optimizer]") {
  Context context;
  const auto optimizer = optimizer_from_text(context, "SGD()", {parameter_of(context, {1})});
  CHECK(optimizer->class_name() == "SGD");
  const ValueRef state = optimizer->state_dict();
  CHECK(keys_of(*state) == "state param_groups ");
  const Value& group = *state->find("param_groups")->item(0);
  CHECK(
      keys_of(group) ==
      "lr momentum dampening weight_decay nesterov maximize foreach differentiable fused params ");
  CHECK(group.find("lr")->as_real() == 1e-3);
  CHECK(group.find("momentum")->kind() == ValueKind::integer);
  CHECK(group.find("nesterov")->kind() == ValueKind::boolean);
  CHECK(group.find("fused")->kind() == ValueKind::none);
  CHECK(group.find("params")->item(0)->as_integer() == 0);
  const auto named = optimizer_from_text(context, "torch.optim.SGD(0.5, 1, fused=True)",
                                         {parameter_of(context, {1})});
  CHECK(named->learning_rate(0) == 0.5);
  CHECK(named->option(0, "momentum")->as_integer() == 1);
}

TEST_CASE("the constructor refuses what PyTorch refuses", "[optim][optimizer]") {
  struct Case {
    const char *text, *message, *torch_error;
  };
  const Case cases[] = {
      {"SGD(lr=-1)", "Invalid learning rate: -1 (at column 8)", "ValueError"},
      {"SGD(lr=-0.5)", "Invalid learning rate: -0.5 (at column 8)", "ValueError"},
      {"SGD(momentum=-0.1)", "Invalid momentum value: -0.1 (at column 14)", "ValueError"},
      {"SGD(weight_decay=-1e-5)", "Invalid weight_decay value: -1e-05 (at column 18)",
       "ValueError"},
      {"SGD(nesterov=True)",
       "Nesterov momentum requires a momentum and zero dampening (at column 14)", "ValueError"},
      {"SGD(nesterov=True, momentum=0.9, dampening=0.1)",
       "Nesterov momentum requires a momentum and zero dampening (at column 14)", "ValueError"},
      {"SGD(foreach=True, fused=True)",
       "`fused` and `foreach` cannot be `True` together. (at column 25)", "RuntimeError"},
      {"SGD(momentun=0.9)",
       "SGD.__init__() got an unexpected keyword argument 'momentun'. Did you mean 'momentum'? (at "
       "column 14)",
       "TypeError"},
      {"SGD(lr='x')", "SGD.__init__(): argument 'lr' must be float, not str (at column 8)",
       "TypeError"},
  };
  Context context;
  for (const Case& one : cases) {
    INFO(one.text);
    const Failure failure =
        failure_of([&] { optimizer_from_text(context, one.text, {parameter_of(context, {1})}); });
    CHECK(failure.code == Code::invalid_argument);
    CHECK(failure.message == one.message);
    CHECK(failure.detail("torch_error") == one.torch_error);
  }
  const auto code_of = [&](const char* text) {
    return failure_of([&] { optimizer_from_text(context, text, {parameter_of(context, {1})}); });
  };
  CHECK(code_of("SGD(differentiable=True)").code == Code::unsupported);
  CHECK(code_of("SDG(lr=0.1)").detail("nearest") == "SGD");
  CHECK(code_of("SDG(lr=0.1)").code == Code::unsupported);
  CHECK(code_of("SGD").code == Code::invalid_argument);
}

TEST_CASE("parameters are leaves, listed once", "[optim][optimizer]") {
  Context context;
  const auto build = [&](std::vector<TensorRef> list) {
    return failure_of([&] { optimizer_from_text(context, "SGD()", std::move(list)); });
  };
  const TensorRef p = parameter_of(context, {1, 2});
  CHECK(build({}).message == "optimizer got an empty parameter list");
  CHECK(build({}).detail("torch_error") == "ValueError");
  CHECK(build({p, nullptr}).detail("torch_error") == "TypeError");
  CHECK(build({p, p}).code == Code::invalid_argument);
  CHECK(build({p, p}).message.find("duplicate parameters") != std::string::npos);
  struct Thing final : Counted {
    Thing() : Counted(make_tag("test")) {}
  };
  const TensorRef result = alias(*p);
  result->set_grad_fn(make<Thing>(), 0);
  CHECK(build({result}).message == "can't optimize a non-leaf Tensor (at index 0)");
  CHECK(build({result}).detail("torch_error") == "ValueError");
}

TEST_CASE("groups have their own options over the optimizer's", "[optim][optimizer]") {
  Context context;
  const TensorRef first = parameter_of(context, {1});
  const TensorRef second = parameter_of(context, {1});
  const auto optimizer = optimizer_from_text(context, "SGD(lr=0.5)", {first});
  optimizer->add_group({second}, "dict(momentum=0.25, lr=0.125)");
  CHECK(optimizer->groups().size() == 2);
  CHECK(optimizer->learning_rate(0) == 0.5);
  CHECK(optimizer->learning_rate(1) == 0.125);
  const ValueRef state = optimizer->state_dict();
  const Value& group = *state->find("param_groups")->item(1);
  CHECK(keys_of(group).starts_with("momentum lr dampening "));  // as given, then the rest
  CHECK(group.find("params")->item(0)->as_integer() == 1);
  give_grad(context, first, 1);
  give_grad(context, second, 1);
  optimizer->step(context);
  optimizer->step(context);
  CHECK(first->data<float>()[0] == 0.0f);
  CHECK(second->data<float>()[0] == 1 - 0.125f - 0.125f * 1.25f);
}

TEST_CASE("a refused group changes nothing", "[optim][optimizer]") {
  Context context;
  const TensorRef first = parameter_of(context, {1});
  const TensorRef second = parameter_of(context, {1});
  const auto optimizer = optimizer_from_text(context, "SGD()", {first});
  const Failure twice = failure_of([&] { optimizer->add_group({second, first}); });
  CHECK(twice.message == "some parameters appear in more than one parameter group");
  CHECK(twice.detail("torch_error") == "ValueError");
  const Failure unknown =
      failure_of([&] { optimizer->add_group({second}, "{'lr': 1, 'momentun': 2}"); });
  CHECK(unknown.code == Code::invalid_argument);
  CHECK(unknown.detail("nearest") == "momentum");
  CHECK(unknown.detail("column") == "23");
  CHECK(failure_of([&] { optimizer->add_group({second}, "dict(lr=-1)"); }).message ==
        "Invalid learning rate: -1");
  CHECK(failure_of([&] { optimizer->add_group({second}, "dict(lr='a')"); }).detail("torch_error") ==
        "TypeError");
  CHECK(failure_of([&] { optimizer->add_group({second}, "5"); }).code == Code::invalid_argument);
  const ValueRef odd = Value::dict({Value::text("lr")}, {Value::none()});
  CHECK(failure_of([&] { optimizer->add_group({second}, odd.get()); }).code ==
        Code::invalid_argument);
  CHECK(optimizer->groups().size() == 1);
  const ValueRef good = Value::dict({Value::text("lr")}, {Value::real(0.5)});
  optimizer->add_group({second}, good.get());
  CHECK(optimizer->learning_rate(1) == 0.5);
}

TEST_CASE("options can be read and set, of one group or of all", "[optim][optimizer]") {
  Context context;
  const TensorRef p = parameter_of(context, {1});
  const auto optimizer = optimizer_from_text(context, "SGD(lr=1)", {p});
  optimizer->add_group({parameter_of(context, {1})});
  optimizer->set_learning_rate(0, 0.25);
  CHECK(optimizer->learning_rate(0) == 0.25);
  CHECK(optimizer->learning_rate(1) == 1);
  give_grad(context, p, 1);
  optimizer->step(context);
  CHECK(p->data<float>()[0] == 0.75f);
  optimizer->set_learning_rate(Optimizer::kAllGroups, 0.5);
  CHECK(optimizer->learning_rate(1) == 0.5);
  optimizer->set_option(1, "maximize", Value::boolean(true));
  CHECK(optimizer->option(1, "maximize")->as_boolean());
  CHECK(failure_of([&] { optimizer->set_learning_rate(2, 1); }).code == Code::not_found);
  CHECK(failure_of([&] { optimizer->learning_rate(2); }).code == Code::not_found);
  CHECK(failure_of([&] { optimizer->option(0, "lrr"); }).detail("nearest") == "lr");
  CHECK(failure_of([&] { optimizer->set_option(0, "lrr", Value::real(1)); }).code ==
        Code::not_found);
  CHECK(failure_of([&] { optimizer->set_option(0, "lr", Value::text("a")); }).code ==
        Code::invalid_argument);
  CHECK(failure_of([&] { optimizer->set_learning_rate(0, -1); }).code == Code::invalid_argument);
  CHECK(optimizer->learning_rate(0) == 0.5);
}

TEST_CASE("gradients are dropped or filled with zeros", "[optim][optimizer]") {
  Context context;
  const TensorRef p = parameter_of(context, {1, 2});
  const auto optimizer = optimizer_from_text(context, "SGD()", {p, parameter_of(context, {1})});
  give_grad(context, p, 3);
  const TensorRef grad = p->grad();
  optimizer->zero_grad(false);
  CHECK(p->grad() == grad);
  CHECK(grad->data<float>()[1] == 0);
  grad->set_requires_grad(true);
  optimizer->zero_grad(false);
  CHECK_FALSE(p->grad()->requires_grad());
  optimizer->zero_grad();
  CHECK_FALSE(p->grad());
}

TEST_CASE("a loaded state resumes exactly, in the parameter's dtype", "[optim][optimizer]") {
  Context context;
  const auto train = [&](Optimizer& optimizer, const TensorRef& p, int steps) {
    for (int i = 0; i < steps; ++i) {
      give_grad(context, p, 0.1f * static_cast<float>(i + 1));
      optimizer.step(context);
    }
  };
  const TensorRef through = parameter_of(context, {1, 2, 3});
  const auto whole = optimizer_from_text(context, "SGD(lr=0.1, momentum=0.9)", {through});
  train(*whole, through, 2);

  const TensorRef resumed =
      make_parameter(*empty(context.allocator(), Shape{3}, Dtype::float32), true);
  kernels::copy(context.pool(), *resumed, *through);
  const auto half = optimizer_from_text(context, "SGD(lr=7)", {resumed});
  half->load_state_dict(context, *whole->state_dict());
  CHECK(half->learning_rate(0) == 0.1);
  train(*whole, through, 3);
  train(*half, resumed, 3);
  for (int i = 0; i < 3; ++i) CHECK(resumed->data<float>()[i] == through->data<float>()[i]);

  const TensorRef wide =
      make_parameter(*empty(context.allocator(), Shape{3}, Dtype::float64), true);
  const auto other = optimizer_from_text(context, "SGD()", {wide});
  other->load_state_dict(context, *whole->state_dict());
  const ValueRef state = other->state_dict();
  const Tensor& buffer = *state->find("state")->item(0)->find("momentum_buffer")->as_tensor();
  CHECK(buffer.dtype() == Dtype::float64);
  const ValueRef source = whole->state_dict();
  CHECK(buffer.data<double>()[0] ==
        source->find("state")->item(0)->find("momentum_buffer")->as_tensor()->data<float>()[0]);
}

TEST_CASE("states keep the order in which they came to be", "[optim][optimizer]") {
  Context context;
  const TensorRef first = parameter_of(context, {1});
  const TensorRef second = parameter_of(context, {1});
  const auto optimizer = optimizer_from_text(context, "SGD(momentum=0.5)", {first, second});
  give_grad(context, second, 1);
  optimizer->step(context);
  give_grad(context, first, 1);
  optimizer->step(context);
  const auto order = [](const Optimizer& from) {
    const ValueRef dict = from.state_dict();
    const Value& state = *dict->find("state");
    return std::pair{state.key(0)->as_integer(), state.key(1)->as_integer()};
  };
  CHECK(order(*optimizer) == std::pair<int64_t, int64_t>{1, 0});
  const auto copy = optimizer_from_text(context, "SGD()",
                                        {parameter_of(context, {1}), parameter_of(context, {1})});
  copy->load_state_dict(context, *optimizer->state_dict());
  CHECK(order(*copy) == std::pair<int64_t, int64_t>{1, 0});
}

TEST_CASE("keys of a saved group that are no options are kept", "[optim][optimizer]") {
  Context context;
  const auto optimizer = optimizer_from_text(context, "SGD()", {parameter_of(context, {1})});
  const ValueRef group =
      Value::dict({Value::text("lr"), Value::text("momentum"), Value::text("dampening"),
                   Value::text("weight_decay"), Value::text("nesterov"), Value::text("initial_lr"),
                   Value::text("params")},
                  {Value::real(0.25), Value::integer(0), Value::integer(0), Value::integer(0),
                   Value::boolean(false), Value::real(0.5), Value::list({Value::integer(7)})});
  optimizer->load_state_dict(context, *saved(Value::dict({}, {}), {group}));
  const ValueRef state = optimizer->state_dict();
  CHECK(keys_of(*state->find("param_groups")->item(0)) ==
        "lr momentum dampening weight_decay nesterov initial_lr maximize foreach differentiable "
        "fused params ");
  CHECK(optimizer->learning_rate(0) == 0.25);
  CHECK(optimizer->option(0, "foreach")->kind() == ValueKind::none);
  CHECK(optimizer->option(0, "fused")->kind() == ValueKind::boolean);  // as __setstate__ has it
}

TEST_CASE("a state that does not fit is refused and changes nothing", "[optim][optimizer]") {
  Context context;
  const TensorRef p = parameter_of(context, {1, 2});
  const auto optimizer = optimizer_from_text(context, "SGD(lr=1, momentum=0.5)", {p});
  give_grad(context, p, 1);
  optimizer->step(context);
  const ValueRef good = optimizer->state_dict();
  const ValueRef group = good->find("param_groups")->item(0);
  const auto entry = [](std::string key, ValueRef item) {
    return Value::dict({Value::integer(0)},
                       {Value::dict({Value::text(std::move(key))}, {std::move(item)})});
  };
  const ValueRef none = Value::dict({}, {});
  const TensorRef wrong = empty(context.allocator(), Shape{3}, Dtype::float32);
  const std::pair<ValueRef, Code> cases[] = {
      {Value::none(), Code::invalid_argument},
      {none, Code::invalid_argument},
      {saved(Value::list({}), {group}), Code::invalid_argument},
      {saved(none, {}), Code::incompatible},
      {saved(none, {group, group}), Code::incompatible},
      {saved(none, {Value::integer(1)}), Code::invalid_argument},
      {saved(none, {with_item(*group, "params", Value::list({}))}), Code::incompatible},
      {saved(none, {with_item(*group, "params", Value::integer(0))}), Code::invalid_argument},
      {saved(none, {with_item(*group, "params", Value::list({Value::text("a")}))}),
       Code::invalid_argument},
      {saved(none, {with_item(*group, "lr", Value::text("a"))}), Code::invalid_argument},
      {saved(none, {Value::dict({Value::text("params")}, {Value::list({Value::integer(0)})})}),
       Code::invalid_argument},
      {saved(Value::dict({Value::text("a")}, {none}), {group}), Code::invalid_argument},
      {saved(Value::dict({Value::integer(0)}, {Value::none()}), {group}), Code::invalid_argument},
      {saved(entry("momentum_buffer", Value::tensor(wrong)), {group}), Code::incompatible},
      {saved(entry("momentum_buffer", Value::integer(1)), {group}), Code::invalid_argument},
      {saved(entry("exp_avg", Value::tensor(wrong)), {group}), Code::incompatible},
  };
  for (const auto& [state, code] : cases) {
    const Failure failure = failure_of([&] { optimizer->load_state_dict(context, *state); });
    INFO(failure.message);
    CHECK(failure.code == code);
    CHECK(optimizer->learning_rate(0) == 1);
    CHECK(optimizer->state_dict()->find("state")->count() == 1);
  }
  // Of a parameter that no group names.
  optimizer->load_state_dict(context, *saved(Value::dict({Value::integer(5)}, {none}), {group}));
  CHECK(optimizer->state_dict()->find("state")->count() == 0);
}

TEST_CASE("an entry that holds None is kept until a step fills it", "[optim][optimizer]") {
  Context context;
  const TensorRef first = parameter_of(context, {1}), second = parameter_of(context, {1});
  const auto optimizer = optimizer_from_text(context, "SGD(momentum=0.5)", {first, second});
  const ValueRef group = optimizer->state_dict()->find("param_groups")->item(0);
  const ValueRef entry = Value::dict({Value::text("momentum_buffer")}, {Value::none()});
  optimizer->load_state_dict(context, *saved(Value::dict({Value::integer(1)}, {entry}), {group}));
  const ValueRef loaded = optimizer->state_dict();
  const Value& kept = *loaded->find("state");
  REQUIRE(kept.count() == 1);
  CHECK(kept.key(0)->as_integer() == 1);
  CHECK(kept.item(0)->find("momentum_buffer")->kind() == ValueKind::none);
  give_grad(context, first, 1);
  give_grad(context, second, 1);
  optimizer->step(context);
  const ValueRef stepped = optimizer->state_dict();
  const Value& filled = *stepped->find("state");
  REQUIRE(filled.count() == 2);
  CHECK(filled.key(0)->as_integer() == 1);  // keeps its place
  CHECK(filled.item(0)->find("momentum_buffer")->kind() == ValueKind::tensor);
}

TEST_CASE("flags take Python's truth, a bool is a number, both are kept", "[optim][optimizer]") {
  Context context;
  const TensorRef p = parameter_of(context, {1});
  const auto optimizer = optimizer_from_text(context, "SGD(True, True, maximize=1, fused='')", {p});
  CHECK(optimizer->option(0, "lr")->kind() == ValueKind::boolean);
  CHECK(optimizer->option(0, "maximize")->as_integer() == 1);
  give_grad(context, p, 1);
  optimizer->step(context);
  CHECK(p->data<float>()[0] == 2);
  CHECK(optimizer->state_dict()->find("state")->count() == 1);
  optimizer->set_option(0, "maximize", Value::list({}));
  give_grad(context, p, 2);
  optimizer->step(context);
  CHECK(p->data<float>()[0] == 1);
  const Failure refused = failure_of(
      [&] { optimizer_from_text(context, "SGD(nesterov=1)", {parameter_of(context, {1})}); });
  CHECK(refused.detail("torch_error") == "ValueError");
  CHECK(refused.detail("column") == "14");
}
