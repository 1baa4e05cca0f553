#include "kernels/embedding.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

// Indices of rows that are there. Requires: int64, contiguous.
void check_inside(const Tensor& indices, int64_t rows) {
  const auto* first = indices.data<int64_t>();
  const bool inside = std::all_of(first, first + indices.numel(),
                                  [rows](int64_t index) { return index >= 0 && index < rows; });
  if (inside) return;
  throw Error(Code::invalid_argument, "embedding: index out of range in self")
      .with("argument", "input")
      .with("torch_error", "IndexError");
}

class EmbeddingBackward final : public Node {
 public:
  SavedTensor indices;  // int64, contiguous
  Form form;            // of the weight
  kernels::ScatterRule rule;
  bool sparse = false;  // PyTorch stores such a gradient sparsely; the values are the same
  const char* name() const noexcept override { return "EmbeddingBackward0"; }
  void release_saved() noexcept override { indices.reset(); }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    if (sparse && rule.scale_by_count) {
      throw Error(Code::unsupported,
                  "embedding_backward: scale_grad_by_freq not supported with sparse gradients")
          .with("torch_error", "RuntimeError");
    }
    const TensorRef& at = indices.unpack(name());
    check_inside(*at, form.shape[0]);  // borrowed memory changes unseen
    const Dtype compute = compute_dtype(form.dtype, "embedding");
    const TensorRef g = as_contiguous(context, finish(context, grads[0], compute));
    const int64_t rows = form.shape[0];
    const TensorRef starts = empty(context.allocator(), Shape{rows + 1}, Dtype::int64);
    const TensorRef positions = empty(context.allocator(), at->shape(), Dtype::int64);
    kernels::list_rows(at->data<int64_t>(), at->numel(), rows, starts->mutable_data<int64_t>(),
                       positions->mutable_data<int64_t>());
    TensorRef out = empty(context.allocator(), form.shape, compute);
    kernels::scatter_rows(context.pool(), *out, *g,
                          {rows, starts->data<int64_t>(), positions->data<int64_t>()}, rule);
    return one(finish(context, std::move(out), form.dtype));
  }
};

void check_tensors(const Tensor& indices, const Tensor& weight) {
  if (weight.rank() != 2) {
    throw Error(Code::shape_mismatch,
                join("embedding: 'weight' must be 2-D (got ", format_shape(weight.shape()), ")"))
        .with("argument", "weight")
        .with("torch_error", "RuntimeError");
  }
  if (indices.dtype() == Dtype::int64 || indices.dtype() == Dtype::int32) return;
  throw Error(Code::dtype_mismatch,
              join("embedding: Expected tensor for argument #1 'indices' to have one of the "
                   "following scalar types: Long, Int; but got torch.",
                   scalar_type_name(indices.dtype()), "Tensor instead"))
      .with("argument", "input")
      .with("torch_error", "RuntimeError");
}

// The row that gets no gradient, or -1.
int64_t padding_row(const EmbeddingOptions& options, int64_t rows) {
  if (!options.padding_idx) return -1;
  const int64_t padding = *options.padding_idx;
  if (padding >= -rows && (padding < rows || padding <= 0)) {
    return padding < 0 ? padding + rows : padding;
  }
  throw Error(Code::invalid_argument, "embedding: Padding_idx must be within num_embeddings")
      .with("argument", "padding_idx")
      .with("torch_error", "AssertionError");
}

// ---- max_norm

struct Row {
  std::byte* first;
  int64_t count;
  int64_t step;  // in bytes
  Dtype dtype;
};

template <class Term>
double sum_of(const Row& row, const Term& term) {
  double sum = 0;
  for (int64_t i = 0; i < row.count; ++i) {
    sum += term(std::abs(kernels::read_double(row.first + i * row.step, row.dtype)));
  }
  return sum;
}

