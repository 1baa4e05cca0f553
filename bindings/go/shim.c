#include "shim.h"

#include <stdlib.h>

#include "_cgo_export.h"

uintptr_t go_thread(void) {
  static __thread char here;
  return (uintptr_t)&here;
}

static void destroy(void* user) { goDestroy((uintptr_t)user); }

static void log_message(void* user, int32_t level, const char* message, size_t length) {
  goLog((uintptr_t)user, level, (char*)message, length);
}

static int32_t progress(void* user, const char* operation, size_t operation_length, uint64_t done,
                        uint64_t total, duramen_error** error) {
  return goProgress((uintptr_t)user, (char*)operation, operation_length, done, total, error);
}

duramen_status go_context_create(uint32_t num_threads, uint64_t seed, duramen_context** out,
                                 duramen_error** error) {
  const duramen_context_options options = {
      .struct_size = sizeof options, .num_threads = num_threads, .seed = seed};
  return duramen_context_create(&options, out, error);
}

duramen_status go_context_set_log(duramen_context* context, uintptr_t handle,
                                  duramen_error** error) {
  const duramen_log_sink sink = {
      .struct_size = sizeof sink, .log = log_message, .user = (void*)handle, .destroy = destroy};
  return duramen_context_set_log(context, handle ? &sink : NULL, error);
}

duramen_status go_context_set_progress(duramen_context* context, uintptr_t handle,
                                       duramen_error** error) {
  const duramen_progress_sink sink = {
      .struct_size = sizeof sink, .progress = progress, .user = (void*)handle, .destroy = destroy};
  return duramen_context_set_progress(context, handle ? &sink : NULL, error);
}

duramen_status go_tensor_import(duramen_context* context, int32_t mode, duramen_dtype dtype,
                                const int64_t* shape, uint32_t rank, const uint8_t* data,
                                uint64_t nbytes, uintptr_t handle, duramen_tensor** out,
                                duramen_error** error) {
  const duramen_import_options options = {.struct_size = sizeof options,
                                          .mode = mode,
                                          .dtype = dtype,
                                          .rank = rank,
                                          .shape = shape,
                                          .data = data,
                                          .nbytes = nbytes,
                                          .user = (void*)handle,
                                          .destroy = handle ? destroy : NULL};
  return duramen_tensor_import(context, &options, out, error);
}

duramen_status go_tensor_backward(duramen_context* context, duramen_tensor* tensor,
                                  const duramen_tensor* gradient, uint64_t flags,
                                  duramen_tensor* const* inputs, size_t input_count,
                                  duramen_error** error) {
  const duramen_backward_options options = {
      .struct_size = sizeof options, .flags = flags, .inputs = inputs, .input_count = input_count};
  return duramen_tensor_backward(context, tensor, gradient, &options, error);
}

duramen_status go_module_from_text(duramen_context* context, const char* text, size_t text_length,
                                   uint64_t flags, const duramen_scope* scope,
                                   const duramen_value* arguments, duramen_module** out,
                                   duramen_value** unknown, duramen_error** error) {
  const duramen_text_options options = {
      .struct_size = sizeof options, .flags = flags, .scope = scope, .arguments = arguments};
  return duramen_module_from_text_with(context, text, text_length, &options, out, unknown, error);
}

duramen_status go_value_create_bytes(const uint8_t* bytes, size_t nbytes, duramen_value** out,
                                     duramen_error** error) {
  return duramen_value_create_bytes(bytes, nbytes, out, error);
}

static duramen_list_options list_options(const go_options* options, const char* prefix,
                                         const char* include, const char* exclude) {
  const duramen_list_options out = {.struct_size = sizeof out,
                                    .dtype = options->number,
                                    .kinds = options->kinds,
                                    .flags = options->flags,
                                    .prefix = prefix,
                                    .prefix_length = options->prefix_length,
                                    .include = include,
                                    .include_length = options->include_length,
                                    .exclude = exclude,
                                    .exclude_length = options->exclude_length};
  return out;
}

duramen_status go_module_list(const duramen_module* module, const go_options* options,
                              const char* prefix, const char* include, const char* exclude,
                              duramen_listing** out, duramen_error** error) {
  const duramen_list_options listed = list_options(options, prefix, include, exclude);
  return duramen_module_list(module, &listed, out, error);
}

