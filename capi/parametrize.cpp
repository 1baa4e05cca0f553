#include "nn/parametrize.hpp"

#include <duramen/parametrize.h>

#include "handles.hpp"
#include "options.hpp"

using namespace duramen;
using namespace duramen::capi;

duramen_status duramen_module_parametrize(duramen_context* context, duramen_module* module,
                                          const char* name, size_t name_length, const char* text,
                                          size_t text_length, duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    nn::Module& target = object(module, "module");
    nn::parametrize(core, target, name_argument(name, name_length, "name"),
                    text_argument(text, text_length, "text"));
  });
}

duramen_status duramen_module_get_parametrized(duramen_context* context, duramen_module* module,
                                               const char* name, size_t name_length,
                                               duramen_tensor** out,
                                               duramen_error** error) noexcept {
  return compute(error, __func__, context, out, [&](Context& core) {
    return nn::parametrized(core, object(module, "module"),
                            name_argument(name, name_length, "name"));
  });
}

duramen_status duramen_module_set_parametrized(duramen_context* context, duramen_module* module,
                                               const char* name, size_t name_length,
                                               duramen_tensor* value,
                                               duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    nn::Module& target = object(module, "module");
    nn::set_parametrized(core, target, name_argument(name, name_length, "name"),
                         ref(value, "value"));
  });
}

duramen_status duramen_module_remove_parametrizations(duramen_context* context,
                                                      duramen_module* module, const char* name,
                                                      size_t name_length,
                                                      uint32_t leave_parametrized,
                                                      duramen_error** error) noexcept {
  return guard(error, __func__, [&] {
    Context& core = running(context);
    nn::Module& target = object(module, "module");
    nn::remove_parametrizations(core, target, name_argument(name, name_length, "name"),
                                leave_parametrized != 0);
  });
}
