// The C side of the Go binding: callbacks that lead into Go, and calls whose structs would have to
// hold Go pointers.
//
// A Go value behind a `user` pointer is a cgo.Handle, an integer, and travels as uintptr_t. What is
// passed to C may not point to Go memory that points to Go memory; so structs with pointers are
// filled here, on the C stack, from plain arguments. Texts may be NULL. Memory is const uint8_t*,
// not const void*, of which cgo would check the whole Go object around it.
#ifndef DURAMEN_GO_SHIM_H
#define DURAMEN_GO_SHIM_H

#include <duramen/duramen.h>

// What tells the calling thread from all others that there are; never 0.
uintptr_t go_thread(void);

// What a listing, a comparison or a copy is about, without its texts.
typedef struct go_options {
  int32_t number;  // a dtype, or what becomes of buffers
  uint64_t kinds, flags;
  size_t prefix_length, include_length, exclude_length;
} go_options;

duramen_status go_context_create(uint32_t num_threads, uint64_t seed, duramen_context** out,
                                 duramen_error** error);
duramen_status go_context_set_log(duramen_context* context, uintptr_t handle,
                                  duramen_error** error);
duramen_status go_context_set_progress(duramen_context* context, uintptr_t handle,
                                       duramen_error** error);

duramen_status go_tensor_import(duramen_context* context, int32_t mode, duramen_dtype dtype,
                                const int64_t* shape, uint32_t rank, const uint8_t* data,
                                uint64_t nbytes, uintptr_t handle, duramen_tensor** out,
                                duramen_error** error);
duramen_status go_tensor_backward(duramen_context* context, duramen_tensor* tensor,
                                  const duramen_tensor* gradient, uint64_t flags,
                                  duramen_tensor* const* inputs, size_t input_count,
                                  duramen_error** error);

duramen_status go_module_from_text(duramen_context* context, const char* text, size_t text_length,
                                   uint64_t flags, const duramen_scope* scope,
                                   const duramen_value* arguments, duramen_module** out,
                                   duramen_value** unknown, duramen_error** error);

// The number of the options is the dtype to list.
duramen_status go_module_list(const duramen_module* module, const go_options* options,
                              const char* prefix, const char* include, const char* exclude,
                              duramen_listing** out, duramen_error** error);
duramen_status go_state_dict_list(const duramen_state_dict* dict, const go_options* options,
                                  const char* prefix, const char* include, const char* exclude,
                                  duramen_listing** out, duramen_error** error);
duramen_status go_state_dict_diff(duramen_context* context, const duramen_state_dict* a,
                                  const duramen_state_dict* b, const go_options* options,
                                  const char* include, const char* exclude, duramen_diff** out,
                                  duramen_error** error);
duramen_status go_state_dict_digest(duramen_context* context, const duramen_state_dict* dict,
                                    const go_options* options, const char* include,
                                    const char* exclude, duramen_string** out,
                                    duramen_error** error);
// The number of the options is DURAMEN_BUFFERS_….
duramen_status go_module_copy_from(duramen_context* context, duramen_module* target,
                                   const duramen_module* source, const go_options* options,
                                   const char* include, const char* exclude, duramen_error** error);
duramen_status go_module_lerp(duramen_context* context, duramen_module* target,
                              const duramen_module* source, double weight,
                              const go_options* options, const char* include, const char* exclude,
                              duramen_error** error);

// How a load goes: `count` patterns lie side by side in `patterns`.
typedef struct go_load {
  uint64_t policy;
  duramen_rename_rules* rename;
  size_t count;
} go_load;
duramen_status go_module_load(duramen_context* context, duramen_module* module,
                              const duramen_state_dict* dict, const go_load* how,
                              const char* patterns, const uint64_t* lengths,
                              const uint64_t* policies, duramen_load_report** report,
                              duramen_error** error);
duramen_status go_module_match(const duramen_module* module, const duramen_state_dict* dict,
                               const go_load* how, const char* patterns, const uint64_t* lengths,
                               const uint64_t* policies, duramen_load_report** report,
                               duramen_error** error);

