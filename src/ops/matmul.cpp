#include "base/text.hpp"
#include "kernels/gemm.hpp"
#include "kernels/reduce.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

void check_dtypes(const Tensor& a, const Tensor& b, const char* name) {
  if (a.dtype() == b.dtype()) return;
  throw Error(Code::dtype_mismatch,
              join(name, ": mat1 and mat2 must have the same dtype, but got ",
                   scalar_type_name(a.dtype()), " and ", scalar_type_name(b.dtype())))
      .with("expected", std::string(dtype_name(a.dtype())))
      .with("actual", std::string(dtype_name(b.dtype())))
      .with("torch_error", "RuntimeError");
}

Error shape_error(std::string message) {
  return Error(Code::shape_mismatch, std::move(message)).with("torch_error", "RuntimeError");
}

void check_inner(int64_t m, int64_t k, int64_t k2, int64_t n, const char* name) {
  if (k == k2) return;
  throw shape_error(join(name, ": mat1 and mat2 shapes cannot be multiplied (", m, "x", k, " and ",
                         k2, "x", n, ")"));
}

void check_rank(const Tensor& tensor, size_t rank, const char* name, const char* which) {
  if (tensor.rank() == rank) return;
  throw Error(Code::shape_mismatch,
              join(name, ": ", which, " must be a ", rank, "-D tensor (got ", tensor.rank(), "-D)"))
      .with("torch_error", "RuntimeError");
}

// A matrix inside a tensor: its first element and the strides of its rows and columns.
struct Block {
  int64_t offset;
  int64_t row_stride;
  int64_t col_stride;
};

// C = A·B for integers, in wrapping arithmetic.
void integer_product(const Context& context, const kernels::GemmShape& shape,
                     const kernels::Matrix<int64_t>& a, const kernels::Matrix<int64_t>& b,
                     int64_t* c) {
  for (int64_t i = 0; i < shape.m; ++i) {
    for (int64_t j = 0; j < shape.n; ++j) {
      context.cancel().check("mm");
      uint64_t sum = 0;
      for (int64_t l = 0; l < shape.k; ++l) {
        sum += static_cast<uint64_t>(a.data[i * a.row_stride + l * a.col_stride]) *
               static_cast<uint64_t>(b.data[l * b.row_stride + j * b.col_stride]);
      }
      c[i * shape.n + j] = static_cast<int64_t>(sum);
    }
  }
}

template <class T>
void product_into(Context& context, const kernels::GemmShape& shape, const Tensor& a, Block at_a,
                  const Tensor& b, Block at_b, T* c, const T* bias = nullptr) {
  const kernels::Matrix<T> left{a.data<T>() + at_a.offset, at_a.row_stride, at_a.col_stride};
  const kernels::Matrix<T> right{b.data<T>() + at_b.offset, at_b.row_stride, at_b.col_stride};
  if constexpr (std::is_integral_v<T>) {
    integer_product(context, shape, left, right, c);
  } else {
    kernels::gemm<T>(context.pool(), shape, left, right, c, shape.n, false, bias);
  }
}

// out = a·b for one matrix each, all of one computation dtype; bias may be null.
void product(Context& context, const kernels::GemmShape& shape, const Tensor& a, Block at_a,
             const Tensor& b, Block at_b, Tensor& out, int64_t out_offset,
             const Tensor* bias = nullptr) {
  if (out.dtype() == Dtype::float32) {
    product_into<float>(context, shape, a, at_a, b, at_b, out.mutable_data<float>() + out_offset,
                        bias ? bias->data<float>() : nullptr);
  } else if (out.dtype() == Dtype::float64) {
    product_into<double>(context, shape, a, at_a, b, at_b, out.mutable_data<double>() + out_offset,
                         bias ? bias->data<double>() : nullptr);
  } else {
    product_into<int64_t>(context, shape, a, at_a, b, at_b,
                          out.mutable_data<int64_t>() + out_offset);
  }
}

Block plain(const Tensor& matrix) noexcept { return {0, matrix.strides()[0], matrix.strides()[1]}; }
Block turned(const Tensor& matrix) noexcept {
  return {0, matrix.strides()[1], matrix.strides()[0]};
}

