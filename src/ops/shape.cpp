#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

// A view whose gradient is the same view turned back.
class ReshapeBackward final : public Node {
 public:
  Shape shape;
  const char* label = "ViewBackward0";
  const char* name() const noexcept override { return label; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    return one(reshape(context, grads[0], shape));
  }
};

TensorRef reshaped(Context& context, const TensorRef& a, TensorRef out, const char* label) {
  if (auto node = record<ReshapeBackward>(context, a)) {
    node->shape = a->shape();
    node->label = label;
    attach(node, *out);
  }
  return out;
}

}  // namespace

TensorRef view(Context& context, const TensorRef& a, std::span<const int64_t> shape) {
  const Shape wanted = infer_shape(shape, a->numel());
  std::optional<Layout> layout = view_reshape(a->layout(), wanted);
  if (!layout) {
    throw Error(Code::invalid_argument,
                "view: view size is not compatible with input tensor's size and stride (at least "
                "one dimension spans across two contiguous subspaces). Use .reshape(...) instead")
        .with("torch_error", "RuntimeError");
  }
  return reshaped(context, a, alias(*a, std::move(*layout)), "ViewBackward0");
}

TensorRef reshape(Context& context, const TensorRef& a, std::span<const int64_t> shape) {
  const Shape wanted = infer_shape(shape, a->numel());
  if (std::optional<Layout> layout = view_reshape(a->layout(), wanted)) {
    return reshaped(context, a, alias(*a, std::move(*layout)), "ViewBackward0");
  }
  const TensorRef copied = as_contiguous(context, a);
  return reshaped(context, a, alias(*copied, contiguous_layout(wanted)), "UnsafeViewBackward0");
}

TensorRef flatten(Context& context, const TensorRef& a, int64_t start_dim, int64_t end_dim) {
  const size_t first = normalize_dim(start_dim, a->rank(), "flatten");
  const size_t last = normalize_dim(end_dim, a->rank(), "flatten");
  if (first > last) {
    throw Error(Code::invalid_argument,
                "flatten: flatten() has invalid args: start_dim cannot come after end_dim")
        .with("torch_error", "RuntimeError");
  }
  if (a->rank() == 0) {
    const int64_t single = 1;
    return reshape(context, a, {&single, 1});
  }
  if (first == last) return a;
  Shape shape;
  for (size_t i = 0; i < first; ++i) shape.push_back(a->size(i));
  int64_t merged = 1;
  for (size_t i = first; i <= last; ++i) merged *= a->size(i);
  shape.push_back(merged);
  for (size_t i = last + 1; i < a->rank(); ++i) shape.push_back(a->size(i));
  return reshape(context, a, shape);
}

TensorRef unflatten(Context& context, const TensorRef& a, int64_t dim,
                    std::span<const int64_t> sizes) {
  const size_t d = normalize_dim(dim, a->rank(), "unflatten");
  if (sizes.empty() || a->rank() == 0) {
    throw Error(Code::invalid_argument, "unflatten: sizes must be non-empty")
        .with("torch_error", "RuntimeError");
  }
  Shape shape;
  for (size_t i = 0; i < d; ++i) shape.push_back(a->size(i));
  for (const int64_t size : infer_shape(sizes, a->size(d))) shape.push_back(size);
  for (size_t i = d + 1; i < a->rank(); ++i) shape.push_back(a->size(i));
  return view(context, a, shape);
}

namespace {

class PermuteBackward final : public Node {
 public:
  Shape inverse;
  const char* label = "PermuteBackward0";
  const char* name() const noexcept override { return label; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    return one(permute(context, grads[0], inverse));
  }
};

}  // namespace

TensorRef permute(Context& context, const TensorRef& a, std::span<const int64_t> dims) {
  TensorRef out = alias(*a, view_permute(a->layout(), dims));
  if (auto node = record<PermuteBackward>(context, a)) {
    node->inverse.resize(dims.size());
    for (size_t i = 0; i < dims.size(); ++i) {
      node->inverse[normalize_dim(dims[i], a->rank(), "permute")] = static_cast<int64_t>(i);
    }
    attach(node, *out);
  }
  return out;
}

