// Tensors of the caller's memory: copied, or used in place.
#include "base/text.hpp"
#include "borrow.hpp"
#include "handles.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

namespace {

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
  known_number(options.mode, DURAMEN_IMPORT_COPY, DURAMEN_IMPORT_VIEW_CONST, "mode");
  const Dtype dtype = dtype_argument(options.dtype, "dtype");
  Layout layout =
      layout_argument({options.shape, options.strides, options.rank}, dtype_info(dtype).bits);
  check_layout(layout, dtype, options.nbytes, "import");
  if (!options.data && numel_of(layout.shape) > 0) throw null_argument("data");
  if (options.mode == DURAMEN_IMPORT_COPY) return copy_import(context, options, layout, dtype);
  if (!is_aligned(options.data, dtype)) {
    throw bad_argument("data", join("not aligned for ", dtype_name(dtype), "; it can be copied"));
  }
  return borrow({const_cast<void*>(options.data), options.nbytes,
                 options.mode == DURAMEN_IMPORT_VIEW_CONST, options.destroy, options.user},
                std::move(layout), dtype);
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
