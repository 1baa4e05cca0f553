// A tree of 20,000 parameters in 10,000 layers: listing, state dict, load, lookup; a deep one; and
// one of large tensors.
#include <cstring>

#include "rows.hpp"

namespace bench {
namespace {

template <class Body>
void for_each_entry(const duramen_listing* listing, const Body& body) {
  size_t count = 0;
  size_t stride = 0;
  const auto* first =
      reinterpret_cast<const char*>(duramen_listing_entries(listing, &count, &stride));
  for (size_t i = 0; i < count; ++i) {
    body(*reinterpret_cast<const duramen_entry*>(first + i * stride));
  }
}

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

// By path, three components each; in another order than they lie.
void run_lookup(benchmark::State& state) {
  constexpr int kComponents = 3;
  const Context context = make_context();
  const Module tree = make_tree(context.get());
  std::vector<std::string> paths;
  paths.reserve(1000);
  for (int i = 0; i < 1000; ++i) {
    paths.push_back(std::to_string(i * 37 % 100) + "." + std::to_string(i * 61 % 100) + ".weight");
  }
  int64_t found = 0;
  for (auto _ : state) {
    for (const std::string& path : paths) {
      benchmark::DoNotOptimize(
          made<Tensor>(duramen_module_get_parameter, tree.get(), path.data(), path.size()));
    }
    found += static_cast<int64_t>(paths.size());
  }
  state.counters["per_component"] =
      benchmark::Counter(static_cast<double>(found * kComponents),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// Sequential in Sequential: what a chain of that many costs to walk.
void run_deep(benchmark::State& state) {
  const Context context = make_context();
  Module top = make_module(context.get(), "Sequential(Linear(2, 2))");
  for (int i = 0; i < 10'000; ++i) {
    Module above = make_module(context.get(), "Sequential()");
    done(duramen_module_register_child, above.get(), "0", size_t{1}, top.get());
    top = std::move(above);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(made<Listing>(duramen_module_list, top.get(), nullptr));
  }
}

// The sizes of GPT-2 124M, 548 MB in 160 tensors: a load into a module whose memory was touched,
// and the same bytes by memcpy.
struct Large {
  Context context = make_context();
  Module target = make();
  Module source = make();

  Module make() const {
    return make_module(context.get(),
                       "Sequential(Embedding(50257, 768), Embedding(1024, 768), " + blocks() + ")");
  }
  static std::string blocks() {
    std::string out;
    for (int i = 0; i < 12; ++i) {
      out +=
          (i ? ", " : "") + std::string(
                                "Sequential(LayerNorm(768), Linear(768, 2304), Linear(768, 768), "
                                "LayerNorm(768), Linear(768, 3072), Linear(3072, 768), "
                                "Embedding(1024, 1024))");
    }
    return out + ", LayerNorm(768)";
  }
};

void count_bytes(benchmark::State& state, uint64_t nbytes) {
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(nbytes));
}

void run_large_load(benchmark::State& state) {
  const Large large;
  const StateDict dict = state_of(large.source.get());
  uint64_t nbytes = 0;
  const Listing listing = made<Listing>(duramen_state_dict_list, dict.get(), nullptr);
  for_each_entry(listing.get(), [&](const duramen_entry& entry) { nbytes += entry.nbytes; });
  for (auto _ : state) {
    done(duramen_module_load_state_dict, large.context.get(), large.target.get(), dict.get(),
         nullptr, nullptr);
  }
  count_bytes(state, nbytes);
}

void run_large_memcpy(benchmark::State& state) {
  const Large large;
  const Listing to = made<Listing>(duramen_module_list, large.target.get(), nullptr);
  const Listing from = made<Listing>(duramen_module_list, large.source.get(), nullptr);
  struct Piece {
    void* to;
    const void* from;
    size_t nbytes;
  };
  std::vector<Piece> pieces;
  uint64_t nbytes = 0;
  for_each_entry(to.get(), [&](const duramen_entry& entry) {
    Piece piece{nullptr, nullptr, static_cast<size_t>(entry.nbytes)};
    done(duramen_tensor_data_mut, entry.tensor, &piece.to);
    pieces.push_back(piece);
    nbytes += entry.nbytes;
  });
  size_t next = 0;
  for_each_entry(from.get(), [&](const duramen_entry& entry) {
    done(duramen_tensor_data_const, entry.tensor, &pieces[next++].from);
  });
  for (auto _ : state) {
    for (const Piece& piece : pieces) std::memcpy(piece.to, piece.from, piece.nbytes);
    benchmark::ClobberMemory();
  }
  count_bytes(state, nbytes);
}

// A moving average's step.
void run_large_lerp(benchmark::State& state) {
  const Large large;
  for (auto _ : state) {
    done(duramen_module_lerp, large.context.get(), large.target.get(), large.source.get(), 0.001,
         nullptr);
  }
}

}  // namespace

void register_trees() {
  benchmark::RegisterBenchmark("Tree/list", run_list)->UseRealTime();
  benchmark::RegisterBenchmark("Tree/state_dict", run_state_dict)->UseRealTime();
  benchmark::RegisterBenchmark("Tree/load", run_load)->UseRealTime();
  benchmark::RegisterBenchmark("Tree/lookup", run_lookup)->UseRealTime();
  benchmark::RegisterBenchmark("Tree/deep", run_deep)->UseRealTime();
  benchmark::RegisterBenchmark("Large/load", run_large_load)->UseRealTime();
  benchmark::RegisterBenchmark("Large/memcpy", run_large_memcpy)->UseRealTime();
  benchmark::RegisterBenchmark("Large/lerp", run_large_lerp)->UseRealTime();
}

}  // namespace bench
