// Expected values: torch.optim.Adam and AdamW of PyTorch 2.15, three steps of the same gradients.
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "optim/optimizer.hpp"
#include "support/catch.hpp"
#include "support/refusal.hpp"
#include "unit/optim/triples.hpp"

using namespace duramen;
using namespace duramen::optim;
using namespace duramen::test;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Case {
  const char* call;
  Triple f64;
  Triple exp_avg, exp_avg_sq, max_exp_avg_sq;  // in float64; empty: none
  Triple f32;
  Triple bf16;
  Triple f16;
};

// float16 has no number for the default eps: where the first gradient is 0, 0 / 0 is left.
const Case kCases[] = {
    {"Adam(lr=0.1)",
     {0.39745709842185023, -1.40727093167402, 3.2999999904},
     {-0.08674999999999998, 0.03624999999999999, -0.08468749999999999},
     {0.0021863130625000018, 7.810937500000007e-05, 0.00029267587890625024},
     {},
     {0.397457093000412, -1.407270908355713, 3.299999713897705},
     {0.396484375, -1.4140625, 3.28125},
     {0.3974609375, kNan, 3.298828125}},
    {"Adam(lr=0.05, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1)",
     {0.4493134874178306, -1.1810125116259946, 3.128603299799177},
     {-0.17182074938103445, 0.01139186936933065, -0.0035567238163714526},
     {0.20133317084492355, 0.003036502505936744, 1.9447237700081578e-05},
     {},
     {0.4493134617805481, -1.1810123920440674, 3.128603219985962},
     {0.44921875, -1.1796875, 3.125},
     {0.449462890625, -1.1806640625, 3.12890625}},
    {"Adam(lr=0.1, betas=(0.3, 0.6), amsgrad=True, maximize=True)",
     {0.5024193053796691, -1.0446896146729043, 2.700000009599999},
     {0.88025, -0.20124999999999998, 0.3040625},
     {0.721, 0.02875, 0.0765625},
     {0.721, 0.02875, 0.0765625},
     {0.5024192929267883, -1.0446895360946655, 2.700000286102295},
     {0.50390625, -1.046875, 2.71875},
     {0.50244140625, kNan, 2.701171875}},
    {"Adam(lr=0.1, weight_decay=0.5, decoupled_weight_decay=True, betas=(0.5, 0.5))",
     {0.3900622438650585, -1.2383729937811654, 2.8573749908720005},
     {-0.59375, 0.15625, -0.2734375},
     {0.8671875, 0.03515625, 0.08544921875},
     {},
     {0.39006221294403076, -1.238373041152954, 2.857374668121338},
     {0.388671875, -1.2265625, 2.84375},
     {0.39013671875, kNan, 2.85546875}},
    {"AdamW(lr=0.25)",
     {0.24140068732847575, -1.6333606616916756, 3.7256827416849494},
     {-0.08674999999999998, 0.03624999999999999, -0.08468749999999999},
     {0.0021863130625000018, 7.810937500000007e-05, 0.00029267587890625024},
     {},
     {0.24140068888664246, -1.6333606243133545, 3.7256829738616943},
     {0.2392578125, -1.640625, 3.71875},
     {0.241455078125, kNan, 3.7265625}},
    {"AdamW(lr=0.05, amsgrad=True, weight_decay=0.3, eps=1e-4, maximize=True)",
     {0.5273105506015311, -1.1165792135985684, 2.719300893474089},
     {0.08674999999999998, -0.03624999999999999, 0.08468749999999999},
     {0.0021863130625000018, 7.810937500000007e-05, 0.00029267587890625024},
     {0.0021863130625000018, 7.810937500000007e-05, 0.00029267587890625024},
     {0.5273106098175049, -1.116579294204712, 2.7193009853363037},
     {0.52734375, -1.125, 2.71875},
     {0.52734375, -1.1171875, 2.716796875}},
};

ValueRef betas_of(double first, double second) {
  return Value::tuple({Value::real(first), Value::real(second)});
}

}  // namespace

