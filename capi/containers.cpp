// Sequential, ModuleList, ModuleDict, ParameterList and ParameterDict.
#include "nn/containers.hpp"

#include <duramen/containers.h>

#include "base/text.hpp"
#include "handles.hpp"
#include "nn/parameter_containers.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

Error wrong_class(const nn::Module& module, const char* wanted) {
  const std::string actual = printable(module.class_name(), 60);
  return Error(Code::invalid_argument, join("expected ", wanted, ", got ", actual))
      .with("argument", "module")
      .with("expected", wanted)
      .with("actual", actual)
      .with("torch_error", "TypeError");
}

// The module as one of the containers.
template <class Container, class Handle>
auto& container(Handle* module, const char* wanted) {
  auto& core = object(module, "module");
  using Cast = std::conditional_t<std::is_const_v<Handle>, const Container, Container>;
  if (auto* found = dynamic_cast<Cast*>(&core)) return *found;
  throw wrong_class(core, wanted);
}
template <class Handle>
auto& indexed(Handle* module) {
  return container<nn::IndexedContainer>(module, "a Sequential or ModuleList");
}
template <class Handle>
auto& by_key(Handle* module) {
  return container<nn::ModuleDict>(module, "a ModuleDict");
}
template <class Handle>
auto& of_parameters(Handle* module) {
  return container<nn::ParameterContainer>(module, "a ParameterList or ParameterDict");
}

bool has_children(const nn::Module& module) noexcept {
  return dynamic_cast<const nn::IndexedContainer*>(&module) ||
         dynamic_cast<const nn::ModuleDict*>(&module);
}

std::vector<std::string> keys_of(const nn::Module& module) {
  if (const auto* parameters = dynamic_cast<const nn::ParameterContainer*>(&module)) {
    return parameters->keys();
  }
  if (!has_children(module)) throw wrong_class(module, "a container");
  std::vector<std::string> out;
  for (const auto& entry : module.children()) out.push_back(entry.name);
  return out;
}

// A list's position as the name of its entry; `one_more`: the count of them, too.
std::string entry_key(const nn::ParameterContainer& container, std::string_view key,
                      bool one_more = false) {
  const auto* list = dynamic_cast<const nn::ParameterList*>(&container);
  if (!list) return std::string(key);
  const std::optional<int64_t> index = parse_int(key);
  if (!index) {
    throw bad_argument("key", join("expected a position, got '", printable(key, 60), "'"))
        .with("torch_error", "TypeError");
  }
  const bool appends = one_more && *index == static_cast<int64_t>(list->count());
  return appends ? std::to_string(*index) : list->key_at(*index);
}

spec::Expression entry_of(duramen_module* child) {
  spec::Expression out;
  out.column = 0;
  if (!child) return out;
  out.form = spec::Form::object;
  out.object = ref(child, "child");
  out.text = "module";
  return out;
}

OrderedMap<spec::Expression> entries_of(const nn::ParameterContainer& container) {
  OrderedMap<spec::Expression> out;
  for (const std::string& key : container.keys()) out.append(key, container.entry(key));
  return out;
}

}  // namespace

duramen_status duramen_container_count(const duramen_module* module, size_t* out,
                                       duramen_error** error) noexcept {
  clear(out);
  return guard(error, __func__,
               [&] { required(out, "out") = keys_of(object(module, "module")).size(); });
}

duramen_status duramen_container_keys(const duramen_module* module, duramen_string_list** out,
                                      duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return make<StringList>(keys_of(object(module, "module"))); });
}

duramen_status duramen_container_get(const duramen_module* module, int64_t index,
                                     duramen_module** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return nn::ModuleRef(indexed(module).at(index)); });
}

duramen_status duramen_container_set(duramen_module* module, int64_t index, duramen_module* child,
                                     duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::ModuleRef put = ref_or_null(child, "child");
    indexed(module).set(index, std::move(put));
  });
}

duramen_status duramen_container_append(duramen_module* module, duramen_module* child,
                                        duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::ModuleRef added = ref_or_null(child, "child");
    indexed(module).append(std::move(added));
  });
}

duramen_status duramen_container_extend(duramen_module* module, duramen_module* const* children,
                                        size_t count, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    if (count > 0) required(children, "children");
    std::vector<nn::ModuleRef> added;
    for (size_t i = 0; i < count; ++i) added.push_back(ref_or_null(children[i], "children"));
    indexed(module).extend(added);
  });
}

duramen_status duramen_container_insert(duramen_module* module, int64_t index,
                                        duramen_module* child, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::ModuleRef added = ref_or_null(child, "child");
    indexed(module).insert(index, std::move(added));
  });
}

