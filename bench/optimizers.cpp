// Steps of AdamW alone. The rows for foreach and fused are the same here: PyTorch has both.
#include "rows.hpp"

namespace bench {
namespace {

constexpr const char* kSmall =
    "Sequential(Linear(16, 64), ReLU(), Linear(64, 64), ReLU(), Linear(64, 4))";
constexpr const char* kLarge = "Sequential(Linear(2048, 2048), Linear(2048, 2048))";

void run_step(benchmark::State& state, const char* text, int64_t width) {
  const Context context = make_context();
  const Module module = make_module(context.get(), text);
  const Tensor input = make_random(context.get(), {1, width});
  const Optimizer optimizer = make_optimizer(context.get(), module.get(), "AdamW()");
  const Tensor output =
      made<Tensor>(duramen_module_forward, context.get(), module.get(), input.get());
  const Tensor sum = made<Tensor>(duramen_sum, context.get(), output.get(), nullptr, size_t{0}, 0u);
  done(duramen_tensor_backward, context.get(), sum.get(), nullptr, nullptr);
  for (auto _ : state) done(duramen_optimizer_step, context.get(), optimizer.get());
}

void run_small(benchmark::State& state) { run_step(state, kSmall, 16); }
void run_large(benchmark::State& state) { run_step(state, kLarge, 2048); }

}  // namespace

void register_optimizers() {
  for (const std::string kind : {"loop", "foreach", "fused"}) {
    benchmark::RegisterBenchmark(("AdamW/small/" + kind).c_str(), run_small)->UseRealTime();
    benchmark::RegisterBenchmark(("AdamW/large/" + kind).c_str(), run_large)->UseRealTime();
  }
}

}  // namespace bench
