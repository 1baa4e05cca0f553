// What concerns a whole tree: paths, modes, copies, conversion, visits.
#include "base/text.hpp"
#include "handles.hpp"
#include "hooks.hpp"
#include "nn/walk.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

duramen_status duramen_module_get_submodule(const duramen_module* module, const char* path,
                                            size_t path_length, duramen_module** out,
                                            duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const nn::Module& root = object(module, "module");
    return nn::ModuleRef(&nn::get_submodule(root, name_argument(path, path_length, "path")));
  });
}

duramen_status duramen_module_get_parameter(const duramen_module* module, const char* path,
                                            size_t path_length, duramen_tensor** out,
                                            duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const nn::Module& root = object(module, "module");
    return TensorRef(&nn::get_parameter(root, name_argument(path, path_length, "path")));
  });
}

duramen_status duramen_module_get_buffer(const duramen_module* module, const char* path,
                                         size_t path_length, duramen_tensor** out,
                                         duramen_error** error) noexcept {
  return guard_out(error, __func__, out, [&] {
    const nn::Module& root = object(module, "module");
    return nn::get_buffer(root, name_argument(path, path_length, "path"));
  });
}

duramen_status duramen_module_set_submodule(duramen_module* module, const char* path,
                                            size_t path_length, duramen_module* child,
                                            uint32_t strict, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::Module& root = object(module, "module");
    nn::set_submodule(root, name_argument(path, path_length, "path"), ref(child, "child"),
                      strict != 0);
  });
}

uint32_t duramen_module_is_training(const duramen_module* module) noexcept {
  const nn::Module* core = peek(module);
  return core && core->training();
}

duramen_status duramen_module_train(duramen_module* module, uint32_t training,
                                    duramen_error** error) noexcept {
  return guard(error, __func__, [&] { nn::train(object(module, "module"), training != 0); });
}

duramen_status duramen_module_set_requires_grad(duramen_module* module, uint32_t requires_grad,
                                                duramen_error** error) noexcept {
  return guard(error, __func__,
               [&] { nn::requires_grad(object(module, "module"), requires_grad != 0); });
}

duramen_status duramen_module_zero_grad(duramen_module* module, uint32_t set_to_none,
                                        duramen_error** error) noexcept {
  return guard(error, __func__, [&] { nn::zero_grad(object(module, "module"), set_to_none != 0); });
}

duramen_status duramen_module_to_dtype(duramen_context* context, duramen_module* module,
                                       duramen_dtype dtype, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    nn::to_dtype(core, object(module, "module"), dtype_argument(dtype, "dtype"));
  });
}

duramen_status duramen_module_convert(duramen_context* context, duramen_module* module,
                                      duramen_dtype dtype, int32_t which,
                                      duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    nn::Module& root = object(module, "module");
    const Dtype wanted = dtype_argument(dtype, "dtype");
    known_number(which, DURAMEN_CONVERT_FLOATING_AND_COMPLEX, DURAMEN_CONVERT_ALL, "which");
    nn::to_dtype(core, root, wanted,
                 static_cast<nn::Converted>(which - DURAMEN_CONVERT_FLOATING_AND_COMPLEX));
  });
}

duramen_status duramen_module_deepcopy(duramen_context* context, const duramen_module* module,
                                       duramen_module** out, duramen_error** error) noexcept {
  return compute(error, __func__, context, out,
                 [&](Context& core) { return nn::deepcopy(core, object(module, "module")); });
}

duramen_status duramen_module_apply(duramen_module* module, duramen_module_visit visit, void* user,
                                    duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    nn::Module& root = object(module, "module");
    if (!visit) throw null_argument("visit");
    nn::apply(root, [&](nn::Module& visited) {
      duramen_error* handed_over = nullptr;
      const int32_t status = visit(user, lend<duramen_module>(&visited), &handed_over);
      check_callback(status, handed_over, "apply", "visitor");
    });
  });
}
