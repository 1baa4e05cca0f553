// Modules, functions, hooks and rules whose code is in Go.
#include "_cgo_export.h"
#include "shim.h"

static void destroy(void* user) { goDestroy((uintptr_t)user); }

static int32_t forward(void* user, duramen_context* context, duramen_module* module,
                       const duramen_value* arguments, const duramen_value* keywords,
                       duramen_value** out, duramen_error** error) {
  return goForward((uintptr_t)user, context, module, (duramen_value*)arguments,
                   (duramen_value*)keywords, out, error);
}

// A handle is an integer that is never dereferenced; what is behind *out_user is the new one.
static int32_t clone(void* user, duramen_context* context, const duramen_module* module,
                     void** out_user, duramen_error** error) {
  (void)context;
  (void)module;
  return goClone((uintptr_t)user, (uintptr_t*)out_user, error);
}

static int32_t extra_repr(void* user, const duramen_module* module, duramen_string** out,
                          duramen_error** error) {
  (void)module;
  return goExtraRepr((uintptr_t)user, out, error);
}

static int32_t get_extra_state(void* user, const duramen_module* module, duramen_value** out,
                               duramen_error** error) {
  (void)module;
  return goGetExtraState((uintptr_t)user, out, error);
}

static int32_t set_extra_state(void* user, duramen_context* context, duramen_module* module,
                               const duramen_value* state, duramen_error** error) {
  (void)context;
  (void)module;
  return goSetExtraState((uintptr_t)user, (duramen_value*)state, error);
}

static duramen_module_class class_of(const char* name, size_t name_length, int64_t version,
                                     uint32_t offers) {
  const duramen_module_class out = {
      .struct_size = sizeof out,
      .name = name,
      .name_length = name_length,
      .version = version,
      .forward = offers & GO_CLASS_FORWARD ? forward : NULL,
      .clone = offers & GO_CLASS_CLONE ? clone : NULL,
      .extra_repr = offers & GO_CLASS_EXTRA_REPR ? extra_repr : NULL,
      .get_extra_state = offers & GO_CLASS_EXTRA_STATE ? get_extra_state : NULL,
      .set_extra_state = offers & GO_CLASS_EXTRA_STATE ? set_extra_state : NULL,
      .destroy = destroy};
  return out;
}

duramen_status go_module_create_custom(duramen_context* context, const char* name,
                                       size_t name_length, int64_t version, uint32_t offers,
                                       uintptr_t handle, duramen_module** out,
                                       duramen_error** error) {
  const duramen_module_class type = class_of(name, name_length, version, offers);
  return duramen_module_create_custom(context, &type, (void*)handle, out, error);
}

duramen_status go_module_derive(duramen_module* module, const char* name, size_t name_length,
                                int64_t version, uint32_t offers, uintptr_t handle,
                                duramen_error** error) {
  const duramen_module_class type = class_of(name, name_length, version, offers);
  return duramen_module_derive(module, &type, (void*)handle, error);
}

static int32_t function_forward(void* user, duramen_context* context, duramen_function_state* state,
                                duramen_tensor* const* inputs, size_t input_count,
                                duramen_tensor** outputs, size_t output_count,
                                duramen_error** error) {
  return goFunctionForward((uintptr_t)user, context, state, (duramen_tensor**)inputs, input_count,
                           outputs, output_count, error);
}

static int32_t function_backward(void* user, duramen_context* context,
                                 duramen_function_state* state, duramen_tensor* const* output_grads,
                                 size_t output_count, duramen_tensor** input_grads,
                                 size_t input_count, duramen_error** error) {
  return goFunctionBackward((uintptr_t)user, context, state, (duramen_tensor**)output_grads,
                            output_count, input_grads, input_count, error);
}

duramen_status go_function_apply(duramen_context* context, const char* name, size_t name_length,
                                 uint32_t output_count, uint64_t flags, uintptr_t handle,
                                 duramen_tensor* const* inputs, size_t input_count,
                                 duramen_value** out, duramen_error** error) {
  const duramen_function_type type = {.struct_size = sizeof type,
                                      .output_count = output_count,
                                      .flags = flags,
                                      .name = name,
                                      .name_length = name_length,
                                      .forward = function_forward,
                                      .backward = function_backward,
                                      .destroy = destroy};
  return duramen_function_apply_many(context, &type, (void*)handle, inputs, input_count, out,
                                     error);
}

static int32_t register_parameter(void* user, duramen_module* module, const char* name,
                                  size_t name_length, duramen_tensor* tensor,
                                  duramen_tensor** replacement, duramen_error** error) {
  return goRegisterTensor((uintptr_t)user, 1, module, (char*)name, name_length, tensor, replacement,
                          error);
}

static int32_t register_buffer(void* user, duramen_module* module, const char* name,
                               size_t name_length, duramen_tensor* tensor,
                               duramen_tensor** replacement, duramen_error** error) {
  return goRegisterTensor((uintptr_t)user, 0, module, (char*)name, name_length, tensor, replacement,
                          error);
}

static int32_t register_child(void* user, duramen_module* module, const char* name,
                              size_t name_length, duramen_module* child,
                              duramen_module** replacement, duramen_error** error) {
  return goRegisterChild((uintptr_t)user, module, (char*)name, name_length, child, replacement,
                         error);
}

static int32_t before_state_dict(void* user, const duramen_module* module, const char* prefix,
                                 size_t prefix_length, uint64_t flags, duramen_error** error) {
  (void)flags;
  return goStateDictHook((uintptr_t)user, (duramen_module*)module, NULL, (char*)prefix,
                         prefix_length, error);
}