duramen_status duramen_container_pop(duramen_module* module, int64_t index, duramen_module** out,
                                     duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return indexed(module).pop(index); });
}

duramen_status duramen_container_slice(const duramen_module* module, int64_t start, int64_t stop,
                                       int64_t step, duramen_module** out,
                                       duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    return indexed(module).slice({start, stop, step});
  });
}

duramen_status duramen_container_remove_slice(duramen_module* module, int64_t start, int64_t stop,
                                              int64_t step, duramen_error** error) noexcept {
  return guard(error, __func__, [&] { indexed(module).erase({start, stop, step}); });
}

duramen_status duramen_container_get_key(const duramen_module* module, const char* key,
                                         size_t key_length, duramen_module** out,
                                         duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    return nn::ModuleRef(by_key(module).at(name_argument(key, key_length, "key")));
  });
}

duramen_status duramen_container_set_key(duramen_module* module, const char* key, size_t key_length,
                                         duramen_module* child, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    const std::string_view name = name_argument(key, key_length, "key");
    nn::ModuleRef put = ref_or_null(child, "child");
    if (auto* core = dynamic_cast<nn::ParameterContainer*>(&object(module, "module"))) {
      return core->put(entry_key(*core, name, true), entry_of(child));
    }
    by_key(module).set(name, std::move(put));
  });
}

duramen_status duramen_container_pop_key(duramen_module* module, const char* key, size_t key_length,
                                         duramen_module** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const std::string_view name = name_argument(key, key_length, "key");
    auto* dict = dynamic_cast<nn::ParameterDict*>(&object(module, "module"));
    if (!dict) return by_key(module).pop(name);
    dict->check_key(name);
    const nn::ModuleRef* child = dict->children().find(name);
    if (!child) throw bad_argument("key", "the entry is no module");
    nn::ModuleRef popped = *child;
    dict->erase(name);
    return popped;
  });
}

duramen_status duramen_container_update(duramen_module* module, const duramen_module* from,
                                        duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::Module& core = object(module, "module");
    const nn::Module& source = object(from, "from");
    if (auto* dict = dynamic_cast<nn::ModuleDict*>(&core)) return dict->update(source.children());
    auto* parameters = dynamic_cast<nn::ParameterDict*>(&core);
    if (!parameters) throw wrong_class(core, "a ModuleDict or ParameterDict");
    parameters->put_all(entries_of(container<nn::ParameterDict>(from, "a ParameterDict")));
  });
}

duramen_status duramen_container_clear(duramen_module* module, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::Module& core = object(module, "module");
    if (auto* parameters = dynamic_cast<nn::ParameterContainer*>(&core)) return parameters->clear();
    if (!has_children(core)) throw wrong_class(core, "a container");
    core.drop_children();
  });
}

duramen_status duramen_container_get_value(const duramen_module* module, const char* key,
                                           size_t key_length, duramen_value** out,
                                           duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const auto& core = of_parameters(module);
    const std::string name = entry_key(core, name_argument(key, key_length, "key"));
    core.check_key(name);
    return nn::value_of(core.entry(name));
  });
}

duramen_status duramen_container_set_value(duramen_module* module, const char* key,
                                           size_t key_length, const duramen_value* value,
                                           duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    const Value& put = object(value, "value");
    auto& core = of_parameters(module);
    const std::string name = entry_key(core, name_argument(key, key_length, "key"), true);
    core.put(name, nn::expression_of(put));
  });
}

duramen_status duramen_container_extend_values(duramen_module* module, const duramen_value* values,
                                               duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    const Value& added = object(values, "values");
    auto& core = container<nn::ParameterList>(module, "a ParameterList");
    if (added.kind() != ValueKind::list && added.kind() != ValueKind::tuple) {
      throw bad_argument("values",
                         join("expected a list or tuple, got ", value_kind_name(added.kind())));
    }
    OrderedMap<spec::Expression> entries;
    for (size_t i = 0, first = core.count(); i < added.count(); ++i) {
      entries.append(std::to_string(first + i), nn::expression_of(*added.item(i)));
    }
    core.put_all(entries);
  });
}

duramen_status duramen_container_pop_value(duramen_module* module, const char* key,
                                           size_t key_length, duramen_value** out,
                                           duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    auto& core = container<nn::ParameterDict>(module, "a ParameterDict");
    const std::string_view name = name_argument(key, key_length, "key");
    core.check_key(name);
    ValueRef value = nn::value_of(core.entry(name));
    core.erase(name);
    return value;
  });
}
