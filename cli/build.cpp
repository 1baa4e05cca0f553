#include "build.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "verbs.hpp"

namespace cli {
namespace {

// What CLI11 would take for the largest number.
std::string too_large(const std::string& text) {
  errno = 0;
  std::strtoull(text.c_str(), nullptr, 0);
  return errno == ERANGE ? "too large (expected at most 18446744073709551615)" : "";
}

std::string not_arguments(const std::string& text) {
  return text.find(':') == std::string::npos ? "expected 'PATH: KEYWORDS', got '" + text + "'" : "";
}

Value text_value(std::string_view text) {
  Value value;
  call(kUsage, "", [&](auto error) {
    return duramen_value_create_text(text.data(), text.size(), Out(value), error);
  });
  return value;
}

void set_default_dtype(duramen_context* context, const std::string& name) {
  const duramen_dtype dtype = duramen_dtype_from_name(name.data(), name.size());
  if (dtype == DURAMEN_DTYPE_INVALID) {
    throw Failure(kUsage, "--dtype " + name +
                              ": not a dtype (expected float32, float64, float16 or bfloat16)");
  }
  call(kUsage, "--dtype " + name,
       [&](auto error) { return duramen_context_set_default_dtype(context, dtype, error); });
}

// What the command line would have to be for a text that was refused; empty when nothing is known.
std::string hint(const BuildOptions& options, std::string_view text, std::string_view message) {
  const bool is_printout = text.find("): ") != std::string_view::npos;
  if (is_printout && !options.unknown_as_containers && message.starts_with("unknown module type"))
    return "; --unknown-as-containers reads it without its forward";
  std::error_code none;
  if (text == options.text && std::filesystem::is_regular_file(options.text, none))
    return "; TEXT is a call such as 'Linear(784, 10)', or @" + options.text + " for a file's text";
  return "";
}

// {"PATH": "KEYWORDS"}
Value arguments_value(const std::vector<std::string>& arguments) {
  std::vector<Value> owners;
  std::vector<const duramen_value*> keys;
  std::vector<const duramen_value*> items;
  owners.reserve(2 * arguments.size());
  keys.reserve(arguments.size());
  items.reserve(arguments.size());
  for (const std::string& argument : arguments) {
    const size_t colon = argument.rfind(':', argument.find('='));
    owners.push_back(text_value(std::string_view(argument).substr(0, colon)));
    keys.push_back(owners.back().get());
    owners.push_back(text_value(std::string_view(argument).substr(colon + 1)));
    items.push_back(owners.back().get());
  }
  Value value;
  call(kUsage, "--arguments", [&](auto error) {
    return duramen_value_create_dict(keys.data(), items.data(), keys.size(), Out(value), error);
  });
  return value;
}

}  // namespace

void add_text_options(CLI::App& verb, BuildOptions& options) {
  verb.add_option("TEXT", options.text,
                  "A constructor call such as 'Linear(784, 10)', or what print(model) shows; @FILE "
                  "reads it "
                  "from a file, - from stdin")
      ->required();
  verb.add_flag("--unknown-as-containers", options.unknown_as_containers,
                "A class that is not known becomes a container, which has no forward");
  verb.add_option("--arguments", options.arguments,
                  "What print(model) does not show, as 'PATH: KEYWORDS' or 'CLASS: KEYWORDS', such "
                  "as 'layers.0.attn: num_heads=8'; may be repeated")
      ->check(CLI::Validator(not_arguments, "", "arguments"))
      ->type_name("ARGUMENTS")
      ->allow_extra_args(false);
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

Module build_module(duramen_context* context, const BuildOptions& options, Value* unknown) {
  const std::string text = read_text_argument(options.text);
  if (!options.dtype.empty()) set_default_dtype(context, options.dtype);
  const Value arguments = arguments_value(options.arguments);
  duramen_text_options how = {};
  how.struct_size = sizeof how;
  how.flags = options.unknown_as_containers ? DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS : 0;
  how.arguments = arguments.get();
  Module module;
  Value none;
  try {
    call(kUsage, "", [&](auto error) {
      return duramen_module_from_text_with(context, text.data(), text.size(), &how, Out(module),
                                           Out(unknown ? *unknown : none), error);
    });
  } catch (const Failure& failure) {
    throw Failure(failure.code, failure.what() + hint(options, text, failure.what()));
  }
  return module;
}

Built build(const BuildOptions& options) {
  Built built;
  built.context = create_context(options);
  built.module = build_module(built.context.get(), options, &built.unknown);
  return built;
}

}  // namespace cli
