// duramen split FILE: one checkpoint as several files with an index.
#include <charconv>

#include "build.hpp"
#include "edit.hpp"
#include "output.hpp"
#include "target.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  std::string file;
  std::string select;
  std::string size;
  TargetOptions target;
  bool json = false;
};

struct Unit {
  std::string_view name;
  uint64_t nbytes;
};
constexpr Unit kUnits[] = {{"", 1},
                           {"B", 1},
                           {"KB", 1'000},
                           {"MB", 1'000'000},
                           {"GB", 1'000'000'000},
                           {"KiB", uint64_t{1} << 10},
                           {"MiB", uint64_t{1} << 20},
                           {"GiB", uint64_t{1} << 30}};

// "5GB"; 0 for what is no size.
uint64_t bytes_of(const std::string& text) {
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return 0;
  for (const Unit& unit : kUnits) {
    if (unit.name != std::string_view(rest, static_cast<size_t>(end - rest))) continue;
    return number > UINT64_MAX / unit.nbytes ? 0 : number * unit.nbytes;
  }
  return 0;
}

std::string not_a_size(const std::string& text) {
  return bytes_of(text) ? "" : "expected a size such as 5GB or 500MiB, got '" + text + "'";
}

void run(const Options& options) {
  const Context context = create_context({});
  const Interruptible interruptible(context.get());
  Document document = read_document(context.get(), options.file);
  select(document, options.select);
  TargetOptions target = options.target;
  target.max_shard_bytes = bytes_of(options.size);
  if (target.file == "-" || target.file.ends_with('/') || target.to == "dcp") {
    throw Failure(kUsage, target.file +
                              ": shards need the name of an index, such as "
                              "NAME.safetensors.index.json");
  }
  const Saved saved = save_document(context.get(), document, target);
  Json json;
  json.begin_object();
  write_saved(json, saved);
  print_report(target, options.json, to_text(saved), json.end_object().str() + "\n");
}

}  // namespace

void add_split(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("split", "Write a checkpoint as several files, with an index");
  verb->add_option("FILE", options->file, "The checkpoint; - is standard input")->required();
  verb->add_option("--max-shard-size", options->size,
                   "The most bytes of tensors in one file, such as 5GB or 500MiB; a larger tensor "
                   "has a file of its own")
      ->required()
      ->check(CLI::Validator(not_a_size, "", "size"))
      ->type_name("SIZE");
  verb->add_option("--select", options->select,
                   "The dotted path of what to take, such as model_state_dict")
      ->type_name("PATH");
  add_target_options(*verb, options->target, Presence::required);
  verb->add_flag("--json", options->json, "Print JSON");
  verb->footer(
      "The files are called NAME-00001-of-00003.safetensors, or .bin; the index, written last,\n"
      "NAME.safetensors.index.json. Any verb reads the index, or the folder, as one checkpoint.\n"
      "\n"
      "Examples:\n"
      "  duramen split model.safetensors --max-shard-size 100KB -o parts.safetensors.index.json");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
