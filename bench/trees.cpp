// A tree of 20,000 parameters in 10,000 layers: listing, state dict, load.
#include "rows.hpp"

namespace bench {
namespace {

std::string repeated(const std::string& text, int count) {
  std::string out = "Sequential(";
  for (int i = 0; i < count; ++i) out += (i ? ", " : "") + text;
  return out + ")";
}

Module make_tree(duramen_context* context) {
  return make_module(context, repeated(repeated("Linear(2, 2)", 100), 100));
}

void run_list(benchmark::State& state) {
  const Context context = make_context();
  const Module tree = make_tree(context.get());
  duramen_list_options options = {};
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_PARAMETER;
  for (auto _ : state) {
    benchmark::DoNotOptimize(made<Listing>(duramen_module_list, tree.get(), &options));
  }
}

StateDict state_of(const duramen_module* tree) {
  return made<StateDict>(duramen_module_state_dict, tree, nullptr, size_t{0}, uint64_t{0});
}

void run_state_dict(benchmark::State& state) {
  const Context context = make_context();
  const Module tree = make_tree(context.get());
  for (auto _ : state) benchmark::DoNotOptimize(state_of(tree.get()));
}

void run_load(benchmark::State& state) {
  const Context context = make_context();
  const Module tree = make_tree(context.get());
  const Module other = make_tree(context.get());
  const StateDict dict = state_of(other.get());
  for (auto _ : state) {
    done(duramen_module_load_state_dict, context.get(), tree.get(), dict.get(), nullptr, nullptr);
  }
}

}  // namespace

void register_trees() {
  benchmark::RegisterBenchmark("Tree/list", run_list)->UseRealTime();
  benchmark::RegisterBenchmark("Tree/state_dict", run_state_dict)->UseRealTime();
  benchmark::RegisterBenchmark("Tree/load", run_load)->UseRealTime();
}

}  // namespace bench
