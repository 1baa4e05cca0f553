#include "kernels/convolution.hpp"

#include "kernels/reduce.hpp"
#include "ops/convolution_plan.hpp"
#include "ops/operands.hpp"

namespace duramen::ops {
namespace {

using kernels::ConvShape;

template <class T>
void run_forward(Context& context, const ConvShape& shape, const Tensor& x, const Tensor& weight,
                 const TensorRef& bias, Tensor& out) {
  kernels::convolve(
      context.pool(), context.allocator(),
      kernels::ConvForward<T>{shape, x.data<T>(), weight.data<T>(),
                              bias ? bias->data<T>() : nullptr, out.mutable_data<T>()});
}

template <class T>
void run_backward(Context& context, const ConvShape& shape, const Tensor& x, const Tensor& weight,
                  const Tensor& g, const std::vector<TensorRef>& result) {
  kernels::convolve_backward(
      context.pool(), context.allocator(),
      kernels::ConvBackward<T>{shape, x.data<T>(), weight.data<T>(), g.data<T>(),
                               result[0] ? result[0]->mutable_data<T>() : nullptr,
                               result[1] ? result[1]->mutable_data<T>() : nullptr});
}

class ConvolutionBackward final : public Node {
 public:
  SavedTensor input, weight;
  Form form_input, form_weight, form_bias;
  ConvShape shape{};
  bool nothing = false;
  const char* name() const noexcept override { return "ConvolutionBackward0"; }
  void release_saved() noexcept override {
    input.reset();
    weight.reset();
  }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    const TensorRef& x = input.unpack(name());
    const TensorRef& w = weight.unpack(name());
    const Form* const forms[] = {&form_input, &form_weight, &form_bias};
    std::vector<TensorRef> result(3);
    if (nothing) {
      for (size_t i = 0; i < 3; ++i) {
        if (needs(i)) result[i] = filled(context, forms[i]->shape, forms[i]->dtype, 0);
      }
      return result;
    }
    const Dtype compute = compute_dtype(x->dtype(), "conv2d");
    for (size_t i = 0; i < 3; ++i) {
      if (needs(i)) result[i] = empty(context.allocator(), forms[i]->shape, compute);
    }
    const TensorRef in = contiguous_in(context, x, compute);
    const TensorRef kernel = contiguous_in(context, w, compute);
    const TensorRef g = contiguous_in(context, grads[0], compute);
    if (compute == Dtype::float32) {
      run_backward<float>(context, shape, *in, *kernel, *g, result);
    } else {
      run_backward<double>(context, shape, *in, *kernel, *g, result);
    }
    constexpr kernels::DimSet kAllButChannels = 0b1101;
    if (result[2]) kernels::sum(context.pool(), *result[2], *g, kAllButChannels);
    for (size_t i = 0; i < 3; ++i) {
      if (result[i]) result[i] = finish(context, std::move(result[i]), forms[i]->dtype);
    }
    return result;
  }
};

TensorRef computed(Context& context, const ConvShape& shape, const TensorRef& input,
                   const TensorRef& weight, const TensorRef& bias, const Shape& out_shape) {
  const Dtype compute = compute_dtype(input->dtype(), "conv2d");
  const TensorRef x = contiguous_in(context, input, compute);
  const TensorRef w = contiguous_in(context, weight, compute);
  const TensorRef b = contiguous_in(context, bias, compute);
  TensorRef out = empty(context.allocator(), out_shape, compute);
  if (compute == Dtype::float32) {
    run_forward<float>(context, shape, *x, *w, b, *out);
  } else if (compute == Dtype::float64) {
    run_forward<double>(context, shape, *x, *w, b, *out);
  } else {
    run_forward<int64_t>(context, shape, *x, *w, b, *out);
  }
  return finish(context, std::move(out), input->dtype());
}

TensorRef convolution(Context& context, const TensorRef& input, const TensorRef& weight,
                      const TensorRef& bias, const ConvPlan& plan) {
  TensorRef out = plan.nothing ? empty(context.allocator(), plan.out, input->dtype())
                               : computed(context, plan.shape, input, weight, bias, plan.out);
  if (auto node = record<ConvolutionBackward>(context, input, weight, bias)) {
    node->input = SavedTensor(input);
    node->weight = SavedTensor(weight);
    node->form_input = Form(*input);
    node->form_weight = Form(*weight);
    if (bias) node->form_bias = Form(*bias);
    node->shape = plan.shape;
    node->nothing = plan.nothing;
    attach(node, *out);
  }
  return out;
}

TensorRef checked_convolution(Context& context, const TensorRef& input, const TensorRef& weight,
                              const TensorRef& bias, const ConvArguments& arguments) {
  check_conv_input(*input, arguments);
  const bool batched = input->rank() == 4;
  const TensorRef images = batched ? input : unsqueeze(context, input, 0);
  const ConvPlan plan = plan_convolution(*images, arguments);
  TensorRef out = convolution(context, images, weight, bias, plan);
  return batched ? out : squeeze(context, out, 0);
}

}  // namespace

TensorRef conv2d(Context& context, const TensorRef& input, const TensorRef& weight,
                 const TensorRef& bias_or_null, const Conv2dOptions& options) {
  return checked_convolution(context, input, weight, bias_or_null,
                             {*weight, bias_or_null.get(), options, nullptr});
}

TensorRef conv2d_with_border(Context& context, const TensorRef& input, const TensorRef& weight,
                             const TensorRef& bias_or_null, const Conv2dOptions& options,
                             const BorderOptions& border) {
  return checked_convolution(context, input, weight, bias_or_null,
                             {*weight, bias_or_null.get(), options, &border});
}

}  // namespace duramen::ops
