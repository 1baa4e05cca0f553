// duramen init TEXT -o FILE: a checkpoint with the initial values that PyTorch would draw.
#include "build.hpp"
#include "format.hpp"
#include "modules.hpp"
#include "standard_output.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  BuildOptions build;
  std::string output;
  std::string to;
};

void save(duramen_context* context, const StateDict& dict, const Options& options) {
  duramen_save_options how = {};
  how.struct_size = sizeof how;
  how.format = format_for(options.output, options.to).number;
  Progress progress("saving " + options.output, Progress::Unit::bytes);
  progress.listen(context);
  if (options.output == "-") {
    return StandardOutput().receive([&](duramen_write write, void* user, duramen_error** error) {
      return duramen_state_dict_write_callback(context, dict.get(), write, user, &how, error);
    });
  }
  call(kRefused, options.output, [&](auto error) {
    return duramen_state_dict_save(context, dict.get(), options.output.data(),
                                   options.output.size(), &how, error);
  });
}

void run(const Options& options) {
  const Context context = create_context(options.build);
  const Interruptible interruptible(context.get());
  Value unknown;
  const Module module = build_module(context.get(), options.build, &unknown);
  const StateDict dict = state_of(module.get());
  save(context.get(), dict, options);
  const size_t containers = duramen_value_count(unknown.get());
  if (containers == 0 || options.output == "-") return;
  print("containers for unknown classes: " + std::to_string(containers) +
        "; parameters of their own are not in the file (duramen tree lists them)\n");
}

}  // namespace

void add_init(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "init", "Build a module from text and save its initial state, as PyTorch draws it");
  add_text_options(*verb, options->build);
  add_seed_option(*verb, options->build);
  verb->add_option("-o,--output", options->output,
                   "The file to write, in the format of its ending; - is standard output")
      ->required()
      ->type_name("FILE");
  add_format_option(*verb, options->to);
  verb->footer(
      "Examples:\n"
      "  duramen init 'Linear(784, 10)' --seed 1 -o linear.pt\n"
      "  duramen init 'Linear(784, 10)' --dtype float64 -o linear.safetensors");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