TEST_CASE("Adam's steps give the numbers of PyTorch in every dtype", "[optim][adam]") {
  for (const Case& one : kCases) {
    const std::pair<Dtype, const Triple*> dtypes[] = {{Dtype::float64, &one.f64},
                                                      {Dtype::float32, &one.f32},
                                                      {Dtype::bfloat16, &one.bf16},
                                                      {Dtype::float16, &one.f16}};
    for (const auto& [dtype, expected] : dtypes) {
      INFO(one.call << " " << dtype_name(dtype));
      Context context;
      const TensorRef p = start_of(context, dtype);
      const auto optimizer = optimizer_from_text(context, one.call, {p});
      take_steps(context, *optimizer, p, 0, 3);
      check_equal(*p, *expected);
      if (dtype != Dtype::float64) continue;
      const ValueRef state = optimizer->state_dict();
      check_equal(state_of(*state, "exp_avg"), one.exp_avg);
      check_equal(state_of(*state, "exp_avg_sq"), one.exp_avg_sq);
      if (one.max_exp_avg_sq.empty()) continue;
      check_equal(state_of(*state, "max_exp_avg_sq"), one.max_exp_avg_sq);
    }
  }
}

TEST_CASE("Adam updates strided parameters in place, with the same bits", "[optim][adam]") {
  for (const Case& one : kCases) {
    for (const Dtype dtype : {Dtype::float64, Dtype::float32, Dtype::bfloat16}) {
      INFO(one.call << " " << dtype_name(dtype));
      Context context;
      const TensorRef flat = start_of(context, dtype);
      const TensorRef base = empty(context.allocator(), Shape{kCount, 2}, dtype);
      kernels::fill(*base, 7);
      const TensorRef p = make_parameter(*alias(*base, view_select(base->layout(), 1, 0)), true);
      kernels::copy(context.pool(), *p, *flat);
      const auto strided = optimizer_from_text(context, one.call, {p});
      const auto plain = optimizer_from_text(context, one.call, {flat});
      take_steps(context, *strided, p, 0, 3);
      take_steps(context, *plain, flat, 0, 3);
      const TensorRef beside = alias(*base, view_select(base->layout(), 1, 1));
      for (int64_t i = 0; i < kCount; ++i) {
        CHECK(element(*p, i) == element(*flat, i));
        CHECK(element(*beside, i) == 7);
      }
    }
  }
}

TEST_CASE("Adam's state has the parameter's strides", "[optim][adam]") {
  Context context;
  const TensorRef base = empty(context.allocator(), Shape{3, 2}, Dtype::float32);
  kernels::fill(*base, 1);
  const TensorRef p = make_parameter(*alias(*base, view_transpose(base->layout(), 0, 1)), true);
  const TensorRef grad = empty(context.allocator(), Shape{2, 3}, Dtype::float32);
  for (int64_t i = 0; i < 6; ++i) grad->mutable_data<float>()[i] = static_cast<float>(i);
  p->set_grad(grad);
  const auto optimizer = optimizer_from_text(context, "Adam(betas=(0.5, 0.5))", {p});
  optimizer->step(context);
  const ValueRef state = optimizer->state_dict();
  const Tensor& mean = state_of(*state, "exp_avg");
  CHECK(mean.strides() == p->strides());
  for (int64_t i = 0; i < 2; ++i) {
    for (int64_t j = 0; j < 3; ++j) {
      CHECK(mean.data<float>()[j * 2 + i] == static_cast<float>(i * 3 + j) / 2);
    }
  }
}

