#include "optim/update_check.hpp"

#include "base/text.hpp"
#include "kernels/copy.hpp"
#include "kernels/update_walk.hpp"

namespace duramen::optim {
namespace {

std::string where_of(const UpdateTarget& target) {
  return join(target.operation, ": parameter ", target.index);
}

[[noreturn]] void refuse(const Tensor& parameter, const std::string& where) {
  const Tensor& grad = *parameter.grad();
  if (!kernels::can_update(parameter.dtype())) {
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

void check_update(const UpdateTarget& target) {
  const Tensor& parameter = target.parameter;
  const Tensor& grad = *parameter.grad();
  const bool fits = kernels::can_update(parameter.dtype()) && is_fitting(grad, parameter) &&
                    !parameter.storage()->read_only();
  const bool writable = parameter.is_contiguous() || !may_overlap_itself(parameter.layout());
  if (!fits || !writable) refuse(parameter, where_of(target));
}

TensorRef empty_like(Context& context, const Tensor& parameter) {
  TensorRef out = empty(context.allocator(), parameter.shape(), parameter.dtype());
  if (parameter.is_contiguous() || !is_dense(parameter.layout())) return out;
  return alias(*out, Layout{parameter.shape(), parameter.strides(), 0});
}

bool is_fitting(const Tensor& state, const Tensor& parameter) noexcept {
  return state.dtype() == parameter.dtype() && state.shape() == parameter.shape();
}

TensorRef fitting(Context& context, const UpdateTarget& target, const TensorRef& state,
                  std::string_view name) {
  const Tensor& parameter = target.parameter;
  if (is_fitting(*state, parameter)) return state;
  if (!(state->shape() == parameter.shape())) {
    throw Error(Code::state, join(where_of(target), " has changed its shape (", name, " is ",
                                  format_shape(state->shape()), ", the parameter ",
                                  format_shape(parameter.shape()), ")"))
        .with("torch_error", "RuntimeError");
  }
  TensorRef converted = empty_like(context, parameter);
  kernels::copy(context.pool(), *converted, *state);
  return converted;
}

}  // namespace duramen::optim
