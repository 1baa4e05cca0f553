// Optimizers: updates of parameters from their gradients.
#ifndef DURAMEN_CXX_OPTIMIZER_HPP
#define DURAMEN_CXX_OPTIMIZER_HPP

#include "module.hpp"

namespace duramen {

class OptimizerRef
    : public Ref<duramen_optimizer, duramen_optimizer_retain, duramen_optimizer_release> {
 public:
  using Ref::Ref;
  static constexpr size_t kAllGroups = SIZE_MAX;

  std::string_view class_name() const noexcept {
    return lent_text(duramen_optimizer_class_name, raw_);
  }
  void step(ContextRef context) const {
    call([&](duramen_error** error) { return duramen_optimizer_step(context.get(), raw_, error); });
  }
  void zero_grad(bool set_to_none = true) const {
    call([&](duramen_error** error) {
      return duramen_optimizer_zero_grad(raw_, set_to_none ? 1 : 0, error);
    });
  }
  // What the options lack has the optimizer's default.
  void add_group(ContextRef context, const std::vector<TensorRef>& parameters,
                 ValueRef options = {}) const;
  size_t group_count() const noexcept { return duramen_optimizer_group_count(raw_); }
  Value option(size_t group, std::string_view name) const {
    return make<Value>([&](auto** out, auto** error) {
      return duramen_optimizer_get_option(raw_, group, name.data(), name.size(), out, error);
    });
  }
  void set_option(size_t group, std::string_view name, ValueRef value) const {
    call([&](duramen_error** error) {
      return duramen_optimizer_set_option(raw_, group, name.data(), name.size(), value.get(),
                                          error);
    });
  }
  void set_lr(double lr, size_t group = kAllGroups) const {
    call([&](duramen_error** error) { return duramen_optimizer_set_lr(raw_, group, lr, error); });
  }
  // With PyTorch's structure.
  Value state() const {
    return make<Value>(
        [&](auto** out, auto** error) { return duramen_optimizer_state(raw_, out, error); });
  }
  void load_state(ContextRef context, ValueRef state) const {
    call([&](duramen_error** error) {
      return duramen_optimizer_load_state(context.get(), raw_, state.get(), error);
    });
  }

 protected:
  static std::vector<duramen_tensor*> pointers(const std::vector<TensorRef>& tensors) {
    std::vector<duramen_tensor*> out;
    out.reserve(tensors.size());
    for (const TensorRef tensor : tensors) out.push_back(tensor.get());
    return out;
  }
};

inline void OptimizerRef::add_group(ContextRef context, const std::vector<TensorRef>& parameters,
                                    ValueRef options) const {
  const std::vector<duramen_tensor*> raw = pointers(parameters);
  call([&](duramen_error** error) {
    return duramen_optimizer_add_group(context.get(), raw_, raw.data(), raw.size(), options.get(),
                                       error);
  });
}

class Optimizer : public Owned<OptimizerRef> {
 public:
  using Owned::Owned;
  // "SGD(lr=0.1, momentum=0.9)", over the parameters of a listing or of a list.
  static Optimizer from_text(ContextRef context, std::string_view text,
                             const std::vector<TensorRef>& parameters) {
    const std::vector<duramen_tensor*> raw = pointers(parameters);
    return make<Optimizer>([&](auto** out, auto** error) {
      return duramen_optimizer_from_text(context.get(), text.data(), text.size(), raw.data(),
                                         raw.size(), out, error);
    });
  }
  static Optimizer from_text(ContextRef context, std::string_view text, ModuleRef module) {
    return from_text(context, text, module.named_parameters().tensors());
  }
  static Optimizer adopt(duramen_optimizer* raw) noexcept { return Optimizer(Owned::adopt(raw)); }

 private:
  explicit Optimizer(Owned owned) noexcept : Owned(std::move(owned)) {}
};

}  // namespace duramen

#endif
