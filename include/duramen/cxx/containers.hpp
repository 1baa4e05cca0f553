// Containers: a Sequential, ModuleList, ModuleDict, ParameterList or ParameterDict, edited as in
// PyTorch.
//
//   const ContainerRef layers(model);
//   layers.insert(1, nn::ReLU(context));
//   layers.erase(2, 4);
//
// What a class does not have throws InvalidArgument; an edit that is refused changes nothing.
#ifndef DURAMEN_CXX_CONTAINERS_HPP
#define DURAMEN_CXX_CONTAINERS_HPP

#include <initializer_list>
#include <vector>

#include "module.hpp"

namespace DURAMEN_CXX {

class ContainerRef : public ModuleRef {
 public:
  using ModuleRef::ModuleRef;
  explicit ContainerRef(ModuleRef module) noexcept : ModuleRef(module) {}

  Result<size_t> size() const {
    return read(size_t{0}, [&](size_t* count, duramen_error** error) {
      return duramen_container_count(raw_, count, error);
    });
  }
  Result<StringList> keys() const {
    return make<StringList>(
        [&](auto** out, auto** error) { return duramen_container_keys(raw_, out, error); });
  }

  // ---- Sequential and ModuleList; -1 is the last, an empty handle is None ----
  Result<Module> at(int64_t index) const {
    return make<Module>(
        [&](auto** out, auto** error) { return duramen_container_get(raw_, index, out, error); });
  }
  Result<void> set(int64_t index, ModuleRef child) const {
    return call([&](duramen_error** error) {
      return duramen_container_set(raw_, index, child.get(), error);
    });
  }
  Result<void> append(ModuleRef child) const {
    return call(
        [&](duramen_error** error) { return duramen_container_append(raw_, child.get(), error); });
  }
  // All or none.
  Result<void> extend(std::initializer_list<ModuleRef> children) const {
    return extend(Span<const ModuleRef>(children.begin(), children.size()));
  }
  Result<void> extend(Span<const ModuleRef> children) const {
    std::vector<duramen_module*> raw;
    raw.reserve(children.size());
    for (const ModuleRef child : children) raw.push_back(child.get());
    return call([&](duramen_error** error) {
      return duramen_container_extend(raw_, raw.data(), raw.size(), error);
    });
  }
  Result<void> insert(int64_t index, ModuleRef child) const {
    return call([&](duramen_error** error) {
      return duramen_container_insert(raw_, index, child.get(), error);
    });
  }
  Result<Module> pop(int64_t index = -1) const {
    return make<Module>(
        [&](auto** out, auto** error) { return duramen_container_pop(raw_, index, out, error); });
  }
  // Python's [start:stop:step].
  Result<Module> slice(int64_t start, int64_t stop = INT64_MAX, int64_t step = 1) const {
    return make<Module>([&](auto** out, auto** error) {
      return duramen_container_slice(raw_, start, stop, step, out, error);
    });
  }
  Result<void> erase(int64_t start, int64_t stop, int64_t step = 1) const {
    return call([&](duramen_error** error) {
      return duramen_container_remove_slice(raw_, start, stop, step, error);
    });
  }

  // ---- ModuleDict ----
  Result<Module> at(std::string_view key) const {
    return make<Module>([&](auto** out, auto** error) {
      return duramen_container_get_key(raw_, key.data(), key.size(), out, error);
    });
  }
  Result<void> set(std::string_view key, ModuleRef child) const {
    return call([&](duramen_error** error) {
      return duramen_container_set_key(raw_, key.data(), key.size(), child.get(), error);
    });
  }
  Result<Module> pop(std::string_view key) const {
    return make<Module>([&](auto** out, auto** error) {
      return duramen_container_pop_key(raw_, key.data(), key.size(), out, error);
    });
  }
  // All entries of another, all or none; a ParameterDict, too.
  Result<void> update(ModuleRef from) const {
    return call(
        [&](duramen_error** error) { return duramen_container_update(raw_, from.get(), error); });
  }
  Result<void> clear() const {  // of any container
    return call([&](duramen_error** error) { return duramen_container_clear(raw_, error); });
  }

  // ---- ParameterDict and ParameterList, whose keys are "0", "1", … ----
  Result<Value> value(std::string_view key) const {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_container_get_value(raw_, key.data(), key.size(), out, error);
    });
  }
  Result<void> set_value(std::string_view key, const Value& value) const {
    return call([&](duramen_error** error) {
      return duramen_container_set_value(raw_, key.data(), key.size(), value.get(), error);
    });
  }
  // The items of a list or tuple, all or none.
  Result<void> extend_values(const Value& values) const {
    return call([&](duramen_error** error) {
      return duramen_container_extend_values(raw_, values.get(), error);
    });
  }
  Result<Value> pop_value(std::string_view key) const {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_container_pop_value(raw_, key.data(), key.size(), out, error);
    });
  }
};

}  // namespace DURAMEN_CXX

#endif
