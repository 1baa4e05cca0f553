#include "kernels/reduce.hpp"

#include "base/text.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

using kernels::DimSet;

constexpr size_t kMaxRank = 64;

DimSet dim_set(const Tensor& a, std::span<const int64_t> dims, const char* name) {
  if (a.rank() > kMaxRank) {
    throw Error(Code::unsupported, join(name, ": only tensors with up to 64 dims are supported"));
  }
  if (dims.empty()) return a.rank() == kMaxRank ? ~DimSet{0} : (DimSet{1} << a.rank()) - 1;
  DimSet set = 0;
  for (const int64_t dim : dims) {
    const DimSet bit = DimSet{1} << normalize_dim(dim, a.rank(), name);
    if (set & bit) {
      throw Error(Code::invalid_argument,
                  join(name, ": dim ", dim, " appears multiple times in the list of dims"))
          .with("torch_error", "RuntimeError");
    }
    set |= bit;
  }
  return set;
}

bool has(DimSet dims, size_t dim) noexcept { return dims >> dim & 1; }

Shape reduced_shape(const Tensor& a, DimSet dims, bool keepdim) {
  Shape shape;
  for (size_t i = 0; i < a.rank(); ++i) {
    if (!has(dims, i)) {
      shape.push_back(a.size(i));
    } else if (keepdim) {
      shape.push_back(1);
    }
  }
  return shape;
}

int64_t reduced_count(const Tensor& a, DimSet dims) noexcept {
  int64_t count = 1;
  for (size_t i = 0; i < a.rank(); ++i) count *= has(dims, i) ? a.size(i) : 1;
  return count;
}

// A reduced tensor under the shape that it would have with keepdim: it broadcasts to the input's.
TensorRef with_dims(const TensorRef& reduced, const Shape& shape, DimSet dims) {
  Layout layout = reduced->layout();
  if (layout.rank() == shape.size()) return reduced;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (has(dims, i)) layout = view_unsqueeze(layout, static_cast<int64_t>(i));
  }
  return alias(*reduced, std::move(layout));
}

TensorRef sum_over(Context& context, const Tensor& a, DimSet dims, const Shape& shape, Dtype dtype,
                   double scale) {
  const Dtype compute = compute_dtype(dtype, "sum");
  const Operand in(context, a, compute);
  TensorRef out = empty(context.allocator(), shape, compute);
  kernels::sum(context.pool(), *out, *in, dims, scale);
  return finish(context, std::move(out), dtype);
}

class SumBackward final : public Node {
 public:
  Shape shape;
  DimSet dims = 0;
  bool listed = false;
  const char* name() const noexcept override { return listed ? "SumBackward1" : "SumBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    return one(expand(context, with_dims(grads[0], shape, dims), shape));
  }
};

class MeanBackward final : public Node {
 public:
  Shape shape;
  DimSet dims = 0;
  double count = 1;
  bool listed = false;
  const char* name() const noexcept override { return listed ? "MeanBackward1" : "MeanBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef part = div(context, grads[0], float_scalar(context, count));
    return one(expand(context, with_dims(part, shape, dims), shape));
  }
};

}  // namespace

TensorRef sum(Context& context, const TensorRef& a, const ReduceOptions& options) {
  const DimSet dims = dim_set(*a, options.dims, "sum");
  const bool integral = is_integral(a->dtype()) || a->dtype() == Dtype::boolean;
  const Dtype dtype = integral ? Dtype::int64 : a->dtype();
  const Shape shape = reduced_shape(*a, dims, options.keepdim);
  TensorRef out = sum_over(context, *a, dims, shape, dtype, 1);
  if (auto node = record<SumBackward>(context, a)) {
    node->shape = a->shape();
    node->dims = dims;
    node->listed = !options.dims.empty();
    attach(node, *out);
  }
  return out;
}

