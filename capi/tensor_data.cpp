// A tensor's elements, in and out.
#include "autograd/conversion.hpp"
#include "base/text.hpp"
#include "handles.hpp"
#include "kernels/copy.hpp"
#include "kernels/random_fill.hpp"
#include "ops/ops.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

// What an empty tensor over NULL memory points at.
alignas(kAlignment) const std::byte kNothing[kAlignment] = {};

void check_writable(const Tensor& tensor) {
  if (tensor.storage()->read_only())
    throw Error(Code::read_only, "tensor: its memory is read-only").with("argument", "tensor");
}

// The rule of PyTorch's in-place calls outside of the graph.
void check_in_place(const Context& context, const Tensor& tensor) {
  check_writable(tensor);
  if (!context.grad_enabled() || !tensor.requires_grad()) return;
  throw Error(Code::state,
              tensor.is_leaf()
                  ? "a leaf Variable that requires grad is being used in an in-place operation."
                  : "tensor: in-place writes to a recorded tensor are not supported")
      .with("torch_error", "RuntimeError");
}

const std::byte* element_at(const Tensor& tensor, std::span<const int64_t> index) {
  const bool whole = index.empty();
  if (whole && tensor.numel() != 1) {
    throw bad_argument(
        "tensor", join("a Tensor with ", tensor.numel(), " elements cannot be converted to Scalar"))
        .with("torch_error", "RuntimeError");
  }
  if (!whole && index.size() != tensor.rank()) {
    throw bad_argument("index", join("not one position for each dimension (expected ",
                                     tensor.rank(), ", got ", index.size(), ")"));
  }
  Layout layout = tensor.layout();
  for (const int64_t position : index) layout = view_select(layout, 0, position);
  const auto item = static_cast<int64_t>(itemsize(tensor.dtype()));
  return tensor.storage()->data() + layout.offset * item;
}

void check_arithmetic(Dtype dtype) {
  if (dtype_info(dtype).kind == DtypeKind::opaque)
    throw Error(Code::unsupported, join("dtype: ", dtype_name(dtype), " is opaque data"));
}

void read_elements(Context& context, const Tensor& tensor, Dtype dtype, void* buffer,
                   size_t nbytes) {
  const int64_t needed =
      bytes_of(checked_numel(tensor.shape(), dtype_info(dtype).bits), dtype_info(dtype).bits);
  if (nbytes < static_cast<size_t>(needed)) {
    throw Error(Code::buffer_too_small,
                join("buffer: too small (expected ", needed, " bytes, got ", nbytes, ")"))
        .with("expected", std::to_string(needed));
  }
  if (needed == 0) return;
  if (!buffer) throw null_argument("buffer");
  auto* bytes = static_cast<std::byte*>(buffer);
  if (dtype == tensor.dtype()) return copy_to_bytes(tensor, bytes);
  std::memcpy(bytes, converted(context, tensor, dtype)->bytes(), static_cast<size_t>(needed));
}

}  // namespace

duramen_status duramen_tensor_data_const(const duramen_tensor* tensor, const void** out,
                                         duramen_error** error) noexcept {
  clear(out);
  return guard(error, __func__, [&] {
    const Tensor& core = object(tensor, "tensor");
    required(out, "out") = core.storage()->data() ? core.bytes() : kNothing;
  });
}

duramen_status duramen_tensor_data_mut(duramen_tensor* tensor, void** out,
                                       duramen_error** error) noexcept {
  clear(out);
  return guard(error, __func__, [&] {
    Tensor& core = object(tensor, "tensor");
    required(out, "out");
    check_writable(core);
    core.storage()->bump_version();
    *out = core.storage()->data() ? core.mutable_bytes() : const_cast<std::byte*>(kNothing);
  });
}

duramen_status duramen_tensor_item(const duramen_tensor* tensor, const int64_t* index,
                                   size_t index_count, double* out,
                                   duramen_error** error) noexcept {
  clear(out);
  return guard(error, __func__, [&] {
    const Tensor& core = object(tensor, "tensor");
    required(out, "out");
    check_arithmetic(core.dtype());
    const auto position = integers_argument(index, index_count, "index");
    *out = kernels::read_double(element_at(core, position), core.dtype());
  });
}

duramen_status duramen_tensor_read(duramen_context* context, const duramen_tensor* tensor,
                                   duramen_dtype dtype, void* buffer, size_t nbytes,
                                   duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    const Tensor& source = object(tensor, "tensor");
    read_elements(core, source, dtype_argument(dtype, "dtype"), buffer, nbytes);
  });
}

duramen_status duramen_tensor_copy_from(duramen_context* context, duramen_tensor* tensor,
                                        const duramen_tensor* source,
                                        duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    Tensor& target = object(tensor, "tensor");
    const Tensor& from = object(source, "source");
    check_in_place(core, target);
    ops::copy_(core, target, from);
  });
}

duramen_status duramen_tensor_fill(duramen_context* context, duramen_tensor* tensor, double value,
                                   duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    Tensor& target = object(tensor, "tensor");
    check_in_place(core, target);
    ops::fill_(core, target, value);
  });
}

duramen_status duramen_tensor_fill_uniform(duramen_context* context, duramen_tensor* tensor,
                                           double from, double to, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    Tensor& target = object(tensor, "tensor");
    check_in_place(core, target);
    kernels::fill_uniform(core.generator(), target, from, to);
  });
}

duramen_status duramen_tensor_fill_normal(duramen_context* context, duramen_tensor* tensor,
                                          double mean, double deviation,
                                          duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    Tensor& target = object(tensor, "tensor");
    check_in_place(core, target);
    kernels::fill_normal(core.generator(), target, mean, deviation);
  });
}

duramen_status duramen_tensor_clone(duramen_context* context, duramen_tensor* tensor,
                                    duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return ops::clone(core, ref(tensor, "tensor")); });
}
