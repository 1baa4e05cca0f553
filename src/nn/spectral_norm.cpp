// torch.nn.utils.parametrizations.spectral_norm: w / σ, the largest singular value by the power
// method.
#include "nn/spectral_norm.hpp"

#include "base/text.hpp"
#include "kernels/vector_norm.hpp"
#include "nn/layer.hpp"

namespace duramen::nn {
namespace {

class SpectralNorm final : public Parametrization {
 public:
  SpectralNorm(Context& context, const TensorRef& weight, const PowerMethod& method)
      : Parametrization("_SpectralNorm"), method_(method) {
    if (weight->rank() < 2) return;
    const TensorRef matrix = method_.matrix(context, weight);
    put_buffer("_u", random_direction(context, *weight, matrix->size(0), method_.eps));
    put_buffer("_v", random_direction(context, *weight, matrix->size(1), method_.eps));
    constexpr int64_t kFirstSteps = 15;
    iterate(context, matrix, kFirstSteps);
  }

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 1);
    const TensorRef& weight = inputs[0];
    if (weight->rank() < 2) return normalized(context, weight, method_.eps);
    const TensorRef matrix = method_.matrix(context, weight);
    if (training()) iterate(context, matrix, method_.steps);
    return method_.divided(context, weight, vector("_u"), vector("_v"));
  }
  std::vector<TensorRef> right_inverse(Context&, const TensorRef& value) override {
    return {value};
  }
  ModuleRef shell() const override { return make<SpectralNorm>(*this); }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"dim", "eps", "n_power_iterations", "right_inverse", "_power_method",
                            "_reshape_weight_to_matrix"}) ||
           Module::has_attribute(name);
  }

 private:
  const TensorRef& vector(std::string_view name) const {
    const TensorRef* found = buffers().find(name);
    if (found && *found) return *found;
    throw Error(Code::state, join("forward: this _SpectralNorm has no ", name))
        .with("torch_error", "AttributeError");
  }

  void iterate(Context& context, const TensorRef& matrix, int64_t steps) const {
    const NoGrad no_grad(context);
    const TensorRef fixed = ops::detach(context, matrix);
    const TensorRef turned = ops::t(context, fixed);
    Tensor &u = *vector("_u"), &v = *vector("_v");
    for (int64_t i = 0; i < steps; ++i) {
      multiply_into(context, u, fixed, v, method_.eps);
      multiply_into(context, v, turned, u, method_.eps);
    }
  }

  PowerMethod method_;
};

constexpr spec::Parameter kParameters[] = {
    {"n_power_iterations", spec::kInt, "1", "steps of the power method each time, in training"},
    {"eps", spec::kReal, "1e-12", "the least norm that is divided by"},
    {"dim", spec::kInt | spec::kNone, "None",
     "the dimension of the outputs (default: 0; 1 for the transposed convolutions)"}};

Ref<Parametrization> create(Context& context, const Module& module, const TensorRef& value,
                            const spec::Arguments& arguments) {
  if (!value) {
    throw Error(Code::invalid_argument, join("spectral_norm: Module '", module.class_name(),
                                             "' has no parameter or buffer with that name"))
        .with("torch_error", "ValueError");
  }
  PowerMethod method = power_method(module, arguments);
  const auto rank = static_cast<int64_t>(value->rank());
  if (method.dim >= rank || method.dim < -rank) {
    throw Error(Code::invalid_argument, join("Dimension out of range (expected to be in range of [",
                                             -rank, ", ", rank - 1, "] but got ", method.dim, ")"))
        .with("torch_error", "IndexError")
        .with("argument", "dim");
  }
  check_power_method(method);
  if (method.dim < 0) method.dim += rank;
  return make<SpectralNorm>(context, value, method);
}

}  // namespace

PowerMethod power_method(const Module& module, const spec::Arguments& arguments) {
  const bool is_transposed = plain_class_name(module).starts_with("ConvTranspose");
  return {arguments.optional_integer("dim").value_or(is_transposed ? 1 : 0),
          arguments.integer("n_power_iterations"), arguments.real("eps")};
}

void check_power_method(const PowerMethod& method) {
  if (method.steps > 0) return;
  throw Error(Code::invalid_argument,
              join("spectral_norm: Expected n_power_iterations to be positive, but got "
                   "n_power_iterations=",
                   method.steps))
      .with("torch_error", "ValueError")
      .with("argument", "n_power_iterations");
}

TensorRef PowerMethod::matrix(Context& context, const TensorRef& weight) const {
  std::vector<int64_t> order = {dim};
  for (int64_t i = 0; i < static_cast<int64_t>(weight->rank()); ++i) {
    if (i != dim) order.push_back(i);
  }
  const TensorRef turned = dim == 0 ? weight : ops::permute(context, weight, order);
  return turned->rank() == 1 ? ops::unsqueeze(context, turned, 1)
                             : ops::flatten(context, turned, 1);
}

TensorRef PowerMethod::divided(Context& context, const TensorRef& weight, const TensorRef& u,
                               const TensorRef& v) const {
  // Copies, since the next step writes over them while backward may still want these.
  const TensorRef left = ops::clone(context, u), right = ops::clone(context, v);
  const TensorRef sigma = ops::dot(context, left, ops::mv(context, matrix(context, weight), right));
  return ops::div(context, weight, sigma);
}

TensorRef normalized(Context& context, const TensorRef& vector, double eps) {
  const TensorRef norm =
      ops::sqrt(context, ops::sum(context, ops::square(context, vector), {{0}, true}));
  return ops::div(context, vector,
                  ops::clamp(context, norm, ops::float_scalar(context, eps), nullptr));
}

TensorRef random_direction(Context& context, const Tensor& like, int64_t length, double eps) {
  TensorRef out = empty(context.allocator(), Shape{length}, like.dtype());
  normal(context, *out, 0, 1);
  kernels::normalize_vector(out->mutable_bytes(), length, out->dtype(), eps);
  return out;
}

void multiply_into(Context& context, Tensor& out, const TensorRef& matrix, const Tensor& vector,
                   double eps) {
  const TensorRef product = ops::mv(context, matrix, alias(vector));
  kernels::normalize_vector(product->mutable_bytes(), product->numel(), product->dtype(), eps);
  ops::copy_(context, out, *product);
}

constinit const ParametrizationType kSpectralNorm = {
    {"spectral_norm", kParameters, "w / σ(w), so that the largest singular value is 1."},
    create,
    true};

}  // namespace duramen::nn
