// Optimizers: updates of parameters from their gradients.
#ifndef DURAMEN_CXX_OPTIMIZER_HPP
#define DURAMEN_CXX_OPTIMIZER_HPP

#include "module.hpp"

namespace DURAMEN_CXX {

class OptionsRef;

class OptimizerRef
    : public Ref<duramen_optimizer, duramen_optimizer_retain, duramen_optimizer_release> {
 public:
  using Ref::Ref;
  static constexpr size_t kAllGroups = SIZE_MAX;

  std::string_view class_name() const noexcept {
    return lent_text(duramen_optimizer_class_name, raw_);
  }
  Result<void> step(ContextRef context) const {
    return call(
        [&](duramen_error** error) { return duramen_optimizer_step(context.get(), raw_, error); });
  }
  Result<void> zero_grad(bool set_to_none = true) const {
    return call([&](duramen_error** error) {
      return duramen_optimizer_zero_grad(raw_, set_to_none ? 1 : 0, error);
    });
  }
  // What the options lack has the optimizer's default.
  Result<void> add_group(ContextRef context, Span<const TensorRef> parameters,
                         ValueRef options = {}) const;
  size_t group_count() const noexcept { return duramen_optimizer_group_count(raw_); }
  Result<Value> option(size_t group, std::string_view name) const {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_optimizer_get_option(raw_, group, name.data(), name.size(), out, error);
    });
  }
  Result<void> set_option(size_t group, std::string_view name, ValueRef value) const {
    return call([&](duramen_error** error) {
      return duramen_optimizer_set_option(raw_, group, name.data(), name.size(), value.get(),
                                          error);
    });
  }
  Result<void> set_lr(double lr, size_t group = kAllGroups) const {
    return call(
        [&](duramen_error** error) { return duramen_optimizer_set_lr(raw_, group, lr, error); });
  }
  // With PyTorch's structure.
  Result<Value> state() const {
    return make<Value>(
        [&](auto** out, auto** error) { return duramen_optimizer_state(raw_, out, error); });
  }
  Result<void> load_state(ContextRef context, ValueRef state) const {
    return call([&](duramen_error** error) {
      return duramen_optimizer_load_state(context.get(), raw_, state.get(), error);
    });
  }
};

inline Result<void> OptimizerRef::add_group(ContextRef context, Span<const TensorRef> parameters,
                                            ValueRef options) const {
  const std::vector<duramen_tensor*> raw = detail::pointers(parameters);
  return call([&](duramen_error** error) {
    return duramen_optimizer_add_group(context.get(), raw_, raw.data(), raw.size(), options.get(),
                                       error);
  });
}

class Optimizer : public Owned<OptimizerRef> {
 public:
  using Owned::Owned;
  Optimizer(Owned owned) noexcept : Owned(std::move(owned)) {}  // NOLINT: the same handle
  DURAMEN_CXX_LENDS(OptimizerRef, class_name);
  // "SGD(lr=0.1, momentum=0.9)", over the parameters of a listing or of a list.
  static Result<Optimizer> from_text(ContextRef context, std::string_view text,
                                     Span<const TensorRef> parameters) {
    const std::vector<duramen_tensor*> raw = detail::pointers(parameters);
    return make<Optimizer>([&](auto** out, auto** error) {
      return duramen_optimizer_from_text(context.get(), text.data(), text.size(), raw.data(),
                                         raw.size(), out, error);
    });
  }
  static Result<Optimizer> from_text(ContextRef context, std::string_view text, ModuleRef module) {
    return detail::then(module.named_parameters(), [&](const Entries& entries) {
      return from_text(context, text, entries.tensors());
    });
  }
  // Of a type with arguments by name; of the parameters of a listing or of a list (options.hpp).
  static Result<Optimizer> create(ContextRef context, std::string_view type, OptionsRef options,
                                  Span<const TensorRef> parameters);
  static Optimizer adopt(duramen_optimizer* raw) noexcept { return Owned::adopt(raw); }
};

}  // namespace DURAMEN_CXX

#endif
