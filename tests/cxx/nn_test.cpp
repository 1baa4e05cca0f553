// The constructors of duramen::nn beside the texts that they stand for.
#include <duramen/duramen.hpp>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace nn = duramen::nn;
using duramen::Context;
using duramen::Module;

namespace {

struct Type {
  const char* text;
  std::function<Module(const Context&)> make;
};

// long: one line a type
const std::vector<Type>& types() {
  static const std::vector<Type> all = {
      {"Module()", [](auto& c) { return nn::Empty(c); }},
      {"Linear(4, 3, bias=False)",
       [](auto& c) {
         return nn::Linear(c, 4, 3, {{"bias", false}});
       }},
      {"NonDynamicallyQuantizableLinear(4, 3)",
       [](auto& c) { return nn::NonDynamicallyQuantizableLinear(c, 4, 3); }},
      {"LazyLinear(3)", [](auto& c) { return nn::LazyLinear(c, 3); }},
      {"LazyConv2d(3, 2)", [](auto& c) { return nn::LazyConv2d(c, 3, 2); }},
      {"LazyBatchNorm1d()", [](auto& c) { return nn::LazyBatchNorm1d(c); }},
      {"LazyBatchNorm2d()", [](auto& c) { return nn::LazyBatchNorm2d(c); }},
      {"LazyBatchNorm3d()", [](auto& c) { return nn::LazyBatchNorm3d(c); }},
      {"DataParallel(Tanh())", [](auto& c) { return nn::DataParallel(c, nn::Tanh(c)); }},
      {"NLLLoss()", [](auto& c) { return nn::NLLLoss(c); }},
      {"NLLLoss2d(reduction='sum')",
       [](auto& c) {
         return nn::NLLLoss2d(c, {{"reduction", "sum"}});
       }},
      {"BatchNorm1d(3, eps=0.5)",
       [](auto& c) {
         return nn::BatchNorm1d(c, 3, {{"eps", 0.5}});
       }},
      {"BatchNorm2d(3)", [](auto& c) { return nn::BatchNorm2d(c, 3); }},
      {"BatchNorm3d(3, affine=False)",
       [](auto& c) {
         return nn::BatchNorm3d(c, 3, {{"affine", false}});
       }},
      {"Sequential(Linear(2, 2), ReLU())",
       [](auto& c) {
         return nn::Sequential(c, {nn::Linear(c, 2, 2), nn::ReLU(c)});
       }},
      {"ModuleList([Tanh()])", [](auto& c) { return nn::ModuleList(c, {nn::Tanh(c)}); }},
      {"ModuleDict({'a': Tanh(), 'b': None})",
       [](auto& c) {
         return nn::ModuleDict(c, {{"a", nn::Tanh(c)}, {"b", duramen::ModuleRef()}});
       }},
      {"Identity()", [](auto& c) { return nn::Identity(c); }},
      {"Flatten(0)",
       [](auto& c) {
         return nn::Flatten(c, {{"start_dim", 0}});
       }},
      {"ReLU(inplace=True)",
       [](auto& c) {
         return nn::ReLU(c, {{"inplace", true}});
       }},
      {"ReLU6()", [](auto& c) { return nn::ReLU6(c); }},
      {"LeakyReLU(0.1)", [](auto& c) { return nn::LeakyReLU(c, 0.1); }},
      {"Softmin(1)", [](auto& c) { return nn::Softmin(c, 1); }},
      {"Softmax2d()", [](auto& c) { return nn::Softmax2d(c); }},
      {"Tanh()", [](auto& c) { return nn::Tanh(c); }},
      {"Sigmoid()", [](auto& c) { return nn::Sigmoid(c); }},
      {"Dropout(0.1)", [](auto& c) { return nn::Dropout(c, 0.1); }},
      {"CrossEntropyLoss(reduction='sum')",
       [](auto& c) {
         return nn::CrossEntropyLoss(c, {{"reduction", "sum"}});
       }},
      {"Conv2d(1, 4, (3, 3), padding=1)",
       [](auto& c) {
         return nn::Conv2d(c, 1, 4, 3, {{"padding", 1}});
       }},
      {"MaxPool2d(2)", [](auto& c) { return nn::MaxPool2d(c, 2); }},
      {"AdaptiveAvgPool2d(1)", [](auto& c) { return nn::AdaptiveAvgPool2d(c, 1); }},
      {"LayerNorm((2, 3), eps=0.1)",
       [](auto& c) {
         return nn::LayerNorm(c, {2, 3}, {{"eps", 0.1}});
       }},
      {"Embedding(5, 2, padding_idx=0)",
       [](auto& c) {
         return nn::Embedding(c, 5, 2, {{"padding_idx", 0}});
       }},
      {"GELU(approximate='tanh')",
       [](auto& c) {
         return nn::GELU(c, {{"approximate", "tanh"}});
       }},
      {"SiLU()", [](auto& c) { return nn::SiLU(c); }},
      {"Softmax(dim=-1)", [](auto& c) { return nn::Softmax(c, -1); }},
      {"LogSoftmax(dim=1)", [](auto& c) { return nn::LogSoftmax(c, 1); }},
      {"ParameterList()", [](auto& c) { return nn::ParameterList(c); }},
      {"ParameterDict()", [](auto& c) { return nn::ParameterDict(c); }},
      {"MSELoss()", [](auto& c) { return nn::MSELoss(c); }},
  };
  return all;
}

std::vector<std::vector<float>> values(const Context& context, const Module& module) {
  std::vector<std::vector<float>> out;
  for (const auto& [name, tensor] : module.named_parameters()) {
    out.push_back(tensor.to_vector<float>(context));
  }
  return out;
}

TEST_CASE("every constructor builds what its text builds", "[cxx]") {
  for (const Type& type : types()) {
    INFO(type.text);
    const Context one(3), other(3);
    const Module made = type.make(one);
    const Module read = Module::from_text(other, type.text);
    CHECK(made.repr() == read.repr());
    if (std::string_view(type.text).substr(0, 4) == "Lazy") continue;  // without values yet
    CHECK(values(one, made) == values(other, read));
  }
}

TEST_CASE("every type of the registry that runs has a constructor", "[cxx]") {
  const auto text = duramen::make<duramen::String>(
      [](auto** out, auto** error) { return duramen_registry_describe(out, error); });
  const std::string json(text.view());
  const std::string modules = json.substr(0, json.find("\"operators\""));
  std::set<std::string> described, here;
  const std::string start = "{\"name\": \"";
  for (size_t at = modules.find(start); at != std::string::npos; at = modules.find(start, at + 1)) {
    const size_t name = at + start.size();
    const size_t forward = modules.find("\"forward\": ", at);
    const bool runs =
        forward != std::string::npos && modules.compare(forward, 15, "\"forward\": true") == 0;
    if (modules[name] >= 'A' && modules[name] <= 'Z' && runs) {
      described.insert(modules.substr(name, modules.find('"', name) - name));
    }
  }
  for (const Type& type : types()) {
    const std::string call(type.text);
    here.insert(call.substr(0, call.find('(')));
  }
  CHECK(here == described);
}

TEST_CASE("arguments of every kind", "[cxx]") {
  const Context context;
  CHECK(nn::create(context, "Linear",
                   {{"in_features", 2}, {"out_features", 2}, {"dtype", duramen::Dtype::float64}})
            .parameter("weight")
            .dtype() == duramen::Dtype::float64);
  const duramen::Tensor weight = duramen::Tensor::full(context, {3}, 2);
  const Module loss = nn::CrossEntropyLoss(context, {{"weight", weight}});
  CHECK(loss.buffer("weight") == weight);
  const Module named = nn::Sequential(context, {nn::Named{"first", nn::Tanh(context)}});
  const Module first = named.submodule("first");
  CHECK(first.class_name() == "Tanh");
  try {
    nn::Linear(context, 2, 2, {{"bais", true}});
    FAIL("an unknown argument passed");
  } catch (const duramen::InvalidArgument& error) {
    CHECK(error.detail("nearest") == "bias");
    CHECK(error.detail("torch_error") == "TypeError");
  }
}

}  // namespace