TensorRef transpose(Context& context, const TensorRef& a, int64_t dim0, int64_t dim1) {
  TensorRef out = alias(*a, view_transpose(a->layout(), dim0, dim1));
  if (auto node = record<PermuteBackward>(context, a)) {
    for (size_t i = 0; i < a->rank(); ++i) node->inverse.push_back(static_cast<int64_t>(i));
    if (a->rank() > 0) {
      std::swap(node->inverse[normalize_dim(dim0, a->rank(), "transpose")],
                node->inverse[normalize_dim(dim1, a->rank(), "transpose")]);
    }
    node->label = "TransposeBackward0";
    attach(node, *out);
  }
  return out;
}

TensorRef t(Context& context, const TensorRef& a) {
  if (a->rank() > 2) {
    throw Error(Code::invalid_argument, join("t() expects a tensor with <= 2 dimensions, but self "
                                             "is ",
                                             a->rank(), "D"))
        .with("torch_error", "RuntimeError");
  }
  return a->rank() == 2 ? transpose(context, a, 0, 1) : alias_view(context, a);
}

namespace {

class ExpandBackward final : public Node {
 public:
  Form form;
  const char* name() const noexcept override { return "ExpandBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    return one(sum_to(context, grads[0], form));
  }
};

}  // namespace

TensorRef expand(Context& context, const TensorRef& a, std::span<const int64_t> shape) {
  TensorRef out = alias(*a, view_expand(a->layout(), shape));
  if (auto node = record<ExpandBackward>(context, a)) {
    node->form = Form(*a);
    attach(node, *out);
  }
  return out;
}

TensorRef unsqueeze(Context& context, const TensorRef& a, int64_t dim) {
  return reshaped(context, a, alias(*a, view_unsqueeze(a->layout(), dim)), "UnsqueezeBackward0");
}

TensorRef squeeze(Context& context, const TensorRef& a, std::optional<int64_t> dim) {
  return reshaped(context, a, alias(*a, view_squeeze(a->layout(), dim)),
                  dim ? "SqueezeBackward1" : "SqueezeBackward0");
}

TensorRef alias_view(Context& context, const TensorRef& a) {
  return reshaped(context, a, alias(*a), "AliasBackward0");
}

namespace {

// The gradient of a part: zeros with the part's gradient written in.
class PartBackward final : public Node {
 public:
  Shape shape;
  Layout part;  // within a contiguous tensor of `shape`
  const char* label = "SliceBackward0";
  const char* name() const noexcept override { return label; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    TensorRef out = filled(context, shape, grads[0]->dtype(), 0);
    kernels::copy(context.pool(), *alias(*out, part), *grads[0]);
    return one(std::move(out));
  }
};

}  // namespace

TensorRef select(Context& context, const TensorRef& a, int64_t dim, int64_t index) {
  TensorRef out = alias(*a, view_select(a->layout(), dim, index));
  if (auto node = record<PartBackward>(context, a)) {
    node->shape = a->shape();
    node->part = view_select(contiguous_layout(a->shape()), dim, index);
    node->label = "SelectBackward0";
    attach(node, *out);
  }
  return out;
}

TensorRef slice(Context& context, const TensorRef& a, int64_t dim, int64_t start, int64_t stop,
                int64_t step) {
  TensorRef out = alias(*a, view_slice(a->layout(), dim, start, stop, step));
  if (auto node = record<PartBackward>(context, a)) {
    node->shape = a->shape();
    node->part = view_slice(contiguous_layout(a->shape()), dim, start, stop, step);
    attach(node, *out);
  }
  return out;
}

TensorRef narrow(Context& context, const TensorRef& a, int64_t dim, int64_t start, int64_t length) {
  if (a->rank() == 0) {
    throw Error(Code::invalid_argument, "narrow() cannot be applied to a 0-dim tensor.")
        .with("torch_error", "RuntimeError");
  }
  const int64_t size = a->size(normalize_dim(dim, a->rank(), "narrow"));
  if (length < 0) {
    throw Error(Code::invalid_argument, "narrow(): length must be non-negative.")
        .with("torch_error", "RuntimeError");
  }
  if (start < -size || start > size) {
    throw Error(Code::invalid_argument,
                join("narrow: start out of range (expected to be in range of [", -size, ", ", size,
                     "], but got ", start, ")"))
        .with("torch_error", "IndexError");
  }
  const int64_t first = start < 0 ? start + size : start;
  if (length > size - first) {
    throw Error(Code::invalid_argument, join("narrow: start (", start, ") + length (", length,
                                             ") exceeds dimension size (", size, ")."))
        .with("torch_error", "RuntimeError");
  }
  return slice(context, a, dim, first, first + length);
}

}  // namespace duramen::ops