// Gradients are often expanded numbers: those are written out first, products like real matrices.
TensorRef as_matrix(Context& context, const TensorRef& tensor) {
  const Shape& strides = tensor->strides();
  const bool good = strides[tensor->rank() - 1] == 1 || strides[tensor->rank() - 2] == 1;
  return good ? tensor : as_contiguous(context, tensor);
}

enum class Turn : uint8_t { none, left, right };

// a·b, aᵀ·b or a·bᵀ of two matrices.
TensorRef multiply(Context& context, const Tensor& a, const Tensor& b, Turn turn) {
  const Dtype compute = compute_dtype(a.dtype(), "mm");
  const Operand x(context, a, compute);
  const Operand y(context, b, compute);
  const Block at_x = turn == Turn::left ? turned(*x) : plain(*x);
  const Block at_y = turn == Turn::right ? turned(*y) : plain(*y);
  const int64_t m = turn == Turn::left ? a.size(1) : a.size(0);
  const int64_t k = turn == Turn::left ? a.size(0) : a.size(1);
  const int64_t n = turn == Turn::right ? b.size(0) : b.size(1);
  TensorRef out = empty(context.allocator(), Shape{m, n}, compute);
  product(context, {m, n, k}, *x, at_x, *y, at_y, *out, 0);
  return finish(context, std::move(out), a.dtype());
}

// What every product keeps: both factors, each where the other's gradient needs it.
class ProductBackward : public Node {
 public:
  SavedTensor a, b;
  void release_saved() noexcept override {
    a.reset();
    b.reset();
  }
};

class MmBackward final : public ProductBackward {
 public:
  const char* name() const noexcept override { return "MmBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef g = as_matrix(context, grads[0]);
    TensorRef to_a;
    TensorRef to_b;
    if (needs(0)) to_a = multiply(context, *g, *b.unpack(name()), Turn::right);
    if (needs(1)) to_b = multiply(context, *a.unpack(name()), *g, Turn::left);
    return two(std::move(to_a), std::move(to_b));
  }
};

template <class N>
void record_product(Context& context, const TensorRef& a, const TensorRef& b, Tensor& out) {
  auto node = record<N>(context, a, b);
  if (!node) return;
  if (node->needs(1)) node->a = SavedTensor(a);
  if (node->needs(0)) node->b = SavedTensor(b);
  attach(node, out);
}

}  // namespace

TensorRef mm(Context& context, const TensorRef& a, const TensorRef& b) {
  check_rank(*a, 2, "mm", "self");
  check_rank(*b, 2, "mm", "mat2");
  check_dtypes(*a, *b, "mm");
  check_inner(a->size(0), a->size(1), b->size(0), b->size(1), "mm");
  TensorRef out = multiply(context, *a, *b, Turn::none);
  record_product<MmBackward>(context, a, b, *out);
  return out;
}

namespace {

// a·b, aᵀ·b or a·bᵀ of stacks of matrices.
TensorRef multiply_stacks(Context& context, const Tensor& a, const Tensor& b, Turn turn) {
  const Dtype compute = compute_dtype(a.dtype(), "bmm");
  const Operand x(context, a, compute);
  const Operand y(context, b, compute);
  const Layout& lx = x->layout();
  const Layout& ly = y->layout();
  const int64_t m = turn == Turn::left ? a.size(2) : a.size(1);
  const int64_t k = turn == Turn::left ? a.size(1) : a.size(2);
  const int64_t n = turn == Turn::right ? b.size(1) : b.size(2);
  TensorRef out = empty(context.allocator(), Shape{a.size(0), m, n}, compute);
  for (int64_t i = 0; i < a.size(0); ++i) {
    context.cancel().check("bmm");
    Block at_x{i * lx.strides[0], lx.strides[1], lx.strides[2]};
    Block at_y{i * ly.strides[0], ly.strides[1], ly.strides[2]};
    if (turn == Turn::left) std::swap(at_x.row_stride, at_x.col_stride);
    if (turn == Turn::right) std::swap(at_y.row_stride, at_y.col_stride);
    product(context, {m, n, k}, *x, at_x, *y, at_y, *out, i * m * n);
  }
  return finish(context, std::move(out), a.dtype());
}

class BmmBackward final : public ProductBackward {
 public:
  const char* name() const noexcept override { return "BmmBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef g = as_matrix(context, grads[0]);
    TensorRef to_a;
    TensorRef to_b;
    if (needs(0)) to_a = multiply_stacks(context, *g, *b.unpack(name()), Turn::right);
    if (needs(1)) to_b = multiply_stacks(context, *a.unpack(name()), *g, Turn::left);
    return two(std::move(to_a), std::move(to_b));
  }
};

}  // namespace

