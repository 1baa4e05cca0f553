// Modules and functions of the program's own: what they compute, and what happens to their
// exceptions.
#include <duramen/duramen.hpp>
#include <stdexcept>
#include <vector>

#include "support/catch.hpp"

using duramen::Context;
using duramen::ContextRef;
using duramen::Module;
using duramen::ModuleRef;
using duramen::Tensor;
using duramen::TensorRef;

namespace {

int alive = 0;

class Scale : public duramen::OwnModule {
 public:
  explicit Scale(double offset) : offset_(offset) { ++alive; }
  Scale(const Scale& other) : offset_(other.offset_) { ++alive; }
  Scale& operator=(const Scale&) = delete;
  ~Scale() override { --alive; }

  std::string_view class_name() const override { return "Scale"; }
  Tensor forward(ContextRef context, ModuleRef self, TensorRef x) override {
    if (x.rank() == 0) throw std::runtime_error("a scalar was not expected");
    const Tensor offset = Tensor::full(context, {}, offset_);
    return duramen::add(context, duramen::mul(context, x, self.parameter("factor")), offset);
  }
  std::unique_ptr<OwnModule> clone() const override { return std::make_unique<Scale>(*this); }
  std::string extra_repr() const override { return "offset=" + std::to_string(int(offset_)); }

 private:
  double offset_;
};

// No forward, no clone.
class Mute : public duramen::OwnModule {
 public:
  std::string_view class_name() const override { return "Mute"; }
};

Module make_scale(const Context& context, double factor) {
  Module scale = duramen::make_own<Scale>(context, 2.0);
  scale.register_parameter("factor", Tensor::parameter(Tensor::full(context, {1}, factor)));
  return scale;
}

TEST_CASE("a module of one's own is a module as any other", "[cxx]") {
  const Context context;
  const Tensor x = Tensor::copy(context, std::vector<float>{1, 2});
  {
    const Module scale = make_scale(context, 3);
    const Module net = duramen::nn::Sequential(context, {scale, duramen::nn::Identity(context)});
    CHECK(net(context, x).to_vector<float>(context) == std::vector<float>{5, 8});
    CHECK(scale.repr() == "Scale(offset=2)");
    const duramen::Entries parameters = net.named_parameters();
    CHECK(parameters[0].name() == "0.factor");
    duramen::sum(context, net(context, x)).backward(context);
    CHECK(scale.parameter("factor").grad().item() == 3);

    const Module copy = Module::deepcopy(context, net);
    CHECK(alive == 2);
    scale.parameter("factor").detached(context).fill(context, 0);
    CHECK(copy(context, x).to_vector<float>(context) == std::vector<float>{5, 8});
  }
  CHECK(alive == 0);
}

// Counts its calls, in its extra state.
class Counter : public duramen::OwnModule {
 public:
  explicit Counter(int64_t count) : count_(count) {}
  std::string_view class_name() const override { return "Counter"; }
  int64_t version() const override { return 3; }
  bool has_extra_state() const override { return true; }
  duramen::Value get_extra_state(ModuleRef) override { return count_; }
  void set_extra_state(ContextRef, ModuleRef, duramen::ValueRef state) override {
    if (state.kind() != DURAMEN_VALUE_INT) throw std::runtime_error("a number was expected");
    count_ = state.as_int();
  }

