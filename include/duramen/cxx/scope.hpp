// How a text is read, and which values a tree takes from another: arguments of modules.
#ifndef DURAMEN_CXX_SCOPE_HPP
#define DURAMEN_CXX_SCOPE_HPP

#include "value.hpp"

namespace DURAMEN_CXX {

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

// What every handle of a module is; module.hpp has the methods.
using ModuleHandle = Ref<duramen_module, duramen_module_retain, duramen_module_release>;

// Modules and tensors by the names under which a text uses them.
class ScopeRef : public Ref<duramen_scope, duramen_scope_retain, duramen_scope_release> {
 public:
  using Ref::Ref;
  // Held by the scope; a name that is taken is replaced.
  Result<void> set(std::string_view name, const ModuleHandle& module) const {
    return call([&](duramen_error** error) {
      return duramen_scope_set_module(raw_, name.data(), name.size(), module.get(), error);
    });
  }
  Result<void> set(std::string_view name, TensorRef tensor) const {
    return call([&](duramen_error** error) {
      return duramen_scope_set_tensor(raw_, name.data(), name.size(), tensor.get(), error);
    });
  }
};

class Scope : public Owned<ScopeRef> {
 public:
  using Owned::Owned;
  Scope(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle
  static Result<Scope> create() {
    return make<Scope>([](auto** out, auto** error) { return duramen_scope_create(out, error); });
  }
  static Scope adopt(duramen_scope* raw) noexcept { return Owned::adopt(raw); }
};

// How to read a text.
struct TextOptions {
  ScopeRef scope = {};                 // names that the text may use
  ValueRef arguments = {};             // a dict of what a printout does not show
  bool unknown_as_containers = false;  // classes that the library does not know

  duramen_text_options raw() const noexcept {
    duramen_text_options options = {};
    options.struct_size = sizeof options;
    options.flags = unknown_as_containers ? DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS : 0;
    options.scope = scope.get();
    options.arguments = arguments.get();
    return options;
  }
};

}  // namespace DURAMEN_CXX

#endif
