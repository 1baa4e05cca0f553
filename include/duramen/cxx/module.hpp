// Modules: built from the text that PyTorch users read, listed, run, trained, saved and loaded.
#ifndef DURAMEN_CXX_MODULE_HPP
#define DURAMEN_CXX_MODULE_HPP

#include "rename.hpp"
#include "scope.hpp"

namespace DURAMEN_CXX {

class Module;

class ModuleRef : public Ref<duramen_module, duramen_module_retain, duramen_module_release> {
 public:
  using Ref::Ref;

  std::string_view class_name() const noexcept {
    return lent_text(duramen_module_class_name, raw_);
  }
  // What print(model) shows in PyTorch.
  Result<std::string> repr() const {
    return make_text(
        [&](auto** out, auto** error) { return duramen_module_repr(raw_, out, error); });
  }
  // The lossless form: from_text makes the same tree of it, values aside.
  Result<std::string> text() const {
    return make_text(
        [&](auto** out, auto** error) { return duramen_module_text(raw_, out, error); });
  }

  // Runs it: one tensor in, one out.
  Result<Tensor> operator()(ContextRef context, TensorRef input) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_forward(context.get(), raw_, input.get(), out, error);
    });
  }
  // Several tensors in, such as a loss: input and target.
  Result<Tensor> operator()(ContextRef context, TensorRef first, TensorRef second) const {
    const TensorRef inputs[] = {first, second};
    return (*this)(context, Span<const TensorRef>(inputs, 2));
  }
  Result<Tensor> operator()(ContextRef context, Span<const TensorRef> inputs) const {
    const std::vector<duramen_tensor*> raw = detail::pointers(inputs);
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_forward_many(context.get(), raw_, raw.data(), raw.size(), out, error);
    });
  }
  // Any arguments (a tuple) and keywords (a dict), any nesting back.
  Result<Value> call_with(ContextRef context, ValueRef arguments, ValueRef keywords = {}) const {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_module_call(context.get(), raw_, arguments.get(), keywords.get(), out, error);
    });
  }

  // DURAMEN_KIND_… and DURAMEN_LIST_… as in C; a dot follows the prefix.
  Result<Entries> list(uint64_t kinds = 0, uint64_t flags = 0, std::string_view prefix = {}) const {
    return list(ListOptions{kinds, flags, prefix});
  }
  Result<Entries> list(const ListOptions& options) const {
    const duramen_list_options raw = options.raw();
    return detail::entries(
        [&](auto** out, auto** error) { return duramen_module_list(raw_, &raw, out, error); });
  }
  Result<Entries> named_parameters() const { return list(DURAMEN_KIND_PARAMETER); }
  Result<Entries> named_buffers() const { return list(DURAMEN_KIND_BUFFER); }
  Result<Entries> named_modules() const { return list(DURAMEN_KIND_MODULE); }
  Result<Entries> named_children() const { return list(DURAMEN_KIND_CHILD); }

  // At a dotted path. NotFound with the detail "nearest".
  Result<Module> submodule(std::string_view path) const;
  Result<Tensor> parameter(std::string_view path) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_get_parameter(raw_, path.data(), path.size(), out, error);
    });
  }
  Result<Tensor> buffer(std::string_view path) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_get_buffer(raw_, path.data(), path.size(), out, error);
    });
  }

  // Replaces a child; without `strict` the last name may be new.
  Result<void> set_submodule(std::string_view path, ModuleRef child, bool strict = false) const {
    return call([&](duramen_error** error) {
      return duramen_module_set_submodule(raw_, path.data(), path.size(), child.get(),
                                          strict ? 1 : 0, error);
    });
  }

  // An empty handle registers the name as None.
  Result<void> register_parameter(std::string_view name, TensorRef parameter) const {
    return call([&](duramen_error** error) {
      return duramen_module_register_parameter(raw_, name.data(), name.size(), parameter.get(),
                                               error);
    });
  }
  Result<void> register_buffer(std::string_view name, TensorRef buffer,
                               bool persistent = true) const {
    return call([&](duramen_error** error) {
      return duramen_module_register_buffer(raw_, name.data(), name.size(), buffer.get(),
                                            persistent ? 1 : 0, error);
    });
  }
  Result<void> register_module(std::string_view name, ModuleRef child) const {
    return call([&](duramen_error** error) {
      return duramen_module_register_child(raw_, name.data(), name.size(), child.get(), error);
    });
  }

  // `module.name = tensor` and `module.name = child`, as in Python; an empty handle is None.
  Result<void> assign(std::string_view name, TensorRef tensor) const {
    return call([&](duramen_error** error) {
      return duramen_module_assign_tensor(raw_, name.data(), name.size(), tensor.get(), error);
    });
  }
  Result<void> assign(std::string_view name, Ref child) const {
    return call([&](duramen_error** error) {
      return duramen_module_assign_module(raw_, name.data(), name.size(), child.get(), error);
    });
  }
  // The parameter, buffer or child of that name, as Python's del. NotFound.
  Result<void> remove(std::string_view name) const {
    return call([&](duramen_error** error) {
      return duramen_module_remove(raw_, name.data(), name.size(), error);
    });
  }
  // `visit(ModuleRef)` for every module, children before parents, as Module.apply().
  template <class Visit>
  Result<void> apply(Visit visit) const {
    return call([&](duramen_error** error) {
      return duramen_module_apply(raw_, visit_module<Visit>, &visit, error);
    });
  }

  bool is_training() const noexcept { return duramen_module_is_training(raw_) != 0; }
  Result<void> train(bool training = true) const {
    return call(
        [&](duramen_error** error) { return duramen_module_train(raw_, training ? 1 : 0, error); });
  }
  Result<void> eval() const { return train(false); }
  Result<void> set_requires_grad(bool requires_grad) const {
    return call([&](duramen_error** error) {
      return duramen_module_set_requires_grad(raw_, requires_grad ? 1 : 0, error);
    });
  }
  Result<void> zero_grad(bool set_to_none = true) const {
    return call([&](duramen_error** error) {
      return duramen_module_zero_grad(raw_, set_to_none ? 1 : 0, error);
    });
  }
  // Draws the initial values of this module (not of those below) again.
  Result<void> reset_parameters(ContextRef context) const {
    return call([&](duramen_error** error) {
      return duramen_module_reset_parameters(context.get(), raw_, error);
    });
  }
  Result<void> reset_running_stats() const {
    return call(
        [&](duramen_error** error) { return duramen_module_reset_running_stats(raw_, error); });
  }
  // Parametrizes a tensor: "weight_norm(dim=0)".
  Result<void> parametrize(ContextRef context, std::string_view name, std::string_view text) const {
    return call([&](duramen_error** error) {
      return duramen_module_parametrize(context.get(), raw_, name.data(), name.size(), text.data(),
                                        text.size(), error);
    });
  }
  // A parametrized tensor as it is now.
  Result<Tensor> parametrized(ContextRef context, std::string_view name) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_get_parametrized(context.get(), raw_, name.data(), name.size(), out,
                                             error);
    });
  }
  Result<void> set_parametrized(ContextRef context, std::string_view name, TensorRef value) const {
    return call([&](duramen_error** error) {
      return duramen_module_set_parametrized(context.get(), raw_, name.data(), name.size(),
                                             value.get(), error);
    });
  }
  // The tensor is the module's own again: with its value, or that of its one original.
  Result<void> remove_parametrizations(ContextRef context, std::string_view name,
                                       bool leave_parametrized = true) const {
    return call([&](duramen_error** error) {
      return duramen_module_remove_parametrizations(context.get(), raw_, name.data(), name.size(),
                                                    leave_parametrized ? 1 : 0, error);
    });
  }
  // Of a lazy module: its sizes from an input; the class becomes the plain one.
  Result<void> initialize_parameters(ContextRef context, TensorRef input) const {
    return call([&](duramen_error** error) {
      return duramen_module_initialize_parameters(context.get(), raw_, input.get(), error);
    });
  }
  Result<void> to(ContextRef context, Dtype dtype) const {
    return call([&](duramen_error** error) {
      return duramen_module_to_dtype(context.get(), raw_, number(dtype), error);
    });
  }
  // DURAMEN_CONVERT_…: which parameters and buffers; the default is that of half() and its like.
  Result<void> convert(ContextRef context, Dtype dtype,
                       int32_t which = DURAMEN_CONVERT_FLOATING) const {
    return call([&](duramen_error** error) {
      return duramen_module_convert(context.get(), raw_, number(dtype), which, error);
    });
  }

  // Adds the state to a dict, as state_dict(destination=…).
  Result<void> add_state_dict(StateDictRef dict, std::string_view prefix = {},
                              uint64_t flags = 0) const {
    return call([&](duramen_error** error) {
      return duramen_module_add_state_dict(raw_, dict.get(), prefix.data(), prefix.size(), flags,
                                           error);
    });
  }
  // Removes a hook (hooks.hpp).
  Result<void> remove_hook(uint64_t id) const {
    return call([&](duramen_error** error) { return duramen_module_remove_hook(raw_, id, error); });
  }
  // The values of a tree of the same structure: Incompatible when it is none.
  Result<void> copy_from(ContextRef context, Ref source, const BlendOptions& options = {}) const {
    const duramen_blend_options raw = options.raw();
    return call([&](duramen_error** error) {
      return duramen_module_copy_from(context.get(), raw_, source.get(), &raw, error);
    });
  }
  // parameter = lerp(parameter, that of the source, weight), for all of them.
  Result<void> lerp(ContextRef context, Ref source, double weight,
                    const BlendOptions& options = {}) const {
    const duramen_blend_options raw = options.raw();
    return call([&](duramen_error** error) {
      return duramen_module_lerp(context.get(), raw_, source.get(), weight, &raw, error);
    });
  }
  // Of the parameters that the patterns choose; how many these are.
  Result<size_t> freeze(std::string_view include = {}, std::string_view exclude = {}) const {
    return read(size_t{0}, [&](size_t* count, duramen_error** error) {
      return duramen_module_freeze(raw_, include.data(), include.size(), exclude.data(),
                                   exclude.size(), count, error);
    });
  }
  Result<size_t> unfreeze(std::string_view include = {}, std::string_view exclude = {}) const {
    return read(size_t{0}, [&](size_t* count, duramen_error** error) {
      return duramen_module_unfreeze(raw_, include.data(), include.size(), exclude.data(),
                                     exclude.size(), count, error);
    });
  }
  // One object under both paths; and an object of its own again (false where it has one).
  Result<void> tie(std::string_view path, std::string_view source_path) const {
    return call([&](duramen_error** error) {
      return duramen_module_tie(raw_, path.data(), path.size(), source_path.data(),
                                source_path.size(), error);
    });
  }
  Result<bool> untie(ContextRef context, std::string_view path) const {
    const auto body = [&](uint32_t* out, duramen_error** error) {
      return duramen_module_untie(context.get(), raw_, path.data(), path.size(), out, error);
    };
    return detail::then(read(uint32_t{0}, body), [](uint32_t changed) { return changed != 0; });
  }
  // All parameters as one vector and back; DURAMEN_FLAT_… as flags.
  Result<Tensor> flatten(ContextRef context, uint64_t flags = 0) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_flatten(context.get(), raw_, flags, out, error);
    });
  }
  Result<void> unflatten(ContextRef context, TensorRef vector, uint64_t flags = 0) const {
    return call([&](duramen_error** error) {
      return duramen_module_unflatten(context.get(), raw_, vector.get(), flags, error);
    });
  }
  // Moves the parameters into one block, which flatten() then gives views of.
  Result<Tensor> pack(ContextRef context, uint64_t flags = 0) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_pack(context.get(), raw_, flags, out, error);
    });
  }

  // Live views of the state; DURAMEN_STATE_… as flags.
  Result<StateDict> state_dict(std::string_view prefix = {}, uint64_t flags = 0) const {
    return make<StateDict>([&](auto** out, auto** error) {
      return duramen_module_state_dict(raw_, prefix.data(), prefix.size(), flags, out, error);
    });
  }
  // All or nothing; `policy` is a set of DURAMEN_LOAD_…, 0 is strict. Incompatible.
  Result<LoadReport> load_state_dict(ContextRef context, StateDictRef dict,
                                     uint64_t policy = 0) const {
    LoadHow how;
    how.policy = policy;
    return load_state_dict(context, dict, how);
  }
  Result<LoadReport> load_state_dict(ContextRef context, StateDictRef dict,
                                     const LoadHow& how) const {
    const detail::LoadOptions options(how);
    return make<LoadReport>([&](auto** out, auto** error) {
      return duramen_module_load_state_dict(context.get(), raw_, dict.get(), options.get(), out,
                                            error);
    });
  }
  // What a load would report; loads nothing.
  Result<LoadReport> match(StateDictRef dict, const LoadHow& how = {}) const {
    const detail::LoadOptions options(how);
    return make<LoadReport>([&](auto** out, auto** error) {
      return duramen_module_match(raw_, dict.get(), options.get(), out, error);
    });
  }
  // The digest of the state, and in what it differs from that of another module.
  Result<std::string> digest(ContextRef context) const {
    return detail::then(state_dict(),
                        [&](const StateDict& state) { return state.digest(context); });
  }
  Result<Diff> diff(ContextRef context, Ref other) const {
    return detail::then(state_dict(), [&](const StateDict& mine) {
      return detail::then(ModuleRef(other.get()).state_dict(),
                          [&](const StateDict& theirs) { return mine.diff(context, theirs); });
    });
  }

 private:
  template <class Visit>
  static int32_t DURAMEN_CALL visit_module(void* visit, duramen_module* module,
                                           duramen_error** error) {
    return detail::guarded(
        error, [&]() -> Result<void> { return (*static_cast<Visit*>(visit))(ModuleRef(module)); });
  }
};