double extreme_of(const Row& row, bool largest) {
  double best = largest ? 0 : std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < row.count; ++i) {
    const double x = std::abs(kernels::read_double(row.first + i * row.step, row.dtype));
    if (std::isnan(x)) return x;
    best = largest ? std::max(best, x) : std::min(best, x);
  }
  return best;
}

double norm_of(const Row& row, double p) {
  if (p == 2) return std::sqrt(sum_of(row, [](double x) { return x * x; }));
  if (p == 1) return sum_of(row, [](double x) { return x; });
  if (p == 0) return sum_of(row, [](double x) { return x != 0 ? 1.0 : 0.0; });
  if (std::isinf(p)) return extreme_of(row, p > 0);
  return std::pow(sum_of(row, [p](double x) { return std::pow(x, p); }), 1 / p);
}

void shorten(const Row& row, const EmbeddingOptions& options) {
  const double norm = norm_of(row, options.norm_type);
  if (!(norm > *options.max_norm)) return;
  const double scale = *options.max_norm / (norm + 1e-7);
  for (int64_t i = 0; i < row.count; ++i) {
    std::byte* at = row.first + i * row.step;
    kernels::write_double(at, row.dtype, kernels::read_double(at, row.dtype) * scale);
  }
}

void check_writable(const Tensor& weight) {
  if (!is_floating(weight.dtype())) {
    throw Error(Code::unsupported,
                join("embedding: max_norm is not implemented for ", dtype_name(weight.dtype())))
        .with("torch_error", "NotImplementedError");
  }
  if (weight.storage()->read_only()) {
    throw Error(Code::read_only,
                "embedding: max_norm writes to the weight, whose memory is "
                "read-only")
        .with("argument", "weight");
  }
  if (may_overlap_itself(weight.layout())) {
    throw Error(Code::invalid_argument,
                "embedding: unsupported operation: more than one element of the written-to tensor "
                "refers to a single memory location")
        .with("argument", "weight")
        .with("torch_error", "RuntimeError");
  }
}

// torch.embedding_renorm_: each row that is named is scaled down once. Requires: indices inside.
void renormalize(Context& context, Tensor& weight, const Tensor& indices,
                 const EmbeddingOptions& options) {
  check_writable(weight);
  const auto* first = indices.data<int64_t>();
  std::vector<int64_t> rows(first, first + indices.numel());
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  const Uninterrupted change(context.cancel());
  const auto item = static_cast<int64_t>(itemsize(weight.dtype()));
  for (const int64_t row : rows) {
    shorten({weight.mutable_bytes() + row * weight.strides()[0] * item, weight.size(1),
             weight.strides()[1] * item, weight.dtype()},
            options);
  }
  weight.storage()->bump_version();
}

// Rows that can be copied as they are.
TensorRef with_whole_rows(Context& context, const TensorRef& weight) {
  const bool whole = weight->size(1) <= 1 || weight->strides()[1] == 1;
  return whole ? weight : as_contiguous(context, weight);
}

}  // namespace

TensorRef embedding(Context& context, const TensorRef& indices, const TensorRef& weight,
                    const EmbeddingOptions& options) {
  check_tensors(*indices, *weight);
  const int64_t rows = weight->size(0);
  const int64_t padding = padding_row(options, rows);
  const TensorRef at = as_contiguous(context, finish(context, indices, Dtype::int64));
  check_inside(*at, rows);
  if (options.max_norm) renormalize(context, *weight, *at, options);
  Shape shape = indices->shape();
  shape.push_back(weight->size(1));
  TensorRef out = empty(context.allocator(), shape, weight->dtype());
  kernels::gather_rows(context.pool(), *out, *with_whole_rows(context, weight),
                       at->data<int64_t>());
  if (auto node = record<EmbeddingBackward>(context, weight)) {
    node->indices = SavedTensor(at);
    node->form = Form(*weight);
    node->rule = {padding, options.scale_grad_by_freq};
    node->sparse = options.sparse;
    attach(node, *out);
  }
  return out;
}

}  // namespace duramen::ops