TensorRef mean(Context& context, const TensorRef& a, const ReduceOptions& options) {
  if (!is_floating(a->dtype())) {
    throw Error(Code::dtype_mismatch,
                join("mean(): could not infer output dtype. Input dtype must be either a floating "
                     "point or complex dtype. Got: ",
                     scalar_type_name(a->dtype())))
        .with("actual", std::string(dtype_name(a->dtype())))
        .with("torch_error", "NotImplementedError");
  }
  const DimSet dims = dim_set(*a, options.dims, "mean");
  const auto count = static_cast<double>(reduced_count(*a, dims));
  const Shape shape = reduced_shape(*a, dims, options.keepdim);
  TensorRef out = sum_over(context, *a, dims, shape, a->dtype(), 1 / count);
  if (auto node = record<MeanBackward>(context, a)) {
    node->shape = a->shape();
    node->dims = dims;
    node->count = count;
    node->listed = !options.dims.empty();
    attach(node, *out);
  }
  return out;
}

namespace {

void check_variance_dtype(const Tensor& a) {
  if (is_floating(a.dtype())) return;
  throw Error(Code::dtype_mismatch,
              "var: std and var only support floating point and complex dtypes")
      .with("torch_error", "NotImplementedError");
}

class VarBackward : public Node {
 public:
  SavedTensor input;
  DimSet dims = 0;
  double count = 1;
  double correction = 1;
  const char* name() const noexcept override { return "VarBackward0"; }
  void release_saved() noexcept override { input.reset(); }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    return one(to_input(context, grads[0]));
  }

 protected:
  // Of the gradient of the variance.
  TensorRef to_input(Context& context, const TensorRef& g) {
    const TensorRef& a = input.unpack(name());
    const Shape kept = reduced_shape(*a, dims, true);
    const TensorRef middle = sum_over(context, *a, dims, kept, a->dtype(), 1 / count);
    const TensorRef factor = float_scalar(context, 2 / (count - correction));
    const TensorRef scaled = mul(context, with_dims(g, a->shape(), dims), factor);
    return mul(context, sub(context, a, middle), scaled);
  }
};

// Where nothing varies the gradient is zero, as PyTorch decided.
class StdBackward final : public VarBackward {
 public:
  SavedTensor output;
  const char* name() const noexcept override { return "StdBackward0"; }
  void release_saved() noexcept override {
    VarBackward::release_saved();
    output.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& out = output.unpack(name());
    const TensorRef zero = float_scalar(context, 0);
    const TensorRef flat = ops::compare(context, kernels::Compare::eq, out, zero);
    const TensorRef slope = div(context, grads[0], mul(context, out, float_scalar(context, 2)));
    return one(to_input(context, where(context, flat, zero, slope)));
  }
};

}  // namespace

TensorRef var(Context& context, const TensorRef& a, const VarOptions& options) {
  check_variance_dtype(*a);
  const DimSet dims = dim_set(*a, options.dims, "var");
  const auto count = static_cast<double>(reduced_count(*a, dims));
  const Dtype compute = compute_dtype(a->dtype(), "var");
  const Operand in(context, *a, compute);
  const Shape kept = reduced_shape(*a, dims, true);
  const TensorRef middle = sum_over(context, *in, dims, kept, compute, 1 / count);
  TensorRef off = empty(context.allocator(), a->shape(), compute);
  kernels::binary(context.pool(), kernels::Binary::sub, *off, *in, *middle);
  kernels::binary(context.pool(), kernels::Binary::mul, *off, *off, *off);
  const Shape shape = reduced_shape(*a, dims, options.keepdim);
  const double freedom = std::max(0.0, count - options.correction);
  TensorRef out = sum_over(context, *off, dims, shape, compute, 1 / freedom);
  out = finish(context, std::move(out), a->dtype());
  if (auto node = record<VarBackward>(context, a)) {
    node->input = SavedTensor(a);
    node->dims = dims;
    node->count = count;
    node->correction = options.correction;
    attach(node, *out);
  }
  return out;
}

TensorRef standard_deviation(Context& context, const TensorRef& a, const VarOptions& options) {
  TensorRef out;
  {
    const NoGrad no_grad(context);
    out = sqrt(context, var(context, a, options));
  }
  if (auto node = record<StdBackward>(context, a)) {
    node->input = SavedTensor(a);
    node->output = SavedTensor::of_output(*out);
    node->dims = dim_set(*a, options.dims, "std");
    node->count = static_cast<double>(reduced_count(*a, node->dims));
    node->correction = options.correction;
    attach(node, *out);
  }
  return out;
}

