#include "target.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "edit.hpp"
#include "format.hpp"
#include "metadata.hpp"
#include "standard_output.hpp"
#include "tensors.hpp"
#include "terminal.hpp"
#include "ties.hpp"
#include "values.hpp"

namespace cli {
namespace {

bool holds_tensors_only(const Format& format) {
  return format.number == DURAMEN_FORMAT_SAFETENSORS || format.number == DURAMEN_FORMAT_NPY;
}

bool has_no_ties(const Format& format) {
  return format.number == DURAMEN_FORMAT_SAFETENSORS || format.number == DURAMEN_FORMAT_GGUF;
}

Failure cannot_hold(const TargetOptions& options, const Format& format, const std::string& what,
                    const std::string& help) {
  return {kRefused,
          options.file + ": " + std::string(format.name) + ": " + what + " (" + help + ")"};
}

// The entries of a dict, sorted by what they are.
struct Parts {
  Listing listing;
  std::vector<NamedTensor> tensors;
  std::vector<std::string> values;  // the names of what is no tensor
};

Parts parts_of(const StateDict& dict) {
  Parts parts;
  call(kRefused, "", [&](auto error) {
    return duramen_state_dict_list(dict.get(), nullptr, Out(parts.listing), error);
  });
  size_t count = 0, stride = 0;
  const auto* first =
      reinterpret_cast<const char*>(duramen_listing_entries(parts.listing.get(), &count, &stride));
  for (size_t i = 0; i < count; ++i) {
    const auto& entry = *reinterpret_cast<const duramen_entry*>(first + i * stride);
    const std::string_view name(entry.name, entry.name_length);
    if (entry.tensor) {
      parts.tensors.push_back({name, entry.tensor});
    } else {
      parts.values.emplace_back(name);
    }
  }
  return parts;
}

StateDict flattened(const duramen_value* root) {
  StateDict dict;
  call(kRefused, "", [&](auto error) {
    return duramen_state_dict_from_value(root, nullptr, 0, Out(dict), error);
  });
  return dict;
}

// A nested dict that holds tensors only, for a hint; empty when there is none.
std::string dict_of_tensors(const duramen_value* root) {
  for (size_t i = 0; is_container(root) && i < duramen_value_count(root); ++i) {
    const duramen_value* item = duramen_value_item(root, i);
    bool tensors_only =
        duramen_value_kind(item) == DURAMEN_VALUE_DICT && duramen_value_count(item) > 0;
    for (size_t j = 0; tensors_only && j < duramen_value_count(item); ++j) {
      tensors_only = duramen_value_kind(duramen_value_item(item, j)) == DURAMEN_VALUE_TENSOR;
    }
    if (tensors_only) return ItemNames(root)[i];
  }
  return {};
}

Value without_values(const duramen_value* root, std::vector<std::string>& dropped) {
  return edited(root, {[&](const std::string& path, const duramen_value* value) -> Value {
                         if (duramen_value_kind(value) == DURAMEN_VALUE_TENSOR)
                           return retained(value);
                         dropped.push_back(path);
                         return nullptr;
                       },
                       nullptr});
}

void set_entry(const StateDict& dict, std::string_view name, const duramen_tensor* tensor) {
  call(kRefused, "", [&](auto error) {
    return duramen_state_dict_set_tensor(dict.get(), name.data(), name.size(),
                                         const_cast<duramen_tensor*>(tensor), error);
  });
}

void set_value(const StateDict& dict, std::string_view name, const duramen_value* value) {
  call(kRefused, "", [&](auto error) {
    return duramen_state_dict_set_value(dict.get(), name.data(), name.size(), value, error);
  });
}

Tensor clone_of(duramen_context* context, const duramen_tensor* tensor) {
  Tensor out;
  call(kRefused, "", [&](auto error) {
    return duramen_tensor_clone(context, const_cast<duramen_tensor*>(tensor), Out(out), error);
  });
  return out;
}

// One save: what the options make of the content, and the call.
class Save {
 public:
  Save(duramen_context* context, const TargetOptions& options, const Format& format)
      : context_(context), options_(options), format_(format) {
    const bool is_index = options.max_shard_bytes == 0 || options.file.ends_with(kIndexEnding);
    saved_.file = options.file + (is_index ? "" : std::string(kIndexEnding));
    saved_.format = format.name;
  }

