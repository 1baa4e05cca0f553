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

namespace duramen {

class ContainerRef : public ModuleRef {
 public:
  using ModuleRef::ModuleRef;
  explicit ContainerRef(ModuleRef module) noexcept : ModuleRef(module) {}

  size_t size() const {
    size_t count = 0;
    call([&](duramen_error** error) { return duramen_container_count(raw_, &count, error); });
    return count;
  }
  StringList keys() const {
    return make<StringList>(
        [&](auto** out, auto** error) { return duramen_container_keys(raw_, out, error); });
  }

  // ---- Sequential and ModuleList; -1 is the last, an empty handle is None ----
  Module at(int64_t index) const {
    return make<Module>(
        [&](auto** out, auto** error) { return duramen_container_get(raw_, index, out, error); });
  }
  void set(int64_t index, ModuleRef child) const {
    call([&](duramen_error** error) {
      return duramen_container_set(raw_, index, child.get(), error);
    });
  }
  void append(ModuleRef child) const {
    call([&](duramen_error** error) { return duramen_container_append(raw_, child.get(), error); });
  }
  // All or none.
  void extend(std::initializer_list<ModuleRef> children) const {
    std::vector<duramen_module*> raw;
    raw.reserve(children.size());
    for (const ModuleRef child : children) raw.push_back(child.get());
    call([&](duramen_error** error) {
      return duramen_container_extend(raw_, raw.data(), raw.size(), error);
    });
  }
  void insert(int64_t index, ModuleRef child) const {
    call([&](duramen_error** error) {
      return duramen_container_insert(raw_, index, child.get(), error);
    });
  }
  Module pop(int64_t index = -1) const {
    return make<Module>(
        [&](auto** out, auto** error) { return duramen_container_pop(raw_, index, out, error); });
  }
  // Python's [start:stop:step].
  Module slice(int64_t start, int64_t stop = INT64_MAX, int64_t step = 1) const {
    return make<Module>([&](auto** out, auto** error) {
      return duramen_container_slice(raw_, start, stop, step, out, error);
    });
  }
  void erase(int64_t start, int64_t stop, int64_t step = 1) const {
    call([&](duramen_error** error) {
      return duramen_container_remove_slice(raw_, start, stop, step, error);
    });
  }

  // ---- ModuleDict ----
  Module at(std::string_view key) const {
    return make<Module>([&](auto** out, auto** error) {
      return duramen_container_get_key(raw_, key.data(), key.size(), out, error);
    });
  }
  void set(std::string_view key, ModuleRef child) const {
    call([&](duramen_error** error) {
      return duramen_container_set_key(raw_, key.data(), key.size(), child.get(), error);
    });
  }
  Module pop(std::string_view key) const {
    return make<Module>([&](auto** out, auto** error) {
      return duramen_container_pop_key(raw_, key.data(), key.size(), out, error);
    });
  }
  // All entries of another, all or none; a ParameterDict, too.
  void update(ModuleRef from) const {
    call([&](duramen_error** error) { return duramen_container_update(raw_, from.get(), error); });
  }
  void clear() const {  // of any container
    call([&](duramen_error** error) { return duramen_container_clear(raw_, error); });
  }

  // ---- ParameterDict and ParameterList, whose keys are "0", "1", … ----
  Value value(std::string_view key) const {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_container_get_value(raw_, key.data(), key.size(), out, error);
    });
  }
  void set_value(std::string_view key, const Value& value) const {
    call([&](duramen_error** error) {
      return duramen_container_set_value(raw_, key.data(), key.size(), value.get(), error);
    });
  }
  // The items of a list or tuple, all or none.
  void extend_values(const Value& values) const {
    call([&](duramen_error** error) {
      return duramen_container_extend_values(raw_, values.get(), error);
    });
  }
  Value pop_value(std::string_view key) const {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_container_pop_value(raw_, key.data(), key.size(), out, error);
    });
  }
};

}  // namespace duramen

#endif
