// The same bits whatever the number of threads: outputs, gradients and buffers of every registered
// module, and the parameters that every optimizer leaves. Sizes are such that there are several
// chunks to share.
#include <algorithm>
#include <map>

#include "autograd/backward.hpp"
#include "nn/build.hpp"
#include "nn/init.hpp"
#include "nn/walk.hpp"
#include "ops/ops.hpp"
#include "optim/optimizers.hpp"
#include "support/catch.hpp"
#include "support/tensors.hpp"

namespace duramen::test {
namespace {

constexpr uint32_t kThreads[] = {1, 2, 3, 4, 7};

enum class Input { real, index };

struct Sample {
  const char* text;  // empty: a container, which has no forward
  std::vector<Shape> inputs;
  Input kind = Input::real;  // of the last input
};

// By class name. What is not registered is not asked for.
const std::map<std::string_view, std::vector<Sample>>& samples() {
  static const Shape kRows{700, 300};
  static const Shape kImages{8, 6, 40, 40};
  static const Shape kScalar{};
  static const std::map<std::string_view, std::vector<Sample>> kSamples = {
      {"Module", {{"", {}}}},
      {"ModuleList", {{"", {}}}},
      {"ModuleDict", {{"", {}}}},
      {"ParameterList", {{"", {}}}},
      {"ParameterDict", {{"", {}}}},
      {"NonDynamicallyQuantizableLinear", {{"NonDynamicallyQuantizableLinear(300, 260)", {kRows}}}},
      {"LazyLinear", {{"LazyLinear(260)", {kRows}}}},
      {"LazyConv2d", {{"LazyConv2d(20, 3, padding=1)", {kImages}}}},
      {"LazyBatchNorm1d", {{"LazyBatchNorm1d()", {kRows}}}},
      {"LazyBatchNorm2d", {{"LazyBatchNorm2d()", {kImages}}}},
      {"LazyBatchNorm3d", {{"LazyBatchNorm3d()", {Shape{4, 6, 8, 20, 20}}}}},
      {"DataParallel", {{"DataParallel(Linear(300, 260))", {kRows}}}},
      {"NLLLoss", {{"NLLLoss()", {kRows, Shape{700}}, Input::index}}},
      {"NLLLoss2d", {{"NLLLoss2d()", {Shape{4, 60, 20, 20}, Shape{4, 20, 20}}, Input::index}}},
      {"Linear", {{"Linear(300, 260)", {kRows}}, {"Linear(300, 1, bias=False)", {kRows}}}},
      {"BatchNorm1d", {{"BatchNorm1d(300)", {kRows}}}},
      {"BatchNorm2d", {{"BatchNorm2d(6)", {kImages}}}},
      {"BatchNorm3d", {{"BatchNorm3d(6)", {Shape{4, 6, 8, 20, 20}}}}},
      {"LayerNorm", {{"LayerNorm(300)", {kRows}}, {"LayerNorm([40, 40])", {kImages}}}},
      {"Sequential", {{"Sequential(Linear(300, 200), ReLU(), Linear(200, 50))", {kRows}}}},
      {"Identity", {{"Identity()", {kRows}}}},
      {"Flatten", {{"Flatten()", {kImages}}}},
      {"ReLU", {{"ReLU()", {kRows}}}},
      {"ReLU6", {{"ReLU6()", {kRows}}}},
      {"LeakyReLU", {{"LeakyReLU(0.2)", {kRows}}}},
      {"Tanh", {{"Tanh()", {kRows}}}},
      {"Sigmoid", {{"Sigmoid()", {kRows}}}},
      {"GELU", {{"GELU()", {kRows}}, {"GELU(approximate='tanh')", {kRows}}}},
      {"SiLU", {{"SiLU()", {kRows}}}},
      {"Softmax", {{"Softmax(dim=1)", {kRows}}, {"Softmax(dim=0)", {kRows}}}},
      {"Softmin", {{"Softmin(dim=1)", {kRows}}, {"Softmin(dim=0)", {kRows}}}},
      {"Softmax2d", {{"Softmax2d()", {kImages}}}},
      {"LogSoftmax", {{"LogSoftmax(dim=1)", {kRows}}, {"LogSoftmax(dim=0)", {kRows}}}},
      {"Dropout", {{"Dropout(0.3)", {kRows}}}},
      {"Embedding", {{"Embedding(50, 40)", {Shape{3000}}, Input::index}}},
      {"Conv2d",
       {{"Conv2d(6, 20, 3, padding=1)", {kImages}}, {"Conv2d(6, 6, 3, stride=2)", {kImages}}}},
      {"MaxPool2d",
       {{"MaxPool2d(2)", {kImages}}, {"MaxPool2d(3, stride=2, padding=1)", {kImages}}}},
      {"AdaptiveAvgPool2d",
       {{"AdaptiveAvgPool2d(1)", {kImages}}, {"AdaptiveAvgPool2d((7, 3))", {kImages}}}},
      {"CrossEntropyLoss",
       {{"CrossEntropyLoss()", {kRows, Shape{700}}, Input::index},
        {"CrossEntropyLoss(label_smoothing=0.1)", {kRows, kRows}}}},
      {"MSELoss", {{"MSELoss()", {kRows, kRows}}}},
  };
  return kSamples;
}

constexpr const char* kOptimizers[] = {
    "SGD(lr=0.1)",    "SGD(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)",
    "Adam(lr=0.01)",  "Adam(lr=0.01, amsgrad=True, weight_decay=0.01)",
    "AdamW(lr=0.01)",
};

ContextOptions with_threads(uint32_t count) {
  ContextOptions options;
  options.num_threads = count;
  return options;
}

TensorRef make_input(Context& context, const Shape& shape, Input kind) {
  if (kind == Input::real) {
    TensorRef out = empty(context.allocator(), shape, Dtype::float32);
    nn::normal(context, *out, 0, 1);
    out->set_requires_grad(true);
    return out;
  }
  TensorRef out = empty(context.allocator(), shape, Dtype::int64);
  auto* values = out->mutable_data<int64_t>();
  for (int64_t i = 0; i < out->numel(); ++i) values[i] = i * 31 % 50;
  return out;
}

void add(std::vector<std::string>& bits, const Tensor* tensor) {
  bits.push_back(tensor != nullptr ? sha256_of(*tensor) : "none");
}

void add_state(std::vector<std::string>& bits, const nn::Module& module) {
  for (const nn::NamedTensor& parameter : nn::named_parameters(module)) {
    add(bits, parameter.tensor);
    add(bits, parameter.tensor->grad().get());
  }
  for (const nn::NamedTensor& buffer : nn::named_buffers(module)) add(bits, buffer.tensor);
}

// A forward in training mode and a backward of a loss that no element leaves at 1.
std::vector<std::string> bits_of(const Sample& sample, uint32_t threads) {
  Context context(with_threads(threads));
  const nn::ModuleRef module = nn::module_from_text(context, sample.text);
  std::vector<TensorRef> inputs;
  for (size_t i = 0; i < sample.inputs.size(); ++i) {
    const bool last = i + 1 == sample.inputs.size();
    inputs.push_back(make_input(context, sample.inputs[i], last ? sample.kind : Input::real));
  }
  const TensorRef out = module->forward(context, inputs);
  const TensorRef loss = ops::sum(context, ops::mul(context, out, out));
  if (loss->requires_grad()) backward(context, loss, nullptr);
  std::vector<std::string> bits;
  add(bits, out.get());
  add(bits, loss.get());
  for (const TensorRef& input : inputs) add(bits, input->grad().get());
  add_state(bits, *module);
  return bits;
}

std::vector<std::string> bits_of_training(const char* text, uint32_t threads) {
  Context context(with_threads(threads));
  const nn::ModuleRef module = nn::module_from_text(context, "Linear(400, 300)");
  std::vector<TensorRef> parameters;
  for (const nn::NamedTensor& parameter : nn::named_parameters(*module)) {
    parameters.emplace_back(parameter.tensor);
  }
  const auto optimizer = optim::optimizer_from_text(context, text, parameters);
  const TensorRef input = make_input(context, Shape{500, 400}, Input::real);
  for (int i = 0; i < 3; ++i) {
    optimizer->zero_grad();
    const TensorRef out = module->forward(context, std::span(&input, 1));
    backward(context, ops::mean(context, ops::mul(context, out, out)), nullptr);
    optimizer->step(context);
  }
  std::vector<std::string> bits;
  add_state(bits, *module);
  return bits;
}

bool is_registered(std::string_view text) {
  return optim::optimizer_types().find(text.substr(0, text.find('('))) != nullptr;
}

}  // namespace

TEST_CASE("every module gives the same bits on any number of threads", "[flow][threads]") {
  for (const nn::ModuleType* type : nn::module_types().entries()) {
    if (!type->has_forward()) continue;
    const auto found = samples().find(type->signature.name);
    INFO(type->signature.name << " needs a sample here");
    REQUIRE(found != samples().end());
    for (const Sample& sample : found->second) {
      if (*sample.text == '\0') continue;
      const auto expected = bits_of(sample, 1);
      for (const uint32_t threads : kThreads) {
        INFO(sample.text << " on " << threads << " threads");
        CHECK(bits_of(sample, threads) == expected);
      }
    }
  }
}

TEST_CASE("every optimizer leaves the same bits on any number of threads", "[flow][threads]") {
  for (const optim::OptimizerType* type : optim::optimizer_types().entries()) {
    INFO(type->signature.name << " needs a sample here");
    CHECK(std::any_of(std::begin(kOptimizers), std::end(kOptimizers), [&](std::string_view text) {
      return text.substr(0, text.find('(')) == type->signature.name;
    }));
  }
  for (const char* text : kOptimizers) {
    if (!is_registered(text)) continue;
    const auto expected = bits_of_training(text, 1);
    for (const uint32_t threads : kThreads) {
      INFO(text << " on " << threads << " threads");
      CHECK(bits_of_training(text, threads) == expected);
    }
  }
}

}  // namespace duramen::test