namespace {

using kernels::Extreme;

const char* extreme_name(Extreme op, const char* largest, const char* smallest) noexcept {
  return op == Extreme::maximum ? largest : smallest;
}

// `listed`: the caller named the dimensions.
void check_not_empty(const Tensor& a, DimSet dims, bool listed, const char* name) {
  if (reduced_count(a, dims) > 0) return;
  if (!listed) {
    throw Error(Code::invalid_argument,
                join(name,
                     "(): Expected reduction dim to be specified for input.numel() == 0. "
                     "Specify the reduction dim with the 'dim' argument."))
        .with("torch_error", "RuntimeError");
  }
  size_t dim = 0;
  while (!has(dims, dim) || a.size(dim) != 0) ++dim;
  throw Error(Code::invalid_argument,
              join(name, "(): Expected reduction dim ", dim, " to have non-zero size."))
      .with("torch_error", "IndexError");
}

ValuesAndIndices extremes(Context& context, Extreme op, const Tensor& a, DimSet dims,
                          bool keepdim) {
  const Operand in(context, a, compute_dtype(a.dtype(), "max"));
  const Shape shape = reduced_shape(a, dims, keepdim);
  ValuesAndIndices found{empty(context.allocator(), shape, in->dtype()),
                         empty(context.allocator(), shape, Dtype::int64)};
  kernels::extreme(op, found.values.get(), found.indices.get(), *in, dims);
  found.values = finish(context, std::move(found.values), a.dtype());
  return found;
}

// Ties share the gradient. `whole`: of max() without a dimension, where NaN ties with NaN and what
// is not the largest has zero, whatever the gradient.
class AmaxBackward final : public Node {
 public:
  SavedTensor input, output;
  DimSet dims = 0;
  bool whole = false;
  const char* label = "AmaxBackward0";
  const char* name() const noexcept override { return label; }
  void release_saved() noexcept override {
    input.reset();
    output.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& a = input.unpack(name());
    const TensorRef best = with_dims(output.unpack(name()), a->shape(), dims);
    TensorRef ones = ops::compare(context, kernels::Compare::eq, a, best);
    if (whole) ones = add(context, ones, both_nan(context, a, best));
    const TensorRef hits = to(context, ones, a->dtype());
    const Shape kept = reduced_shape(*a, dims, true);
    const TensorRef ties = sum_over(context, *hits, dims, kept, a->dtype(), 1);
    const TensorRef share = div(context, with_dims(grads[0], a->shape(), dims), ties);
    if (whole) return one(where(context, ones, share, float_scalar(context, 0)));
    return one(mul(context, hits, share));
  }

 private:
  static TensorRef both_nan(Context& context, const TensorRef& a, const TensorRef& b) {
    const TensorRef first = ops::compare(context, kernels::Compare::ne, a, a);
    return mul(context, first, ops::compare(context, kernels::Compare::ne, b, b));
  }
};

TensorRef amax_any(Context& context, Extreme op, const TensorRef& a, const ReduceOptions& options,
                   bool whole = false) {
  const char* name = whole ? extreme_name(op, "max", "min") : extreme_name(op, "amax", "amin");
  const DimSet dims = dim_set(*a, options.dims, name);
  check_not_empty(*a, dims, !options.dims.empty(), name);
  TensorRef out = extremes(context, op, *a, dims, options.keepdim).values;
  if (auto node = record<AmaxBackward>(context, a)) {
    node->input = SavedTensor(a);
    node->output = SavedTensor::of_output(*out);
    node->dims = dims;
    node->whole = whole;
    node->label = whole ? extreme_name(op, "MaxBackward1", "MinBackward1")
                        : extreme_name(op, "AmaxBackward0", "AminBackward0");
    attach(node, *out);
  }
  return out;
}

class MaxBackward final : public Node {
 public:
  SavedTensor indices;
  Shape shape;
  size_t dim = 0;
  const char* label = "MaxBackward0";
  const char* name() const noexcept override { return label; }
  void release_saved() noexcept override { indices.reset(); }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& at = indices.unpack(name());
    const DimSet dims = DimSet{1} << dim;
    // A position equals its own index: compared along the dimension, one element a row is hit.
    Shape line(shape.size(), 1);
    if (shape.empty()) return one(grads[0]);
    line[dim] = shape[dim];
    TensorRef positions = empty(context.allocator(), line, Dtype::int64);
    for (int64_t i = 0; i < shape[dim]; ++i) positions->mutable_data<int64_t>()[i] = i;
    const TensorRef hits =
        ops::compare(context, kernels::Compare::eq, with_dims(at, shape, dims), positions);
    const TensorRef g = with_dims(grads[0], shape, dims);
    return one(where(context, hits, g, float_scalar(context, 0)));
  }
};

