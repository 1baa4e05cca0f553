// The C++ veneer beside the C calls that it stands for: small work, so that a cost would show.
#include <duramen/duramen.hpp>

#include "rows.hpp"

namespace bench {
namespace {

constexpr const char* kSmall = "Linear(8, 8)";

void run_forward_c(benchmark::State& state) {
  const Context context = make_context();
  const Module model = make_module(context.get(), kSmall);
  const Tensor input = make_random(context.get(), {1, 8});
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        made<Tensor>(duramen_module_forward, context.get(), model.get(), input.get()));
  }
}

void run_forward_cxx(benchmark::State& state) {
  const Context context = make_context();
  const Module owner = make_module(context.get(), kSmall);
  const Tensor input = make_random(context.get(), {1, 8});
  const duramen::ModuleRef model = owner.get();
  for (auto _ : state) benchmark::DoNotOptimize(model(context.get(), input.get()));
}

constexpr const char* kTree =
    "Sequential(Linear(2, 2), Linear(2, 2), Linear(2, 2), Linear(2, 2), Linear(2, 2))";

void run_walk_c(benchmark::State& state) {
  const Context context = make_context();
  const Module model = make_module(context.get(), kTree);
  duramen_list_options options = {};
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_PARAMETER;
  for (auto _ : state) {
    const Listing listing = made<Listing>(duramen_module_list, model.get(), &options);
    size_t count = 0, stride = 0;
    const char* at =
        reinterpret_cast<const char*>(duramen_listing_entries(listing.get(), &count, &stride));
    uint64_t bytes = 0;
    for (; count > 0; --count, at += stride) {
      bytes += reinterpret_cast<const duramen_entry*>(at)->nbytes;
    }
    benchmark::DoNotOptimize(bytes);
  }
}

void run_walk_cxx(benchmark::State& state) {
  const Context context = make_context();
  const Module owner = make_module(context.get(), kTree);
  const duramen::ModuleRef model = owner.get();
  for (auto _ : state) {
    uint64_t bytes = 0;
    for (const duramen::Entry entry : model.named_parameters()) bytes += entry.raw().nbytes;
    benchmark::DoNotOptimize(bytes);
  }
}

}  // namespace

void register_veneer() {
  benchmark::RegisterBenchmark("Veneer/forward/c", run_forward_c)->UseRealTime();
  benchmark::RegisterBenchmark("Veneer/forward/cxx", run_forward_cxx)->UseRealTime();
  benchmark::RegisterBenchmark("Veneer/walk/c", run_walk_c)->UseRealTime();
  benchmark::RegisterBenchmark("Veneer/walk/cxx", run_walk_cxx)->UseRealTime();
}

}  // namespace bench
