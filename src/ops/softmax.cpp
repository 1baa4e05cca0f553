#include "kernels/softmax.hpp"

#include "base/text.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

using kernels::Softmax;
using kernels::SoftmaxJob;

// The tensor with `dim` moved to the end, contiguous: rows of what is normalised.
TensorRef rows_of(Context& context, const TensorRef& tensor, size_t dim) {
  if (tensor->rank() == 0 || dim + 1 == tensor->rank()) return as_contiguous(context, tensor);
  const Layout moved = view_transpose(tensor->layout(), static_cast<int64_t>(dim), -1);
  return as_contiguous(context, alias(*tensor, moved));
}
TensorRef back_from_rows(Context& context, const TensorRef& rows, size_t dim) {
  return rows_of(context, rows, dim);  // the same exchange again
}

template <class T>
void run(Context& context, Softmax kind, const Tensor& in, const Tensor* dy, Tensor& out) {
  const int64_t cols = in.rank() == 0 ? 1 : in.size(in.rank() - 1);
  SoftmaxJob<T> job{};
  job.kind = kind;
  job.cols = cols;
  job.rows = cols == 0 ? 0 : in.numel() / cols;
  job.in = in.data<T>();
  job.out = out.mutable_data<T>();
  if (dy) {
    job.dy = dy->data<T>();
    kernels::softmax_backward(context.pool(), job);
  } else {
    kernels::softmax(context.pool(), job);
  }
}

TensorRef run_rows(Context& context, Softmax kind, const TensorRef& in, const Tensor* dy) {
  TensorRef out = empty(context.allocator(), in->shape(), in->dtype());
  if (in->dtype() == Dtype::float32) {
    run<float>(context, kind, *in, dy, *out);
  } else {
    run<double>(context, kind, *in, dy, *out);
  }
  return out;
}

class SoftmaxBackward final : public Node {
 public:
  SavedTensor output;
  Softmax kind = Softmax::plain;
  size_t dim = 0;
  const char* name() const noexcept override {
    return kind == Softmax::plain ? "SoftmaxBackward0" : "LogSoftmaxBackward0";
  }
  void release_saved() noexcept override { output.reset(); }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& y = output.unpack(name());
    const Dtype compute = compute_dtype(y->dtype(), "softmax");
    const TensorRef rows = rows_of(context, finish(context, y, compute), dim);
    const TensorRef g = rows_of(context, finish(context, grads[0], compute), dim);
    TensorRef out = back_from_rows(context, run_rows(context, kind, rows, g.get()), dim);
    return one(finish(context, std::move(out), y->dtype()));
  }
};

TensorRef softmax_any(Context& context, Softmax kind, const TensorRef& a, int64_t dim) {
  const char* name = kind == Softmax::plain ? "softmax" : "log_softmax";
  const size_t d = normalize_dim(dim, a->rank(), name);
  const Dtype compute = compute_dtype(a->dtype(), name);
  if (compute == Dtype::int64 && a->numel() == 0) {
    return empty(context.allocator(), a->shape(), a->dtype());
  }
  if (compute == Dtype::int64) {
    throw Error(Code::unsupported, join(name, ": not implemented for ", dtype_name(a->dtype())))
        .with("torch_error", "NotImplementedError");
  }
  const TensorRef rows = rows_of(context, finish(context, a, compute), d);
  TensorRef out = back_from_rows(context, run_rows(context, kind, rows, nullptr), d);
  out = finish(context, std::move(out), a->dtype());
  if (auto node = record<SoftmaxBackward>(context, a)) {
    node->output = SavedTensor::of_output(*out);
    node->kind = kind;
    node->dim = d;
    attach(node, *out);
  }
  return out;
}

}  // namespace

TensorRef softmax(Context& context, const TensorRef& a, int64_t dim) {
  return softmax_any(context, Softmax::plain, a, dim);
}
TensorRef log_softmax(Context& context, const TensorRef& a, int64_t dim) {
  return softmax_any(context, Softmax::logarithm, a, dim);
}

}  // namespace duramen::ops
