/* The operations of the out-of-memory test on contexts, imports, values, dicts and options. */
#include "dlpack_structs.h"
#include "memory_world.h"
#include "plain_host.h"

static duramen_status set_context(struct world* w, duramen_error** error) {
  static uint8_t state[5056];
  const duramen_log_sink log = silent_log();
  const duramen_progress_sink progress = silent_progress();
  duramen_allocator_statistics statistics = {0};
  size_t nbytes = 0;
  duramen_status status;
  statistics.struct_size = sizeof statistics;
  TRY(duramen_check_compat(DURAMEN_API_LEVEL, DURAMEN_ABI_EPOCH, error));
  TRY(duramen_context_seed(w->context, 3, error));
  TRY(duramen_context_generator_state(w->context, state, sizeof state, &nbytes, error));
  TRY(duramen_context_set_generator_state(w->context, state, nbytes, error));
  TRY(duramen_context_set_grad_enabled(w->context, 1, error));
  TRY(duramen_context_set_default_dtype(w->context, DURAMEN_DTYPE_FLOAT32, error));
  TRY(duramen_context_set_log(w->context, &log, error));
  TRY(duramen_context_set_progress(w->context, &progress, error));
  TRY(duramen_context_allocator_statistics(w->context, &statistics, error));
  TRY(duramen_context_trim(w->context, error));
release:
  return status;
}

static duramen_status incompatible(struct world* w, duramen_error** error) {
  (void)w;
  return duramen_check_compat(1000, 7, error);
}

static void ignore(void* user) { (void)user; }

static duramen_status import_tensors(struct world* w, duramen_error** error) {
  static float values[4] = {1, 2, 3, 4};
  static const int64_t kShape[2] = {2, 2};
  duramen_import_options options = {0};
  duramen_tensor *copy = NULL, *view = NULL, *nothing = NULL;
  duramen_status status;
  options.struct_size = sizeof options;
  options.dtype = DURAMEN_DTYPE_FLOAT32;
  options.rank = 2;
  options.shape = kShape;
  options.data = values;
  options.nbytes = sizeof values;
  TRY(duramen_tensor_import(w->context, &options, &copy, error));
  options.mode = DURAMEN_IMPORT_VIEW;
  options.destroy = ignore;
  TRY(duramen_tensor_import(w->context, &options, &view, error));
  TRY(duramen_tensor_empty(w->context, DURAMEN_DTYPE_INT8, kShape, 2, &nothing, error));
release:
  duramen_tensor_release(nothing);
  duramen_tensor_release(view);
  duramen_tensor_release(copy);
  return status;
}

static duramen_status look_at_tensor(struct world* w, duramen_error** error) {
  static const int64_t kFirst[2] = {0, 0};
  float values[12];
  int64_t numbers[2];
  size_t rank = 0;
  double item = 0;
  const void* data = NULL;
  void* writable = NULL;
  duramen_tensor* grad = NULL;
  duramen_status status;
  TRY(duramen_tensor_shape(w->x, numbers, 2, &rank, error));
  TRY(duramen_tensor_strides(w->x, numbers, 2, &rank, error));
  TRY(duramen_tensor_data_const(w->x, &data, error));
  TRY(duramen_tensor_item(w->x, kFirst, 2, &item, error));
  TRY(duramen_tensor_read(w->context, w->x, DURAMEN_DTYPE_FLOAT32, values, sizeof values, error));
  TRY(duramen_tensor_data_mut(w->x, &writable, error));
  TRY(duramen_tensor_set_requires_grad(w->x, 1, error));
  TRY(duramen_tensor_set_grad(w->x, NULL, error));
  TRY(duramen_tensor_grad(w->x, &grad, error));
release:
  return status;
}

static duramen_status by_dlpack(struct world* w, duramen_error** error) {
  struct DLManagedTensorVersioned* managed = NULL;
  struct DLManagedTensor* legacy = NULL;
  duramen_tensor *back = NULL, *old = NULL;
  duramen_status status;
  TRY(duramen_tensor_to_dlpack(w->deep[1], &managed, error));
  TRY(duramen_tensor_to_dlpack_legacy(w->deep[1], &legacy, error));
  TRY(duramen_tensor_from_dlpack_take(managed, &back, error));
  managed = NULL;
  TRY(duramen_tensor_from_dlpack_legacy_take(legacy, &old, error));
  legacy = NULL;
release:
  if (managed) managed->deleter(managed);
  if (legacy) legacy->deleter(legacy);
  duramen_tensor_release(old);
  duramen_tensor_release(back);
  return status;
}

