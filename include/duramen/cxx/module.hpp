// Modules: built from the text that PyTorch users read, listed, run, trained, saved and loaded.
#ifndef DURAMEN_CXX_MODULE_HPP
#define DURAMEN_CXX_MODULE_HPP

#include "rename.hpp"

namespace duramen {

// Which values go from one tree into another; the patterns are those of listing.h.
struct BlendOptions {
  uint32_t buffers = DURAMEN_BUFFERS_COPY;
  std::string_view include = {};
  std::string_view exclude = {};

  duramen_blend_options raw() const noexcept {
    duramen_blend_options options = {};
    options.struct_size = sizeof options;
    options.buffers = buffers;
    options.include = include.data();
    options.include_length = include.size();
    options.exclude = exclude.data();
    options.exclude_length = exclude.size();
    return options;
  }
};

class ModuleRef : public Ref<duramen_module, duramen_module_retain, duramen_module_release> {
 public:
  using Ref::Ref;

  std::string_view class_name() const noexcept {
    return lent_text(duramen_module_class_name, raw_);
  }
  // What print(model) shows in PyTorch.
  std::string repr() const {
    const auto text = make<String>(
        [&](auto** out, auto** error) { return duramen_module_repr(raw_, out, error); });
    return std::string(text.view());
  }

  // The lossless form: from_text makes the same tree of it, values aside.
  std::string text() const {
    const auto text = make<String>(
        [&](auto** out, auto** error) { return duramen_module_text(raw_, out, error); });
    return std::string(text.view());
  }