 private:
  int64_t count_;
};

TEST_CASE("a module of one's own has an extra state and a version", "[cxx]") {
  const Context context;
  const Module counter = duramen::make_own<Counter>(context, 5);
  const duramen::StateDict state = counter.state_dict();
  REQUIRE(state.size() == 1);
  const duramen::Value extra = state.value("_extra_state");
  CHECK(extra.as_int() == 5);
  CHECK(state.version("") == 3);
  const Module other = duramen::make_own<Counter>(context, 0);
  other.load_state_dict(context, state);
  const duramen::StateDict loaded = other.state_dict();
  CHECK(loaded.value("_extra_state").as_int() == 5);

  state.set("_extra_state", duramen::Value("five"));
  CHECK_THROWS_AS(other.load_state_dict(context, state), duramen::Error);
  const duramen::StateDict kept = other.state_dict();
  CHECK(kept.value("_extra_state").as_int() == 5);

  const Module linear = duramen::nn::Linear(context, 2, 1);
  duramen::derive(linear, std::make_unique<Counter>(7));
  const duramen::StateDict derived = linear.state_dict();
  CHECK(derived.size() == 3);
  CHECK(derived.version("") == 3);
  CHECK(duramen::StateDict(make_scale(context, 1).state_dict()).version("") == 1);
}

// The negative of the class below.
class Negative : public duramen::OwnModule {
 public:
  std::string_view class_name() const override { return "Negative"; }
  duramen::Value call(ContextRef context, ModuleRef self, duramen::ValueRef arguments,
                      duramen::ValueRef keywords) override {
    const duramen::Value base = duramen::call_base(context, self, arguments, keywords);
    return duramen::Value(duramen::neg(context, base.as_tensor()));
  }
};

TEST_CASE("a class of one's own may be derived from the library's", "[cxx]") {
  const Context context;
  const Tensor x = Tensor::copy(context, std::vector<float>{1, -2});
  const Module relu = duramen::nn::ReLU(context);
  duramen::derive(relu, std::make_unique<Negative>());
  const Module net = duramen::nn::Sequential(context, {relu});
  CHECK(net(context, x).to_vector<float>(context) == std::vector<float>{-1, 0});
  CHECK(relu.repr() == "Negative()");
  CHECK(duramen::base_extra_repr(Module::from_text(context, "Dropout(0.25)")) ==
        "p=0.25, inplace=False");
  CHECK_THROWS_AS(duramen::derive(relu, std::make_unique<Negative>()), duramen::Error);
}

TEST_CASE("exceptions of a callback arrive at the caller", "[cxx]") {
  const Context context;
  const Module scale = make_scale(context, 1);
  try {
    scale(context, Tensor::full(context, {}, 1));
    FAIL("the callback's exception was lost");
  } catch (const duramen::Error& error) {
    CHECK(error.status() == duramen::kForeignException);
    CHECK(std::string(error.what()).find("a scalar was not expected") != std::string::npos);
  }
  const Module bare = duramen::make_own<Scale>(context, 0.0);
  CHECK_THROWS_AS(bare(context, Tensor::zeros(context, {1})), duramen::NotFound);
  const Module mute = duramen::make_own<Mute>(context);
  CHECK_THROWS_AS(mute(context, Tensor::zeros(context, {1})), duramen::Unsupported);
  CHECK_THROWS_AS(Module::deepcopy(context, mute), duramen::Unsupported);
  try {
    mute.call_with(context, duramen::Value::tuple({}));
    FAIL("a call without a tensor was taken");
  } catch (const duramen::InvalidArgument& error) {
    const duramen_error* cause = duramen_error_cause(error.get());
    CHECK(duramen_error_message(cause, nullptr) == std::string("forward: one tensor is expected"));
  }
}

// x² with a gradient of its own.
class Square : public duramen::OwnFunction {
 public:
  std::string_view name() const override { return "SquareBackward"; }
  Tensor forward(ContextRef context, duramen::FunctionStateRef state,
                 duramen::Span<const TensorRef> inputs) override {
    state.save(inputs[0]);
    return duramen::mul(context, inputs[0], inputs[0]);
  }
  std::vector<Tensor> backward(ContextRef context, duramen::FunctionStateRef state,
                               TensorRef output_grad) override {
    const Tensor twice = duramen::add(context, state.saved(0), state.saved(0));
    return {duramen::mul(context, twice, output_grad)};
  }
};

TEST_CASE("a function of one's own is differentiated", "[cxx]") {
  const Context context;
  const Tensor x = Tensor::copy(context, std::vector<double>{1, -3});
  x.set_requires_grad(true);
  const Tensor y = duramen::apply(context, std::make_unique<Square>(), {x});
  CHECK(y.to_vector<double>(context) == std::vector<double>{1, 9});
  CHECK(y.grad_fn_name() == "SquareBackward");
  duramen::sum(context, y).backward(context);
  CHECK(x.grad().to_vector<double>(context) == std::vector<double>{2, -6});
}

}  // namespace
