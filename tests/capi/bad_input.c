/* Bad input to a module's state: each call gives its documented error, and the module is bit for
 * bit what it was. */
#define _DEFAULT_SOURCE /* truncate */
#include <unistd.h>

#include "file_world.h"
#include "fingerprint.h"

enum { kLongName = 1 << 20 };

static duramen_module* module;
static duramen_context* context;

/* The call fails so and changes nothing. */
#define REFUSED(status, call)                         \
  do {                                                \
    const uint64_t refused_was = fingerprint(module); \
    FAILS(status, call);                              \
    CHECK(fingerprint(module) == refused_was);        \
  } while (0)

static duramen_tensor* parameter_at(const char* path) {
  duramen_tensor* tensor = NULL;
  OK(duramen_module_get_parameter(module, path, SIZE_MAX, &tensor, ERROR));
  return tensor;
}

/* Layers, a tie, a None entry and a gradient. */
static void build(void) {
  static const float kOnes[4] = {1, 1, 1, 1};
  static const int64_t kShape[2] = {2, 2};
  duramen_tensor *tied, *grad = new_tensor(context, kOnes, 2, kShape);
  module = new_module(
      context, "Sequential(Linear(2, 2), BatchNorm1d(2), Sequential(Linear(2, 2, bias=False)))");
  tied = parameter_at("0.weight");
  OK(duramen_module_assign_tensor(module, "tied", SIZE_MAX, tied, ERROR));
  OK(duramen_tensor_set_grad(tied, grad, ERROR));
  duramen_tensor_release(tied);
  duramen_tensor_release(grad);
}

typedef struct bad_name {
  const char* name;
  size_t length;
  duramen_status status;
  int is_bytes; /* no text at all: refused by every call */
} bad_name;

static const bad_name kBadNames[] = {
    {"", 0, DURAMEN_E_INVALID_ARGUMENT, 0},
    {"a.b", 3, DURAMEN_E_INVALID_ARGUMENT, 0},
    {".", 1, DURAMEN_E_INVALID_ARGUMENT, 0},
    {"a\0b", 3, DURAMEN_E_INVALID_ARGUMENT, 1},
    {"\xff", 1, DURAMEN_E_INVALID_ARGUMENT, 1},
    {"\xc0\xaf", 2, DURAMEN_E_INVALID_ARGUMENT, 1},     /* overlong */
    {"\xed\xa0\x80", 3, DURAMEN_E_INVALID_ARGUMENT, 1}, /* a surrogate */
    {"forward", 7, DURAMEN_E_ALREADY_EXISTS, 0},
    {"training", 8, DURAMEN_E_ALREADY_EXISTS, 0},
    {"_parameters", 11, DURAMEN_E_ALREADY_EXISTS, 0},
};

static void names(void) {
  duramen_tensor* parameter = parameter_at("0.bias");
  duramen_module* child = new_module(context, "ReLU()");
  size_t i;
  for (i = 0; i < COUNT_OF(kBadNames); ++i) {
    const bad_name* bad = &kBadNames[i];
    REFUSED(bad->status,
            duramen_module_register_parameter(module, bad->name, bad->length, parameter, ERROR));
    REFUSED(bad->status,
            duramen_module_register_parameter(module, bad->name, bad->length, NULL, ERROR));
    REFUSED(bad->status,
            duramen_module_register_buffer(module, bad->name, bad->length, parameter, 1, ERROR));
    REFUSED(bad->status,
            duramen_module_register_child(module, bad->name, bad->length, child, ERROR));
    if (!bad->is_bytes) continue;
    REFUSED(bad->status,
            duramen_module_assign_tensor(module, bad->name, bad->length, parameter, ERROR));
    REFUSED(bad->status,
            duramen_module_assign_module(module, bad->name, bad->length, child, ERROR));
  }
  duramen_module_release(child);
  duramen_tensor_release(parameter);
}

