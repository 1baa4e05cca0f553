// A small network at batch 1, where the cost of a call decides: 16-64-64-4 with ReLU.
#include "rows.hpp"

namespace bench {
namespace {

constexpr const char* kMlp =
    "Sequential(Linear(16, 64), ReLU(), Linear(64, 64), ReLU(), Linear(64, 4))";

void run_eval(benchmark::State& state) {
  const Context context = make_context();
  const Module module = make_module(context.get(), kMlp);
  const Tensor input = make_random(context.get(), {1, 16});
  done(duramen_module_train, module.get(), 0u);
  done(duramen_context_set_grad_enabled, context.get(), 0u);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        made<Tensor>(duramen_module_forward, context.get(), module.get(), input.get()));
  }
}

void run_train(benchmark::State& state) {
  const Context context = make_context();
  const Module module = make_module(context.get(), kMlp);
  const Tensor input = make_random(context.get(), {1, 16});
  const int64_t one = 1;
  const Tensor target =
      made<Tensor>(duramen_tensor_full, context.get(), DURAMEN_DTYPE_INT64, &one, size_t{1}, 2.0);
  const Optimizer optimizer = make_optimizer(context.get(), module.get(), "SGD(lr=1e-3)");
  for (auto _ : state) {
    done(duramen_optimizer_zero_grad, optimizer.get(), 1u);
    const Tensor logits =
        made<Tensor>(duramen_module_forward, context.get(), module.get(), input.get());
    const Tensor loss = made<Tensor>(duramen_cross_entropy, context.get(), logits.get(),
                                     target.get(), DURAMEN_REDUCTION_MEAN);
    done(duramen_tensor_backward, context.get(), loss.get(), nullptr, nullptr);
    done(duramen_optimizer_step, context.get(), optimizer.get());
  }
}

}  // namespace

void register_mlp() {
  benchmark::RegisterBenchmark("Mlp/eval", run_eval)->UseRealTime();
  benchmark::RegisterBenchmark("Mlp/train", run_train)->UseRealTime();
}

}  // namespace bench
