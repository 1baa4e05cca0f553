// Checkpoints: options with limits, and streams whose other end is in Go.
#include "_cgo_export.h"
#include "shim.h"

static duramen_open_options open_options(uint64_t flags, const duramen_limits* limits) {
  const duramen_open_options out = {.struct_size = sizeof out, .flags = flags, .limits = limits};
  return out;
}

duramen_status go_checkpoint_open(duramen_context* context, const char* path, size_t path_length,
                                  uint64_t flags, const duramen_limits* limits,
                                  duramen_checkpoint** out, duramen_error** error) {
  const duramen_open_options options = open_options(flags, limits);
  return duramen_checkpoint_open(context, path, path_length, &options, out, error);
}

duramen_status go_checkpoint_from_memory(duramen_context* context, const uint8_t* data,
                                         size_t nbytes, uint64_t flags,
                                         const duramen_limits* limits, duramen_checkpoint** out,
                                         duramen_error** error) {
  const duramen_open_options options = open_options(flags, limits);
  return duramen_checkpoint_from_memory(context, data, nbytes, &options, out, error);
}

static void destroy(void* user) { goDestroy((uintptr_t)user); }

duramen_status go_checkpoint_view_memory(duramen_context* context, const uint8_t* data,
                                         size_t nbytes, uintptr_t handle, uint64_t flags,
                                         const duramen_limits* limits, duramen_checkpoint** out,
                                         duramen_error** error) {
  const duramen_open_options options = open_options(flags, limits);
  return duramen_checkpoint_view_memory(context, data, nbytes, (void*)handle, destroy, &options,
                                        out, error);
}

duramen_status go_checkpoint_open_descriptor(duramen_context* context, int32_t descriptor,
                                             uint64_t flags, const duramen_limits* limits,
                                             duramen_checkpoint** out, duramen_error** error) {
  const duramen_open_options options = open_options(flags, limits);
  return duramen_checkpoint_open_descriptor(context, descriptor, &options, out, error);
}

static int32_t read_at(void* user, uint64_t offset, void* buffer, size_t nbytes,
                       duramen_error** error) {
  return goReadAt((uintptr_t)user, offset, buffer, nbytes, error);
}

static int32_t write_bytes(void* user, const void* data, size_t nbytes, duramen_error** error) {
  return goWrite((uintptr_t)user, (void*)data, nbytes, error);
}

duramen_status go_checkpoint_open_reader(duramen_context* context, uintptr_t handle,
                                         uint64_t nbytes, uint64_t flags,
                                         const duramen_limits* limits, duramen_checkpoint** out,
                                         duramen_error** error) {
  const duramen_open_options options = open_options(flags, limits);
  return duramen_checkpoint_open_callback(context, read_at, (void*)handle, nbytes, &options, out,
                                          error);
}

duramen_status go_state_dict_write(duramen_context* context, const duramen_state_dict* dict,
                                   uintptr_t handle, const duramen_save_options* options,
                                   duramen_error** error) {
  return duramen_state_dict_write_callback(context, dict, write_bytes, (void*)handle, options,
                                           error);
}

duramen_status go_value_write(duramen_context* context, const duramen_value* value,
                              uintptr_t handle, const duramen_save_options* options,
                              duramen_error** error) {
  return duramen_value_write_callback(context, value, write_bytes, (void*)handle, options, error);
}