static duramen_status scalars(struct world* w, duramen_error** error) {
  duramen_value* made[5] = {NULL};
  duramen_status status;
  size_t i;
  TRY(duramen_value_create_none(&made[0], error));
  TRY(duramen_value_create_bool(1, &made[1], error));
  TRY(duramen_value_create_float(0.5, &made[2], error));
  TRY(duramen_value_create_complex(1, 2, &made[3], error));
  TRY(duramen_value_create_tensor(w->deep[0], &made[4], error));
release:
  for (i = 0; i < COUNT_OF(made); ++i) duramen_value_release(made[i]);
  return status;
}

static duramen_status read_dict(struct world* w, duramen_error** error) {
  duramen_state_dict *fresh = NULL, *again = NULL;
  duramen_tensor* weight = NULL;
  duramen_value *value = NULL, *whole = NULL;
  duramen_string* text = NULL;
  duramen_string_list* keys = NULL;
  int64_t version = 0;
  duramen_status status;
  TRY(duramen_state_dict_get_tensor(w->dict, "0.weight", SIZE_MAX, &weight, error));
  TRY(duramen_state_dict_get_value(w->dict, "0.bias", SIZE_MAX, &value, error));
  TRY(duramen_state_dict_version(w->dict, "1", SIZE_MAX, &version, error));
  TRY(duramen_state_dict_create(&fresh, error));
  TRY(duramen_state_dict_set_value(fresh, "a name that is not short", SIZE_MAX, value, error));
  TRY(duramen_state_dict_set_metadata(fresh, "key", 3, "a text", 6, error));
  TRY(duramen_state_dict_metadata(fresh, "key", 3, &text, error));
  TRY(duramen_state_dict_metadata_keys(fresh, &keys, error));
  TRY(duramen_state_dict_to_value(w->dict, &whole, error));
  TRY(duramen_state_dict_from_value(whole, NULL, 0, &again, error));
release:
  duramen_state_dict_release(again);
  duramen_value_release(whole);
  duramen_string_list_release(keys);
  duramen_string_release(text);
  duramen_state_dict_release(fresh);
  duramen_value_release(value);
  duramen_tensor_release(weight);
  return status;
}

static duramen_status save_value(struct world* w, duramen_error** error) {
  duramen_save_options options = {0};
  options.struct_size = sizeof options;
  options.durability = DURAMEN_DURABILITY_ATOMIC;
  return duramen_value_save(w->context, w->state, scratch_path("memory_value.pt"), SIZE_MAX,
                            &options, error);
}

/* An array that has to be copied, saved and opened again. */
static duramen_status by_array(struct world* w, duramen_error** error) {
  duramen_save_options options = {0};
  duramen_value* value = NULL;
  duramen_checkpoint* checkpoint = NULL;
  duramen_status status;
  options.struct_size = sizeof options;
  options.durability = DURAMEN_DURABILITY_ATOMIC;
  TRY(duramen_value_create_tensor(w->deep[1], &value, error));
  TRY(duramen_value_save(w->context, value, scratch_path("memory.npy"), SIZE_MAX, &options, error));
  TRY(duramen_checkpoint_open(w->context, scratch_path("memory.npy"), SIZE_MAX, NULL, &checkpoint,
                              error));
release:
  duramen_checkpoint_release(checkpoint);
  duramen_value_release(value);
  return status;
}

static duramen_status build_info(struct world* w, duramen_error** error) {
  duramen_string* text = NULL;
  const duramen_status status = duramen_build_info(&text, error);
  (void)w;
  duramen_string_release(text);
  return status;
}

static duramen_status match(struct world* w, duramen_error** error) {
  duramen_load_report* report = NULL;
  duramen_string* text = NULL;
  duramen_status status;
  TRY(duramen_state_dict_remove(w->dict, "0.weight", SIZE_MAX, error));
  TRY(duramen_module_match(w->net, w->dict, NULL, &report, error));
  TRY(duramen_load_report_torch_message(report, 1, &text, error));
  duramen_string_release(text);
  text = NULL;
  TRY(duramen_load_report_describe(report, 3, &text, error));
release:
  duramen_string_release(text);
  duramen_load_report_release(report);
  return status;
}

static int32_t drop_first(void* user, const char* name, size_t name_length, duramen_string** out,
                          duramen_error** error) {
  (void)user;
  return duramen_string_create(name + 1, name_length - 1, out, error);
}

