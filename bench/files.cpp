// Opening files: until every name and tensor is there, as after torch.load, and the same with a
// state dict of it. The files are made by vs_torch.py and named by environment variables; a row
// whose file is missing says so.
#include "rows.hpp"

namespace bench {
namespace {

void run_open(benchmark::State& state, const char* variable, bool with_state_dict) {
  const char* path = std::getenv(variable);
  if (!path) {
    state.SkipWithError((std::string(variable) + " does not name a file").c_str());
    return;
  }
  const Context context = make_context();
  for (auto _ : state) {
    const Checkpoint file =
        made<Checkpoint>(duramen_checkpoint_open, context.get(), path, SIZE_MAX, nullptr);
    benchmark::DoNotOptimize(duramen_value_count(duramen_checkpoint_content(file.get())));
    if (!with_state_dict) continue;
    const StateDict dict = made<StateDict>(duramen_checkpoint_state_dict, context.get(), file.get(),
                                           nullptr, size_t{0});
    benchmark::DoNotOptimize(duramen_state_dict_count(dict.get()));
  }
}

}  // namespace

void register_files() {
  static constexpr struct {
    const char* format;
    const char* variable;
  } kFiles[] = {{"safetensors", "DURAMEN_BENCH_SAFETENSORS"}, {"torch", "DURAMEN_BENCH_TORCH"}};
  for (const auto& [format, variable] : kFiles) {
    for (const bool with_state_dict : {false, true}) {
      const std::string name =
          std::string("Open/") + format + (with_state_dict ? "/state_dict" : "");
      benchmark::RegisterBenchmark(name.c_str(), run_open, variable, with_state_dict)
          ->UseRealTime();
    }
  }
}

}  // namespace bench
