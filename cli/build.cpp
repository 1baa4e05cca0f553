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

void add_build_options(CLI::App& verb, BuildOptions& options) {
  verb.add_option(
          "TEXT", options.text,
          "A constructor call such as 'Linear(784, 10)'; @FILE reads it from a file, - from stdin")
      ->required();
  verb.add_option("--seed", options.seed, "Initial values as after torch.manual_seed(SEED)")
      ->check(CLI::Validator(too_large, "", "seed"))
      ->default_val(0);
  verb.add_option("--dtype", options.dtype, "The default dtype, as torch.set_default_dtype")
      ->type_name("DTYPE");
}

Built build(const BuildOptions& options) {
  const std::string text = read_text_argument(options.text);
  Built built;
  duramen_context_options start = {};
  start.struct_size = sizeof start;
  start.seed = options.seed;
  call(kRefused, "",
       [&](auto error) { return duramen_context_create(&start, Out(built.context), error); });
  if (!options.dtype.empty()) {
    const duramen_dtype dtype = duramen_dtype_from_name(options.dtype.data(), options.dtype.size());
    call(kUsage, "--dtype " + options.dtype, [&](auto error) {
      return duramen_context_set_default_dtype(built.context.get(), dtype, error);
    });
  }
  call(kUsage, "", [&](auto error) {
    return duramen_module_from_text(built.context.get(), text.data(), text.size(),
                                    Out(built.module), error);
  });
  return built;
}

}  // namespace cli