TEST_CASE("Adam moves complex parameters as pairs of reals", "[optim][adam]") {
  for (const Case& one : kCases) {
    Context context;
    const TensorRef real = start_of(context, Dtype::float64);
    const TensorRef pairs = make<Tensor>(Storage::allocate(context.allocator(), 16 * kCount),
                                         contiguous_layout(Shape{kCount}), Dtype::complex128);
    const TensorRef p = make_parameter(*pairs, true);
    const auto put = [](const Tensor& from, Tensor& to) {
      for (int64_t i = 0; i < kCount; ++i) {
        to.mutable_data<double>()[2 * i] = element(from, i);
        to.mutable_data<double>()[2 * i + 1] = element(from, kCount - 1 - i);
      }
    };
    put(*real, *p);
    const auto ours = optimizer_from_text(context, one.call, {p});
    const auto plain = optimizer_from_text(context, one.call, {real});
    for (int step = 0; step < 3; ++step) {
      const TensorRef grad = tensor_of(context, Dtype::float64, gradient(step));
      const TensorRef both = empty(context.allocator(), Shape{kCount}, Dtype::complex128);
      put(*grad, *both);
      real->set_grad(grad);
      p->set_grad(both);
      ours->step(context);
      plain->step(context);
    }
    for (int64_t i = 0; i < kCount; ++i) {
      CHECK(p->data<double>()[2 * i] == element(*real, i));
      CHECK(p->data<double>()[2 * i + 1] == element(*real, kCount - 1 - i));
    }
    CHECK(state_of(*ours->state_dict(), "exp_avg_sq").dtype() == Dtype::complex128);
  }
}

TEST_CASE("Adam is the same on every number of threads", "[optim][adam]") {
  const char* const text = "AdamW(lr=0.1, amsgrad=True)";
  const std::vector<float> alone = test::trained_on(1, text);
  CHECK(test::trained_on(3, text) == alone);
  CHECK(alone[5001] != static_cast<float>(1) / 7);
}

TEST_CASE("Adam keeps PyTorch's state, and marks what it wrote", "[optim][adam]") {
  Context context;
  const TensorRef without = start_of(context, Dtype::float32);
  const TensorRef with = start_of(context, Dtype::float64);
  const auto optimizer = optimizer_from_text(context, "Adam(amsgrad=True)", {without, with});
  CHECK(optimizer->state_dict()->find("state")->count() == 0);
  take_steps(context, *optimizer, with, 0, 2);
  const ValueRef state = optimizer->state_dict();
  REQUIRE(state->find("state")->count() == 1);
  CHECK(state->find("state")->key(0)->as_integer() == 1);
  CHECK(keys_of(*state->find("state")->item(0)) == "step exp_avg exp_avg_sq max_exp_avg_sq ");
  CHECK(state_of(*state, "step").dtype() == Dtype::float32);
  CHECK(state_of(*state, "step").rank() == 0);
  CHECK(state_of(*state, "step").data<float>()[0] == 2);
  std::vector<uint64_t> versions = {with->storage()->version()};
  for (const char* key : {"step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"}) {
    versions.push_back(state_of(*state, key).storage()->version());
  }
  take_steps(context, *optimizer, with, 2, 3);
  CHECK(with->storage()->version() > versions[0]);
  size_t i = 1;
  for (const char* key : {"step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"}) {
    CHECK(state_of(*state, key).storage()->version() > versions[i++]);
  }
  CHECK(state_of(*state, "step").data<float>()[0] == 3);
  check_equal(*without, {0.5, -1.25, 3.0});
}

TEST_CASE("Adam's options have PyTorch's keys and order", "[optim][adam]") {
  Context context;
  const auto group_of = [&](const char* call) {
    return optimizer_from_text(context, call, {start_of(context, Dtype::float32)})
        ->state_dict()
        ->find("param_groups")
        ->item(0);
  };
  const std::string keys =
      "lr betas eps weight_decay amsgrad maximize foreach capturable differentiable fused "
      "decoupled_weight_decay params ";
  const ValueRef adam = group_of("Adam()");
  CHECK(keys_of(*adam) == keys);
  CHECK(adam->find("lr")->as_real() == 1e-3);
  CHECK(adam->find("betas")->kind() == ValueKind::tuple);
  CHECK(adam->find("betas")->item(1)->as_real() == 0.999);
  CHECK(adam->find("eps")->as_real() == 1e-8);
  CHECK(adam->find("weight_decay")->kind() == ValueKind::integer);
  CHECK(adam->find("foreach")->kind() == ValueKind::none);
  CHECK_FALSE(adam->find("decoupled_weight_decay")->as_boolean());
  const ValueRef adamw = group_of("torch.optim.AdamW(0.5, [0.5, 0.75, 7], 1e-3, foreach=True)");
  CHECK(keys_of(*adamw) == keys);
  CHECK(adamw->find("betas")->kind() == ValueKind::tuple);  // the first two
  CHECK(adamw->find("betas")->count() == 2);
  CHECK(adamw->find("weight_decay")->as_real() == 0.01);
  CHECK(adamw->find("decoupled_weight_decay")->as_boolean());
}