TensorRef bmm(Context& context, const TensorRef& a, const TensorRef& b) {
  check_rank(*a, 3, "bmm", "batch1");
  check_rank(*b, 3, "bmm", "batch2");
  check_dtypes(*a, *b, "bmm");
  if (a->size(0) != b->size(0) || a->size(2) != b->size(1)) {
    throw shape_error(join("bmm: Expected size for first two dimensions of batch2 tensor to be: [",
                           a->size(0), ", ", a->size(2), "] but got: [", b->size(0), ", ",
                           b->size(1), "]."));
  }
  TensorRef out = multiply_stacks(context, *a, *b, Turn::none);
  record_product<BmmBackward>(context, a, b, *out);
  return out;
}

namespace {

class DotBackward final : public ProductBackward {
 public:
  const char* name() const noexcept override { return "DotBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    return two(needs(0) ? mul(context, b.unpack(name()), grads[0]) : nullptr,
               needs(1) ? mul(context, a.unpack(name()), grads[0]) : nullptr);
  }
};

class MvBackward final : public ProductBackward {
 public:
  const char* name() const noexcept override { return "MvBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef g = alias(*grads[0], view_unsqueeze(grads[0]->layout(), 1));
    TensorRef to_a;
    TensorRef to_b;
    if (needs(0)) {
      to_a =
          mul(context, g, alias(*b.unpack(name()), view_unsqueeze(b.unpack(name())->layout(), 0)));
    }
    if (needs(1)) {
      const TensorRef column =
          multiply(context, *a.unpack(name()), *as_matrix(context, g), Turn::left);
      to_b = alias(*column, view_squeeze(column->layout(), 1));
    }
    return two(std::move(to_a), std::move(to_b));
  }
};

}  // namespace

TensorRef dot(Context& context, const TensorRef& a, const TensorRef& b) {
  check_rank(*a, 1, "dot", "self");
  check_rank(*b, 1, "dot", "tensor");
  check_dtypes(*a, *b, "dot");
  if (a->numel() != b->numel()) {
    throw shape_error(join("dot: inconsistent tensor size, expected tensor [", a->numel(),
                           "] and src [", b->numel(), "] to have the same number of elements"));
  }
  const TensorRef row = alias(*a, view_unsqueeze(a->layout(), 0));
  const TensorRef column = alias(*b, view_unsqueeze(b->layout(), 1));
  const TensorRef single = multiply(context, *row, *column, Turn::none);
  TensorRef out = alias(*single, Layout{Shape(), Shape(), 0});
  record_product<DotBackward>(context, a, b, *out);
  return out;
}

TensorRef mv(Context& context, const TensorRef& a, const TensorRef& b) {
  check_rank(*a, 2, "mv", "self");
  check_rank(*b, 1, "mv", "vec");
  check_dtypes(*a, *b, "mv");
  if (a->size(1) != b->size(0)) {
    throw shape_error(join("mv: size mismatch, got input (", a->size(0), "), mat (", a->size(0),
                           "x", a->size(1), "), vec (", b->size(0), ")"));
  }
  const TensorRef column = alias(*b, view_unsqueeze(b->layout(), 1));
  const TensorRef product = multiply(context, *a, *column, Turn::none);
  TensorRef out = alias(*product, view_squeeze(product->layout(), 1));
  record_product<MvBackward>(context, a, b, *out);
  return out;
}

