// Making tensors, and what a tensor says about itself.
#include <algorithm>
#include <cstring>

#include "handles.hpp"
#include "kernels/copy.hpp"
#include "ops/ops.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

TensorRef fresh(Context& context, int32_t dtype, const int64_t* shape, size_t rank) {
  const Dtype wanted = dtype_argument(dtype, "dtype");
  return empty(context.allocator(), Shape(integers_argument(shape, rank, "shape")), wanted);
}

// Whatever the dtype.
void clear_bytes(const Context& context, Tensor& tensor) {
  constexpr int64_t kBlock = 4 << 20;
  for (int64_t done = 0; done < tensor.nbytes(); done += kBlock) {
    context.cancel().check("zeros");
    const int64_t part = std::min(kBlock, tensor.nbytes() - done);
    std::memset(tensor.mutable_bytes() + done, 0, static_cast<size_t>(part));
  }
}

}  // namespace

duramen_status duramen_tensor_empty(duramen_context* context, duramen_dtype dtype,
                                    const int64_t* shape, size_t rank, duramen_tensor** out,
                                    duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return fresh(core, dtype, shape, rank); });
}

duramen_status duramen_tensor_zeros(duramen_context* context, duramen_dtype dtype,
                                    const int64_t* shape, size_t rank, duramen_tensor** out,
                                    duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    TensorRef tensor = fresh(core, dtype, shape, rank);
    clear_bytes(core, *tensor);
    return tensor;
  });
}

duramen_status duramen_tensor_full(duramen_context* context, duramen_dtype dtype,
                                   const int64_t* shape, size_t rank, double value,
                                   duramen_tensor** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    TensorRef tensor = fresh(core, dtype, shape, rank);
    kernels::fill(*tensor, value, &core.cancel());
    return tensor;
  });
}

duramen_status duramen_parameter_create(const duramen_tensor* data, uint32_t requires_grad,
                                        duramen_tensor** out, duramen_error** error) noexcept {
  return guard_out(error, __func__, out,
                   [&] { return make_parameter(object(data, "data"), requires_grad != 0); });
}

duramen_dtype duramen_tensor_dtype(const duramen_tensor* tensor) noexcept {
  const Tensor* core = peek(tensor);
  return core ? static_cast<duramen_dtype>(core->dtype()) : DURAMEN_DTYPE_INVALID;
}

size_t duramen_tensor_rank(const duramen_tensor* tensor) noexcept {
  const Tensor* core = peek(tensor);
  return core && !is_uninitialized(*core) ? core->rank() : 0;
}

int64_t duramen_tensor_numel(const duramen_tensor* tensor) noexcept {
  const Tensor* core = peek(tensor);
  return core ? core->numel() : 0;
}

uint64_t duramen_tensor_nbytes(const duramen_tensor* tensor) noexcept {
  const Tensor* core = peek(tensor);
  return core ? static_cast<uint64_t>(core->nbytes()) : 0;
}

duramen_status duramen_tensor_shape(const duramen_tensor* tensor, int64_t* buffer, size_t capacity,
                                    size_t* rank, duramen_error** error) noexcept {
  clear(rank);
  return guard(error, __func__,
               [&] { copy_out(object(tensor, "tensor").shape().span(), buffer, capacity, rank); });
}

duramen_status duramen_tensor_strides(const duramen_tensor* tensor, int64_t* buffer,
                                      size_t capacity, size_t* rank,
                                      duramen_error** error) noexcept {
  clear(rank);
  return guard(error, __func__, [&] {
    copy_out(object(tensor, "tensor").strides().span(), buffer, capacity, rank);
  });
}

int64_t duramen_tensor_offset(const duramen_tensor* tensor) noexcept {
  const Tensor* core = peek(tensor);
  return core ? core->layout().offset : 0;
}

uint32_t duramen_tensor_is_contiguous(const duramen_tensor* tensor) noexcept {
  const Tensor* core = peek(tensor);
  return core && core->is_contiguous();
}

uint32_t duramen_tensor_is_parameter(const duramen_tensor* tensor) noexcept {
  const Tensor* core = peek(tensor);
  return core && core->is_parameter();
}

int32_t duramen_tensor_device_type(const duramen_tensor* tensor) noexcept {
  return peek(tensor) ? 1 : 0;
}

uint64_t duramen_tensor_storage_id(const duramen_tensor* tensor) noexcept {
  const Tensor* core = peek(tensor);
  return core ? reinterpret_cast<uintptr_t>(core->storage().get()) : 0;
}

uint64_t duramen_tensor_version(const duramen_tensor* tensor) noexcept {
  const Tensor* core = peek(tensor);
  return core ? core->storage()->version() : 0;
}

duramen_tensor* duramen_tensor_retain(duramen_tensor* tensor) noexcept { return retain(tensor); }
void duramen_tensor_release(duramen_tensor* tensor) noexcept { release(tensor); }
