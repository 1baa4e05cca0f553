#include "state/state_dict.hpp"

#include "base/text.hpp"
#include "handles.hpp"
#include "nn/walk.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

template <class T>
Error not_found(std::string_view what, std::string_view name, const OrderedMap<T>& among) {
  std::vector<std::string_view> names;
  for (const auto& entry : among) names.push_back(entry.name);
  const std::string_view nearest = nearest_word(name, names);
  Error error(Code::not_found, join("state dict: no ", what, " '", printable(name, 200), "'"));
  error.with("path", std::string(name)).with("torch_error", "KeyError");
  if (!nearest.empty()) error.with("nearest", std::string(nearest));
  return error;
}

const StateEntry& entry_of(const StateDict& dict, std::string_view name) {
  if (const StateEntry* entry = dict.entries().find(name)) return *entry;
  throw not_found("entry", name, dict.entries());
}

// A replaced entry keeps what kind it was.
StateKind kind_of(const StateDict& dict, std::string_view name) {
  const StateEntry* entry = dict.entries().find(name);
  return entry ? entry->kind : StateKind::unknown;
}

}  // namespace

duramen_status duramen_state_dict_create(duramen_state_dict** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return make<StateDict>(); });
}

duramen_status duramen_module_state_dict(const duramen_module* module, const char* prefix,
                                         size_t prefix_length, uint64_t flags,
                                         duramen_state_dict** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const nn::Module& root = object(module, "module");
    const bool keep = known_flags(flags, DURAMEN_STATE_KEEP_VARS, "flags") != 0;
    return nn::state_dict(
        root, {.prefix = optional_text(prefix, prefix_length, "prefix"), .keep_vars = keep});
  });
}

duramen_status duramen_module_add_state_dict(const duramen_module* module, duramen_state_dict* dict,
                                             const char* prefix, size_t prefix_length,
                                             uint64_t flags, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    const nn::Module& root = object(module, "module");
    const bool keep = known_flags(flags, DURAMEN_STATE_KEEP_VARS, "flags") != 0;
    nn::add_state_dict(
        root, object(dict, "dict"),
        {.prefix = optional_text(prefix, prefix_length, "prefix"), .keep_vars = keep});
  });
}

duramen_status duramen_state_dict_snapshot(duramen_context* context, const duramen_state_dict* dict,
                                           duramen_state_dict** out,
                                           duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return snapshot(object(dict, "dict"), core.allocator(), core.cancel());
  });
}

duramen_status duramen_state_dict_copy(const duramen_state_dict* dict, duramen_state_dict** out,
                                       duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return object(dict, "dict").copy(); });
}

duramen_status duramen_state_dict_from_value(const duramen_value* value, const char* select,
                                             size_t select_length, duramen_state_dict** out,
                                             duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    return state_dict_from_value(object(value, "value"),
                                 optional_text(select, select_length, "select"));
  });
}

duramen_status duramen_state_dict_to_value(const duramen_state_dict* dict, duramen_value** out,
                                           duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return value_from_state_dict(object(dict, "dict")); });
}

duramen_status duramen_state_dict_list(const duramen_state_dict* dict,
                                       const duramen_list_options* options, duramen_listing** out,
                                       duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    return list_state_dict(object(dict, "dict"), state_dict_list_options(options));
  });
}

size_t duramen_state_dict_count(const duramen_state_dict* dict) noexcept {
  const StateDict* core = peek(dict);
  return core ? core->entries().size() : 0;
}

duramen_status duramen_state_dict_get_tensor(const duramen_state_dict* dict, const char* name,
                                             size_t name_length, duramen_tensor** out,
                                             duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const StateDict& core = object(dict, "dict");
    const std::string_view key = name_argument(name, name_length, "name");
    const StateEntry& entry = entry_of(core, key);
    if (entry.tensor) return entry.tensor;
    throw Error(Code::dtype_mismatch,
                join("state dict: '", printable(key), "' is not a tensor (got ",
                     value_kind_name(entry.value->kind()), ")"))
        .with("path", std::string(key));
  });
}