  // Runs it: one tensor in, one out.
  Tensor operator()(ContextRef context, TensorRef input) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_forward(context.get(), raw_, input.get(), out, error);
    });
  }
  // Several tensors in, such as a loss: input and target.
  Tensor operator()(ContextRef context, TensorRef first, TensorRef second) const {
    duramen_tensor* const inputs[] = {first.get(), second.get()};
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_forward_many(context.get(), raw_, inputs, 2, out, error);
    });
  }
  // Any arguments (a tuple) and keywords (a dict), any nesting back.
  Value call_with(ContextRef context, ValueRef arguments, ValueRef keywords = {}) const {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_module_call(context.get(), raw_, arguments.get(), keywords.get(), out, error);
    });
  }

  // DURAMEN_KIND_… and DURAMEN_LIST_… as in C; a dot follows the prefix.
  Entries list(uint64_t kinds = 0, uint64_t flags = 0, std::string_view prefix = {}) const {
    ListOptions options;
    options.kinds = kinds;
    options.flags = flags;
    options.prefix = prefix;
    return list(options);
  }
  Entries list(const ListOptions& options) const {
    const duramen_list_options raw = options.raw();
    return Entries(make<Listing>(
        [&](auto** out, auto** error) { return duramen_module_list(raw_, &raw, out, error); }));
  }
  Entries named_parameters() const { return list(DURAMEN_KIND_PARAMETER); }
  Entries named_buffers() const { return list(DURAMEN_KIND_BUFFER); }
  Entries named_modules() const { return list(DURAMEN_KIND_MODULE); }
  Entries named_children() const { return list(DURAMEN_KIND_CHILD); }

  // At a dotted path. NotFound with the detail "nearest".
  Owned<ModuleRef> submodule(std::string_view path) const {
    return make<Owned<ModuleRef>>([&](auto** out, auto** error) {
      return duramen_module_get_submodule(raw_, path.data(), path.size(), out, error);
    });
  }
  Tensor parameter(std::string_view path) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_get_parameter(raw_, path.data(), path.size(), out, error);
    });
  }
  Tensor buffer(std::string_view path) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_get_buffer(raw_, path.data(), path.size(), out, error);
    });
  }

  // Replaces a child; without `strict` the last name may be new.
  void set_submodule(std::string_view path, ModuleRef child, bool strict = false) const {
    call([&](duramen_error** error) {
      return duramen_module_set_submodule(raw_, path.data(), path.size(), child.get(),
                                          strict ? 1 : 0, error);
    });
  }

  // An empty handle registers the name as None.
  void register_parameter(std::string_view name, TensorRef parameter) const {
    call([&](duramen_error** error) {
      return duramen_module_register_parameter(raw_, name.data(), name.size(), parameter.get(),
                                               error);
    });
  }
  void register_buffer(std::string_view name, TensorRef buffer, bool persistent = true) const {
    call([&](duramen_error** error) {
      return duramen_module_register_buffer(raw_, name.data(), name.size(), buffer.get(),
                                            persistent ? 1 : 0, error);
    });
  }
  void register_module(std::string_view name, ModuleRef child) const {
    call([&](duramen_error** error) {
      return duramen_module_register_child(raw_, name.data(), name.size(), child.get(), error);
    });
  }

  bool is_training() const noexcept { return duramen_module_is_training(raw_) != 0; }
  void train(bool training = true) const {
    call(
        [&](duramen_error** error) { return duramen_module_train(raw_, training ? 1 : 0, error); });
  }
  void eval() const { train(false); }
  void set_requires_grad(bool requires_grad) const {
    call([&](duramen_error** error) {
      return duramen_module_set_requires_grad(raw_, requires_grad ? 1 : 0, error);
    });
  }
  void zero_grad(bool set_to_none = true) const {
    call([&](duramen_error** error) {
      return duramen_module_zero_grad(raw_, set_to_none ? 1 : 0, error);
    });
  }
  // Parametrizes a tensor: "weight_norm(dim=0)".
  void parametrize(ContextRef context, std::string_view name, std::string_view text) const {
    call([&](duramen_error** error) {
      return duramen_module_parametrize(context.get(), raw_, name.data(), name.size(), text.data(),
                                        text.size(), error);
    });
  }
  // A parametrized tensor as it is now.
  Tensor parametrized(ContextRef context, std::string_view name) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_get_parametrized(context.get(), raw_, name.data(), name.size(), out,
                                             error);
    });
  }
  void set_parametrized(ContextRef context, std::string_view name, TensorRef value) const {
    call([&](duramen_error** error) {
      return duramen_module_set_parametrized(context.get(), raw_, name.data(), name.size(),
                                             value.get(), error);
    });
  }
  // The tensor is the module's own again: with its value, or that of its one original.
  void remove_parametrizations(ContextRef context, std::string_view name,
                               bool leave_parametrized = true) const {
    call([&](duramen_error** error) {
      return duramen_module_remove_parametrizations(context.get(), raw_, name.data(), name.size(),
                                                    leave_parametrized ? 1 : 0, error);
    });
  }
  // Of a lazy module: its sizes from an input; the class becomes the plain one.
  void initialize_parameters(ContextRef context, TensorRef input) const {
    call([&](duramen_error** error) {
      return duramen_module_initialize_parameters(context.get(), raw_, input.get(), error);
    });
  }
  void to(ContextRef context, Dtype dtype) const {
    call([&](duramen_error** error) {
      return duramen_module_to_dtype(context.get(), raw_, number(dtype), error);
    });
  }
  // DURAMEN_CONVERT_…: which parameters and buffers; the default is that of half() and its like.
  void convert(ContextRef context, Dtype dtype, int32_t which = DURAMEN_CONVERT_FLOATING) const {
    call([&](duramen_error** error) {
      return duramen_module_convert(context.get(), raw_, number(dtype), which, error);
    });
  }

  // Adds the state to a dict, as state_dict(destination=…).
  void add_state_dict(StateDictRef dict, std::string_view prefix = {}, uint64_t flags = 0) const {
    call([&](duramen_error** error) {
      return duramen_module_add_state_dict(raw_, dict.get(), prefix.data(), prefix.size(), flags,
                                           error);
    });
  }
  // Removes a hook (hooks.hpp).
  void remove_hook(uint64_t id) const {
    call([&](duramen_error** error) { return duramen_module_remove_hook(raw_, id, error); });
  }
  // The values of a tree of the same structure: Incompatible when it is none.
  void copy_from(ContextRef context, Ref source, const BlendOptions& options = {}) const {
    const duramen_blend_options raw = options.raw();
    call([&](duramen_error** error) {
      return duramen_module_copy_from(context.get(), raw_, source.get(), &raw, error);
    });
  }
  // parameter = lerp(parameter, that of the source, weight), for all of them.
  void lerp(ContextRef context, Ref source, double weight, const BlendOptions& options = {}) const {
    const duramen_blend_options raw = options.raw();
    call([&](duramen_error** error) {
      return duramen_module_lerp(context.get(), raw_, source.get(), weight, &raw, error);
    });
  }
  // Of the parameters that the patterns choose; how many these are.
  uint64_t freeze(std::string_view include = {}, std::string_view exclude = {}) const {
    size_t count = 0;
    call([&](duramen_error** error) {
      return duramen_module_freeze(raw_, include.data(), include.size(), exclude.data(),
                                   exclude.size(), &count, error);
    });
    return count;
  }
  uint64_t unfreeze(std::string_view include = {}, std::string_view exclude = {}) const {
    size_t count = 0;
    call([&](duramen_error** error) {
      return duramen_module_unfreeze(raw_, include.data(), include.size(), exclude.data(),
                                     exclude.size(), &count, error);
    });
    return count;
  }
  // One object under both paths; and an object of its own again (false where it has one).
  void tie(std::string_view path, std::string_view source_path) const {
    call([&](duramen_error** error) {
      return duramen_module_tie(raw_, path.data(), path.size(), source_path.data(),
                                source_path.size(), error);
    });
  }
  bool untie(ContextRef context, std::string_view path) const {
    uint32_t changed = 0;
    call([&](duramen_error** error) {
      return duramen_module_untie(context.get(), raw_, path.data(), path.size(), &changed, error);
    });
    return changed != 0;
  }
  // All parameters as one vector and back; DURAMEN_FLAT_… as flags.
  Tensor flatten(ContextRef context, uint64_t flags = 0) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_flatten(context.get(), raw_, flags, out, error);
    });
  }
  void unflatten(ContextRef context, TensorRef vector, uint64_t flags = 0) const {
    call([&](duramen_error** error) {
      return duramen_module_unflatten(context.get(), raw_, vector.get(), flags, error);
    });
  }
  // Moves the parameters into one block, which flatten() then gives views of.
  Tensor pack(ContextRef context, uint64_t flags = 0) const {
    return make<Tensor>([&](auto** out, auto** error) {
      return duramen_module_pack(context.get(), raw_, flags, out, error);
    });
  }

  // Live views of the state; DURAMEN_STATE_… as flags.
  StateDict state_dict(std::string_view prefix = {}, uint64_t flags = 0) const {
    return make<StateDict>([&](auto** out, auto** error) {
      return duramen_module_state_dict(raw_, prefix.data(), prefix.size(), flags, out, error);
    });
  }
  // All or nothing; `policy` is a set of DURAMEN_LOAD_…, 0 is strict. Incompatible.
  LoadReport load_state_dict(ContextRef context, StateDictRef dict, uint64_t policy = 0) const {
    return load_state_dict(context, dict, LoadHow{policy});
  }
  LoadReport load_state_dict(ContextRef context, StateDictRef dict, const LoadHow& how) const {
    const detail::LoadOptions options(how);
    return make<LoadReport>([&](auto** out, auto** error) {
      return duramen_module_load_state_dict(context.get(), raw_, dict.get(), options.get(), out,
                                            error);
    });
  }
  // What a load would report; loads nothing.
  LoadReport match(StateDictRef dict, const LoadHow& how = {}) const {
    const detail::LoadOptions options(how);
    return make<LoadReport>([&](auto** out, auto** error) {
      return duramen_module_match(raw_, dict.get(), options.get(), out, error);
    });
  }
};

