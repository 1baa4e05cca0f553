// duramen split FILE: one checkpoint as several files with an index.
#include <algorithm>
#include <cctype>
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
  std::string_view name;  // in small letters
  uint64_t nbytes;
};
constexpr uint64_t kThousand = 1000, kKibi = 1024;
constexpr Unit kUnits[] = {
    {"", 1},
    {"b", 1},
    {"k", kThousand},
    {"kb", kThousand},
    {"kib", kKibi},
    {"m", kThousand* kThousand},
    {"mb", kThousand* kThousand},
    {"mib", kKibi* kKibi},
    {"g", kThousand* kThousand* kThousand},
    {"gb", kThousand* kThousand* kThousand},
    {"gib", kKibi* kKibi* kKibi},
    {"t", kThousand* kThousand* kThousand* kThousand},
    {"tb", kThousand* kThousand* kThousand* kThousand},
    {"tib", kKibi* kKibi* kKibi* kKibi},
};

// "5GB", "1.5g", "500 MiB"; 0 for what is no size.
uint64_t bytes_of(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc() || number < 0) return 0;
  std::string name(rest, end);
  name.erase(0, name.find_first_not_of(' '));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Unit& unit : kUnits) {
    if (unit.name != name) continue;
    const double nbytes = number * static_cast<double>(unit.nbytes);
    return nbytes < 9e18 ? static_cast<uint64_t>(nbytes) : 0;  // not for NaN either
  }
  return 0;
}

std::string not_a_size(const std::string& text) {
  return bytes_of(text)
             ? ""
             : "expected a size such as 5GB, 1.5g (a GB has 10^9 bytes) or 500MiB (a MiB "
               "has 2^20), got '" +
                   text + "'";
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
  print_report(target.file, options.json, to_text(saved), json.end_object().str() + "\n");
}

}  // namespace

void add_split(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("split", "Write a checkpoint as several files, with an index");
  verb->add_option("FILE", options->file, "The checkpoint; - is standard input")->required();
  verb->add_option("--max-shard-size", options->size,
                   "The most bytes of tensors in one file, such as 5GB, 1.5g or 500MiB (a GB has "
                   "10^9 bytes, a GiB 2^30); a larger tensor has a file of its own")
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