/* Long, odd and foreign names are names. */
static void odd_names(void) {
  static const char* const kOdd[] = {" ", "a-b", "0x", "7", "\xc3\xa9", "\xf0\x9f\x8c\xb2", "\n"};
  duramen_tensor* parameter = parameter_at("0.bias");
  duramen_tensor* found = NULL;
  const uint64_t was = fingerprint(module);
  char* long_name = malloc(kLongName);
  size_t i;
  CHECK(long_name != NULL);
  memset(long_name, 'n', kLongName);
  OK(duramen_module_register_parameter(module, long_name, kLongName, parameter, ERROR));
  OK(duramen_module_get_parameter(module, long_name, kLongName, &found, ERROR));
  CHECK(found == parameter && fingerprint(module) != was);
  duramen_tensor_release(found);
  OK(duramen_module_remove(module, long_name, kLongName, ERROR));
  CHECK(fingerprint(module) == was);
  long_name[kLongName - 1] = '.';
  REFUSED(DURAMEN_E_INVALID_ARGUMENT,
          duramen_module_register_parameter(module, long_name, kLongName, parameter, ERROR));
  CHECK(strlen(duramen_error_message(last_error(), NULL)) < 400);
  for (i = 0; i < COUNT_OF(kOdd); ++i) {
    OK(duramen_module_register_buffer(module, kOdd[i], SIZE_MAX, parameter, 1, ERROR));
    OK(duramen_module_remove(module, kOdd[i], SIZE_MAX, ERROR));
    CHECK(fingerprint(module) == was);
  }
  free(long_name);
  duramen_tensor_release(parameter);
}

static void wrong_kinds(void) {
  static const float kValues[2] = {1, 2};
  static const int64_t kShape[1] = {2};
  duramen_tensor *plain = new_tensor(context, kValues, 1, kShape), *parameter, *doubled = NULL;
  duramen_module* child = new_module(context, "ReLU()");
  duramen_tensor* foreign_tensor = (duramen_tensor*)(void*)child;
  duramen_module* foreign_module = (duramen_module*)(void*)plain;
  parameter = parameter_at("0.weight");
  OK(duramen_add(context, parameter, parameter, &doubled, ERROR));
  REFUSED(DURAMEN_E_INVALID_ARGUMENT,
          duramen_module_register_parameter(module, "p", SIZE_MAX, plain, ERROR));
  REFUSED(DURAMEN_E_INVALID_ARGUMENT,
          duramen_module_register_parameter(module, "p", SIZE_MAX, doubled, ERROR));
  REFUSED(DURAMEN_E_ALREADY_EXISTS,
          duramen_module_register_buffer(module, "tied", SIZE_MAX, plain, 1, ERROR));
  REFUSED(DURAMEN_E_ALREADY_EXISTS,
          duramen_module_register_child(module, "tied", SIZE_MAX, child, ERROR));
  REFUSED(DURAMEN_E_INVALID_ARGUMENT,
          duramen_module_assign_tensor(module, "tied", SIZE_MAX, plain, ERROR));
  REFUSED(DURAMEN_E_INVALID_ARGUMENT,
          duramen_module_assign_module(module, "tied", SIZE_MAX, child, ERROR));
  REFUSED(DURAMEN_E_INVALID_ARGUMENT,
          duramen_module_assign_tensor(module, "0", SIZE_MAX, plain, ERROR));
  REFUSED(DURAMEN_E_NOT_FOUND, duramen_module_remove(module, "nobody", SIZE_MAX, ERROR));
  REFUSED(DURAMEN_E_BAD_HANDLE,
          duramen_module_register_parameter(module, "p", SIZE_MAX, foreign_tensor, ERROR));
  REFUSED(DURAMEN_E_BAD_HANDLE,
          duramen_module_register_child(module, "c", SIZE_MAX, foreign_module, ERROR));
  REFUSED(DURAMEN_E_BAD_HANDLE,
          duramen_module_load_state_dict(context, module, (duramen_state_dict*)(void*)plain, NULL,
                                         NULL, ERROR));
  FAILS(DURAMEN_E_BAD_HANDLE, duramen_module_train(foreign_module, 1, ERROR));
  duramen_tensor_release(doubled);
  duramen_tensor_release(parameter);
  duramen_module_release(child);
  duramen_tensor_release(plain);
}