  Saved operator()(const Document& document) {
    Value root = retained(document.root.get());
    if (options_.drop_values) {
      root = without_values(with_state_dicts(root.get()).get(), saved_.dropped_values);
    }
    if (!root) root = make_dict({}, {});
    const bool nests =
        format_.number == DURAMEN_FORMAT_TORCH || format_.number == DURAMEN_FORMAT_DCP;
    const bool is_sharded = options_.max_shard_bytes > 0 || options_.file.ends_with(kIndexEnding);
    if (nests && !is_sharded) {
      save_nested(with_state_dicts(root.get()).get(), document);
    } else {
      save_flat(root.get(), document);
    }
    return saved_;
  }

 private:
  void save_nested(const duramen_value* root, const Document& document) {
    if (!options_.set_metadata.empty()) {
      throw cannot_hold(options_, format_, "the format has no metadata texts",
                        "--set-metadata is for safetensors");
    }
    auto metadata = document.metadata;
    edit(metadata);
    for (const auto& [key, text] : metadata) saved_.dropped_metadata.push_back(key);
    count(parts_of(flattened(root)));
    save_value(root);
  }

  void save_flat(const duramen_value* root, const Document& document) {
    StateDict dict = flattened(root);
    Parts parts = parts_of(dict);
    if (!parts.values.empty() && holds_tensors_only(format_)) {
      const std::string inner = dict_of_tensors(root);
      throw cannot_hold(
          options_, format_, "the format holds tensors only (got " + names_text(parts.values) + ")",
          "--drop-values leaves the others out" +
              (inner.empty() ? "" : ", --select " + inner + " takes that dict alone"));
    }
    if (format_.number == DURAMEN_FORMAT_NPY) return save_array(parts);
    auto metadata = document.metadata;
    if (untie(dict, parts, metadata)) parts = parts_of(dict);
    edit(metadata);
    drop_metadata(metadata);
    for (const auto& [key, text] : metadata) set_text(dict, key, text);
    count(parts);
    save_dict(dict);
  }

  void save_array(const Parts& parts) {
    if (parts.tensors.size() != 1) {
      throw cannot_hold(
          options_, format_,
          "the format holds one tensor (got " + std::to_string(parts.tensors.size()) + ")",
          "duramen extract FILE NAME takes one");
    }
    Value value;
    call(kRefused, "", [&](auto error) {
      return duramen_value_create_tensor(const_cast<duramen_tensor*>(parts.tensors[0].tensor),
                                         Out(value), error);
    });
    count(parts);
    save_value(value.get());
  }

  // Whether the dict is another then.
  bool untie(StateDict& dict, const Parts& parts, std::map<std::string, std::string>& metadata) {
    const bool is_asked = options_.drop_ties || options_.clone_ties;
    if (!is_asked && !has_no_ties(format_)) return false;
    const std::vector<Tie> ties = find_ties(parts.tensors);
    if (ties.empty()) return false;
    if (!is_asked) throw tied(parts, ties[0]);
    std::set<size_t> dropped, cloned;
    for (const Tie& tie : ties) {
      if (options_.clone_ties) {
        cloned.insert(tie.others.begin(), tie.others.end());
        continue;
      }
      if (!tie.is_covered || !tie.is_equal) throw not_covered(parts, tie);
      for (const size_t other : tie.others) {
        dropped.insert(other);
        const std::string name(parts.tensors[other].name);
        saved_.dropped_ties.emplace_back(name, parts.tensors[tie.kept].name);
        metadata.emplace(name, parts.tensors[tie.kept].name);
      }
    }
    rebuild(dict, dropped, cloned);
    return true;
  }

