// Hooks of modules, as functions of the program's own.
//
//   duramen::Hooks hooks;
//   hooks.before_load = [](ModuleRef, StateDictRef dict, std::string_view prefix, LoadNotesRef)
//   {…}; const uint64_t id = add_hook(module, std::move(hooks)); module.remove_hook(id);
//
// A failure that leaves a function, thrown or given back, stops the call that it is part of, as for
// OwnModule.
#ifndef DURAMEN_CXX_HOOKS_HPP
#define DURAMEN_CXX_HOOKS_HPP

#include <functional>

#include "function.hpp"
#include "own.hpp"

namespace DURAMEN_CXX {

// What a load has found so far, for its hooks. Kinds are DURAMEN_LOAD_ITEM_MISSING, UNEXPECTED and
// FAILED.
class LoadNotesRef
    : public Ref<duramen_load_notes, duramen_load_notes_retain, duramen_load_notes_release> {
 public:
  using Ref::Ref;
  Result<StringList> list(int32_t kind) const {
    return make<StringList>(
        [&](auto** out, auto** error) { return duramen_load_notes_list(raw_, kind, out, error); });
  }
  Result<void> add(int32_t kind, std::string_view text) const {
    return DURAMEN_CXX::call([&](duramen_error** error) {
      return duramen_load_notes_add(raw_, kind, text.data(), text.size(), error);
    });
  }
  // NotFound.
  Result<void> remove(int32_t kind, std::string_view text) const {
    return DURAMEN_CXX::call([&](duramen_error** error) {
      return duramen_load_notes_remove(raw_, kind, text.data(), text.size(), error);
    });
  }
  Result<void> clear(int32_t kind) const {
    return DURAMEN_CXX::call(
        [&](duramen_error** error) { return duramen_load_notes_clear(raw_, kind, error); });
  }
};

// One hook; a function that is empty is not called. What the functions get is lent. A registration
// function gives what takes the place of the tensor or child, empty for none.
struct Hooks {
  using Name = std::string_view;
  std::function<Result<Tensor>(ModuleRef, Name, TensorRef)> register_parameter;
  std::function<Result<Tensor>(ModuleRef, Name, TensorRef)> register_buffer;  // None is empty
  std::function<Result<Module>(ModuleRef, Name, ModuleRef)> register_child;   // None is empty
  std::function<Result<void>(ModuleRef, Name prefix, uint64_t flags)> before_state_dict;
  std::function<Result<void>(ModuleRef, StateDictRef, Name prefix)> after_state_dict;
  std::function<Result<void>(ModuleRef, StateDictRef, Name prefix, LoadNotesRef)> before_load;
  std::function<Result<void>(ModuleRef, Name prefix, LoadNotesRef)> after_load;
};

namespace detail {

inline const Hooks& hooks(void* user) noexcept { return *static_cast<const Hooks*>(user); }
// Hands over what takes the place of what is registered.
template <class Given, class Raw>
Result<void> replaced(Given given, Raw** out) {
  return then(std::move(given), [&](auto replacement) {
    *out = replacement.detach();
    return done();
  });
}
inline ModuleRef unconst(const duramen_module* module) noexcept {
  return const_cast<duramen_module*>(module);
}

inline int32_t DURAMEN_CALL hook_parameter(void* user, duramen_module* module, const char* name,
                                           size_t length, duramen_tensor* tensor,
                                           duramen_tensor** replacement, duramen_error** error) {
  return guarded(error, [&] {
    return replaced(hooks(user).register_parameter(module, {name, length}, tensor), replacement);
  });
}
inline int32_t DURAMEN_CALL hook_buffer(void* user, duramen_module* module, const char* name,
                                        size_t length, duramen_tensor* tensor,
                                        duramen_tensor** replacement, duramen_error** error) {
  return guarded(error, [&] {
    return replaced(hooks(user).register_buffer(module, {name, length}, tensor), replacement);
  });
}
inline int32_t DURAMEN_CALL hook_child(void* user, duramen_module* module, const char* name,
                                       size_t length, duramen_module* child,
                                       duramen_module** replacement, duramen_error** error) {
  return guarded(error, [&] {
    return replaced(hooks(user).register_child(module, {name, length}, child), replacement);
  });
}
inline int32_t DURAMEN_CALL hook_before_state_dict(void* user, const duramen_module* module,
                                                   const char* prefix, size_t length,
                                                   uint64_t flags, duramen_error** error) {
  return guarded(error, [&] {
    return hooks(user).before_state_dict(unconst(module), {prefix, length}, flags);
  });
}
inline int32_t DURAMEN_CALL hook_after_state_dict(void* user, const duramen_module* module,
                                                  duramen_state_dict* dict, const char* prefix,
                                                  size_t length, duramen_error** error) {
  return guarded(error, [&] {
    return hooks(user).after_state_dict(unconst(module), dict, {prefix, length});
  });
}
inline int32_t DURAMEN_CALL hook_before_load(void* user, duramen_module* module,
                                             duramen_state_dict* dict, const char* prefix,
                                             size_t length, duramen_load_notes* notes,
                                             duramen_error** error) {
  return guarded(error, [&] {
    return hooks(user).before_load(module, dict, {prefix, length}, notes);
  });
}
inline int32_t DURAMEN_CALL hook_after_load(void* user, duramen_module* module, const char* prefix,
                                            size_t length, duramen_load_notes* notes,
                                            duramen_error** error) {
  return guarded(error, [&] { return hooks(user).after_load(module, {prefix, length}, notes); });
}

}  // namespace detail

// Sets a hook behind those that the module has; its number is for remove_hook(). The functions live
// as long as the module, and every deep copy of it, has the hook.
inline Result<uint64_t> add_hook(ModuleRef module, Hooks hooks) {
  auto held = std::make_unique<Hooks>(std::move(hooks));
  duramen_module_hook table = {};
  table.struct_size = sizeof table;
  if (held->register_parameter) table.register_parameter = detail::hook_parameter;
  if (held->register_buffer) table.register_buffer = detail::hook_buffer;
  if (held->register_child) table.register_child = detail::hook_child;
  if (held->before_state_dict) table.before_state_dict = detail::hook_before_state_dict;
  if (held->after_state_dict) table.after_state_dict = detail::hook_after_state_dict;
  if (held->before_load) table.before_load = detail::hook_before_load;
  if (held->after_load) table.after_load = detail::hook_after_load;
  table.user = held.get();
  table.destroy = detail::destroy<Hooks>;
  return read(uint64_t{0}, [&](uint64_t* id, duramen_error** error) {
    const duramen_status status = duramen_module_add_hook(module.get(), &table, id, error);
    if (status == DURAMEN_OK) (void)held.release();
    return status;
  });
}

}  // namespace DURAMEN_CXX

#endif
