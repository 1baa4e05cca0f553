#include "kernels/softmax.hpp"

#include "base/text.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

using kernels::Softmax;
using kernels::SoftmaxJob;

template <class T>
SoftmaxJob<T> job_over(const Tensor& in, size_t dim, Tensor& out) {
  SoftmaxJob<T> job{Softmax::plain, 1, 1, 1, in.data<T>(), nullptr, out.mutable_data<T>()};
  for (size_t i = 0; i < in.rank(); ++i) {
    (i < dim ? job.outer : i == dim ? job.cols : job.inner) *= in.size(i);
  }
  return job;
}

template <class T>
void run(Context& context, SoftmaxJob<T> job, Softmax kind, const Tensor* dy) {
  job.kind = kind;
  if (!dy) return kernels::softmax(context.pool(), job);
  job.dy = dy->data<T>();
  kernels::softmax_backward(context.pool(), job);
}

// Forward without dy: of x; backward: of the forward's result. All contiguous, of one dtype.
TensorRef apply(Context& context, Softmax kind, const Tensor& in, size_t dim, const Tensor* dy) {
  TensorRef out = empty(context.allocator(), in.shape(), in.dtype());
  if (out->numel() == 0) return out;
  if (in.dtype() == Dtype::float32) {
    run(context, job_over<float>(in, dim, *out), kind, dy);
  } else {
    run(context, job_over<double>(in, dim, *out), kind, dy);
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
    const TensorRef in = as_contiguous(context, finish(context, y, compute));
    const TensorRef g = as_contiguous(context, finish(context, grads[0], compute));
    return one(finish(context, apply(context, kind, *in, dim, g.get()), y->dtype()));
  }
};

int64_t implicit_dim(Context& context, size_t rank, const char* name) {
  context.log().write(
      LogLevel::warning,
      join(name, ": Implicit dimension choice for ", name,
           " has been deprecated. Change the call to include dim=X as an argument."));
  return rank == 0 || rank == 1 || rank == 3 ? 0 : 1;
}

TensorRef softmax_any(Context& context, Softmax kind, const TensorRef& a,
                      std::optional<int64_t> dim) {
  const char* name = kind == Softmax::plain ? "softmax" : "log_softmax";
  const size_t d =
      normalize_dim(dim ? *dim : implicit_dim(context, a->rank(), name), a->rank(), name);
  const Dtype compute = compute_dtype(a->dtype(), name);
  if (compute == Dtype::int64 && a->numel() == 0) {
    return empty(context.allocator(), a->shape(), a->dtype());
  }
  if (compute == Dtype::int64) {
    throw Error(Code::unsupported, join(name, ": \"", name, "_lastdim_kernel_impl\" not ",
                                        "implemented for '", scalar_type_name(a->dtype()), "'"))
        .with("torch_error", "NotImplementedError");
  }
  const TensorRef in = as_contiguous(context, finish(context, a, compute));
  TensorRef out = finish(context, apply(context, kind, *in, d, nullptr), a->dtype());
  if (auto node = record<SoftmaxBackward>(context, a)) {
    node->output = SavedTensor::of_output(*out);
    node->kind = kind;
    node->dim = d;
    attach(node, *out);
  }
  return out;
}

}  // namespace

TensorRef softmax(Context& context, const TensorRef& a, std::optional<int64_t> dim) {
  return softmax_any(context, Softmax::plain, a, dim);
}

TensorRef softmin(Context& context, const TensorRef& a, std::optional<int64_t> dim) {
  const int64_t d = dim ? *dim : implicit_dim(context, a->rank(), "softmin");
  return softmax(context, neg(context, a), d);
}

TensorRef log_softmax(Context& context, const TensorRef& a, std::optional<int64_t> dim) {
  return softmax_any(context, Softmax::logarithm, a, dim);
}

}  // namespace duramen::ops