namespace {

// Leading dimensions folded into the rows of one product.
TensorRef folded(Context& context, const TensorRef& a, const TensorRef& b) {
  Shape shape = a->shape();
  const int64_t k = shape.back();
  int64_t rows = 1;
  for (size_t i = 0; i + 1 < shape.size(); ++i) rows *= shape[i];
  const TensorRef flat = reshape(context, a, Shape{rows, k});
  if (b->rank() == 1) {
    shape.erase(shape.size() - 1);
    return reshape(context, mv(context, flat, b), shape);
  }
  check_inner(rows, k, b->size(0), b->size(1), "matmul");
  shape.back() = b->size(1);
  return reshape(context, mm(context, flat, b), shape);
}

TensorRef stacked(Context& context, const TensorRef& a, const TensorRef& b) {
  const size_t ra = a->rank();
  const size_t rb = b->rank();
  const int64_t m = a->size(ra - 2);
  const int64_t k = a->size(ra - 1);
  const int64_t n = b->size(rb - 1);
  Shape batch =
      broadcast_shapes(a->shape().span().first(ra - 2), b->shape().span().first(rb - 2), "matmul");
  const int64_t count = numel_of(batch);
  const auto spread = [&](const TensorRef& tensor, int64_t rows, int64_t cols) {
    Shape wide = batch;
    wide.push_back(rows);
    wide.push_back(cols);
    const TensorRef expanded = tensor->shape() == wide ? tensor : expand(context, tensor, wide);
    return reshape(context, expanded, Shape{count, rows, cols});
  };
  check_inner(m, k, b->size(rb - 2), n, "matmul");
  const TensorRef product = bmm(context, spread(a, m, k), spread(b, k, n));
  batch.push_back(m);
  batch.push_back(n);
  return reshape(context, product, batch);
}

}  // namespace

TensorRef matmul(Context& context, const TensorRef& a, const TensorRef& b) {
  const size_t ra = a->rank();
  const size_t rb = b->rank();
  if (ra == 0 || rb == 0) {
    throw shape_error(join("matmul: both arguments to matmul need to be at least 1D, but they are ",
                           ra, "D and ", rb, "D"));
  }
  check_dtypes(*a, *b, "matmul");
  if (ra == 1 && rb == 1) return dot(context, a, b);
  if (ra == 2 && rb == 1) return mv(context, a, b);
  if (ra == 2 && rb == 2) return mm(context, a, b);
  if (ra == 1) {
    const TensorRef row = unsqueeze(context, a, 0);
    const TensorRef out = matmul(context, row, b);
    return squeeze(context, out, static_cast<int64_t>(out->rank()) - 2);
  }
  if (rb <= 2) return folded(context, a, b);
  return stacked(context, a, b);
}

namespace {

// beta=0: whatever the bias holds is ignored, yet it belongs to the graph.
class UnusedBiasBackward final : public Node {
 public:
  Form bias;
  const char* name() const noexcept override { return "AddmmBackward0"; }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    return two(needs(0) ? filled(context, bias.shape, bias.dtype, 0) : nullptr, grads[0]);
  }
};

TensorRef without_bias(Context& context, const TensorRef& bias, const TensorRef& product) {
  auto node = record<UnusedBiasBackward>(context, bias, product);
  if (!node) return product;
  node->bias = Form(*bias);
  TensorRef out = alias(*product);
  attach(node, *out);
  return out;
}

}  // namespace

TensorRef addmm(Context& context, const TensorRef& bias, const TensorRef& a, const TensorRef& b,
                const AddmmOptions& options) {
  TensorRef product = a->rank() == 3 ? bmm(context, a, b) : mm(context, a, b);
  if (options.alpha != 1) product = mul(context, product, float_scalar(context, options.alpha));
  if (bias->dtype() != product->dtype()) {
    throw Error(Code::dtype_mismatch,
                join("addmm: self and mat2 must have the same dtype, but got ",
                     scalar_type_name(bias->dtype()), " and ", scalar_type_name(product->dtype())))
        .with("torch_error", "RuntimeError");
  }
  view_expand(bias->layout(), product->shape());  // refuses what does not fit
  if (options.beta == 0) return without_bias(context, bias, product);
  const TensorRef base =
      options.beta == 1 ? bias : mul(context, bias, float_scalar(context, options.beta));
  return add(context, product, base);
}