struct ReadModule;

class Module : public Owned<ModuleRef> {
 public:
  using Owned::Owned;
  Module(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle

  // A constructor call: "Sequential(Linear(784, 10), ReLU())".
  static Module from_text(ContextRef context, std::string_view text) {
    return make<Module>([&](auto** out, auto** error) {
      return duramen_module_from_text(context.get(), text.data(), text.size(), out, error);
    });
  }
  // Also of a printout with unknown classes, which DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS makes plain
  // containers. `arguments`: a dict of what a printout does not show.
  static ReadModule from_text_with(ContextRef context, std::string_view text, uint64_t flags,
                                   ValueRef arguments = {});
  // As copy.deepcopy(): ties stay ties, nothing is shared with the original.
  static Module deepcopy(ContextRef context, ModuleRef original) {
    return make<Module>([&](auto** out, auto** error) {
      return duramen_module_deepcopy(context.get(), original.get(), out, error);
    });
  }
  static Module adopt(duramen_module* raw) noexcept { return Owned::adopt(raw); }
};

// A module, and the unknown classes by the paths of the containers that stand for them.
struct ReadModule {
  Module module;
  Value unknown;
};

inline ReadModule Module::from_text_with(ContextRef context, std::string_view text, uint64_t flags,
                                         ValueRef arguments) {
  duramen_text_options options = {};
  options.struct_size = sizeof options;
  options.flags = flags;
  options.arguments = arguments.get();
  duramen_value* unknown = nullptr;
  Module module = make<Module>([&](auto** out, auto** error) {
    return duramen_module_from_text_with(context.get(), text.data(), text.size(), &options, out,
                                         &unknown, error);
  });
  return {std::move(module), Value::adopt(unknown)};
}

}  // namespace duramen

#endif
