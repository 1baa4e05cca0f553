#include "autograd/conversion.hpp"
#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

class CloneBackward final : public Node {
 public:
  const char* name() const noexcept override { return "CloneBackward0"; }
  std::vector<TensorRef> backward(Context&, std::span<const TensorRef> grads) override {
    return one(grads[0]);
  }
};

TensorRef copied(Context& context, const TensorRef& a) {
  TensorRef out = converted(context, *a, a->dtype());
  if (auto node = record<CloneBackward>(context, a)) attach(node, *out);
  return out;
}

}  // namespace

TensorRef clone(Context& context, const TensorRef& a) { return copied(context, a); }

TensorRef contiguous(Context& context, const TensorRef& a) {
  return a->is_contiguous() ? a : copied(context, a);
}

TensorRef detach(Context&, const TensorRef& a) { return alias(*a); }

namespace {

class ToBackward final : public Node {
 public:
  Dtype dtype = Dtype::float32;
  const char* name() const noexcept override { return "ToCopyBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    return one(finish(context, grads[0], dtype));
  }
};

}  // namespace

TensorRef to(Context& context, const TensorRef& a, Dtype dtype) {
  if (a->dtype() == dtype) return a;
  if (!kernels::can_convert(a->dtype(), dtype)) {
    throw Error(Code::unsupported,
                join("to: cannot convert ", dtype_name(a->dtype()), " to ", dtype_name(dtype)))
        .with("torch_error", "NotImplementedError");
  }
  warn_of_lost_imaginary(context, "to", *a, dtype);
  TensorRef out = converted(context, *a, dtype);
  if (!can_require_grad(dtype)) return out;
  if (auto node = record<ToBackward>(context, a)) {
    node->dtype = a->dtype();
    attach(node, *out);
  }
  return out;
}

namespace {

class CatBackward final : public Node {
 public:
  std::vector<Form> forms;
  size_t dim = 0;
  const char* name() const noexcept override { return "CatBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    std::vector<TensorRef> result(forms.size());
    int64_t start = 0;
    for (size_t i = 0; i < forms.size(); ++i) {
      if (is_skipped(forms[i].shape)) {
        if (needs(i)) result[i] = filled(context, forms[i].shape, forms[i].dtype, 0);
        continue;
      }
      const int64_t stop = start + forms[i].shape[dim];
      if (needs(i)) {
        const auto d = static_cast<int64_t>(dim);
        result[i] = finish(context, slice(context, grads[0], d, start, stop), forms[i].dtype);
      }
      start = stop;
    }
    return result;
  }
  // PyTorch lets an empty tensor of one dimension stand anywhere.
  static bool is_skipped(const Shape& shape) noexcept { return shape.size() == 1 && shape[0] == 0; }
};

Error cat_error(std::string message) {
  return Error(Code::shape_mismatch, std::move(message)).with("torch_error", "RuntimeError");
}

void check_cat(const Tensor& first, const Tensor& other, size_t dim, size_t position) {
  if (first.rank() != other.rank()) {
    throw cat_error(join("cat: Tensors must have same number of dimensions: got ", first.rank(),
                         " and ", other.rank()));
  }
  for (size_t i = 0; i < first.rank(); ++i) {
    if (i == dim || first.size(i) == other.size(i)) continue;
    throw cat_error(join("cat: Sizes of tensors must match except in dimension ", dim,
                         ". Expected size ", first.size(i), " but got size ", other.size(i),
                         " for tensor number ", position, " in the list"));
  }
}

// The first tensor that counts; null when all are skipped.
const Tensor* check_all(std::span<const TensorRef> tensors, int64_t dim, Dtype* dtype) {
  if (tensors.empty()) {
    throw Error(Code::invalid_argument, "cat: expected a non-empty list of Tensors")
        .with("torch_error", "ValueError");
  }
  const Tensor* first = nullptr;
  *dtype = tensors[0]->dtype();
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& tensor = *tensors[i];
    if (tensor.rank() == 0) {
      throw cat_error(
          join("cat: zero-dimensional tensor (at position ", i, ") cannot be concatenated"));
    }
    *dtype = promote_types(*dtype, tensor.dtype());
    if (CatBackward::is_skipped(tensor.shape())) continue;
    if (!first) first = &tensor;
    check_cat(*first, tensor, normalize_dim(dim, first->rank(), "cat"), i);
  }
  return first;
}

}  // namespace