namespace {

class LinearBackward final : public Node {
 public:
  SavedTensor input, weight;
  bool with_bias = false;
  bool flat = true;  // the input has two dimensions, or one
  const char* name() const noexcept override {
    if (!flat) return with_bias ? "ViewBackward0" : "UnsafeViewBackward0";
    return with_bias ? "AddmmBackward0" : "MmBackward0";
  }
  void release_saved() noexcept override {
    input.reset();
    weight.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& whole = grads[0];
    const int64_t n = whole->size(whole->rank() - 1);
    const int64_t rows = numel_of(whole->shape().span().first(whole->rank() - 1));
    const TensorRef g = as_matrix(context, rows_of(context, whole, rows, n));
    std::vector<TensorRef> result(edges().size());
    if (needs(0)) {
      const TensorRef to_rows = multiply(context, *g, *weight.unpack(name()), Turn::none);
      result[0] = whole->rank() == 2 ? to_rows : spread(*to_rows, *whole, *weight.unpack(name()));
    }
    if (needs(1)) {
      const TensorRef& x = input.unpack(name());
      const int64_t k = x->size(x->rank() - 1);
      result[1] = multiply(context, *g, *rows_of(context, x, rows, k), Turn::left);
    }
    if (with_bias && needs(2)) {
      Form form(*g);
      form.shape = Shape{n};
      result[2] = sum_to(context, g, form);
    }
    return result;
  }
  static TensorRef rows_of(Context& context, const TensorRef& tensor, int64_t rows, int64_t cols) {
    if (tensor->rank() == 2) return tensor;
    const Shape shape{rows, cols};
    if (std::optional<Layout> layout = view_reshape(tensor->layout(), shape)) {
      return alias(*tensor, std::move(*layout));
    }
    return alias(*as_contiguous(context, tensor), contiguous_layout(shape));
  }

 private:
  static TensorRef spread(const Tensor& rows, const Tensor& gradient, const Tensor& weight) {
    Shape shape = gradient.shape();
    shape.back() = weight.size(1);
    return alias(rows, contiguous_layout(shape));
  }
};

void check_linear(const Tensor& input, const Tensor& weight, const Tensor* bias) {
  check_rank(weight, 2, "linear", "weight");
  if (input.rank() == 0) throw shape_error("linear: the input must have at least one dimension");
  const int64_t k = input.size(input.rank() - 1);
  const int64_t rows =
      k == 0 ? numel_of(input.shape().span().first(input.rank() - 1)) : input.numel() / k;
  check_inner(rows, k, weight.size(1), weight.size(0), "linear");
  check_dtypes(input, weight, "linear");
  if (!bias) return;
  if (bias->rank() != 1 || bias->size(0) != weight.size(0)) {
    throw shape_error(join("linear: the bias does not fit (expected shape [", weight.size(0),
                           "], got ", format_shape(bias->shape()), ")"));
  }
  check_dtypes(input, *bias, "linear");
}

}  // namespace

TensorRef linear(Context& context, const TensorRef& input, const TensorRef& weight,
                 const TensorRef& bias_or_null) {
  const bool vector = weight->rank() == 1 && input->rank() > 0;
  if (vector && (!bias_or_null || (bias_or_null->rank() == 0 && input->rank() != 2))) {
    const TensorRef product = matmul(context, input, weight);
    return bias_or_null ? add(context, product, bias_or_null) : product;
  }
  check_linear(*input, *weight, bias_or_null.get());
  const Dtype compute = compute_dtype(input->dtype(), "linear");
  Shape shape = input->shape();
  const int64_t k = shape.back();
  const int64_t n = weight->size(0);
  shape.back() = n;
  TensorRef out = empty(context.allocator(), shape, compute);
  const int64_t rows = numel_of(shape.span().first(shape.size() - 1));
  if (rows > 0 && n > 0) {
    const TensorRef flat = LinearBackward::rows_of(context, input, rows, k);
    const Operand x(context, *flat, compute);
    const Operand w(context, *weight, compute);
    TensorRef whole = bias_or_null ? as_contiguous(context, bias_or_null) : nullptr;
    if (whole) whole = finish(context, std::move(whole), compute);
    product(context, {rows, n, k}, *x, plain(*x), *w, turned(*w), *out, 0, whole.get());
  }
  out = finish(context, std::move(out), input->dtype());
  if (auto node = record<LinearBackward>(context, input, weight, bias_or_null)) {
    if (node->needs(1)) node->input = SavedTensor(input);
    if (node->needs(0)) node->weight = SavedTensor(weight);
    node->with_bias = bool(bias_or_null);
    node->flat = input->rank() <= 2;
    attach(node, *out);
  }
  return out;
}

}  // namespace duramen::ops
