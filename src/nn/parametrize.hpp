// torch.nn.utils.parametrize: a tensor of a module that is computed from others each time it is
// asked for. They live below the module's child "parametrizations", a ModuleDict with a
// ParametrizationList under the tensor's name; the class of the module becomes
// "ParametrizedLinear".
#pragma once

#include "nn/containers.hpp"
#include "spec/registry.hpp"

namespace duramen::nn {

inline constexpr std::string_view kParametrizationsChild = "parametrizations";
inline constexpr std::string_view kParametrizedPrefix = "Parametrized";  // of the class's name

// What computes. Takes the originals, or what the parametrization before it gave.
class Parametrization : public Module {
 public:
  // The tensors from which forward() gives `value` again; nothing where there is no such thing.
  // Without grad mode. An aliased or new tensor each; `value` itself stands for itself. Changes
  // nothing but the generator: what the parametrization would have to keep comes behind the
  // input_count() ones, for keep().
  virtual std::vector<TensorRef> right_inverse(Context& context, const TensorRef& value);
  virtual void keep(std::span<const TensorRef>) {}
  virtual size_t input_count() const noexcept { return 1; }

 protected:
  using Module::Module;
};

// The parametrizations of a tensor, under "0", "1", …, and its originals: `original`, or
// `original0`, `original1`, ….
class ParametrizationList final : public IndexedContainer {
 public:
  ParametrizationList() : IndexedContainer("ParametrizationList") {}
  void insert(int64_t index, ModuleRef child) override;
  ModuleRef shell() const override { return make<ParametrizationList>(*this); }
  bool has_attribute(std::string_view name) const override;

  // The tensor. Takes no inputs.
  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override;
  // In the order of their names; whether they are parameters, or else buffers.
  std::vector<TensorRef> originals() const;
  bool is_parameter() const noexcept { return !parameters().empty(); }

 private:
  Ref<IndexedContainer> sliced(std::span<const size_t> positions) const override;
};

// Null where the tensor of that name is not parametrized.
ParametrizationList* parametrizations_of(const Module& module, std::string_view name) noexcept;
// Whether any tensor is.
bool is_parametrized(const Module& module) noexcept;
// The class before it was: "Linear".
std::string_view plain_class_name(const Module& module) noexcept;

// What makes a parametrization for the tensor `value` of a module.
struct ParametrizationType {
  spec::Signature signature;
  Ref<Parametrization> (*create)(Context& context, const Module& module, const TensorRef& value,
                                 const spec::Arguments& arguments);
  bool checked;  // registering computes the tensor once, as PyTorch does unless told not to
};
extern const ParametrizationType kWeightNorm;
extern const ParametrizationType kSpectralNorm;
extern const ParametrizationType kOrthogonal;

// torch.nn.utils.parametrizations: "weight_norm(dim=0)", "spectral_norm(n_power_iterations=2)",
// "orthogonal(orthogonal_map='cayley')". Behind those that the tensor has already. With "utils."
// before the name the form of torch.nn.utils (norm_hooks.hpp). Errors have PyTorch's texts and
// "torch_error"; nothing has changed then, but the generator may have moved.
void parametrize(Context& context, Module& module, std::string_view name, std::string_view text);
void parametrize(Context& context, Module& module, std::string_view name,
                 const spec::Expression& call);
// "weight_norm" for "_WeightNorm"; empty for what is no class of a parametrization.
std::string_view function_of_class(std::string_view class_name) noexcept;
// The tensor as it is now: recorded for backward; in training mode spectral_norm goes one step on
// (but for the form of torch.nn.utils).
// NOT_FOUND (ValueError) where it is not parametrized.
TensorRef parametrized(Context& context, const Module& module, std::string_view name);
// `module.weight = value`: the originals become what gives `value`, in their places.
// SHAPE_MISMATCH, DTYPE_MISMATCH; UNSUPPORTED (RuntimeError) without a right inverse.
void set_parametrized(Context& context, Module& module, std::string_view name,
                      const TensorRef& value);
// The tensor becomes the module's own again, behind the others: with its value, or (where there is
// one original) that. INVALID_ARGUMENT (ValueError).
void remove_parametrizations(Context& context, Module& module, std::string_view name,
                             bool leave_parametrized);

// What is printed of a module, to which a parametrized tensor is there; and what its class prints
// that another one may be derived from.
std::string extra_repr(const Module& module);
std::string base_extra_repr(const Module& module);

// Whether any tensor is parametrized, or computed by a form of torch.nn.utils.
bool has_computed_tensors(const Module& module) noexcept;
// What a forward of the module runs on: the module itself, or one of the same class and settings
// with the same entries and the computed tensors among them.
ModuleRef with_computed_tensors(Context& context, Module& module);

// What both forms refuse.
Error parametrize_error(Code code, const char* torch_error, std::string message);
// A tensor that stays behind without its parametrization is its one original: INVALID_ARGUMENT.
void check_one_original(size_t count);

// ‖v‖ over every dimension but `dim`, kept as sizes of 1; over all for -1. As
// torch.norm_except_dim(v, 2, dim), bit for bit; not recorded. IndexError, NotImplementedError.
TensorRef norm_except_dim(Context& context, const Tensor& v, int64_t dim);
// g · v / ‖v‖, recorded.
TensorRef weight_norm(Context& context, const TensorRef& v, const TensorRef& g, int64_t dim);

}  // namespace duramen::nn