TEST_CASE("groups of AdamW may decay as Adam does", "[optim][adam]") {
  Context context;
  const TensorRef coupled = start_of(context, Dtype::float64);
  const TensorRef expected = start_of(context, Dtype::float64);
  const auto adamw =
      optimizer_from_text(context, "AdamW(lr=0.05)", {start_of(context, Dtype::float64)});
  adamw->add_group({coupled}, "dict(decoupled_weight_decay=False, betas=[0.8, 0.9])");
  const auto adam =
      optimizer_from_text(context, "Adam(0.05, (0.8, 0.9), weight_decay=0.01)", {expected});
  take_steps(context, *adamw, coupled, 0, 3);
  take_steps(context, *adam, expected, 0, 3);
  for (int64_t i = 0; i < kCount; ++i) CHECK(element(*coupled, i) == element(*expected, i));
  CHECK(keys_of(*adamw->state_dict()->find("param_groups")->item(1))
            .starts_with("decoupled_weight_decay betas lr eps "));
}

TEST_CASE("Adam's constructor refuses what PyTorch refuses", "[optim][adam]") {
  const std::pair<const char*, const char*> cases[] = {
      {"Adam(lr=-1, eps=-1)", "ValueError Invalid learning rate: -1 (at column 9)"},
      {"Adam(eps=-0.5)", "ValueError Invalid epsilon value: -0.5 (at column 10)"},
      {"Adam(betas=(1.0, 2.0))",
       "ValueError Invalid beta parameter at index 0: 1.0 (at column 12)"},
      {"AdamW(betas=(0, -1))", "ValueError Invalid beta parameter at index 1: -1 (at column 13)"},
      {"Adam(betas=(True, 0.5))",
       "ValueError Invalid beta parameter at index 0: True (at column 12)"},
      {"Adam(betas=(0.5, 0), weight_decay=-1)",
       "ValueError Invalid weight_decay value: -1 (at column 35)"},
      {"Adam(betas=(0, 0.5))",
       "ValueError betas must be either both floats or both Tensors (at column 12)"},
      {"Adam(betas=(0.5,))", "IndexError tuple index out of range (at column 12)"},
      {"Adam(betas=(None, 0.5))",
       "TypeError Adam: option 'betas' must be two floats (at column 12)"},
      {"Adam(betas=0.5)",
       "TypeError Adam.__init__(): argument 'betas' must be list, not float (at column 12)"},
      {"Adam(fused=True, differentiable=True)",
       "RuntimeError `fused` does not support `differentiable` (at column 12)"},
      {"Adam(fused=True, foreach=True)",
       "RuntimeError `fused` and `foreach` cannot be `True` together. (at column 12)"},
      {"AdamW(decoupled_weight_decay=True)",
       "TypeError AdamW.__init__() got an unexpected keyword argument 'decoupled_weight_decay' "
       "(at column 30)"},
      {"Adam(differentiable=True)", "Adam: a differentiable step is not supported (at column 21)"},
  };
  Context context;
  for (const auto& [call, message] : cases) {
    INFO(call);
    CHECK(refusal([&] {
            optimizer_from_text(context, call, {start_of(context, Dtype::float32)});
          }) == message);
  }
  const auto optimizer =
      optimizer_from_text(context, "Adam()", {start_of(context, Dtype::float32)});
  const auto set_betas = [&](ValueRef value) {
    return refusal([&] { optimizer->set_option(0, "betas", value); });
  };
  CHECK(set_betas(betas_of(0.5, 1)) == "ValueError Invalid beta parameter at index 1: 1.0");
  CHECK(set_betas(Value::list({Value::real(0.5)})) ==
        "ValueError Adam: option 'betas' must be two floats");
  CHECK(set_betas(betas_of(0.5, 0.25)) == "");
  CHECK(optimizer->option(0, "betas")->item(1)->as_real() == 0.25);
}

