// duramen show FILE [NAME...]: the values of tensors, as PyTorch prints them, and the other values.
#include <set>

#include "build.hpp"
#include "elements.hpp"
#include "nearest.hpp"
#include "output.hpp"
#include "statistics_text.hpp"
#include "tensor_text.hpp"
#include "value_json.hpp"
#include "values.hpp"
#include "verbs.hpp"

namespace cli {
namespace {

struct Options {
  std::string file;
  uint64_t flags = 0;  // DURAMEN_OPEN_…
  std::vector<std::string> names;
  FilterOptions filter;
  bool full = false;
  bool stats = false;
  bool json = false;
  std::string color;
};

// What the names choose: an entry of that name, or all that lies below it; everything without
// names.
class Selection {
 public:
  Selection(const Content& content, const Options& options) : names_(options.names) {
    const std::vector<std::string>& names = names_;
    std::vector<bool> used(names.size());
    const auto add = [&](std::string_view path) {
      for (size_t i = 0; i < names.size(); ++i) {
        if (is_below(path, names[i])) used[i] = true;
      }
    };
    for (const Entry& entry : content.entries) add(entry.name);
    for (const Leaf& leaf : content.leaves) add(leaf.path);
    for (size_t i = 0; i < names.size(); ++i) {
      if (!used[i]) throw unknown(content, names[i], options.file);
    }
  }
  bool operator()(std::string_view path) const {
    if (names_.empty()) return true;
    for (const std::string& name : names_) {
      if (is_below(path, name)) return true;
    }
    return false;
  }

 private:
  static bool is_below(std::string_view path, std::string_view name) {
    if (!path.starts_with(name)) return false;
    return name.empty() || path.size() == name.size() || path[name.size()] == '.';
  }
  // Every path and what leads to it.
  static Failure unknown(const Content& content, const std::string& name, const std::string& file) {
    std::set<std::string> known;
    const auto add = [&](std::string path) {
      while (known.insert(path).second && path.find('.') != std::string::npos) {
        path.resize(path.rfind('.'));
      }
    };
    for (const Entry& entry : content.entries) add(entry.name);
    for (const Leaf& leaf : content.leaves) add(leaf.path);
    const std::vector<std::string> words(known.begin(), known.end());
    const std::string patterns = name.find('*') == std::string::npos
                                     ? did_you_mean(name, words)
                                     : " (--include '" + name + "' takes it as a pattern)";
    return {kUsage, shown_name(file) + ": nothing is called '" + name + "'" + patterns};
  }
  const std::vector<std::string>& names_;
};

// By the lists of the elements too: (1000000000, 0) has none of these and very many of those.
bool is_short(std::span<const int64_t> shape) {
  auto room = int64_t{kManyElements};
  for (const int64_t size : shape) {
    if (size == 0) return true;
    room /= size;
    if (room == 0) return false;
  }
  return true;
}

void write_entry(Json& json, duramen_context* context, const Entry& entry, const Options& options) {
  const std::vector<int64_t> shape = shape_of(entry.tensor);
  json.begin_object().key("name").text(entry.name).key("dtype").text(dtype_of(entry.tensor));
  write_numbers(json.key("shape"), shape);
  const bool has_values = !is_opaque(duramen_tensor_dtype(entry.tensor));
  const bool in_full = options.full && duramen_tensor_numel(entry.tensor) > 0;
  if (options.stats) {
    json.key("stats");
    if (has_values) {
      write_statistics(json, statistics_of(context, entry.tensor));
    } else {
      json.null();
    }
  } else if (has_values && (in_full || is_short(shape))) {
    write_elements(json.key("values"), Elements(context, entry.tensor), shape);
  } else {
    json.key("values").null();
  }
  json.end_object();
}

std::string to_json(duramen_context* context, const Content& content, std::string_view format,
                    const Options& options) {
  const Selection selected(content, options);
  Json json;
  json.begin_object().key("format").text(format).key("entries").begin_array();
  for (const Entry& entry : content.entries) {
    if (selected(entry.name)) write_entry(json, context, entry, options);
  }
  json.end_array().key("values").begin_array();
  for (const Leaf& leaf : content.leaves) {
    if (selected(leaf.path)) write_leaf(json, leaf);
  }
  return json.end_array().end_object().str() + "\n";
}

std::string entry_text(duramen_context* context, const Entry& entry, const Options& options) {
  if (is_opaque(duramen_tensor_dtype(entry.tensor))) {
    return "(" + std::to_string(duramen_tensor_nbytes(entry.tensor)) + " bytes of " +
           dtype_of(entry.tensor) + ")";
  }
  if (options.stats) return statistics_text(statistics_of(context, entry.tensor));
  return tensor_text(context, entry.tensor, options.full ? Extent::full : Extent::edges);
}

std::string to_text(duramen_context* context, const Content& content, const Options& options) {
  const Selection selected(content, options);
  const Palette palette(options.color);
  std::string text;
  for (const Entry& entry : content.entries) {
    if (!selected(entry.name)) continue;
    if (!text.empty()) text += "\n";
    const std::string name = entry.name.empty() ? "" : printable(entry.name) + ": ";
    text +=
        palette.bold(name + dtype_of(entry.tensor) + " " + format_shape(shape_of(entry.tensor)));
    text += "\n" + entry_text(context, entry, options) + "\n";
  }
  std::string leaves;
  for (const Leaf& leaf : content.leaves) {
    if (selected(leaf.path)) leaves += line_of(leaf);
  }
  return text + (text.empty() || leaves.empty() ? "" : "\n") + leaves;
}

void run(const Options& options) {
  const Context context = create_context({});
  const Checkpoint checkpoint = open_checkpoint(context.get(), options.file, options.flags);
  const Filter filter(options.filter);
  const Content content(content_of(checkpoint.get(), options.file), options.file, filter);
  print(options.json ? to_json(context.get(), content, format_of(checkpoint.get()), options)
                     : to_text(context.get(), content, options));
}

}  // namespace

void add_show(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("show", "Print the values of a checkpoint's tensors");
  verb->add_option("FILE", options->file, "The checkpoint; its format is told by its content")
      ->required();
  verb->add_option("NAME", options->names,
                   "Tensors, other values, or what lies below a path; everything without one");
  add_filter_options(*verb, options->filter, {"parameter", "tensor", "value"});
  add_dtype_filter(*verb, options->filter);
  add_dequantize_option(*verb, options->flags);
  verb->add_flag("--full", options->full,
                 "All elements, also of tensors of more than 1000 (of those, JSON has null)");
  verb->add_flag("--stats", options->stats,
                 "Instead of the elements their count, minimum, maximum and mean (of what is not "
                 "NaN), and how many are NaN, infinite and zero");
  verb->add_flag("--json", options->json, "Print JSON");
  add_color_option(*verb, options->color);
  verb->footer(
      "Examples:\n"
      "  duramen show model.pt 0.weight\n"
      "  duramen show --stats model.safetensors\n"
      "  duramen show --json --full x.npy");
  verb->callback([options] { run(*options); });
}

}  // namespace cli