duramen_status go_value_create_bytes(const uint8_t* bytes, size_t nbytes, duramen_value** out,
                                     duramen_error** error);

duramen_status go_checkpoint_open(duramen_context* context, const char* path, size_t path_length,
                                  uint64_t flags, const duramen_limits* limits,
                                  duramen_checkpoint** out, duramen_error** error);
duramen_status go_checkpoint_from_memory(duramen_context* context, const uint8_t* data,
                                         size_t nbytes, uint64_t flags,
                                         const duramen_limits* limits, duramen_checkpoint** out,
                                         duramen_error** error);
// Uses the memory in place; `handle` is let go of when the last tensor on it is gone.
duramen_status go_checkpoint_view_memory(duramen_context* context, const uint8_t* data,
                                         size_t nbytes, uintptr_t handle, uint64_t flags,
                                         const duramen_limits* limits, duramen_checkpoint** out,
                                         duramen_error** error);
duramen_status go_checkpoint_open_descriptor(duramen_context* context, int32_t descriptor,
                                             uint64_t flags, const duramen_limits* limits,
                                             duramen_checkpoint** out, duramen_error** error);
duramen_status go_checkpoint_open_reader(duramen_context* context, uintptr_t handle,
                                         uint64_t nbytes, uint64_t flags,
                                         const duramen_limits* limits, duramen_checkpoint** out,
                                         duramen_error** error);
duramen_status go_state_dict_write(duramen_context* context, const duramen_state_dict* dict,
                                   uintptr_t handle, const duramen_save_options* options,
                                   duramen_error** error);
duramen_status go_value_write(duramen_context* context, const duramen_value* value,
                              uintptr_t handle, const duramen_save_options* options,
                              duramen_error** error);

// Which callbacks a class offers.
enum {
  GO_CLASS_CLONE = 1,
  GO_CLASS_EXTRA_REPR = 2,
  GO_CLASS_EXTRA_STATE = 4,
  GO_CLASS_FORWARD = 8
};
duramen_status go_module_create_custom(duramen_context* context, const char* name,
                                       size_t name_length, int64_t version, uint32_t offers,
                                       uintptr_t handle, duramen_module** out,
                                       duramen_error** error);
duramen_status go_module_derive(duramen_module* module, const char* name, size_t name_length,
                                int64_t version, uint32_t offers, uintptr_t handle,
                                duramen_error** error);
duramen_status go_function_apply(duramen_context* context, const char* name, size_t name_length,
                                 uint32_t output_count, uint64_t flags, uintptr_t handle,
                                 duramen_tensor* const* inputs, size_t input_count,
                                 duramen_value** out, duramen_error** error);

// Which callbacks a hook has.
enum {
  GO_HOOK_PARAMETER = 1,
  GO_HOOK_BUFFER = 2,
  GO_HOOK_CHILD = 4,
  GO_HOOK_BEFORE_STATE_DICT = 8,
  GO_HOOK_AFTER_STATE_DICT = 16,
  GO_HOOK_BEFORE_LOAD = 32,
  GO_HOOK_AFTER_LOAD = 64
};
duramen_status go_module_add_hook(duramen_module* module, uint32_t offers, uintptr_t handle,
                                  uint64_t* out, duramen_error** error);
// Which callbacks a hook of calls has.
enum {
  GO_HOOK_BEFORE_FORWARD = 1,
  GO_HOOK_AFTER_FORWARD = 2,
  GO_HOOK_BEFORE_BACKWARD = 4,
  GO_HOOK_AFTER_BACKWARD = 8
};
duramen_status go_module_add_call_hook(duramen_module* module, uint32_t offers, uint64_t flags,
                                       uintptr_t handle, uint64_t* out, duramen_error** error);
duramen_status go_module_apply(duramen_module* module, uintptr_t handle, duramen_error** error);
duramen_status go_rename_rules_add_function(duramen_rename_rules* rules, const char* name,
                                            size_t name_length, uintptr_t handle,
                                            duramen_error** error);

#endif