duramen_status go_state_dict_list(const duramen_state_dict* dict, const go_options* options,
                                  const char* prefix, const char* include, const char* exclude,
                                  duramen_listing** out, duramen_error** error) {
  const duramen_list_options listed = list_options(options, prefix, include, exclude);
  return duramen_state_dict_list(dict, &listed, out, error);
}

duramen_status go_state_dict_diff(duramen_context* context, const duramen_state_dict* a,
                                  const duramen_state_dict* b, const go_options* options,
                                  const char* include, const char* exclude, duramen_diff** out,
                                  duramen_error** error) {
  const duramen_list_options listed = list_options(options, NULL, include, exclude);
  return duramen_state_dict_diff(context, a, b, &listed, out, error);
}

duramen_status go_state_dict_digest(duramen_context* context, const duramen_state_dict* dict,
                                    const go_options* options, const char* include,
                                    const char* exclude, duramen_string** out,
                                    duramen_error** error) {
  const duramen_list_options listed = list_options(options, NULL, include, exclude);
  return duramen_state_dict_digest(context, dict, &listed, out, error);
}

static duramen_blend_options blend_options(const go_options* options, const char* include,
                                           const char* exclude) {
  const duramen_blend_options out = {.struct_size = sizeof out,
                                     .buffers = options->number,
                                     .include = include,
                                     .include_length = options->include_length,
                                     .exclude = exclude,
                                     .exclude_length = options->exclude_length};
  return out;
}

duramen_status go_module_copy_from(duramen_context* context, duramen_module* target,
                                   const duramen_module* source, const go_options* options,
                                   const char* include, const char* exclude,
                                   duramen_error** error) {
  const duramen_blend_options blend = blend_options(options, include, exclude);
  return duramen_module_copy_from(context, target, source, &blend, error);
}

duramen_status go_module_lerp(duramen_context* context, duramen_module* target,
                              const duramen_module* source, double weight,
                              const go_options* options, const char* include, const char* exclude,
                              duramen_error** error) {
  const duramen_blend_options blend = blend_options(options, include, exclude);
  return duramen_module_lerp(context, target, source, weight, &blend, error);
}

// The policies by name, to be freed; NULL for none, and where memory ran out.
static duramen_load_policy* load_policies(const go_load* how, const char* patterns,
                                          const uint64_t* lengths, const uint64_t* policies) {
  duramen_load_policy* out = how->count ? calloc(how->count, sizeof *out) : NULL;
  for (size_t i = 0; out && i < how->count; ++i) {
    out[i].struct_size = sizeof *out;
    out[i].pattern = patterns;
    out[i].pattern_length = lengths[i];
    out[i].policy = policies[i];
    patterns += lengths[i];
  }
  return out;
}

static duramen_load_options load_options(const go_load* how, const duramen_load_policy* policies) {
  const duramen_load_options out = {.struct_size = sizeof out,
                                    .policy = how->policy,
                                    .rename = how->rename,
                                    .policies = policies,
                                    .policy_count = how->count};
  return out;
}

duramen_status go_module_load(duramen_context* context, duramen_module* module,
                              const duramen_state_dict* dict, const go_load* how,
                              const char* patterns, const uint64_t* lengths,
                              const uint64_t* policies, duramen_load_report** report,
                              duramen_error** error) {
  duramen_load_policy* named = load_policies(how, patterns, lengths, policies);
  const duramen_load_options options = load_options(how, named);
  const duramen_status status =
      duramen_module_load_state_dict(context, module, dict, &options, report, error);
  free(named);
  return status;
}

duramen_status go_module_match(const duramen_module* module, const duramen_state_dict* dict,
                               const go_load* how, const char* patterns, const uint64_t* lengths,
                               const uint64_t* policies, duramen_load_report** report,
                               duramen_error** error) {
  duramen_load_policy* named = load_policies(how, patterns, lengths, policies);
  const duramen_load_options options = load_options(how, named);
  const duramen_status status = duramen_module_match(module, dict, &options, report, error);
  free(named);
  return status;
}
