// duramen cast FILE --dtype D -o FILE: the numbers with fractions in another type, and what that
// loses.
#include <map>
#include <tuple>

#include "build.hpp"
#include "cast_tensor.hpp"
#include "edit.hpp"
#include "filter.hpp"
#include "output.hpp"
#include "target.hpp"
#include "tensors.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  std::string file;
  uint64_t flags = 0;  // DURAMEN_OPEN_…
  std::string dtype;
  FilterOptions filter;
  TargetOptions target;
  bool dry_run = false;
  bool json = false;
  std::string color;
};

struct Row {
  std::string name;
  std::string from;
  Loss loss;
};

duramen_dtype wanted_dtype(const std::string& name) {
  const duramen_dtype dtype = duramen_dtype_from_name(name.data(), name.size());
  if (!is_floating(dtype)) {
    throw Failure(kUsage, "--dtype " + name +
                              ": not a floating type (expected float64, float32, float16, bfloat16 "
                              "or a float8 type)");
  }
  return dtype;
}

// Casts what is asked for; what is the same elements of the same memory stays so.
class Caster {
 public:
  Caster(duramen_context* context, const Options& options)
      : context_(context),
        options_(options),
        filter_(options.filter),
        dtype_(wanted_dtype(options.dtype)),
        progress_("casting", Progress::Unit::bytes) {}

  Value operator()(const duramen_value* root) {
    const auto count = [&](const std::string& path, const duramen_value* value) {
      if (is_wanted(path, value)) total_ += duramen_tensor_nbytes(duramen_value_tensor(value));
      return retained(value);
    };
    edited(root, {count, nullptr});
    const auto cast = [&](const std::string& path, const duramen_value* value) {
      return is_wanted(path, value) ? cast_once(path, duramen_value_tensor(value))
                                    : retained(value);
    };
    return edited(root, {cast, nullptr});
  }
  const std::vector<Row>& rows() const { return rows_; }
  Loss sum() const {
    Loss sum;
    for (const Row& row : rows_) sum.add(row.loss);
    return sum;
  }

 private:
  using Identity = std::tuple<uint64_t, int64_t, duramen_dtype, std::vector<int64_t>,
                              std::vector<int64_t>, uint32_t>;

  bool is_wanted(const std::string& path, const duramen_value* value) const {
    const duramen_dtype dtype = duramen_tensor_dtype(duramen_value_tensor(value));
    return is_floating(dtype) && dtype != dtype_ && filter_.wants_name(path);
  }

  Value cast_once(const std::string& path, duramen_tensor* tensor) {
    if (Interruptible::signal() != 0) throw Failure(kRefused, "");
    const Identity identity(duramen_tensor_storage_id(tensor), duramen_tensor_offset(tensor),
                            duramen_tensor_dtype(tensor), shape_of(tensor), strides_of(tensor),
                            duramen_tensor_is_parameter(tensor));
    if (const auto known = done_.find(identity); known != done_.end()) {
      return retained(known->second.get());
    }
    rows_.push_back({path, dtype_of(tensor), {}});
    const Tensor made =
        cast_tensor(context_, tensor, dtype_, rows_.back().loss,
                    [&](uint64_t nbytes) { progress_.update(bytes_ += nbytes, total_); });
    Value value;
    call(kRefused, "", [&](auto error) {
      return duramen_value_create_tensor(options_.dry_run ? tensor : made.get(), Out(value), error);
    });
    done_.emplace(identity, retained(value.get()));
    return value;
  }

  duramen_context* context_;
  const Options& options_;
  Filter filter_;
  duramen_dtype dtype_;
  Progress progress_;
  uint64_t bytes_ = 0;
  uint64_t total_ = 0;
  std::vector<Row> rows_;
  std::map<Identity, Value> done_;
};