struct ReadModule;

class Module : public Owned<ModuleRef> {
 public:
  using Owned::Owned;
  Module(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle
  DURAMEN_CXX_LENDS(ModuleRef, class_name);

  // A constructor call: "Sequential(Linear(784, 10), ReLU())".
  static Result<Module> from_text(ContextRef context, std::string_view text) {
    return make<Module>([&](auto** out, auto** error) {
      return duramen_module_from_text(context.get(), text.data(), text.size(), out, error);
    });
  }
  // With the modules and tensors of a scope by name.
  static Result<Module> from_text(ContextRef context, std::string_view text, ScopeRef scope) {
    TextOptions how;
    how.scope = scope;
    return read(context, text, how, nullptr);
  }
  // Also of a printout with unknown classes, whose paths come back beside the module.
  static Result<ReadModule> from_text(ContextRef context, std::string_view text,
                                      const TextOptions& how);
  // The same; DURAMEN_TEXT_… as flags.
  static Result<ReadModule> from_text_with(ContextRef context, std::string_view text,
                                           uint64_t flags, ValueRef arguments = {});
  // As copy.deepcopy(): ties stay ties, nothing is shared with the original.
  static Result<Module> deepcopy(ContextRef context, ModuleRef original) {
    return make<Module>([&](auto** out, auto** error) {
      return duramen_module_deepcopy(context.get(), original.get(), out, error);
    });
  }
  static Module adopt(duramen_module* raw) noexcept { return Owned::adopt(raw); }

 private:
  static Result<Module> read(ContextRef context, std::string_view text, const TextOptions& how,
                             duramen_value** unknown) {
    const duramen_text_options options = how.raw();
    return make<Module>([&](auto** out, auto** error) {
      return duramen_module_from_text_with(context.get(), text.data(), text.size(), &options, out,
                                           unknown, error);
    });
  }
};

// A module, and the unknown classes by the paths of the containers that stand for them.
struct ReadModule {
  Module module;
  Value unknown;
};

inline Result<Module> ModuleRef::submodule(std::string_view path) const {
  return make<Module>([&](auto** out, auto** error) {
    return duramen_module_get_submodule(raw_, path.data(), path.size(), out, error);
  });
}
inline Result<ReadModule> Module::from_text(ContextRef context, std::string_view text,
                                            const TextOptions& how) {
  duramen_value* unknown = nullptr;
  return detail::then(read(context, text, how, &unknown), [&](Module module) {
    return ReadModule{std::move(module), Value::adopt(unknown)};
  });
}
inline Result<ReadModule> Module::from_text_with(ContextRef context, std::string_view text,
                                                 uint64_t flags, ValueRef arguments) {
  TextOptions how;
  how.arguments = arguments;
  how.unknown_as_containers = (flags & DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS) != 0;
  return from_text(context, text, how);
}

}  // namespace DURAMEN_CXX

#endif
