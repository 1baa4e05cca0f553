#include <algorithm>

#include "base/text.hpp"
#include "kernels/random_fill.hpp"
#include "ops/operands.hpp"
#include "ops/ops.hpp"

namespace duramen::ops {
namespace {

// The mask is applied as PyTorch does it: x · (mask / (1 - p)).
class DropoutBackward final : public Node {
 public:
  SavedTensor scaled_mask;
  const char* name() const noexcept override { return "MulBackward0"; }
  void release_saved() noexcept override { scaled_mask.reset(); }
  std::vector<TensorRef> backward(Context& context, std::span<const TensorRef> grads) override {
    return one(mul(context, grads[0], scaled_mask.unpack(name())));
  }
};

// Draws are made in the memory order that PyTorch's empty_like would choose.
Layout mask_layout(const Tensor& input) {
  Layout layout = input.layout();
  layout.offset = 0;
  if (!is_dense(layout)) layout.strides = dense_strides(layout);
  return layout;
}

void draw_mask(Context& context, uint8_t* bytes, int64_t count, double p) {
  constexpr int64_t kBlock = int64_t{1} << 16;
  for (int64_t done = 0; done < count; done += kBlock) {
    context.cancel().check("dropout");
    kernels::fill_keep_mask(context.generator(), bytes + done, std::min(kBlock, count - done), p);
  }
}

TensorRef keep_mask(Context& context, const Tensor& input, double p) {
  TensorRef mask = empty(context.allocator(), input.shape(), Dtype::boolean);
  auto* bytes = mask->mutable_data<uint8_t>();
  if (p == 1) {
    std::fill_n(bytes, mask->numel(), uint8_t{0});
  } else {
    draw_mask(context, bytes, mask->numel(), p);
  }
  return input.is_contiguous() ? mask : alias(*mask, mask_layout(input));
}

}  // namespace

TensorRef dropout(Context& context, const TensorRef& input, double p, bool training) {
  if (!(p >= 0 && p <= 1)) {
    throw Error(Code::invalid_argument,
                join("dropout probability has to be between 0 and 1, but got ", format_float(p)))
        .with("argument", "p")
        .with("torch_error", "ValueError");
  }
  if (!training || p == 0 || input->numel() == 0) return input;
  if (p < 1 && !is_floating(input->dtype())) {
    throw Error(Code::dtype_mismatch,
                join("dropout: result type Float can't be cast to the desired output type ",
                     dtype_name(input->dtype())))
        .with("torch_error", "RuntimeError");
  }
  TensorRef mask;
  TensorRef out;
  {
    const NoGrad no_grad(context);
    mask = to(context, keep_mask(context, *input, p), input->dtype());
    if (p < 1) mask = div(context, mask, float_scalar(context, 1 - p));
    out = mul(context, input, mask);
  }
  if (auto node = record<DropoutBackward>(context, input)) {
    node->scaled_mask = SavedTensor(mask);
    attach(node, *out);
  }
  return out;
}

}  // namespace duramen::ops