ValuesAndIndices max_any(Context& context, Extreme op, const TensorRef& a, int64_t dim,
                         bool keepdim) {
  const char* name = extreme_name(op, "max", "min");
  const size_t d = normalize_dim(dim, a->rank(), name);
  const DimSet dims = a->rank() == 0 ? 0 : DimSet{1} << d;
  check_not_empty(*a, dims, true, name);
  ValuesAndIndices found = extremes(context, op, *a, dims, keepdim);
  if (auto node = record<MaxBackward>(context, a)) {
    node->indices = SavedTensor(found.indices);
    node->shape = a->shape();
    node->dim = d;
    node->label = extreme_name(op, "MaxBackward0", "MinBackward0");
    attach(node, *found.values);
  }
  return found;
}

TensorRef arg_any(Context& context, Extreme op, const Tensor& a, std::optional<int64_t> dim,
                  bool keepdim) {
  const char* name = extreme_name(op, "argmax", "argmin");
  if (a.dtype() == Dtype::boolean) {
    throw Error(Code::unsupported, join(name, ": not implemented for bool"))
        .with("torch_error", "NotImplementedError");
  }
  const DimSet dims = !dim            ? dim_set(a, {}, name)
                      : a.rank() == 0 ? (normalize_dim(*dim, 0, name), DimSet{0})
                                      : DimSet{1} << normalize_dim(*dim, a.rank(), name);
  if (!dim && a.numel() == 0) {
    throw Error(Code::invalid_argument,
                join(name, "(): Expected reduction dim to be specified for input.numel() == 0."))
        .with("torch_error", "IndexError");
  }
  check_not_empty(a, dims, true, name);
  const Operand in(context, a, compute_dtype(a.dtype(), name));
  TensorRef out = empty(context.allocator(), reduced_shape(a, dims, keepdim), Dtype::int64);
  kernels::extreme(op, nullptr, out.get(), *in, dims);
  return out;
}

}  // namespace

TensorRef amax(Context& context, const TensorRef& a, const ReduceOptions& options) {
  return amax_any(context, Extreme::maximum, a, options);
}
TensorRef amin(Context& context, const TensorRef& a, const ReduceOptions& options) {
  return amax_any(context, Extreme::minimum, a, options);
}
TensorRef max_of_all(Context& context, const TensorRef& a) {
  return amax_any(context, Extreme::maximum, a, {}, true);
}
TensorRef min_of_all(Context& context, const TensorRef& a) {
  return amax_any(context, Extreme::minimum, a, {}, true);
}
ValuesAndIndices max(Context& context, const TensorRef& a, int64_t dim, bool keepdim) {
  return max_any(context, Extreme::maximum, a, dim, keepdim);
}
ValuesAndIndices min(Context& context, const TensorRef& a, int64_t dim, bool keepdim) {
  return max_any(context, Extreme::minimum, a, dim, keepdim);
}
TensorRef argmax(Context& context, const TensorRef& a, std::optional<int64_t> dim, bool keepdim) {
  return arg_any(context, Extreme::maximum, *a, dim, keepdim);
}
TensorRef argmin(Context& context, const TensorRef& a, std::optional<int64_t> dim, bool keepdim) {
  return arg_any(context, Extreme::minimum, *a, dim, keepdim);
}

}  // namespace duramen::ops