static duramen_state_dict* state(void) {
  duramen_state_dict* dict = NULL;
  OK(duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  return dict;
}

/* Loads a copy of the module's own state with one entry changed. */
static void load_with(const char* name, duramen_tensor* tensor, const char* expected) {
  static const uint64_t kPolicies[] = {0, DURAMEN_LOAD_ASSIGN,
                                       DURAMEN_LOAD_ALLOW_MISSING | DURAMEN_LOAD_ALLOW_UNEXPECTED};
  duramen_state_dict *dict = state(), *copy = NULL;
  size_t i;
  OK(duramen_state_dict_snapshot(context, dict, &copy, ERROR));
  OK(duramen_state_dict_set_tensor(copy, name, SIZE_MAX, tensor, ERROR));
  for (i = 0; i < COUNT_OF(kPolicies); ++i) {
    duramen_load_options options = {0};
    const duramen_load_report* report;
    duramen_string* text = NULL;
    OK(duramen_load_options_init(&options, sizeof options, ERROR));
    options.policy = kPolicies[i];
    if (i == 1 && strcmp(expected, "overlap") == 0) continue; /* nothing is copied */
    REFUSED(DURAMEN_E_INCOMPATIBLE,
            duramen_module_load_state_dict(context, module, copy, &options, NULL, ERROR));
    report = duramen_error_load_report(last_error());
    OK(duramen_load_report_torch_message(report, 1, &text, NULL));
    CONTAINS(strcmp(expected, "overlap") == 0 ? name : expected, duramen_string_data(text, NULL));
    duramen_string_release(text);
  }
  duramen_state_dict_release(copy);
  duramen_state_dict_release(dict);
}

static void loads(void) {
  static const float kValues[6] = {1, 2, 3, 4, 5, 6};
  static const int64_t kWrong[2] = {3, 2};
  static const int64_t kOrder[2] = {1, 0};
  duramen_tensor *wrong = new_tensor(context, kValues, 2, kWrong), *weight, *turned = NULL;
  duramen_state_dict* dict = state();
  duramen_load_options options = {0};
  weight = parameter_at("0.weight");
  load_with("0.weight", wrong, "size mismatch for 0.weight");
  load_with("2.0.weight", wrong, "size mismatch for 2.0.weight");
  OK(duramen_permute(context, weight, kOrder, 2, &turned, ERROR));
  load_with("0.weight", turned, "overlap"); /* the target's own memory, transposed */
  OK(duramen_load_options_init(&options, sizeof options, ERROR));
  options.policy = (uint64_t)1 << 63;
  REFUSED(DURAMEN_E_UNSUPPORTED,
          duramen_module_load_state_dict(context, module, dict, &options, NULL, ERROR));
  options.policy = 0;
  options.reserved = 1;
  REFUSED(DURAMEN_E_UNSUPPORTED,
          duramen_module_load_state_dict(context, module, dict, &options, NULL, ERROR));
  options.reserved = 0;
  options.struct_size = 3;
  REFUSED(DURAMEN_E_INVALID_ARGUMENT,
          duramen_module_load_state_dict(context, module, dict, &options, NULL, ERROR));
  duramen_tensor_release(turned);
  duramen_tensor_release(weight);
  duramen_state_dict_release(dict);
  duramen_tensor_release(wrong);
}

static duramen_checkpoint* open_as(const char* path, uint64_t flags) {
  duramen_open_options options = {0};
  duramen_checkpoint* checkpoint = NULL;
  OK(duramen_open_options_init(&options, sizeof options, ERROR));
  options.flags = flags;
  OK(duramen_checkpoint_open(context, path, SIZE_MAX, &options, &checkpoint, ERROR));
  return checkpoint;
}

static duramen_state_dict* dict_of(const duramen_checkpoint* checkpoint) {
  duramen_state_dict* dict = NULL;
  OK(duramen_checkpoint_state_dict(context, checkpoint, NULL, 0, &dict, ERROR));
  return dict;
}

/* Without the tie, which safetensors does not know. */
static void save(const char* path, const duramen_module* from) {
  duramen_state_dict* dict = NULL;
  OK(duramen_module_state_dict(from, NULL, 0, 0, &dict, ERROR));
  if (duramen_state_dict_remove(dict, "tied", SIZE_MAX, NULL) != DURAMEN_OK) {
    /* it has none */
  }
  OK(save_dict(context, dict, path, DURAMEN_DURABILITY_ATOMIC, ERROR));
  duramen_state_dict_release(dict);
}

/* A target that lies in a mapped file is not written, and neither is anything else. */
static void mapped_target(void) {
  const char* path = scratch_path("bad_input_mapped.safetensors");
  duramen_module *whole = module, *linear = NULL;
  duramen_checkpoint* checkpoint;
  duramen_state_dict *mapped, *other = state();
  duramen_load_options options = {0};
  OK(duramen_load_options_init(&options, sizeof options, ERROR));
  module = new_module(
      context, "Sequential(Linear(2, 2), BatchNorm1d(2), Sequential(Linear(2, 2, bias=False)))");
  save(path, module);
  checkpoint = open_as(path, 0);
  mapped = dict_of(checkpoint);
  OK(duramen_state_dict_remove(other, "tied", SIZE_MAX, ERROR));
  options.policy = DURAMEN_LOAD_ASSIGN;
  OK(duramen_module_load_state_dict(context, module, mapped, &options, NULL, ERROR));
  REFUSED(DURAMEN_E_INCOMPATIBLE,
          duramen_module_load_state_dict(context, module, other, NULL, NULL, ERROR));
  OK(duramen_module_get_submodule(module, "0", SIZE_MAX, &linear, ERROR));
  REFUSED(DURAMEN_E_READ_ONLY, duramen_module_reset_parameters(context, linear, ERROR));
  duramen_module_release(linear);
  duramen_state_dict_release(mapped);
  duramen_checkpoint_release(checkpoint);
  duramen_module_release(module);
  module = whole;
  duramen_state_dict_release(other);
}

/* The file is cut while it is open for reading: what is loaded is whole, or nothing is. */
static void cut_file(void) {
  static const char* const kNames[] = {"bad_input_cut.safetensors", "bad_input_cut.pt"};
  duramen_load_options options = {0};
  size_t i;
  OK(duramen_load_options_init(&options, sizeof options, ERROR));
  options.policy = DURAMEN_LOAD_ALLOW_MISSING;
  for (i = 0; i < COUNT_OF(kNames); ++i) {
    const char* path = scratch_path(kNames[i]);
    duramen_checkpoint* checkpoint;
    duramen_state_dict* dict = NULL;
    duramen_status status;
    const uint64_t was = fingerprint(module);
    save(path, module);
    checkpoint = open_as(path, DURAMEN_OPEN_READ);
    CHECK(truncate(path, 10) == 0);
    status = duramen_checkpoint_state_dict(context, checkpoint, NULL, 0, &dict, ERROR);
    if (status == DURAMEN_OK) {
      status = duramen_module_load_state_dict(context, module, dict, &options, NULL, ERROR);
    }
    CHECK(status == DURAMEN_OK || fingerprint(module) == was);
    if (status != DURAMEN_OK) CONTAINS(kNames[i], duramen_error_message(last_error(), NULL));
    duramen_state_dict_release(dict);
    duramen_checkpoint_release(checkpoint);
  }
}

static void conversions(void) {
  static const int64_t kShape[1] = {2};
  duramen_tensor *whole = NULL, *parameter = NULL;
  OK(duramen_tensor_zeros(context, DURAMEN_DTYPE_INT64, kShape, 1, &whole, ERROR));
  OK(duramen_parameter_create(whole, 0, &parameter, ERROR));
  OK(duramen_module_register_parameter(module, "count", SIZE_MAX, parameter, ERROR));
  OK(duramen_module_set_requires_grad(module, 0, ERROR));
  REFUSED(DURAMEN_E_DTYPE_MISMATCH, duramen_module_set_requires_grad(module, 1, ERROR));
  OK(duramen_module_remove(module, "count", SIZE_MAX, ERROR));
  OK(duramen_module_set_requires_grad(module, 1, ERROR));
  REFUSED(DURAMEN_E_DTYPE_MISMATCH,
          duramen_module_to_dtype(context, module, DURAMEN_DTYPE_INT64, ERROR));
  REFUSED(DURAMEN_E_DTYPE_MISMATCH,
          duramen_module_to_dtype(context, module, DURAMEN_DTYPE_BOOL, ERROR));
  duramen_tensor_release(parameter);
  duramen_tensor_release(whole);
}

/* A module below itself: an error that names the path, and no call hangs. */
static void cycles(void) {
  duramen_module* inner = NULL;
  duramen_state_dict *dict = state(), *out = NULL;
  duramen_listing* listing = NULL;
  duramen_list_options options = {0};
  const uint64_t was = fingerprint(module);
  OK(duramen_list_options_init(&options, sizeof options, ERROR));
  options.flags = DURAMEN_LIST_KEEP_DUPLICATES;
  OK(duramen_module_get_submodule(module, "2", SIZE_MAX, &inner, ERROR));
  OK(duramen_module_register_child(inner, "up", SIZE_MAX, module, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_module_list(module, &options, &listing, ERROR));
  CONTAINS("2.up", duramen_error_message(last_error(), NULL));
  FAILS(DURAMEN_E_STATE, duramen_module_state_dict(module, NULL, 0, 0, &out, ERROR));
  CONTAINS("2.up", duramen_error_message(last_error(), NULL));
  FAILS(DURAMEN_E_STATE, duramen_module_load_state_dict(context, module, dict, NULL, NULL, ERROR));
  CONTAINS("2.up", duramen_error_message(last_error(), NULL));
  FAILS(DURAMEN_E_STATE, duramen_module_train(module, 0, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_module_to_dtype(context, module, DURAMEN_DTYPE_FLOAT64, ERROR));
  OK(duramen_module_list(module, NULL, &listing, ERROR)); /* each module once */
  duramen_listing_release(listing);
  OK(duramen_module_remove(inner, "up", SIZE_MAX, ERROR));
  CHECK(fingerprint(module) == was);
  duramen_module_release(inner);
  duramen_state_dict_release(dict);
}

/* ---- hooks that fail, or call what called them -------------------------------------------------
 */

static duramen_state_dict* hooked_dict;

static int32_t fail_registering(void* user, duramen_module* at, const char* name, size_t length,
                                duramen_tensor* tensor, duramen_tensor** replacement,
                                duramen_error** error) {
  (void)user;
  (void)at;
  (void)name;
  (void)length;
  (void)error;
  *replacement = duramen_tensor_retain(tensor);
  return -2000;
}

static int32_t fail_export(void* user, const duramen_module* at, duramen_state_dict* dict,
                           const char* prefix, size_t length, duramen_error** error) {
  (void)user;
  (void)at;
  (void)dict;
  (void)prefix;
  (void)length;
  (void)error;
  return -2000;
}

static int32_t fail_load(void* user, duramen_module* at, const char* prefix, size_t length,
                         duramen_load_notes* notes, duramen_error** error) {
  (void)user;
  (void)at;
  (void)prefix;
  (void)length;
  (void)notes;
  (void)error;
  return -2000;
}

static int32_t load_again(void* user, duramen_module* at, duramen_state_dict* dict,
                          const char* prefix, size_t length, duramen_load_notes* notes,
                          duramen_error** error) {
  (void)user;
  (void)at;
  (void)dict;
  (void)prefix;
  (void)length;
  (void)notes;
  return duramen_module_load_state_dict(context, module, hooked_dict, NULL, NULL, error);
}

static void hooks(void) {
  duramen_module* inner = NULL;
  duramen_module_hook hook = {0};
  duramen_state_dict* out = NULL;
  duramen_tensor* parameter = parameter_at("0.bias");
  duramen_load_options partial = {0};
  uint64_t id = 0;
  hooked_dict = state();
  partial.struct_size = sizeof partial;
  partial.policy = DURAMEN_LOAD_PARTIAL;
  OK(duramen_module_get_submodule(module, "2", SIZE_MAX, &inner, ERROR));
  hook.struct_size = sizeof hook;
  hook.register_parameter = fail_registering;
  hook.after_state_dict = fail_export;
  hook.after_load = fail_load;
  OK(duramen_module_add_hook(inner, &hook, &id, ERROR));
  FAILS(-2000, duramen_module_state_dict(module, NULL, 0, 0, &out, ERROR));
  FAILS(-2000, duramen_module_load_state_dict(context, module, hooked_dict, NULL, NULL, ERROR));
  FAILS(-2000, duramen_module_load_state_dict(context, module, hooked_dict, &partial, NULL, ERROR));
  OK(duramen_module_remove_hook(inner, id, ERROR));
  hook.after_state_dict = NULL; /* which the fingerprint calls */
  OK(duramen_module_add_hook(inner, &hook, &id, ERROR));
  REFUSED(-2000, duramen_module_register_parameter(inner, "p", SIZE_MAX, parameter, ERROR));
  REFUSED(-2000, duramen_module_assign_tensor(inner, "0", SIZE_MAX, parameter, ERROR));
  REFUSED(-2000, duramen_module_load_state_dict(context, module, hooked_dict, NULL, NULL, ERROR));
  REFUSED(-2000,
          duramen_module_load_state_dict(context, module, hooked_dict, &partial, NULL, ERROR));
  OK(duramen_module_remove_hook(inner, id, ERROR));
  memset(&hook, 0, sizeof hook);
  hook.struct_size = sizeof hook;
  hook.before_load = load_again;
  OK(duramen_module_add_hook(inner, &hook, &id, ERROR));
  REFUSED(DURAMEN_E_STATE,
          duramen_module_load_state_dict(context, module, hooked_dict, NULL, NULL, ERROR));
  CONTAINS("calls itself without end", duramen_error_message(last_error(), NULL));
  OK(duramen_module_remove_hook(inner, id, ERROR));
  duramen_tensor_release(parameter);
  duramen_state_dict_release(hooked_dict);
  duramen_module_release(inner);
}

int main(void) {
  context = new_context();
  build();
  names();
  odd_names();
  wrong_kinds();
  loads();
  mapped_target();
  cut_file();
  conversions();
  cycles();
  hooks();
  duramen_module_release(module);
  duramen_context_release(context);
  return finish();
}
