// duramen init TEXT -o FILE: a checkpoint with the initial values that PyTorch would draw.
#include "build.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  BuildOptions build;
  std::string output;
};

void run(const Options& options) {
  const Built built = build(options.build);
  StateDict dict;
  call(kRefused, "", [&](auto error) {
    return duramen_module_state_dict(built.module.get(), nullptr, 0, 0, Out(dict), error);
  });
  call(kRefused, options.output, [&](auto error) {
    return duramen_state_dict_save(built.context.get(), dict.get(), options.output.data(),
                                   options.output.size(), nullptr, error);
  });
}

}  // namespace

void add_init(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "init", "Build a module from text and save its initial state, as PyTorch draws it");
  add_build_options(*verb, options->build);
  verb->add_option("-o,--output", options->output,
                   "The file to write: .pt, .pth, .bin or .safetensors")
      ->required()
      ->type_name("FILE");
  verb->footer("Example: duramen init 'Linear(784, 10)' --seed 1 -o linear.pt");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