static duramen_status rename_names(struct world* w, duramen_error** error) {
  duramen_rename_callback callback = {0};
  duramen_rename_rules* rules = NULL;
  duramen_string_list *texts = NULL, *presets = NULL;
  duramen_string* text = NULL;
  duramen_state_dict* renamed = NULL;
  duramen_load_report* report = NULL;
  duramen_status status;
  callback.struct_size = sizeof callback;
  callback.name = "drop_first";
  callback.name_length = SIZE_MAX;
  callback.rename = drop_first;
  TRY(duramen_rename_rules_create(&rules, error));
  TRY(duramen_rename_rules_add(rules, DURAMEN_RENAME_GLOB, "0.*", SIZE_MAX, "first.*", SIZE_MAX,
                               error));
  TRY(duramen_rename_rules_add_text(rules, "add:a module's longer prefix.", SIZE_MAX, error));
  TRY(duramen_rename_rules_add_text(rules, "preset:wrappers", SIZE_MAX, error));
  TRY(duramen_rename_rules_add_callback(rules, &callback, error));
  TRY(duramen_rename_rules_list(rules, &texts, error));
  TRY(duramen_rename_preset_list(&presets, error));
  TRY(duramen_rename_preset_describe("bert", SIZE_MAX, &text, error));
  TRY(duramen_state_dict_rename(w->dict, rules, &renamed, error));
  TRY(duramen_rename_rules_preview(rules, w->dict, &report, error));
release:
  duramen_load_report_release(report);
  duramen_state_dict_release(renamed);
  duramen_string_release(text);
  duramen_string_list_release(presets);
  duramen_string_list_release(texts);
  duramen_rename_rules_release(rules);
  return status;
}

/* Renamed on the way in, a smaller weight copied in part, both by a policy for their names. */
static duramen_status load_by_policy(struct world* w, duramen_error** error) {
  static const int64_t kShape[2] = {1, 1};
  duramen_load_policy policy = {0};
  duramen_load_options options = {0};
  duramen_rename_rules* rules = NULL;
  duramen_tensor* small = NULL;
  duramen_status status;
  policy.struct_size = sizeof policy;
  policy.pattern = "**";
  policy.pattern_length = SIZE_MAX;
  policy.policy = DURAMEN_LOAD_SLICE_MISMATCHED | DURAMEN_LOAD_ALLOW_MISSING;
  options.struct_size = sizeof options;
  options.policies = &policy;
  options.policy_count = 1;
  TRY(duramen_tensor_zeros(w->context, DURAMEN_DTYPE_FLOAT32, kShape, 2, &small, error));
  TRY(duramen_state_dict_set_tensor(w->dict, "0.weight", SIZE_MAX, small, error));
  TRY(duramen_rename_rules_create(&rules, error));
  TRY(duramen_rename_rules_add_text(rules, "glob:**.bias=**.bias", SIZE_MAX, error));
  TRY(duramen_rename_rules_add_text(rules, "exact:0.bias=0.no bias", SIZE_MAX, error));
  TRY(duramen_rename_rules_add_text(rules, "exact:0.no bias=0.bias", SIZE_MAX, error));
  options.rename = rules;
  TRY(duramen_module_load_state_dict(w->context, w->net, w->dict, &options, NULL, error));
release:
  duramen_rename_rules_release(rules);
  duramen_tensor_release(small);
  return status;
}

static duramen_status with_scope(struct world* w, duramen_error** error) {
  duramen_scope* scope = NULL;
  duramen_status status;
  TRY(duramen_scope_create(&scope, error));
  TRY(duramen_scope_set_tensor(scope, "t", SIZE_MAX, w->deep[0], error));
release:
  duramen_scope_release(scope);
  return status;
}

static duramen_status assign_module(struct world* w, duramen_error** error) {
  duramen_module* child = NULL;
  duramen_status status;
  TRY(duramen_module_from_text(w->context, "Tanh()", SIZE_MAX, &child, error));
  TRY(duramen_module_assign_module(w->net, "2", SIZE_MAX, child, error));
release:
  duramen_module_release(child);
  return status;
}

static int32_t visit(void* user, duramen_module* module, duramen_error** error) {
  (void)user;
  (void)module;
  (void)error;
  return 0;
}

static duramen_status visit_all(struct world* w, duramen_error** error) {
  return duramen_module_apply(w->net, visit, NULL, error);
}

static duramen_status reset(struct world* w, duramen_error** error) {
  duramen_module *linear = NULL, *norm = NULL;
  duramen_status status;
  TRY(duramen_module_get_submodule(w->net, "0", SIZE_MAX, &linear, error));
  TRY(duramen_module_get_submodule(w->net, "1", SIZE_MAX, &norm, error));
  TRY(duramen_module_reset_running_stats(norm, error));
  TRY(duramen_module_reset_parameters(w->context, linear, error));
release:
  duramen_module_release(norm);
  duramen_module_release(linear);
  return status;
}

