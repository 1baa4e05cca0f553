// duramen verify FILE: is the file whole, are its checksums right, and are its numbers numbers.
#include <algorithm>
#include <cctype>

#include "build.hpp"
#include "content.hpp"
#include "elements.hpp"
#include "output.hpp"
#include "scan.hpp"
#include "statistics_text.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  std::string file;
  uint64_t flags = 0;  // DURAMEN_OPEN_…
  FilterOptions filter;
  std::string digest;
  bool allow_nan = false;
  bool allow_inf = false;
  bool stats = false;
  bool json = false;
  std::string color;
};

struct Problem {
  std::string name;  // of the entry; empty: of the file
  std::string what;
};

struct Row {
  std::string name;
  std::string dtype;
  Scan scan;
  bool bad_bools = false;
  std::optional<Statistics> statistics;
};

struct Verdict {
  std::string format;
  std::optional<std::string> digest;
  std::vector<Problem> problems;
  std::vector<Row> rows;
  uint64_t nbytes = 0;
};

class Verifier {
 public:
  Verifier(duramen_context* context, const Options& options)
      : context_(context),
        options_(options),
        filter_(options.filter),
        progress_("verifying " + options.file, Progress::Unit::bytes) {}

  Verdict operator()() {
    // What cannot be read at all is a failure of the verb, as everywhere.
    const Checkpoint checkpoint = open_checkpoint(context_, options_.file, options_.flags);
    verdict_.format = format_of(checkpoint.get());
    check_sums();
    const Content content(content_of(checkpoint.get(), options_.file), options_.file, filter_);
    for (const Entry& entry : content.entries) {
      verdict_.nbytes += duramen_tensor_nbytes(entry.tensor);
    }
    for (const Entry& entry : content.entries) check(entry);
    check_digest(checkpoint.get());
    return std::move(verdict_);
  }

 private:
  void check_sums() {
    try {
      open_checkpoint(context_, options_.file, DURAMEN_OPEN_VERIFY);
    } catch (const Failure& failure) {
      if (Interruptible::signal() != 0) throw;
      verdict_.problems.push_back({"", with_input_name(failure.what())});
    }
  }

  void check(const Entry& entry) {
    if (Interruptible::signal() != 0) throw Failure(kRefused, "");
    verdict_.rows.push_back({entry.name, dtype_of(entry.tensor), {}, false, {}});
    Row& row = verdict_.rows.back();
    try {
      scan(entry, row);
    } catch (const Failure& failure) {  // data that is read only now
      if (Interruptible::signal() != 0) throw;
      verdict_.problems.push_back({entry.name, failure.what()});
    }
    const auto add = [&](uint64_t count, const char* what) {
      if (count > 0) verdict_.problems.push_back({entry.name, std::to_string(count) + what});
    };
    if (!options_.allow_nan) add(row.scan.nan_count, " elements are NaN");
    if (!options_.allow_inf) add(row.scan.inf_count, " elements are infinite");
    if (has_bad_bools(entry.tensor)) {
      row.bad_bools = true;
      verdict_.problems.push_back({entry.name, "there are bools that are neither 0 nor 1"});
    }
  }

  // Elements of a safetensors file stay in its memory, unless bools had to be put right.
  bool has_bad_bools(duramen_tensor* tensor) const {
    void* data = nullptr;
    return verdict_.format == "safetensors" && duramen_tensor_dtype(tensor) == DURAMEN_DTYPE_BOOL &&
           duramen_tensor_numel(tensor) > 0 &&
           duramen_tensor_data_mut(tensor, &data, nullptr) == DURAMEN_OK;
  }

  void scan(const Entry& entry, Row& row) {
    constexpr size_t kChunk = size_t{4} << 20;  // a multiple of every element's size
    const duramen_dtype dtype = duramen_tensor_dtype(entry.tensor);
    {
      const Bytes bytes(context_, entry.tensor);
      for (size_t begin = 0; begin < bytes.size(); begin += kChunk) {
        const size_t count = std::min(kChunk, bytes.size() - begin);
        const Scan part = scan_bytes(dtype, bytes.data() + begin, count);
        row.scan.nan_count += part.nan_count;
        row.scan.inf_count += part.inf_count;
        progress_.update(done_ += count, verdict_.nbytes);
      }
    }
    if (options_.stats && !is_opaque(dtype)) {
      row.statistics = statistics_of(context_, entry.tensor);
    }
  }

