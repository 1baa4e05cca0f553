// torch.nn.utils.weight_norm and spectral_norm, the forms before parametrizations: a tensor is
// computed, before each forward, from others that lie beside it in the module itself ("weight_g"
// and "weight_v"; "weight_orig", "weight_u" and "weight_v"). The class stays what it was; the
// tensor's name is that of an ordinary attribute.
#pragma once

#include "nn/hooks.hpp"
#include "spec/signature.hpp"

namespace duramen::nn {

// What computes one tensor. Hangs on its module as a hook; a copy of the module has the same one.
class NormHook : public Hook {
 public:
  const std::string& tensor_name() const noexcept { return tensor_name_; }
  // "weight_norm(dim=1)", which makes it.
  const std::string& text() const noexcept { return text_; }
  void set_text(std::string text) noexcept { text_ = std::move(text); }
  // The entry of the same shape, which stands for the tensor where no values count.
  virtual std::string like() const = 0;
  // The names of all that it is computed from.
  virtual std::vector<std::string> sources() const = 0;
  // Recorded. Looks its sources up in `tensors`; with `step`, spectral_norm first goes on by its
  // steps of the power method.
  virtual TensorRef compute(Context& context, const Module& tensors, bool step) const = 0;

 protected:
  NormHook(std::string_view tensor_name, uint32_t events)
      : Hook(kComputes | events), tensor_name_(tensor_name) {}

 private:
  const std::string tensor_name_;
  std::string text_;
};

// Whether any tensor of the module is computed so.
bool has_norm_hooks(const Module& module) noexcept;
std::vector<Ref<const NormHook>> norm_hooks_of(const Module& module);
Ref<const NormHook> norm_hook_of(const Module& module, std::string_view tensor_name);

// "weight_norm(dim=0)" or "spectral_norm(n_power_iterations=1, eps=1e-12, dim=None)" for a
// parameter. Draws as PyTorch. Nothing has changed on an error, but the generator may have moved.
void add_norm_hook(Context& context, Module& module, std::string_view name,
                   const spec::Expression& call);
// The parameter of before, behind the others, with the value that it has (or, of spectral_norm,
// that of "weight_orig"). INVALID_ARGUMENT (ValueError). Requires: it has such a hook.
void remove_norm_hook(Context& context, Module& module, std::string_view name, bool leave_computed);
// Puts the computed tensors into `out`, which has the entries of the module.
void put_computed(Context& context, const Module& module, Module& out, bool step);
// Puts entries of their shapes into `out`.
void put_likenesses(const Module& module, Module& out);

}  // namespace duramen::nn
