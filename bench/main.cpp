// duramen_bench: Google Benchmark rows over the C interface. `--threads N` sets the context's
// threads.
#include <cstring>

#include "rows.hpp"

namespace bench {
namespace {

// Set once from the command line, before any row runs.
uint32_t& threads() {
  static uint32_t count = 1;
  return count;
}

// Takes --threads=N or --threads N out of the arguments.
void take_threads(int* argc, char** argv) {
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    if (std::strncmp(argv[i], "--threads=", 10) == 0) {
      threads() = static_cast<uint32_t>(std::atoi(argv[i] + 10));
    } else if (std::strcmp(argv[i], "--threads") == 0 && i + 1 < *argc) {
      threads() = static_cast<uint32_t>(std::atoi(argv[++i]));
    } else {
      argv[kept++] = argv[i];
    }
  }
  *argc = kept;
}

}  // namespace

Context make_context() {
  duramen_context_options options = {};
  options.struct_size = sizeof options;
  options.num_threads = threads();
  return made<Context>(duramen_context_create, &options);
}

Module make_module(duramen_context* context, const std::string& text) {
  return made<Module>(duramen_module_from_text, context, text.data(), text.size());
}

Optimizer make_optimizer(duramen_context* context, duramen_module* module,
                         const std::string& text) {
  duramen_list_options options = {};
  options.struct_size = sizeof options;
  options.kinds = DURAMEN_KIND_PARAMETER;
  const Listing listing = made<Listing>(duramen_module_list, module, &options);
  size_t count = 0;
  size_t stride = 0;
  const auto* first =
      reinterpret_cast<const char*>(duramen_listing_entries(listing.get(), &count, &stride));
  std::vector<duramen_tensor*> parameters;
  for (size_t i = 0; i < count; ++i) {
    parameters.push_back(reinterpret_cast<const duramen_entry*>(first + i * stride)->tensor);
  }
  return made<Optimizer>(duramen_optimizer_from_text, context, text.data(), text.size(),
                         parameters.data(), count);
}

Tensor make_random(duramen_context* context, const std::vector<int64_t>& shape) {
  Tensor tensor = made<Tensor>(duramen_tensor_empty, context, DURAMEN_DTYPE_FLOAT32, shape.data(),
                               shape.size());
  done(duramen_tensor_fill_uniform, context, tensor.get(), 0.0, 1.0);
  return tensor;
}

Tensor make_indices(duramen_context* context, const std::vector<int64_t>& shape, int64_t limit) {
  Tensor tensor =
      made<Tensor>(duramen_tensor_empty, context, DURAMEN_DTYPE_INT64, shape.data(), shape.size());
  void* data = nullptr;
  duramen_error* error = nullptr;
  require(duramen_tensor_data_mut(tensor.get(), &data, &error), error);
  const int64_t count = duramen_tensor_numel(tensor.get());
  for (int64_t i = 0; i < count; ++i) static_cast<int64_t*>(data)[i] = i * 7919 % limit;
  return tensor;
}

}  // namespace bench

int main(int argc, char** argv) {
  bench::take_threads(&argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  bench::register_layers();
  bench::register_mlp();
  bench::register_optimizers();
  bench::register_trees();
  bench::register_files();
  bench::register_checkpoints();
  bench::register_veneer();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
