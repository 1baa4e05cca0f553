#include "live.h"

#include "plain_host.h"

static struct live live;
static duramen_module* fresh;
static const char* function;
static int functions;
static int cases;

static int32_t visit_nothing(void* user, duramen_module* module, duramen_error** error) {
  (void)user;
  (void)module;
  (void)error;
  return 0;
}

static int32_t give_zeros(void* user, uint64_t offset, void* buffer, size_t nbytes,
                          duramen_error** error) {
  (void)user;
  (void)offset;
  (void)error;
  memset(buffer, 0, nbytes);
  return 0;
}

static int32_t take_bytes(void* user, const void* data, size_t nbytes, duramen_error** error) {
  (void)user;
  (void)data;
  (void)nbytes;
  (void)error;
  return 0;
}

static void destroy_nothing(void* user) { (void)user; }

/* Gives its input, and its state to the live objects. */
static int32_t pass_on(void* user, duramen_context* context, duramen_function_state* state,
                       duramen_tensor* const* inputs, size_t input_count, duramen_tensor** outputs,
                       size_t output_count, duramen_error** error) {
  (void)user;
  (void)context;
  (void)input_count;
  (void)output_count;
  (void)error;
  if (live.function_state == NULL) live.function_state = duramen_function_state_retain(state);
  outputs[0] = duramen_tensor_retain(inputs[0]);
  return 0;
}

/* Gives what it gets to the live objects. */
static int32_t keep_notes(void* user, duramen_module* module, const char* prefix, size_t length,
                          duramen_load_notes* notes, duramen_error** error) {
  (void)user;
  (void)module;
  (void)prefix;
  (void)length;
  (void)error;
  if (live.load_notes == NULL) live.load_notes = duramen_load_notes_retain(notes);
  return 0;
}

/* Changes nothing. */
static int32_t hear_inputs(void* user, duramen_context* context, duramen_module* module,
                           const duramen_value* arguments, const duramen_value* keywords,
                           duramen_value** new_tuple, duramen_value** new_dict,
                           duramen_error** error) {
  (void)user;
  (void)context;
  (void)module;
  (void)arguments;
  (void)keywords;
  (void)new_tuple;
  (void)new_dict;
  (void)error;
  return 0;
}

static void make_load_notes(void) {
  duramen_load_report* report = NULL;
  uint64_t id = 0;
  live.module_hook.struct_size = sizeof live.module_hook;
  live.module_hook.after_load = keep_notes;
  OK(duramen_module_add_hook(live.module, &live.module_hook, &id, ERROR));
  OK(duramen_module_match(live.module, live.state_dict, NULL, &report, ERROR));
  OK(duramen_module_remove_hook(live.module, id, ERROR));
  duramen_load_report_release(report);
}

static int32_t keep_name(void* user, const char* name, size_t name_length, duramen_string** out,
                         duramen_error** error) {
  (void)user;
  (void)name;
  (void)name_length;
  (void)out;
  (void)error;
  return 0;
}

static void make_hooks(void) {
  live.allocator = plain_allocator();
  live.runner = plain_runner();
  live.log_sink = silent_log();
  live.progress_sink = silent_progress();
  live.load_policy.struct_size = sizeof live.load_policy;
  live.load_policy.pattern = "none";
  live.load_policy.pattern_length = SIZE_MAX;
}

static void make_callbacks(void) {
  duramen_tensor* output = NULL;
  live.rename_callback.struct_size = sizeof live.rename_callback;
  live.rename_callback.name = "keep";
  live.rename_callback.name_length = SIZE_MAX;
  live.rename_callback.rename = keep_name;
  live.module_visit = visit_nothing;
  live.destroy = destroy_nothing;
  live.read_at = give_zeros;
  live.write = take_bytes;
  live.save_options.struct_size = sizeof live.save_options;
  live.save_options.format = DURAMEN_FORMAT_TORCH;
  live.module_class.struct_size = sizeof live.module_class;
  live.module_class.name = "Net";
  live.module_class.name_length = SIZE_MAX;
  live.call_hook.struct_size = sizeof live.call_hook;
  live.call_hook.before_forward = hear_inputs;
  live.function_type.struct_size = sizeof live.function_type;
  live.function_type.name = "PassOnBackward";
  live.function_type.name_length = SIZE_MAX;
  live.function_type.forward = pass_on;
  OK(duramen_function_apply(live.context, &live.function_type, NULL, &live.tensor, 1, &output,
                            ERROR));
  duramen_tensor_release(output);
}

