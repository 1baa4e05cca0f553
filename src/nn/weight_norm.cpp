// torch.nn.utils.parametrizations.weight_norm: w = g · v / ‖v‖.
#include "kernels/copy.hpp"
#include "kernels/vector_norm.hpp"
#include "nn/layer.hpp"
#include "nn/parametrize.hpp"
#include "ops/operands.hpp"

namespace duramen::nn {
namespace {

bool is_small(Dtype dtype) noexcept { return dtype == Dtype::float16 || dtype == Dtype::bfloat16; }

void check_norm_dtype(Dtype dtype) {
  if (dtype == Dtype::float32 || dtype == Dtype::float64 || is_small(dtype)) return;
  throw Error(Code::unsupported,
              join("norm_except_dim: not implemented for dtype ", dtype_name(dtype)))
      .with("torch_error", "NotImplementedError");
}

size_t checked_dim(int64_t dim, size_t rank) {
  const auto count = static_cast<int64_t>(rank);
  if (dim >= -count && dim < count) return static_cast<size_t>(dim < 0 ? dim + count : dim);
  throw Error(Code::invalid_argument, join("Dimension out of range (expected to be in range of [",
                                           -count, ", ", count - 1, "], but got ", dim, ")"))
      .with("torch_error", "IndexError")
      .with("argument", "dim");
}

// The elements in C order, in memory of their own where they do not lie so.
TensorRef in_order(Context& context, const Tensor& tensor, Layout layout) {
  const TensorRef view = alias(tensor, std::move(layout));
  return view->is_contiguous() ? view : ops::clone(context, view);
}

TensorRef norm_of_all(Context& context, const Tensor& v) {
  const bool dense = is_dense(v.layout());
  const TensorRef values = dense ? alias(v) : in_order(context, v, v.layout());
  TensorRef out = empty(context.allocator(), Shape(), v.dtype());
  kernels::norms_of_rows(values->bytes(), 1, v.numel(), v.dtype(), out->mutable_bytes());
  return out;
}

class WeightNorm final : public Parametrization {
 public:
  explicit WeightNorm(int64_t dim) : Parametrization("_WeightNorm"), dim_(dim) {}

  TensorRef forward(Context& context, std::span<const TensorRef> inputs) override {
    check_inputs(*this, inputs, 2);
    return weight_norm(context, inputs[1], inputs[0], dim_);
  }
  std::vector<TensorRef> right_inverse(Context& context, const TensorRef& value) override {
    return {norm_except_dim(context, *value, dim_), value};
  }
  size_t input_count() const noexcept override { return 2; }
  ModuleRef shell() const override { return make<WeightNorm>(*this); }
  bool has_attribute(std::string_view name) const override {
    return is_one_of(name, {"dim", "right_inverse"}) || Module::has_attribute(name);
  }

 private:
  int64_t dim_;  // -1: over all
};

constexpr spec::Parameter kParameters[] = {
    {"dim", spec::kInt | spec::kNone, "0", "the norm is over all others; None or -1: over all"}};

Ref<Parametrization> create(Context&, const Module& module, const TensorRef& value,
                            const spec::Arguments& arguments) {
  if (!value) {
    throw Error(Code::invalid_argument,
                join("weight_norm: the tensor is None ('NoneType' object has no attribute 'shape'"
                     " in ",
                     module.class_name(), ")"))
        .with("torch_error", "AttributeError");
  }
  return make<WeightNorm>(arguments.optional_integer("dim").value_or(-1));
}

}  // namespace

TensorRef norm_except_dim(Context& context, const Tensor& v, int64_t dim) {
  check_norm_dtype(v.dtype());
  if (dim == -1) return norm_of_all(context, v);
  const size_t kept = checked_dim(dim, v.rank());
  Shape shape(v.rank(), 1);
  shape[kept] = v.size(kept);
  TensorRef out = empty(context.allocator(), std::move(shape), v.dtype());
  const int64_t count = v.size(kept), others = count == 0 ? 0 : v.numel() / count;
  if (kept > 0 && dim == static_cast<int64_t>(v.rank()) - 1 && count > 1) {
    const TensorRef values = in_order(context, v, v.layout());
    kernels::norms_of_columns(values->bytes(), others, count, v.dtype(), out->mutable_bytes());
    return out;
  }
  // Of the last dimension of size 1, the order is that of the others.
  const bool is_last = dim == static_cast<int64_t>(v.rank()) - 1;
  const Layout layout =
      is_last ? v.layout() : view_transpose(v.layout(), 0, static_cast<int64_t>(kept));
  const TensorRef values = in_order(context, v, layout);
  kernels::norms_of_rows(values->bytes(), count, others, v.dtype(), out->mutable_bytes());
  return out;
}

TensorRef weight_norm(Context& context, const TensorRef& v, const TensorRef& g, int64_t dim) {
  check_norm_dtype(v->dtype());
  ops::ReduceOptions over = {{}, true};
  if (dim == -1) {
    over.keepdim = false;
  } else {
    const size_t kept = checked_dim(dim, v->rank());
    for (size_t i = 0; i < v->rank(); ++i) {
      if (i != kept) over.dims.push_back(static_cast<int64_t>(i));
    }
  }
  const TensorRef wide = is_small(v->dtype()) ? ops::to(context, v, Dtype::float32) : v;
  const TensorRef squares = ops::square(context, wide);
  const bool is_vector = dim != -1 && over.dims.empty();  // no dims would mean all
  const TensorRef norm = ops::sqrt(context, is_vector ? squares : ops::sum(context, squares, over));
  return ops::mul(context, v, ops::div(context, g, ops::to(context, norm, v->dtype())));
}

constinit const ParametrizationType kWeightNorm = {
    {"weight_norm", kParameters, "w = g v / ‖v‖: original0 is g, original1 is v."}, create, false};

}  // namespace duramen::nn