TensorRef cat(Context& context, std::span<const TensorRef> tensors, int64_t dim) {
  Dtype dtype;
  const Tensor* first = check_all(tensors, dim, &dtype);
  const size_t d = first ? normalize_dim(dim, first->rank(), "cat") : 0;
  Shape shape = first ? first->shape() : Shape{0};
  shape[d] = 0;
  for (const TensorRef& tensor : tensors) {
    if (!CatBackward::is_skipped(tensor->shape())) shape[d] += tensor->size(d);
  }
  TensorRef out = empty(context.allocator(), shape, dtype);
  int64_t start = 0;
  for (const TensorRef& tensor : tensors) {
    if (CatBackward::is_skipped(tensor->shape())) continue;
    const int64_t stop = start + tensor->size(d);
    const Layout place = view_slice(out->layout(), static_cast<int64_t>(d), start, stop, 1);
    kernels::copy(context.pool(), *alias(*out, place), *tensor);
    start = stop;
  }
  if (auto node = record<CatBackward>(context, tensors)) {
    for (const TensorRef& tensor : tensors) node->forms.emplace_back(*tensor);
    node->dim = d;
    attach(node, *out);
  }
  return out;
}

TensorRef stack(Context& context, std::span<const TensorRef> tensors, int64_t dim) {
  std::vector<TensorRef> rows;
  for (const TensorRef& tensor : tensors) {
    if (!(tensor->shape() == tensors[0]->shape())) {
      throw cat_error(join("stack expects each tensor to be equal size, but got ",
                           format_shape(tensors[0]->shape()), " at entry 0 and ",
                           format_shape(tensor->shape()), " at entry ", rows.size()));
    }
    rows.push_back(unsqueeze(context, tensor, dim));
  }
  // Counted in the result's rank.
  return cat(context, rows, dim);
}

void copy_(Context& context, Tensor& target, const Tensor& source) {
  if (context.grad_enabled() && target.requires_grad()) {
    throw Error(Code::state,
                target.is_leaf()
                    ? "copy_: a leaf Variable that requires grad is being used in an in-place "
                      "operation"
                    : "copy_: in-place changes of a tensor with history are not recorded")
        .with("torch_error", "RuntimeError");
  }
  if (target.storage()->read_only()) {
    throw Error(Code::read_only, "copy_: the target lies in read-only memory");
  }
  if (may_overlap_itself(target.layout())) {
    throw Error(Code::invalid_argument,
                "copy_: unsupported operation: more than one element of the written-to tensor "
                "refers to a single memory location")
        .with("torch_error", "RuntimeError");
  }
  warn_of_lost_imaginary(context, "copy_", source, target.dtype());
  const TensorRef spread = alias(source, view_expand(source.layout(), target.shape()));
  const bool shared = source.storage() == target.storage();
  const TensorRef from = shared ? converted(context, *spread, spread->dtype()) : spread;
  const Uninterrupted change(context.cancel());
  kernels::copy(context.pool(), target, *from);
  target.storage()->bump_version();
}

void fill_(Context& context, Tensor& target, double value) {
  if (context.grad_enabled() && target.requires_grad()) {
    throw Error(Code::state,
                "fill_: a leaf Variable that requires grad is being used in an "
                "in-place operation")
        .with("torch_error", "RuntimeError");
  }
  if (target.storage()->read_only()) {
    throw Error(Code::read_only, "fill_: the target lies in read-only memory");
  }
  kernels::fill(target, value);
}

}  // namespace duramen::ops
