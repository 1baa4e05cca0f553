#include "autograd/backward.hpp"
#include "handles.hpp"
#include "ops/ops.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

duramen_status duramen_backward_options_init(duramen_backward_options* options, size_t struct_size,
                                             duramen_error** error) noexcept {
  return guard(error, __func__, [&] { init_options(options, struct_size); });
}

duramen_status duramen_tensor_backward(duramen_context* context, duramen_tensor* tensor,
                                       const duramen_tensor* gradient,
                                       const duramen_backward_options* options,
                                       duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    const TensorRef root = ref(tensor, "tensor");
    const TensorRef weights = ref_or_null(gradient, "gradient");
    const auto given = read_options(options, "options");
    const uint64_t flags = known_flags(
        given.flags, DURAMEN_BACKWARD_RETAIN_GRAPH | DURAMEN_BACKWARD_CREATE_GRAPH, "flags");
    const auto inputs = tensors_argument(given.inputs, given.input_count, "inputs");
    backward(core, root, weights,
             {.retain_graph = (flags & DURAMEN_BACKWARD_RETAIN_GRAPH) != 0,
              .create_graph = (flags & DURAMEN_BACKWARD_CREATE_GRAPH) != 0,
              .inputs = inputs});
  });
}

uint32_t duramen_tensor_requires_grad(const duramen_tensor* tensor) noexcept {
  const Tensor* core = peek(tensor);
  return core && core->requires_grad();
}

duramen_status duramen_tensor_set_requires_grad(duramen_tensor* tensor, uint32_t requires_grad,
                                                duramen_error** error) noexcept {
  return guard(error, __func__,
               [&] { object(tensor, "tensor").set_requires_grad(requires_grad != 0); });
}

uint32_t duramen_tensor_is_leaf(const duramen_tensor* tensor) noexcept {
  const Tensor* core = peek(tensor);
  return core && core->is_leaf();
}

duramen_status duramen_tensor_grad(const duramen_tensor* tensor, duramen_tensor** out,
                                   duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] { return object(tensor, "tensor").grad(); });
}

duramen_status duramen_tensor_set_grad(duramen_tensor* tensor, duramen_tensor* grad,
                                       duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Tensor& core = object(tensor, "tensor");
    core.set_grad(ref_or_null(grad, "grad"));
  });
}

duramen_status duramen_tensor_grad_fn_name(const duramen_tensor* tensor, duramen_string** out,
                                           duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const Tensor& core = object(tensor, "tensor");
    if (core.is_leaf()) return Ref<String>();
    return make<String>(static_cast<const Node*>(core.grad_fn().get())->name());
  });
}

duramen_status duramen_tensor_detach(duramen_context* context, duramen_tensor* tensor,
                                     duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::detach(core, ref(tensor, "tensor")); });
}
