#include "optim/update_check.hpp"

#include "base/text.hpp"
#include "kernels/sgd.hpp"

namespace duramen::optim {
namespace {

[[noreturn]] void refuse(const Tensor& parameter, const std::string& where) {
  const Tensor& grad = *parameter.grad();
  if (!kernels::sgd_supports(parameter.dtype())) {
    throw Error(Code::unsupported,
                join(where, " is of a dtype without arithmetic, ", dtype_name(parameter.dtype())));
  }
  if (grad.dtype() != parameter.dtype()) {
    throw Error(Code::dtype_mismatch,
                join(where, " and its gradient differ in dtype (expected ",
                     dtype_name(parameter.dtype()), ", got ", dtype_name(grad.dtype()), ")"))
        .with("expected", std::string(dtype_name(parameter.dtype())))
        .with("actual", std::string(dtype_name(grad.dtype())));
  }
  if (!(grad.shape() == parameter.shape())) {
    throw Error(Code::shape_mismatch,
                join(where, " and its gradient differ in shape (expected ",
                     format_shape(parameter.shape()), ", got ", format_shape(grad.shape()), ")"))
        .with("expected", format_shape(parameter.shape()))
        .with("actual", format_shape(grad.shape()));
  }
  if (parameter.storage()->read_only()) {
    throw Error(Code::read_only, join(where, " lies in memory that must not be written"));
  }
  throw Error(Code::invalid_argument,
              join(where,
                   ": more than one element of the written-to tensor refers to a single "
                   "memory location"))
      .with("torch_error", "RuntimeError");
}

}  // namespace

void check_update(const Tensor& parameter, const char* operation, size_t index) {
  const Tensor& grad = *parameter.grad();
  const bool fits = kernels::sgd_supports(parameter.dtype()) && grad.dtype() == parameter.dtype() &&
                    grad.shape() == parameter.shape() && !parameter.storage()->read_only();
  const bool writable = parameter.is_contiguous() || !may_overlap_itself(parameter.layout());
  if (!fits || !writable) refuse(parameter, join(operation, ": parameter ", index));
}

TensorRef empty_like(Context& context, const Tensor& parameter) {
  TensorRef out = empty(context.allocator(), parameter.shape(), parameter.dtype());
  if (parameter.is_contiguous() || !is_dense(parameter.layout())) return out;
  return alias(*out, Layout{parameter.shape(), parameter.strides(), 0});
}

}  // namespace duramen::optim
