// Modules from arguments, with PyTorch's names: what a type requires by position, the rest by name.
//
//   auto model = nn::Sequential(context, {nn::Conv2d(context, 1, 8, 3, {{"padding", 1}}),
//                                         nn::ReLU(context), nn::Flatten(context)});
//
// A function for every type of the registry is in nn_layers.hpp; `duramen describe TYPE` lists the
// arguments. nn::create makes any type by its name, also one that a later library has.
#ifndef DURAMEN_CXX_NN_HPP
#define DURAMEN_CXX_NN_HPP

#include "init.hpp"

namespace DURAMEN_CXX::nn {

inline Result<Module> create(ContextRef context, std::string_view type, OptionsRef options) {
  return make<Module>([&](auto** out, auto** error) {
    return duramen_module_create(context.get(), type.data(), type.size(), options.get(), out,
                                 error);
  });
}
inline Result<Module> create(ContextRef context, std::string_view type, Arguments arguments = {}) {
  return DURAMEN_CXX::detail::then(Options::create(arguments), [&](const Options& options) {
    return create(context, type, OptionsRef(options));
  });
}

// A child of a container: a module that there is, or what a constructor gives. An empty handle is
// None.
class Child {
 public:
  template <class T, std::enable_if_t<std::is_convertible_v<const T&, ModuleRef>, int> = 0>
  Child(const T& module) noexcept : module_(module) {}  // NOLINT: written among modules
#ifdef DURAMEN_NO_EXCEPTIONS
  // The first failure among the children is that of the container.
  Child(const Result<Module>& made) noexcept  // NOLINT
      : module_(made ? ModuleRef(*made) : ModuleRef()), error_(made ? nullptr : &made.error()) {}
#endif
  ModuleRef module() const noexcept { return module_; }
  const Error* error() const noexcept { return error_; }

 private:
  ModuleRef module_;
  const Error* error_ = nullptr;
};

// A name and a module, for the containers that have names.
struct Named {
  std::string_view name;
  Child module;
};

namespace detail {

inline Result<Module> create(ContextRef context, std::string_view type, Arguments required,
                             Arguments more) {
  return DURAMEN_CXX::detail::then(Options::create(required, more), [&](const Options& options) {
    return nn::create(context, type, OptionsRef(options));
  });
}
inline std::string_view key(const Child&) noexcept { return {}; }
inline std::string_view key(const Named& named) noexcept { return named.name; }
inline const Child& child(const Child& one) noexcept { return one; }
inline const Child& child(const Named& named) noexcept { return named.module; }

inline duramen_status failure(const Error& failed, duramen_error** error) noexcept {
  *error = duramen_error_retain(failed.get());
  return failed.status();
}
// Adds the children to the argument of that name, the first that failed ends it.
template <class T>
duramen_status add(duramen_options* options, std::string_view name, std::initializer_list<T> items,
                   duramen_error** error) {
  for (const T& item : items) {
    if (child(item).error()) return failure(*child(item).error(), error);
    const std::string_view at = key(item);
    const duramen_status status = duramen_options_add_module(
        options, name.data(), name.size(), at.data(), at.size(), child(item).module().get(), error);
    if (status != DURAMEN_OK) return status;
  }
  return DURAMEN_OK;
}
template <class T>
Result<Module> create_of(ContextRef context, std::string_view type, std::string_view name,
                         std::initializer_list<T> items) {
  return DURAMEN_CXX::detail::then(Options::create(), [&](const Options& options) {
    return make<Module>([&](auto** out, duramen_error** error) {
      const duramen_status status = add(options.get(), name, items, error);
      if (status != DURAMEN_OK) return status;
      return duramen_module_create(context.get(), type.data(), type.size(), options.get(), out,
                                   error);
    });
  });
}

}  // namespace detail

// ---- containers ----
inline Result<Module> Sequential(ContextRef context, std::initializer_list<Child> modules) {
  return detail::create_of(context, "Sequential", "args", modules);
}
inline Result<Module> Sequential(ContextRef context, std::initializer_list<Named> modules) {
  return detail::create_of(context, "Sequential", "args", modules);
}
inline Result<Module> ModuleList(ContextRef context, std::initializer_list<Child> modules = {}) {
  return detail::create_of(context, "ModuleList", "modules", modules);
}
inline Result<Module> ModuleDict(ContextRef context, std::initializer_list<Named> modules = {}) {
  return detail::create_of(context, "ModuleDict", "modules", modules);
}
inline Result<Module> ParameterList(ContextRef context, Arguments more = {}) {
  return create(context, "ParameterList", more);
}
inline Result<Module> ParameterDict(ContextRef context, Arguments more = {}) {
  return create(context, "ParameterDict", more);
}
// Without anything: parameters, buffers and children are registered on it.
inline Result<Module> Empty(ContextRef context) { return create(context, "Module"); }

}  // namespace DURAMEN_CXX::nn

#endif
