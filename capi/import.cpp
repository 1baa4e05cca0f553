// Tensors of the caller's memory: copied, or used in place.
#include "base/text.hpp"
#include "handles.hpp"
#include "kernels/copy.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

Layout layout_of(const duramen_import_options& options) {
  const auto shape = integers_argument(options.shape, options.rank, "shape");
  checked_numel(shape);
  Layout layout = contiguous_layout(Shape(shape));
  if (!options.strides) return layout;
  layout.strides = Shape(integers_argument(options.strides, options.rank, "strides"));
  for (const int64_t stride : layout.strides) {
    if (stride < 0) throw bad_argument("strides", "a negative stride");
  }
  return layout;
}

bool is_aligned(const void* data, Dtype dtype) noexcept {
  const size_t item = is_complex(dtype) ? itemsize(dtype) / 2 : itemsize(dtype);
  return item == 0 || reinterpret_cast<uintptr_t>(data) % item == 0;
}

// A copy in C order of memory that need not be aligned.
TensorRef copy_import(Context& context, const duramen_import_options& options, const Layout& layout,
                      Dtype dtype) {
  const auto memory =
      Storage::borrow(const_cast<void*>(options.data), options.nbytes, true, nullptr, nullptr);
  const Tensor view(memory, layout, dtype);
  TensorRef out = empty(context.allocator(), layout.shape, dtype);
  if (out->numel() > 0) copy_to_bytes(view, out->mutable_bytes());
  if (options.destroy) options.destroy(options.user);
  return out;
}

TensorRef import(Context& context, const duramen_import_options& options) {
  if (options.mode > DURAMEN_IMPORT_VIEW_CONST)
    throw bad_argument("mode", join("unknown mode ", options.mode));
  const Dtype dtype = dtype_argument(options.dtype, "dtype");
  Layout layout = layout_of(options);
  check_layout(layout, dtype, options.nbytes, "import");
  if (!options.data && numel_of(layout.shape) > 0) throw null_argument("data");
  if (options.mode == DURAMEN_IMPORT_COPY) return copy_import(context, options, layout, dtype);
  if (!is_aligned(options.data, dtype)) {
    throw bad_argument("data", join("not aligned for ", dtype_name(dtype), "; it can be copied"));
  }
  // Made before the storage, so that nothing can fail once it owns the caller's memory.
  const bool read_only = options.mode == DURAMEN_IMPORT_VIEW_CONST;
  auto tensor = make<Tensor>(Storage::borrow(nullptr, 0, read_only, nullptr, nullptr),
                             Layout{{0}, {1}, 0}, dtype);
  auto storage = Storage::borrow(const_cast<void*>(options.data), options.nbytes, read_only,
                                 options.destroy, options.user);
  tensor->set_data(std::move(storage), std::move(layout), dtype);
  return tensor;
}

}  // namespace

duramen_status duramen_import_options_init(duramen_import_options* options, size_t struct_size,
                                           duramen_error** error) noexcept {
  return guard(error, __func__, [&] { init_options(options, struct_size); });
}

duramen_status duramen_tensor_import(duramen_context* context,
                                     const duramen_import_options* options, duramen_tensor** out,
                                     duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return import(core, read_options(&required(options, "options"), "options"));
  });
}