static int32_t after_state_dict(void* user, const duramen_module* module, duramen_state_dict* dict,
                                const char* prefix, size_t prefix_length, duramen_error** error) {
  return goStateDictHook((uintptr_t)user, (duramen_module*)module, dict, (char*)prefix,
                         prefix_length, error);
}

static int32_t before_load(void* user, duramen_module* module, duramen_state_dict* dict,
                           const char* prefix, size_t prefix_length, duramen_load_notes* notes,
                           duramen_error** error) {
  return goLoadHook((uintptr_t)user, module, dict, (char*)prefix, prefix_length, notes, error);
}

static int32_t after_load(void* user, duramen_module* module, const char* prefix,
                          size_t prefix_length, duramen_load_notes* notes, duramen_error** error) {
  return goLoadHook((uintptr_t)user, module, NULL, (char*)prefix, prefix_length, notes, error);
}

duramen_status go_module_add_hook(duramen_module* module, uint32_t offers, uintptr_t handle,
                                  uint64_t* out, duramen_error** error) {
  const duramen_module_hook hook = {
      .struct_size = sizeof hook,
      .register_parameter = offers & GO_HOOK_PARAMETER ? register_parameter : NULL,
      .register_buffer = offers & GO_HOOK_BUFFER ? register_buffer : NULL,
      .register_child = offers & GO_HOOK_CHILD ? register_child : NULL,
      .before_state_dict = offers & GO_HOOK_BEFORE_STATE_DICT ? before_state_dict : NULL,
      .after_state_dict = offers & GO_HOOK_AFTER_STATE_DICT ? after_state_dict : NULL,
      .before_load = offers & GO_HOOK_BEFORE_LOAD ? before_load : NULL,
      .after_load = offers & GO_HOOK_AFTER_LOAD ? after_load : NULL,
      .user = (void*)handle,
      .destroy = destroy};
  return duramen_module_add_hook(module, &hook, out, error);
}

static int32_t before_forward(void* user, duramen_context* context, duramen_module* module,
                              const duramen_value* arguments, const duramen_value* keywords,
                              duramen_value** new_tuple, duramen_value** new_dict,
                              duramen_error** error) {
  return goBeforeForward((uintptr_t)user, context, module, (duramen_value*)arguments,
                         (duramen_value*)keywords, new_tuple, new_dict, error);
}

static int32_t after_forward(void* user, duramen_context* context, duramen_module* module,
                             const duramen_value* arguments, const duramen_value* keywords,
                             const duramen_value* output, duramen_value** replacement,
                             duramen_error** error) {
  return goAfterForward((uintptr_t)user, context, module, (duramen_value*)arguments,
                        (duramen_value*)keywords, (duramen_value*)output, replacement, error);
}

static int32_t before_backward(void* user, duramen_context* context, duramen_module* module,
                               duramen_tensor* const* output_grads, size_t output_count,
                               duramen_tensor** replacements, duramen_error** error) {
  return goBeforeBackward((uintptr_t)user, context, module, (duramen_tensor**)output_grads,
                          output_count, replacements, error);
}

static int32_t after_backward(void* user, duramen_context* context, duramen_module* module,
                              duramen_tensor* const* input_grads, size_t input_count,
                              duramen_tensor* const* output_grads, size_t output_count,
                              duramen_tensor** replacements, duramen_error** error) {
  return goAfterBackward((uintptr_t)user, context, module, (duramen_tensor**)input_grads,
                         input_count, (duramen_tensor**)output_grads, output_count, replacements,
                         error);
}

duramen_status go_module_add_call_hook(duramen_module* module, uint32_t offers, uint64_t flags,
                                       uintptr_t handle, uint64_t* out, duramen_error** error) {
  const duramen_call_hook hook = {
      .struct_size = sizeof hook,
      .flags = flags,
      .before_forward = offers & GO_HOOK_BEFORE_FORWARD ? before_forward : NULL,
      .after_forward = offers & GO_HOOK_AFTER_FORWARD ? after_forward : NULL,
      .before_backward = offers & GO_HOOK_BEFORE_BACKWARD ? before_backward : NULL,
      .after_backward = offers & GO_HOOK_AFTER_BACKWARD ? after_backward : NULL,
      .user = (void*)handle,
      .destroy = destroy};
  return duramen_module_add_call_hook(module, &hook, out, error);
}

static int32_t visit(void* user, duramen_module* module, duramen_error** error) {
  return goVisit((uintptr_t)user, module, error);
}

duramen_status go_module_apply(duramen_module* module, uintptr_t handle, duramen_error** error) {
  return duramen_module_apply(module, visit, (void*)handle, error);
}

static int32_t rename_name(void* user, const char* name, size_t name_length, duramen_string** out,
                           duramen_error** error) {
  return goRename((uintptr_t)user, (char*)name, name_length, out, error);
}

duramen_status go_rename_rules_add_function(duramen_rename_rules* rules, const char* name,
                                            size_t name_length, uintptr_t handle,
                                            duramen_error** error) {
  const duramen_rename_callback callback = {.struct_size = sizeof callback,
                                            .name = name,
                                            .name_length = name_length,
                                            .rename = rename_name,
                                            .user = (void*)handle,
                                            .destroy = destroy};
  return duramen_rename_rules_add_callback(rules, &callback, error);
}