static duramen_status initialize(struct world* w, duramen_error** error) {
  static const int64_t kShape[2] = {2, 2};
  duramen_module* lazy = NULL;
  duramen_tensor* input = NULL;
  duramen_status status;
  TRY(duramen_module_from_text(w->context, "LazyLinear(3)", SIZE_MAX, &lazy, error));
  TRY(duramen_tensor_zeros(w->context, DURAMEN_DTYPE_FLOAT32, kShape, 2, &input, error));
  TRY(duramen_module_initialize_parameters(w->context, lazy, input, error));
release:
  duramen_tensor_release(input);
  duramen_module_release(lazy);
  return status;
}

static duramen_status set_options(struct world* w, duramen_error** error) {
  static const double kFloats[2] = {0.5, 0.25};
  duramen_options* options = NULL;
  duramen_value* value = NULL;
  const duramen_value* items[1];
  duramen_status status;
  TRY(duramen_value_create_int(3, &value, error));
  items[0] = value;
  TRY(duramen_options_create(&options, error));
  TRY(duramen_options_set_none(options, "none", SIZE_MAX, error));
  TRY(duramen_options_set_bool(options, "bool", SIZE_MAX, 1, error));
  TRY(duramen_options_set_int(options, "int", SIZE_MAX, 7, error));
  TRY(duramen_options_set_text(options, "text", SIZE_MAX, "a text of some length", SIZE_MAX,
                               error));
  TRY(duramen_options_set_floats(options, "floats", SIZE_MAX, kFloats, 2, error));
  TRY(duramen_options_set_list(options, "list", SIZE_MAX, items, 1, error));
  TRY(duramen_options_set_value(options, "value", SIZE_MAX, value, error));
  TRY(duramen_options_set_tensor(options, "tensor", SIZE_MAX, w->deep[0], error));
  TRY(duramen_options_set_module(options, "module", SIZE_MAX, w->net, error));
release:
  duramen_options_release(options);
  duramen_value_release(value);
  return status;
}

static duramen_status optimizer_options(struct world* w, duramen_error** error) {
  duramen_value* value = NULL;
  duramen_status status;
  TRY(duramen_optimizer_get_option(w->optimizer, 0, "lr", SIZE_MAX, &value, error));
  TRY(duramen_optimizer_set_option(w->optimizer, 0, "momentum", SIZE_MAX, value, error));
release:
  duramen_value_release(value);
  return status;
}

const struct operation kObjectOperations[] = {
    {"set a context", WITH_DEEP, 1, DURAMEN_OK, set_context},
    {"another epoch", NO_NET, 1, DURAMEN_E_UNSUPPORTED, incompatible},
    {"import", NO_NET, 1, DURAMEN_OK, import_tensors},
    {"look at a tensor", WITH_GRAPH, 1, DURAMEN_OK, look_at_tensor},
    {"dlpack", NO_NET | WITH_DEEP, 1, DURAMEN_OK, by_dlpack},
    {"scalars", NO_NET | WITH_DEEP, 1, DURAMEN_OK, scalars},
    {"read a dict", WITH_DICT, 1, DURAMEN_OK, read_dict},
    {"save a value", WITH_OPTIMIZER, 1, DURAMEN_OK, save_value},
    {"an array", NO_NET | WITH_DEEP, 1, DURAMEN_OK, by_array},
    {"the build", NO_NET, 1, DURAMEN_OK, build_info},
    {"match", WITH_DICT, 1, DURAMEN_OK, match},
    {"load by policy", WITH_DICT, 1, DURAMEN_OK, load_by_policy},
    {"rename", WITH_DICT, 1, DURAMEN_OK, rename_names},
    {"a scope", NO_NET | WITH_DEEP, 1, DURAMEN_OK, with_scope},
    {"assign a module", 0, 1, DURAMEN_OK, assign_module},
    {"visit", 0, 1, DURAMEN_OK, visit_all},
    {"reset", 0, 0, DURAMEN_OK, reset},
    {"initialize", 0, 0, DURAMEN_OK, initialize},
    {"set options", WITH_DEEP, 1, DURAMEN_OK, set_options},
    {"options of an optimizer", WITH_OPTIMIZER, 1, DURAMEN_OK, optimizer_options},
};

const size_t kObjectOperationCount = COUNT_OF(kObjectOperations);