TEST_CASE("a step that Adam cannot take changes nothing", "[optim][adam]") {
  Context context;
  const TensorRef p = start_of(context, Dtype::float32);
  const auto optimizer = optimizer_from_text(context, "Adam(capturable=True)", {p});
  p->set_grad(tensor_of(context, Dtype::float32, {1, 1, 1}));
  const auto step = [&] { return refusal([&] { optimizer->step(context); }); };
  CHECK(step() ==
        "AssertionError Adam.step: capturable=True is not supported on the CPU (expected False, "
        "or fused=True)");
  optimizer->set_option(0, "capturable", Value::boolean(false));
  const TensorRef other = start_of(context, Dtype::float32);
  other->set_grad(tensor_of(context, Dtype::float32, {1, 1, 1}));
  other->set_data(*tensor_of(context, Dtype::float64, {1, 2, 3}));
  optimizer->add_group({other});
  CHECK(step().find("Adam.step: parameter 1 and its gradient differ in dtype") !=
        std::string::npos);
  CHECK(optimizer->state_dict()->find("state")->count() == 0);
  check_equal(*p, {0.5, -1.25, 3.0});
  other->set_grad(nullptr);
  context.cancel().raise();
  CHECK(step() != "");
  check_equal(*p, {0.5, -1.25, 3.0});
  context.cancel().reset();
  CHECK(step() == "");
  optimizer->set_option(0, "amsgrad", Value::boolean(true));
  CHECK(step() ==
        "KeyError Adam.step: parameter 0 has no max_exp_avg_sq (its first step was without "
        "amsgrad)");
  CHECK(state_of(*optimizer->state_dict(), "step").data<float>()[0] == 1);
}

TEST_CASE("the largest mean of squares stays NaN", "[optim][adam]") {
  for (const Dtype dtype : {Dtype::float64, Dtype::float32, Dtype::bfloat16}) {
    Context context;
    const TensorRef p = start_of(context, dtype);
    const auto optimizer = optimizer_from_text(context, "Adam(amsgrad=True)", {p});
    p->set_grad(tensor_of(context, dtype, {kNan, 1, 1}));
    optimizer->step(context);
    ValueRef state = optimizer->state_dict();
    kernels::fill(*const_cast<Tensor*>(&state_of(*state, "exp_avg_sq")), 0.5);
    p->set_grad(tensor_of(context, dtype, {1, kNan, 1}));
    optimizer->step(context);
    for (int64_t i = 0; i < kCount; ++i) {
      CHECK(std::isnan(element(state_of(*state, "max_exp_avg_sq"), i)) == (i % 3 != 2));
    }
  }
}

TEST_CASE("Adam's state follows its parameter to another dtype", "[optim][adam]") {
  Context context;
  const TensorRef p = start_of(context, Dtype::float32);
  const auto optimizer = optimizer_from_text(context, "Adam(betas=(0.5, 0.5))", {p});
  p->set_grad(tensor_of(context, Dtype::float32, {1, 1, 1}));
  optimizer->step(context);
  p->set_grad(nullptr);
  p->set_data(*tensor_of(context, Dtype::float64, {0, 1, 2}));
  p->set_grad(tensor_of(context, Dtype::float64, {1, 1, 1}));
  optimizer->step(context);
  const ValueRef state = optimizer->state_dict();
  CHECK(state_of(*state, "exp_avg").dtype() == Dtype::float64);
  check_equal(state_of(*state, "exp_avg"), {0.75, 0.75, 0.75});
  check_equal(state_of(*state, "exp_avg_sq"), {0.75, 0.75, 0.75});
}