duramen_status duramen_state_dict_get_value(const duramen_state_dict* dict, const char* name,
                                            size_t name_length, duramen_value** out,
                                            duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const StateDict& core = object(dict, "dict");
    const StateEntry& entry = entry_of(core, name_argument(name, name_length, "name"));
    return entry.tensor ? Value::tensor(entry.tensor) : entry.value;
  });
}

duramen_status duramen_state_dict_set_tensor(duramen_state_dict* dict, const char* name,
                                             size_t name_length, duramen_tensor* tensor,
                                             duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    StateDict& core = object(dict, "dict");
    const std::string_view key = name_argument(name, name_length, "name");
    core.set_tensor(key, ref(tensor, "tensor"), kind_of(core, key));
  });
}

duramen_status duramen_state_dict_set_value(duramen_state_dict* dict, const char* name,
                                            size_t name_length, const duramen_value* value,
                                            duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    StateDict& core = object(dict, "dict");
    const std::string_view key = name_argument(name, name_length, "name");
    const ValueRef held = value_ref(value, "value");
    if (held->kind() == ValueKind::tensor) {
      core.set_tensor(key, TensorRef(held->as_tensor()), kind_of(core, key));
    } else {
      core.set_value(key, held, kind_of(core, key));
    }
  });
}

duramen_status duramen_state_dict_remove(duramen_state_dict* dict, const char* name,
                                         size_t name_length, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    StateDict& core = object(dict, "dict");
    const std::string_view key = name_argument(name, name_length, "name");
    if (!core.entries().erase(key)) throw not_found("entry", key, core.entries());
  });
}

duramen_status duramen_state_dict_strip_prefix(duramen_state_dict* dict, const char* prefix,
                                               size_t prefix_length,
                                               duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    StateDict& core = object(dict, "dict");
    core.strip_prefix(name_argument(prefix, prefix_length, "prefix"));
  });
}

uint32_t duramen_state_dict_has_versions(const duramen_state_dict* dict) noexcept {
  const StateDict* core = peek(dict);
  return core && core->has_versions();
}

duramen_status duramen_state_dict_version(const duramen_state_dict* dict, const char* path,
                                          size_t path_length, int64_t* out,
                                          duramen_error** error) noexcept {
  clear(out);
  return guard(error, __func__, [&] {
    const StateDict& core = object(dict, "dict");
    const std::string_view key = name_argument(path, path_length, "path");
    required(out, "out");
    const auto version = core.version_of(key);
    if (!version) throw not_found("version of", key, core.versions());
    *out = *version;
  });
}

duramen_status duramen_state_dict_set_version(duramen_state_dict* dict, const char* path,
                                              size_t path_length, int64_t version,
                                              duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    StateDict& core = object(dict, "dict");
    const std::string_view key = name_argument(path, path_length, "path");
    const ModuleVersion* before = core.versions().find(key);
    core.set_version(key, ModuleVersion{version, before ? before->more : nullptr});
  });
}

duramen_status duramen_state_dict_version_paths(const duramen_state_dict* dict,
                                                duramen_string_list** out,
                                                duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return names_of(object(dict, "dict").versions()); });
}

duramen_status duramen_state_dict_metadata(const duramen_state_dict* dict, const char* key,
                                           size_t key_length, duramen_string** out,
                                           duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const StateDict& core = object(dict, "dict");
    const std::string_view name = name_argument(key, key_length, "key");
    const std::string* text = core.metadata().find(name);
    if (!text) throw not_found("metadata", name, core.metadata());
    return make<String>(*text);
  });
}

duramen_status duramen_state_dict_set_metadata(duramen_state_dict* dict, const char* key,
                                               size_t key_length, const char* text,
                                               size_t text_length, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    StateDict& core = object(dict, "dict");
    const std::string_view name = name_argument(key, key_length, "key");
    if (!text) {
      core.metadata().erase(name);
    } else {
      core.metadata().set(name, std::string(text_argument(text, text_length, "text")));
    }
  });
}

duramen_status duramen_state_dict_metadata_keys(const duramen_state_dict* dict,
                                                duramen_string_list** out,
                                                duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return names_of(object(dict, "dict").metadata()); });
}

duramen_state_dict* duramen_state_dict_retain(duramen_state_dict* dict) noexcept {
  return retain(dict);
}
void duramen_state_dict_release(duramen_state_dict* dict) noexcept { release(dict); }
