#include "ops/given_gradient.hpp"

#include "base/text.hpp"

namespace duramen::ops {
namespace {

bool is_broadcast_of(const Shape& large, const Shape& small) noexcept {
  if (large.size() < small.size()) return false;
  const size_t added = large.size() - small.size();
  for (size_t i = 0; i < small.size(); ++i) {
    if (small[i] != 1 && small[i] != large[i + added]) return false;
  }
  return true;
}

}  // namespace

TensorRef given_gradient(Context& context, const char* node, size_t index, TensorRef gradient,
                         const Form& form) {
  if (!is_broadcast_of(gradient->shape(), form.shape)) {
    throw Error(Code::shape_mismatch,
                join("Function ", node, " returned an invalid gradient at index ", index, " - got ",
                     format_shape(gradient->shape()), " but expected shape compatible with ",
                     format_shape(form.shape)))
        .with("torch_error", "RuntimeError");
  }
  if (is_complex(gradient->dtype()) != is_complex(form.dtype) && !is_floating(gradient->dtype())) {
    throw Error(
        Code::dtype_mismatch,
        join("Function ", node, " returned an invalid gradient at index ", index, " - got a ",
             dtype_name(gradient->dtype()), " tensor for an input of ", dtype_name(form.dtype)))
        .with("torch_error", "RuntimeError");
  }
  if (gradient->requires_grad() || gradient->is_parameter()) gradient = alias(*gradient);
  return sum_to(context, gradient, form);
}

}  // namespace duramen::ops
