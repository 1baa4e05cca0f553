// The veneer without exceptions and run-time types: every failure is a Result. Prints what fails,
// exits 1 for that.
#include <cstdio>
#include <duramen/duramen.hpp>
#include <string>
#include <type_traits>

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "compile this with -fno-exceptions -fno-rtti"
#endif

// What a file of the same program that is compiled with exceptions gives; 0 is right.
int with_exceptions();

namespace {

using duramen::ContextRef;
using duramen::Error;
using duramen::Module;
using duramen::ModuleRef;
using duramen::Result;
using duramen::Tensor;
using duramen::TensorRef;
namespace nn = duramen::nn;

int failures = 0;
void check(bool holds, const char* what, int line) {
  if (holds) return;
  std::printf("%s:%d: %s\n", __FILE__, line, what);
  ++failures;
}
#define CHECK(...) check((__VA_ARGS__), #__VA_ARGS__, __LINE__)

static_assert(std::is_same_v<Result<Tensor>, duramen::Expected<Tensor>>);
static_assert(std::is_nothrow_move_constructible_v<Result<Tensor>>);
static_assert(sizeof(Tensor) == sizeof(void*));

struct Doubling : duramen::OwnModule {
  std::string_view class_name() const override { return "Doubling"; }
  Result<Tensor> forward(ContextRef context, ModuleRef, TensorRef x) override {
    if (fails) return Error(DURAMEN_E_STATE, "doubling: told to fail");
    return add(context, x, x);
  }
  bool fails = false;
};

Result<double> trained(ContextRef context) {
  DURAMEN_TRY(const auto model,
              nn::Sequential(context, {nn::Linear(context, 2, 3), nn::Tanh(context),
                                       nn::Linear(context, 3, 1)}));
  DURAMEN_TRY(const auto loss, nn::MSELoss(context));
  DURAMEN_TRY(const auto parameters, model.named_parameters());
  DURAMEN_TRY(const auto optimizer,
              duramen::optim::SGD(context, parameters.tensors(), {{"lr", 0.1}, {"momentum", 0.9}}));
  DURAMEN_TRY(const auto x, Tensor::copy<float>(context, {0, 1, 1, 0}, {{2, 2}}));
  DURAMEN_TRY(const auto y, Tensor::zeros(context, {2, 1}));
  double last = 0;
  for (int step = 0; step < 50; ++step) {
    DURAMEN_CHECK(optimizer.zero_grad());
    DURAMEN_TRY(const auto out, model(context, x));
    DURAMEN_TRY(const auto value, loss(context, out, y));
    DURAMEN_CHECK(value.backward(context));
    DURAMEN_CHECK(optimizer.step(context));
    DURAMEN_TRY(last, value.item());
  }
  DURAMEN_TRY(const auto state, model.state_dict());
  DURAMEN_CHECK(state.save(context, "no_exceptions.safetensors"));
  DURAMEN_TRY(const auto read, duramen::load(context, "no_exceptions.safetensors"));
  DURAMEN_TRY(const auto report, model.load_state_dict(context, read));
  CHECK(report.loaded() == 4);
  return last;
}

void refusals(ContextRef context) {
  const auto wrong = Module::from_text(context, "Linear(3");
  CHECK(!wrong && wrong.status() == DURAMEN_E_INVALID_ARGUMENT);
  CHECK(wrong.error().detail("column") == "9");
  CHECK(std::string(wrong.error().what()).find("expected ',' or ')'") != std::string::npos);
  const auto child = nn::Sequential(context, {nn::ReLU(context), nn::Linear(context, 2, -1)});
  CHECK(!child && child.error().detail("torch_error") == "RuntimeError");
  const auto argument = nn::Linear(context, 2, 3, {{"bais", false}});
  CHECK(!argument && argument.status() == DURAMEN_E_INVALID_ARGUMENT);
  const auto floats = Tensor::zeros(context, {2});
  CHECK(floats && !floats->values<double>());
  CHECK(floats->values<double>().status() == DURAMEN_E_DTYPE_MISMATCH);
  const duramen::Value no_text(std::string_view("\xff", 1));
  CHECK(!no_text);
  CHECK(duramen::Value::list({no_text}).status() == DURAMEN_E_INVALID_ARGUMENT);
}

Result<void> own_classes(ContextRef context) {
  auto held = std::make_unique<Doubling>();
  bool& fails = held->fails;
  DURAMEN_TRY(const auto own, duramen::make_own(context, std::move(held)));
  DURAMEN_TRY(const auto x, Tensor::ones(context, {1, 2}));
  DURAMEN_TRY(const auto y, own(context, x));
  CHECK(y.item({0, 1}).value() == 2);
  fails = true;
  const auto refused = own(context, x);
  CHECK(refused.status() == DURAMEN_E_STATE);
  CHECK(refused.error().cause().value().what() == std::string("doubling: told to fail"));
  int seen = 0;
  DURAMEN_CHECK(own.apply([&](ModuleRef) -> Result<void> { return ++seen, Result<void>(); }));
  CHECK(seen == 1);
  DURAMEN_TRY(const auto rules, duramen::RenameRules::create({"strip:module."}));
  DURAMEN_CHECK(
      rules.add_function("mine", [](std::string_view) -> Result<std::optional<std::string>> {
        return Error(DURAMEN_E_UNSUPPORTED, "mine: never");
      }));
  DURAMEN_TRY(const auto dict, duramen::StateDict::create());
  DURAMEN_CHECK(dict.set("module.a", TensorRef(x)));
  CHECK(rules.apply(dict).status() == DURAMEN_E_UNSUPPORTED);
  return {};
}

Result<void> done(bool holds) {
  if (!holds) return Error(DURAMEN_E_STATE, "done: no");
  return {};
}
// A check is one statement, whose `else` is the caller's.
Result<int> branch(bool asked, bool holds) {
  if (asked)
    DURAMEN_CHECK(done(holds));
  else
    return 2;
  if (asked) DURAMEN_CHECK(done(holds));
  return 1;
}
void branches() {
  CHECK(branch(true, true).value() == 1);
  CHECK(branch(true, false).status() == DURAMEN_E_STATE);
  const auto other = branch(false, false);
  CHECK(other && *other == 2);
}

}  // namespace

int main() {
  const auto context = duramen::Context::create(/*seed=*/0);
  if (!context) return std::printf("%s\n", context.error().what()), 1;
  const auto last = trained(*context);
  CHECK(last && *last < 0.01);
  refusals(*context);
  branches();
  CHECK(own_classes(*context).has_value());
  CHECK(with_exceptions() == 0);
  if (failures == 0) std::printf("without exceptions: done\n");
  return failures == 0 ? 0 : 1;
}
