// What the benchmark's rows share: the C handles as owners, and calls that must succeed.
#pragma once

#include <benchmark/benchmark.h>
#include <duramen/duramen.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace bench {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const noexcept {
    release(object);
  }
};
using Context = std::unique_ptr<duramen_context, Release<duramen_context_release>>;
using Tensor = std::unique_ptr<duramen_tensor, Release<duramen_tensor_release>>;
using Module = std::unique_ptr<duramen_module, Release<duramen_module_release>>;
using Listing = std::unique_ptr<duramen_listing, Release<duramen_listing_release>>;
using StateDict = std::unique_ptr<duramen_state_dict, Release<duramen_state_dict_release>>;
using Optimizer = std::unique_ptr<duramen_optimizer, Release<duramen_optimizer_release>>;
using Checkpoint = std::unique_ptr<duramen_checkpoint, Release<duramen_checkpoint_release>>;

// A benchmark whose call fails measures nothing: it stops with the error's text.
inline void require(duramen_status status, duramen_error* error) {
  if (status == DURAMEN_OK) return;
  std::fprintf(stderr, "duramen_bench: %s\n", duramen_error_message(error, nullptr));
  std::exit(1);
}

// Calls `function(arguments…, &out, &error)` and returns the owned result.
template <class Handle, class Function, class... Arguments>
Handle made(Function function, Arguments... arguments) {
  typename Handle::element_type* out = nullptr;
  duramen_error* error = nullptr;
  require(function(arguments..., &out, &error), error);
  return Handle(out);
}
template <class Function, class... Arguments>
void done(Function function, Arguments... arguments) {
  duramen_error* error = nullptr;
  require(function(arguments..., &error), error);
}

Context make_context();  // with the threads of --threads
Module make_module(duramen_context* context, const std::string& text);
// Of all parameters.
Optimizer make_optimizer(duramen_context* context, duramen_module* module, const std::string& text);
// Uniform in [0, 1).
Tensor make_random(duramen_context* context, const std::vector<int64_t>& shape);
// int64, spread over [0, limit).
Tensor make_indices(duramen_context* context, const std::vector<int64_t>& shape, int64_t limit);

void register_layers();
void register_mlp();
void register_optimizers();
void register_trees();
void register_files();
void register_checkpoints();
void register_veneer();

}  // namespace bench
