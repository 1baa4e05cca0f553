#include "build.hpp"

#include <cerrno>
#include <cstdlib>

#include "verbs.hpp"

namespace cli {
namespace {

// What CLI11 would take for the largest number.
std::string too_large(const std::string& text) {
  errno = 0;
  std::strtoull(text.c_str(), nullptr, 0);
  return errno == ERANGE ? "too large (expected at most 18446744073709551615)" : "";
}

}  // namespace

void add_text_options(CLI::App& verb, BuildOptions& options) {
  verb.add_option(
          "TEXT", options.text,
          "A constructor call such as 'Linear(784, 10)'; @FILE reads it from a file, - from stdin")
      ->required();
  verb.add_option("--dtype", options.dtype, "The default dtype, as torch.set_default_dtype")
      ->type_name("DTYPE");
}

void add_seed_option(CLI::App& verb, BuildOptions& options) {
  verb.add_option("--seed", options.seed, "Random values as after torch.manual_seed(SEED)")
      ->check(CLI::Validator(too_large, "", "seed"))
      ->type_name("SEED")
      ->default_val(0);
}

Context create_context(const BuildOptions& options) {
  Context context;
  duramen_context_options start = {};
  start.struct_size = sizeof start;
  start.seed = options.seed;
  start.num_threads = options.threads;
  call(kUsage, "", [&](auto error) { return duramen_context_create(&start, Out(context), error); });
  return context;
}

Module build_module(duramen_context* context, const BuildOptions& options) {
  const std::string text = read_text_argument(options.text);
  if (!options.dtype.empty()) {
    const duramen_dtype dtype = duramen_dtype_from_name(options.dtype.data(), options.dtype.size());
    call(kUsage, "--dtype " + options.dtype,
         [&](auto error) { return duramen_context_set_default_dtype(context, dtype, error); });
  }
  Module module;
  call(kUsage, "", [&](auto error) {
    return duramen_module_from_text(context, text.data(), text.size(), Out(module), error);
  });
  return module;
}

Built build(const BuildOptions& options) {
  Built built;
  built.context = create_context(options);
  built.module = build_module(built.context.get(), options);
  return built;
}

}  // namespace cli
