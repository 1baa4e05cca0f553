// Opening files and listing their names. The files are made by vs_torch.py and named by environment
// variables; a row whose file is missing says so.
#include "rows.hpp"

namespace bench {
namespace {

void run_open(benchmark::State& state, const char* variable) {
  const char* path = std::getenv(variable);
  if (!path) {
    state.SkipWithError((std::string(variable) + " does not name a file").c_str());
    return;
  }
  const Context context = make_context();
  for (auto _ : state) {
    const Checkpoint file =
        made<Checkpoint>(duramen_checkpoint_open, context.get(), path, SIZE_MAX, nullptr);
    const StateDict dict = made<StateDict>(duramen_checkpoint_state_dict, context.get(), file.get(),
                                           nullptr, size_t{0});
    benchmark::DoNotOptimize(duramen_state_dict_count(dict.get()));
  }
}

}  // namespace

void register_files() {
  benchmark::RegisterBenchmark("Open/safetensors", run_open, "DURAMEN_BENCH_SAFETENSORS")
      ->UseRealTime();
  benchmark::RegisterBenchmark("Open/torch", run_open, "DURAMEN_BENCH_TORCH")->UseRealTime();
}

}  // namespace bench
