// Single layers: forward without recording (f), and forward and backward with the input's gradient
// (fb).
#include "rows.hpp"

namespace bench {
namespace {

struct Layer {
  const char* name;
  const char* text;
  std::vector<int64_t> shape;  // of the input
  int64_t limit = 0;           // the input holds row numbers below it; 0: it is random
};

Tensor make_input(duramen_context* context, const Layer& layer) {
  return layer.limit ? make_indices(context, layer.shape, layer.limit)
                     : make_random(context, layer.shape);
}

Tensor forward(duramen_context* context, duramen_module* module, duramen_tensor* input) {
  return made<Tensor>(duramen_module_forward, context, module, input);
}

void run_forward(benchmark::State& state, const Layer& layer) {
  const Context context = make_context();
  const Module module = make_module(context.get(), layer.text);
  const Tensor input = make_input(context.get(), layer);
  done(duramen_context_set_grad_enabled, context.get(), 0u);
  for (auto _ : state) benchmark::DoNotOptimize(forward(context.get(), module.get(), input.get()));
}

void run_forward_backward(benchmark::State& state, const Layer& layer) {
  const Context context = make_context();
  const Module module = make_module(context.get(), layer.text);
  const Tensor input = make_input(context.get(), layer);
  const Tensor weight = made<Tensor>(duramen_tensor_clone, context.get(),
                                     forward(context.get(), module.get(), input.get()).get());
  const Tensor gradient = made<Tensor>(duramen_tensor_detach, context.get(), weight.get());
  const bool differentiable = layer.limit == 0;
  if (differentiable) done(duramen_tensor_set_requires_grad, input.get(), 1u);
  for (auto _ : state) {
    if (differentiable) {
      done(duramen_tensor_set_grad, input.get(), static_cast<duramen_tensor*>(nullptr));
    }
    done(duramen_module_zero_grad, module.get(), 1u);
    const Tensor output = forward(context.get(), module.get(), input.get());
    done(duramen_tensor_backward, context.get(), output.get(), gradient.get(), nullptr);
  }
}

}  // namespace

void register_layers() {
  const Layer layers[] = {
      {"Linear/1024x1024/batch:128", "Linear(1024, 1024)", {128, 1024}},
      {"Linear/784x512/batch:64", "Linear(784, 512)", {64, 784}},
      {"Linear/1024x1024/batch:1", "Linear(1024, 1024)", {1, 1024}},
      {"BatchNorm1d/512/batch:256", "BatchNorm1d(512)", {256, 512}},
      {"BatchNorm2d/64x56x56/batch:8", "BatchNorm2d(64)", {8, 64, 56, 56}},
      {"Conv2d/32x32x32/batch:8", "Conv2d(32, 32, 3, padding=1)", {8, 32, 32, 32}},
      {"Conv2d/3x64x64/batch:8", "Conv2d(3, 16, 3)", {8, 3, 64, 64}},
      {"Conv2d/64x28x28/stride:2/batch:8", "Conv2d(64, 64, 3, 2, 1)", {8, 64, 28, 28}},
      {"Conv2d/128x14x14/pointwise/batch:8", "Conv2d(128, 128, 1)", {8, 128, 14, 14}},
      {"Conv2d/64x28x28/depthwise/batch:8",
       "Conv2d(64, 64, 3, padding=1, groups=64)",
       {8, 64, 28, 28}},
      {"MaxPool2d/64x56x56/batch:8", "MaxPool2d(2)", {8, 64, 56, 56}},
      {"MaxPool2d/64x56x56/stride:2/batch:8", "MaxPool2d(3, 2, 1)", {8, 64, 56, 56}},
      {"AdaptiveAvgPool2d/64x56x56/batch:8", "AdaptiveAvgPool2d(7)", {8, 64, 56, 56}},
      {"LayerNorm/768/batch:1024", "LayerNorm(768)", {1024, 768}},
      {"GELU/3072/batch:256", "GELU()", {256, 3072}},
      {"Softmax/1000/batch:256", "Softmax(dim=1)", {256, 1000}},
      {"Embedding/10000x128/batch:4096", "Embedding(10000, 128)", {4096}, 10000},
  };
  for (const Layer& layer : layers) {
    const std::string name = layer.name;
    benchmark::RegisterBenchmark((name + "/f").c_str(), run_forward, layer)->UseRealTime();
    benchmark::RegisterBenchmark((name + "/fb").c_str(), run_forward_backward, layer)
        ->UseRealTime();
  }
}

}  // namespace bench