static void make_objects(void) {
  static const float kValues[1] = {1};
  static const int64_t kShape[1] = {1};
  duramen_tensor* weight = NULL;
  live.context = new_context();
  live.tensor = new_tensor(live.context, kValues, 1, kShape);
  live.module = new_module(live.context, "Linear(1, 1)");
  OK(duramen_error_create(-1000, "an error", SIZE_MAX, &live.error));
  OK(duramen_module_repr(live.module, &live.string, ERROR));
  OK(duramen_value_create_int(7, &live.value, ERROR));
  OK(duramen_op_from_text("relu", SIZE_MAX, &live.op, ERROR));
  OK(duramen_module_list(live.module, NULL, &live.listing, ERROR));
  OK(duramen_options_create(&live.options, ERROR));
  OK(duramen_scope_create(&live.scope, ERROR));
  OK(duramen_module_state_dict(live.module, NULL, 0, 0, &live.state_dict, ERROR));
  OK(duramen_state_dict_diff(live.context, live.state_dict, live.state_dict, NULL, &live.diff,
                             ERROR));
  OK(duramen_state_dict_version_paths(live.state_dict, &live.string_list, ERROR));
  OK(duramen_rename_rules_create(&live.rename_rules, ERROR));
  OK(duramen_module_match(live.module, live.state_dict, NULL, &live.load_report, ERROR));
  OK(duramen_state_dict_save(live.context, live.state_dict, scratch_path("live.safetensors"),
                             SIZE_MAX, NULL, ERROR));
  OK(duramen_checkpoint_open(live.context, scratch_path("live.safetensors"), SIZE_MAX, NULL,
                             &live.checkpoint, ERROR));
  OK(duramen_tensor_stream_create(scratch_path("live_stream.pt"), SIZE_MAX, NULL,
                                  &live.tensor_stream, ERROR));
  OK(duramen_module_get_parameter(live.module, "weight", SIZE_MAX, &weight, ERROR));
  OK(duramen_optimizer_from_text(live.context, "SGD(lr=0.1)", SIZE_MAX, &weight, 1, &live.optimizer,
                                 ERROR));
  duramen_tensor_release(weight);
}

const struct live* begin_live(void) {
  static const int64_t kShape[1] = {1};
  static const duramen_value* values[1];
  static int64_t bytes[1024];
  static int64_t scratch[1024];
  static int64_t dlpack[32];
  static char path[4096], save_path[4096];
  make_objects();
  make_hooks();
  make_callbacks();
  make_load_notes();
  snprintf(path, sizeof path, "%s", scratch_path("live.safetensors"));
  snprintf(save_path, sizeof save_path, "%s", scratch_path("live.pt"));
  live.path = path;
  live.save_path = save_path;
  values[0] = live.value;
  live.tensors = &live.tensor;
  live.modules = &live.module;
  live.values = values;
  live.import_options.struct_size = sizeof live.import_options;
  live.import_options.dtype = DURAMEN_DTYPE_FLOAT32;
  live.import_options.rank = 1;
  live.import_options.shape = kShape;
  live.import_options.data = bytes;
  live.import_options.nbytes = sizeof bytes;
  live.shape = kShape;
  live.bytes = bytes;
  live.scratch = scratch;
  live.dlpack = dlpack;
  return &live;
}

duramen_module* fresh_module(void) {
  duramen_module_release(fresh);
  fresh = new_module(live.context, "Linear(1, 1)");
  return fresh;
}

void release_live(void) {
  duramen_module_release(fresh);
  duramen_optimizer_release(live.optimizer);
  duramen_tensor_stream_release(live.tensor_stream);
  duramen_checkpoint_release(live.checkpoint);
  duramen_load_notes_release(live.load_notes);
  duramen_load_report_release(live.load_report);
  duramen_rename_rules_release(live.rename_rules);
  duramen_state_dict_release(live.state_dict);
  duramen_module_release(live.module);
  duramen_scope_release(live.scope);
  duramen_options_release(live.options);
  duramen_listing_release(live.listing);
  duramen_diff_release(live.diff);
  duramen_function_state_release(live.function_state);
  duramen_op_release(live.op);
  duramen_value_release(live.value);
  duramen_tensor_release(live.tensor);
  duramen_string_list_release(live.string_list);
  duramen_string_release(live.string);
  duramen_error_release(live.error);
  duramen_context_release(live.context);
}

int end_live(int expected_functions, int expected_cases) {
  CHECK(functions == expected_functions);
  CHECK(cases == expected_cases);
  CHECK(functions > 200);
  release_live();
  printf("%d functions, %d cases\n", functions, cases);
  return finish();
}

void begin_function(const char* name) {
  function = name;
  ++functions;
}

void count_case(void) { ++cases; }

void* poisoned(void) {
  static char place;
  return &place;
}

void expect_zero(int is_zero) { check_true(is_zero, "an output is zero", function, cases); }

void expect_status(duramen_status actual, duramen_status expected, const char* argument) {
  count_case();
  check_status(expected, actual, argument, function, cases);
}

void expect_failure(duramen_status actual, duramen_status expected, duramen_error* error,
                    const char* argument) {
  expect_status(actual, expected, argument);
  if (error == NULL || error == poisoned()) {
    check_true(0, "the error is set", function, cases);
    return;
  }
  check_true(duramen_error_status(error) == actual, "the error's status", function, cases);
  check_text(function, duramen_error_detail(error, "function", SIZE_MAX, NULL), argument, function,
             cases);
  duramen_error_release(error);
}