  void check_digest(const duramen_checkpoint* checkpoint) {
    if (options_.digest.empty()) return;
    StateDict dict;
    call(kRefused, options_.file, [&](auto error) {
      return duramen_checkpoint_state_dict(context_, checkpoint, nullptr, 0, Out(dict), error);
    });
    const duramen_list_options chosen = filter_.list_options();
    String text;
    call(kRefused, options_.file, [&](auto error) {
      return duramen_state_dict_digest(context_, dict.get(), &chosen, Out(text), error);
    });
    verdict_.digest = text_of(text);
    std::string wanted = options_.digest;
    std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (wanted == *verdict_.digest) return;
    verdict_.problems.push_back(
        {"", "the digest differs (expected " + wanted + ", got " + *verdict_.digest + ")"});
  }

  duramen_context* context_;
  const Options& options_;
  Filter filter_;
  Progress progress_;
  uint64_t done_ = 0;
  Verdict verdict_;
};

std::string to_text(const Verdict& verdict, const Options& options, const Palette& palette) {
  std::string out;
  for (const Row& row : verdict.rows) {
    if (!row.statistics) continue;
    out += abbreviated(printable(row.name), kWidestName) + ": " + row.dtype + ", " +
           statistics_text(*row.statistics) + "\n";
  }
  for (const Problem& problem : verdict.problems) {
    const std::string name = problem.name.empty() ? "" : printable(problem.name) + ": ";
    out += abbreviated(name, kWidestName) + palette.bad(printable(problem.what)) + "\n";
  }
  const std::string text = printable(options.file) + ": " + verdict.format + ", " +
                           counted(verdict.rows.size(), "tensor") + ", " +
                           format_bytes(verdict.nbytes) + ": ";
  return out + text +
         (verdict.problems.empty() ? palette.good("conforms") : palette.bad("does not conform")) +
         "\n";
}

std::string to_json(const Verdict& verdict) {
  Json json;
  json.begin_object().key("conforms").boolean(verdict.problems.empty());
  json.key("format").text(verdict.format);
  json.key("tensors").integer(static_cast<int64_t>(verdict.rows.size()));
  json.key("nbytes").integer(static_cast<int64_t>(verdict.nbytes));
  if (verdict.digest) json.key("digest").text(*verdict.digest);
  json.key("problems").begin_array();
  for (const Problem& problem : verdict.problems) {
    json.begin_object();
    if (!problem.name.empty()) json.key("name").text(problem.name);
    json.key("what").text(problem.what).end_object();
  }
  json.end_array().key("entries").begin_array();
  for (const Row& row : verdict.rows) {
    json.begin_object().key("name").text(row.name).key("dtype").text(row.dtype);
    json.key("nan").integer(static_cast<int64_t>(row.scan.nan_count));
    json.key("inf").integer(static_cast<int64_t>(row.scan.inf_count));
    json.key("bad_bools").boolean(row.bad_bools);
    if (row.statistics) write_statistics(json.key("stats"), *row.statistics);
    json.end_object();
  }
  return json.end_array().end_object().str() + "\n";
}

ExitCode run(const Options& options) {
  const Context context = create_context({});
  const Interruptible interruptible(context.get());
  const Verdict verdict = Verifier(context.get(), options)();
  print(options.json ? to_json(verdict) : to_text(verdict, options, Palette(options.color)));
  return verdict.problems.empty() ? kOk : kDiffers;
}

}  // namespace

void add_verify(CLI::App& app, ExitCode& code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "verify", "Check a checkpoint: structure, checksums, NaN and infinities, bools");
  verb->add_option("FILE", options->file, "The checkpoint; - is standard input")->required();
  add_pattern_options(*verb, options->filter);
  add_dtype_filter(*verb, options->filter);
  add_dequantize_option(*verb, options->flags);
  verb->add_option("--digest", options->digest,
                   "The digest that the tensors must have, as info --digest prints it")
      ->type_name("HEX");
  verb->add_flag("--allow-nan", options->allow_nan, "NaN is let pass");
  verb->add_flag("--allow-inf", options->allow_inf, "Infinities are let pass, as in masks");
  verb->add_flag("--stats", options->stats,
                 "Add each tensor's count, minimum, maximum and mean, and how many elements are "
                 "NaN, infinite and zero");
  verb->add_flag("--json", options->json, "Print JSON");
  add_color_option(*verb, options->color);
  verb->footer(
      "Exit code 0: the file conforms; 1: it does not; 3: it cannot be read at all.\n"
      "\n"
      "Examples:\n"
      "  duramen verify model.pt\n"
      "  duramen verify --stats --allow-inf --json model.safetensors");
  verb->callback([options, &code] { code = run(*options); });
}

}  // namespace cli