std::string to_text(const std::vector<Row>& rows, const Loss& sum, const std::string& dtype,
                    const Palette& palette) {
  using Align = Table::Align;
  Table table({{"name", Align::left},
               {"from", Align::left},
               {"to inf or nan", Align::right},
               {"to zero", Align::right},
               {"changed", Align::right},
               {"of", Align::right},
               {"max error", Align::right}});
  size_t shown = 0;
  for (const Row& row : rows) {
    const Loss& loss = row.loss;
    if (loss.changed == 0) continue;
    ++shown;
    table.add({printable(row.name), row.from, std::to_string(loss.overflow),
               std::to_string(loss.underflow), std::to_string(loss.changed),
               std::to_string(loss.count), Json().real(loss.max_error).str()});
  }
  return (shown > 0 ? table.str(palette) : "") + counted(rows.size(), "tensor") + " to " + dtype +
         ": of " + std::to_string(sum.count) + " elements " + std::to_string(sum.overflow) +
         " overflow, " + std::to_string(sum.underflow) + " become zero, " +
         std::to_string(sum.changed - sum.overflow - sum.underflow) + " others lose precision\n";
}

void write_loss(Json& json, const Loss& loss) {
  json.key("count").integer(static_cast<int64_t>(loss.count));
  json.key("overflow").integer(static_cast<int64_t>(loss.overflow));
  json.key("underflow").integer(static_cast<int64_t>(loss.underflow));
  json.key("changed").integer(static_cast<int64_t>(loss.changed));
  json.key("max_error").real(loss.max_error);
}

std::string to_json(const std::vector<Row>& rows, const Loss& sum, const std::string& dtype,
                    const Saved* saved) {
  Json json;
  json.begin_object().key("dtype").text(dtype).key("entries").begin_array();
  for (const Row& row : rows) {
    json.begin_object().key("name").text(row.name).key("from").text(row.from);
    write_loss(json, row.loss);
    json.end_object();
  }
  json.end_array().key("sum").begin_object();
  write_loss(json, sum);
  json.end_object();
  if (saved) write_saved(json, *saved);
  return json.end_object().str() + "\n";
}

void run(const Options& options) {
  if (options.target.file.empty() && !options.dry_run) {
    throw Failure(kUsage, "-o FILE or --dry-run is needed");
  }
  const Context context = create_context({});
  const Interruptible interruptible(context.get());
  Document document = read_document(context.get(), options.file, options.flags);
  document.root = with_state_dicts(document.root.get());
  Caster caster(context.get(), options);
  document.root = caster(document.root.get());
  const std::string dtype = duramen_dtype_name(wanted_dtype(options.dtype));
  const Loss sum = caster.sum();
  const std::string text = to_text(caster.rows(), sum, dtype, Palette(options.color));
  if (options.dry_run) {
    return print(options.json ? to_json(caster.rows(), sum, dtype, nullptr) : text);
  }
  const Saved saved = save_document(context.get(), document, options.target, document.format);
  print_report(options.target.file, options.json, text + to_text(saved),
               to_json(caster.rows(), sum, dtype, &saved));
}

}  // namespace

void add_cast(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "cast",
      "Write a checkpoint with its floating tensors in another type, and tell what is lost");
  verb->add_option("FILE", options->file, "The checkpoint; - is standard input")->required();
  verb->add_option("--dtype", options->dtype,
                   "The type: float64, float32, float16, bfloat16, float8_e4m3fn, ...; integers, "
                   "bools and complex numbers stay as they are")
      ->required()
      ->type_name("DTYPE");
  add_pattern_options(*verb, options->filter);
  add_dequantize_option(*verb, options->flags);
  verb->add_flag("--dry-run", options->dry_run, "Only tell what would be lost, write nothing");
  add_target_options(*verb, options->target, Presence::optional);
  verb->add_flag("--json", options->json, "Print JSON");
  add_color_option(*verb, options->color);
  verb->footer(
      "Examples:\n"
      "  duramen cast model.pt --dtype bfloat16 -o half.pt\n"
      "  duramen cast model.safetensors --dtype float16 --exclude '**.bias' -o half.safetensors\n"
      "  duramen cast model.pt --dtype float8_e4m3fn --dry-run --json");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