  void rebuild(StateDict& dict, const std::set<size_t>& dropped, const std::set<size_t>& cloned) {
    Value whole;
    call(kRefused, "",
         [&](auto error) { return duramen_state_dict_to_value(dict.get(), Out(whole), error); });
    StateDict made = without_entries(duramen_value_attributes(whole.get()));
    for (size_t i = 0, tensors = 0; i < duramen_value_count(whole.get()); ++i) {
      const std::string_view name = text_of(duramen_value_key(whole.get(), i));
      const duramen_value* item = duramen_value_item(whole.get(), i);
      const duramen_tensor* tensor = duramen_value_tensor(item);
      const size_t place = tensor ? tensors++ : SIZE_MAX;
      if (dropped.contains(place)) continue;
      if (cloned.contains(place)) {
        set_entry(made, name, clone_of(context_, tensor).get());
        saved_.cloned_ties.emplace_back(name);
      } else {
        set_value(made, name, item);
      }
    }
    dict = std::move(made);
  }

  Failure tied(const Parts& parts, const Tie& tie) const {
    return cannot_hold(options_, format_,
                       "'" + std::string(parts.tensors[tie.kept].name) + "' and '" +
                           std::string(parts.tensors[tie.others[0]].name) +
                           "' have the same memory, and the format has no ties",
                       "--clone-ties gives each a copy, --drop-ties leaves all but one out");
  }
  Failure not_covered(const Parts& parts, const Tie& tie) const {
    return cannot_hold(options_, format_,
                       "'" + std::string(parts.tensors[tie.kept].name) + "' and '" +
                           std::string(parts.tensors[tie.others[0]].name) +
                           "' share memory without being the same",
                       "--clone-ties gives each a copy");
  }

  // Only a safetensors file has free texts; GGUF's tell the types of its own.
  void drop_metadata(std::map<std::string, std::string>& metadata) {
    if (format_.number == DURAMEN_FORMAT_SAFETENSORS) return;
    if (!options_.set_metadata.empty()) {
      throw cannot_hold(options_, format_, "the format has no metadata texts",
                        "--set-metadata is for safetensors");
    }
    std::erase_if(metadata, [&](const auto& entry) {
      if (format_.number == DURAMEN_FORMAT_GGUF && entry.first.starts_with("gguf.type."))
        return false;
      saved_.dropped_metadata.push_back(entry.first);
      return true;
    });
  }

  void edit(std::map<std::string, std::string>& metadata) const {
    for (const std::string& key : options_.unset_metadata) {
      if (metadata.erase(key) == 0) {
        throw Failure(kUsage, "--unset-metadata: the file has no metadata '" + key + "'");
      }
    }
    for (const std::string& entry : options_.set_metadata) {
      auto [key, text] = split_metadata_text(entry);
      metadata[key] = std::move(text);
    }
  }

  static void set_text(const StateDict& dict, const std::string& key, const std::string& text) {
    call(kRefused, "", [&](auto error) {
      return duramen_state_dict_set_metadata(dict.get(), key.data(), key.size(), text.data(),
                                             text.size(), error);
    });
  }

  void count(const Parts& parts) {
    saved_.tensors = parts.tensors.size();
    saved_.values = parts.values.size();
    values_ = {parts.values.begin(), parts.values.end()};
    for (const NamedTensor& entry : parts.tensors) {
      saved_.nbytes += duramen_tensor_nbytes(entry.tensor);
    }
  }

  void save_value(const duramen_value* value) {
    save(
        [&](const duramen_save_options& how, auto error) {
          return duramen_value_save(context_, value, options_.file.data(), options_.file.size(),
                                    &how, error);
        },
        [&](const duramen_save_options& how, auto write, void* user, auto error) {
          return duramen_value_write_callback(context_, value, write, user, &how, error);
        });
  }
  void save_dict(const StateDict& dict) {
    save(
        [&](const duramen_save_options& how, auto error) {
          return duramen_state_dict_save(context_, dict.get(), options_.file.data(),
                                         options_.file.size(), &how, error);
        },
        [&](const duramen_save_options& how, auto write, void* user, auto error) {
          return duramen_state_dict_write_callback(context_, dict.get(), write, user, &how, error);
        });
  }

