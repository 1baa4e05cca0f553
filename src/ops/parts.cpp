#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

void check_dimensions(const Tensor& a, const char* name) {
  if (a.rank() > 0) return;
  throw Error(Code::invalid_argument, join(name, " expects at least a 1-dimensional tensor"))
      .with("torch_error", "RuntimeError");
}

}  // namespace

std::vector<TensorRef> split(Context& context, const TensorRef& a, std::span<const int64_t> sizes,
                             const SplitOptions& options) {
  check_dimensions(*a, "split");
  const size_t d = normalize_dim(options.dim, a->rank(), "split");
  const int64_t total = a->size(d);
  std::vector<TensorRef> parts;
  int64_t start = 0;
  if (options.even) {
    const int64_t each = sizes[0];
    if (each < 0 || (each == 0 && total != 0)) {
      throw Error(Code::invalid_argument,
                  join("split expects split_size be non-negative, but got split_size=", each))
          .with("torch_error", "RuntimeError");
    }
    do {
      const int64_t length = std::min(each, total - start);
      parts.push_back(narrow(context, a, options.dim, start, length));
      start += length;
    } while (start < total);
    return parts;
  }
  int64_t sum = 0;
  for (const int64_t size : sizes) sum += size;
  if (sum != total) {
    throw Error(Code::invalid_argument,
                join("split_with_sizes expects split_sizes to sum exactly to ", total,
                     " (input tensor's size at dimension ", d,
                     "), but got split_sizes=", format_shape(sizes)))
        .with("torch_error", "RuntimeError");
  }
  for (const int64_t size : sizes) {
    parts.push_back(narrow(context, a, options.dim, start, size));
    start += size;
  }
  return parts;
}

std::vector<TensorRef> chunk(Context& context, const TensorRef& a, int64_t chunks, int64_t dim) {
  if (chunks <= 0) {
    throw Error(Code::invalid_argument,
                join("chunk expects `chunks` to be greater than 0, got: ", chunks))
        .with("torch_error", "RuntimeError");
  }
  check_dimensions(*a, "chunk");
  const size_t d = normalize_dim(dim, a->rank(), "chunk");
  const int64_t total = a->size(d);
  const int64_t each = total / chunks + (total % chunks != 0);
  if (each == 0) {  // an empty dimension gives as many empty parts as were asked for
    return split(context, a, std::vector<int64_t>(static_cast<size_t>(chunks), 0), {dim, false});
  }
  return split(context, a, {&each, 1}, {dim, true});
}

std::vector<TensorRef> unbind(Context& context, const TensorRef& a, int64_t dim) {
  if (a->rank() == 0) {
    throw Error(Code::invalid_argument,
                "unbind: Dimension specified as 0 but tensor has no dimensions")
        .with("torch_error", "IndexError");
  }
  const size_t d = normalize_dim(dim, a->rank(), "unbind");
  std::vector<TensorRef> parts;
  const int64_t count = a->size(d);
  for (int64_t i = 0; i < count; ++i) parts.push_back(select(context, a, dim, i));
  return parts;
}

namespace {

class IndexSelectBackward final : public Node {
 public:
  SavedTensor index;
  Form form;
  size_t dim = 0;
  const char* name() const noexcept override { return "IndexSelectBackward0"; }
  void release_saved() noexcept override { index.reset(); }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& positions = index.unpack(name());
    const auto d = static_cast<int64_t>(dim);
    const Dtype compute = compute_dtype(form.dtype, name());
    const TensorRef g = finish(context, grads[0], compute);
    Shape shape = form.shape;
    std::swap(shape[0], shape[dim]);
    // The dimension comes first, so that each position is one contiguous block.
    TensorRef sums = filled(context, shape, compute, 0);
    for (int64_t i = 0, count = positions->numel(); i < count; ++i) {
      const int64_t at = positions->data<int64_t>()[i];
      const TensorRef block = alias(*sums, view_select(sums->layout(), 0, at));
      const Layout turned = view_transpose(g->layout(), 0, d);
      const TensorRef part = alias(*g, view_select(turned, 0, i));
      kernels::binary(context.pool(), kernels::Binary::add, *block, *block, *part);
    }
    const TensorRef out = alias(*sums, view_transpose(sums->layout(), 0, d));
    std::vector<TensorRef> result(2);
    result[0] = finish(context, as_contiguous(context, out), form.dtype);
    return result;
  }
};

}  // namespace

TensorRef index_select(Context& context, const TensorRef& a, int64_t dim, const TensorRef& index) {
  if (index->rank() > 1 || !is_integral(index->dtype())) {
    throw Error(Code::invalid_argument,
                "index_select(): Index is supposed to be a vector of integers")
        .with("torch_error", "IndexError");
  }
  if (a->rank() == 0) {
    throw Error(Code::unsupported, "index_select: the input must have at least one dimension");
  }
  const size_t d = normalize_dim(dim, a->rank(), "index_select");
  const TensorRef positions = as_contiguous(context, finish(context, index, Dtype::int64));
  const int64_t size = a->size(d);
  Shape shape = a->shape();
  shape[d] = positions->numel();
  TensorRef out = empty(context.allocator(), shape, a->dtype());
  for (int64_t i = 0, count = positions->numel(); i < count; ++i) {
    const int64_t at = positions->data<int64_t>()[i];
    if (at < 0 || at >= size) {
      throw Error(Code::invalid_argument,
                  join("index_select: index ", at, " is out of range for dimension ", d,
                       " with size ", size))
          .with("torch_error", "IndexError");
    }
    const TensorRef to = alias(*out, view_select(out->layout(), dim, i));
    kernels::copy(context.pool(), *to, *alias(*a, view_select(a->layout(), dim, at)));
  }
  if (auto node = record<IndexSelectBackward>(context, a, positions)) {
    node->index = SavedTensor(positions);
    node->form = Form(*a);
    node->dim = d;
    attach(node, *out);
  }
  return out;
}

}  // namespace duramen::ops