  // With the options that help, where some do: a cast is for what is floating.
  Failure with_remedy(const Failure& failure) const {
    if (failure.status != DURAMEN_E_UNSUPPORTED) return failure;
    const bool has_entry = !failure.entry.empty();
    const std::string& actual = failure.actual;
    std::string help;
    if (has_entry && values_.contains(failure.entry)) {
      help = "--drop-values leaves out what is no tensor";
    } else {
      if (is_floating(duramen_dtype_from_name(actual.data(), actual.size()))) {
        help = "duramen cast writes another type";
      }
      if (has_entry) {
        help +=
            std::string(help.empty() ? "" : ", ") + "duramen convert --exclude leaves entries out";
      }
    }
    if (help.empty()) return failure;
    return {failure.code, std::string(failure.what()) + " (" + help + ")"};
  }

  template <class ToFile, class ToStream>
  void save(ToFile&& to_file, ToStream&& to_stream) {
    duramen_save_options how = {};
    how.struct_size = sizeof how;
    how.format = format_.number;
    how.alignment = options_.alignment;
    how.max_shard_bytes = options_.max_shard_bytes;
    Progress progress("saving " + options_.file, Progress::Unit::bytes);
    progress.listen(context_);
    try {
      save_as(how, to_file, to_stream);
    } catch (const Failure& failure) {
      throw with_remedy(failure);
    }
  }

  template <class ToFile, class ToStream>
  void save_as(const duramen_save_options& how, ToFile&& to_file, ToStream&& to_stream) {
    if (options_.file == "-") {
      StandardOutput().receive([&](duramen_write write, void* user, duramen_error** error) {
        return to_stream(how, write, user, error);
      });
    } else {
      call(kRefused, options_.file, [&](auto error) { return to_file(how, error); });
    }
  }

  duramen_context* context_;
  const TargetOptions& options_;
  const Format& format_;
  Saved saved_;
  std::set<std::string, std::less<>> values_;  // the names of what is no tensor
};

}  // namespace

void add_target_options(CLI::App& verb, TargetOptions& options, Presence output) {
  verb.add_option("-o,--output", options.file, "The file to write; - is standard output")
      ->required(output == Presence::required)
      ->type_name("FILE");
  add_format_option(verb, options.to);
  verb.add_flag("--drop-values", options.drop_values, "Leave out what is not a tensor");
  verb.add_flag("--clone-ties", options.clone_ties,
                "For safetensors and GGUF: entries that share memory each get a copy");
  verb.add_flag(
          "--drop-ties", options.drop_ties,
          "For safetensors and GGUF: of entries that are the same memory keep the first name; a "
          "safetensors file gets the others in its metadata as NAME: KEPT, as "
          "safetensors.torch.save_model has it")
      ->excludes("--clone-ties");
  verb.add_option("--set-metadata", options.set_metadata,
                  "Put a text into the metadata of a safetensors file; may be repeated")
      ->check(CLI::Validator(not_a_metadata_text, "", "text"))
      ->type_name("KEY=TEXT")
      ->allow_extra_args(false);
  verb.add_option("--unset-metadata", options.unset_metadata,
                  "Take a text out of the metadata; may be repeated")
      ->type_name("KEY")
      ->allow_extra_args(false);
  verb.add_option("--align", options.alignment,
                  "For safetensors: the data starts at a multiple of N bytes, a power of two")
      ->type_name("N");
}

TargetOptions in_place_of(const std::string& input, TargetOptions options,
                          std::string_view format) {
  if (!options.file.empty()) return options;
  if (input == "-") throw Failure(kUsage, "-o FILE is needed where standard input is read");
  if (input.ends_with(kIndexEnding) || std::filesystem::is_directory(input)) {
    throw Failure(kUsage, input + ": a checkpoint of several files; -o FILE says where to");
  }
  options.file = input;
  if (options.to.empty() && format_named(format)) options.to = format;
  return options;
}

Saved save_document(duramen_context* context, const Document& document,
                    const TargetOptions& options, std::string_view format) {
  return Save(context, options, format_for(options.file, options.to, format))(document);
}

}  // namespace cli
