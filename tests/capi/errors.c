/* Statuses, error objects and what they carry; texts with and without terminators. */
#include <errno.h>

#include "check.h"

static void details(duramen_context* context) {
  duramen_module* module = NULL;
  size_t length = 0;
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_module_from_text(context, "Linaer(1, 2)", SIZE_MAX, &module, ERROR));
  CHECK(module == NULL);
  CHECK(duramen_error_status(last_error()) == DURAMEN_E_UNSUPPORTED);
  TEXT("Linear", duramen_error_detail(last_error(), "nearest", SIZE_MAX, &length));
  CHECK(length == 6);
  TEXT("1", duramen_error_detail(last_error(), "column", 6, NULL));
  TEXT("duramen_module_from_text", duramen_error_detail(last_error(), "function", SIZE_MAX, NULL));
  CHECK(duramen_error_detail(last_error(), "nonsense", SIZE_MAX, &length) == NULL);
  CHECK(length == 0);
  CHECK(duramen_error_detail_count(last_error()) >= 3);
  CHECK(duramen_error_detail_key(last_error(), 0, NULL) != NULL);
  CHECK(duramen_error_detail_value(last_error(), 0, NULL) != NULL);
  CHECK(duramen_error_detail_key(last_error(), 1000, NULL) == NULL);
  CHECK(strchr(duramen_error_message(last_error(), &length), '\n') == NULL);
  CHECK(strlen(duramen_error_message(last_error(), NULL)) == length);
}

/* What the system says of a file that is not there. */
static void numbers_of_the_system(duramen_context* context) {
  duramen_checkpoint* checkpoint = NULL;
  char number[16];
  sprintf(number, "%d", ENOENT);
  FAILS(DURAMEN_E_IO,
        duramen_checkpoint_open(context, "nowhere/x.pt", SIZE_MAX, NULL, &checkpoint, ERROR));
  TEXT(number, duramen_error_detail(last_error(), "errno", SIZE_MAX, NULL));
  TEXT("nowhere/x.pt", duramen_error_detail(last_error(), "file", SIZE_MAX, NULL));
}

/* The error parameter may be NULL, and an old content of the slot is never read. */
static void ignored(duramen_context* context) {
  duramen_module* module = NULL;
  duramen_error* error = (duramen_error*)(void*)&module;
  CHECK(duramen_module_from_text(context, "(", SIZE_MAX, &module, NULL) ==
        DURAMEN_E_INVALID_ARGUMENT);
  CHECK(duramen_module_from_text(context, "ReLU()", SIZE_MAX, &module, &error) == DURAMEN_OK);
  CHECK(error == NULL);
  duramen_module_release(module);
}

static void texts(duramen_context* context) {
  static const char kNoTerminator[6] = {'R', 'e', 'L', 'U', '(', ')'};
  duramen_module* module = NULL;
  duramen_value* value = NULL;
  size_t length = 0;
  OK(duramen_module_from_text(context, kNoTerminator, 6, &module, ERROR));
  TEXT("ReLU", duramen_module_class_name(module, &length));
  CHECK(length == 4);
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_register_parameter(module, "a\0b", 3, NULL, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_module_register_parameter(module, "\xff", 1, NULL, ERROR));
  TEXT("name", duramen_error_detail(last_error(), "argument", SIZE_MAX, NULL));
  OK(duramen_value_create_text("a\0b", 3, &value, ERROR));
  CHECK(memcmp(duramen_value_text(value, &length), "a\0b", 4) == 0 && length == 3);
  duramen_value_release(value);
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_value_create_text("\xc3", 1, &value, ERROR));
  CHECK(value == NULL);
  duramen_module_release(module);
}

static void own_errors(void) {
  duramen_error* error = NULL;
  duramen_error* same;
  OK(duramen_error_create(-1234, "stopped by me", 7, &error));
  CHECK(duramen_error_status(error) == -1234);
  TEXT("stopped", duramen_error_message(error, NULL));
  same = duramen_error_retain(error);
  CHECK(same == error);
  duramen_error_release(error);
  TEXT("stopped", duramen_error_message(same, NULL));
  duramen_error_release(same);
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_error_create(-5, "not mine", SIZE_MAX, &error));
  CHECK(error == NULL);
}

/* More than any array can have: no want of memory, and no fault of ours. */
static void impossible_counts(void) {
  const duramen_value* items[1] = {NULL};
  duramen_value* list = NULL;
  FAILS(DURAMEN_E_LIMIT, duramen_value_create_list(items, SIZE_MAX / 4, &list, ERROR));
  CHECK(list == NULL);
  CONTAINS("a count or size is too large", duramen_error_message(last_error(), NULL));
}

static void versions(void) {
  CHECK(duramen_api_level() >= DURAMEN_API_LEVEL);
  CHECK(duramen_abi_epoch() == DURAMEN_ABI_EPOCH);
  TEXT(DURAMEN_VERSION_STRING, duramen_version_string());
  CHECK(duramen_feature_supported("safetensors", SIZE_MAX) == 1);
  CHECK(duramen_feature_supported("gguf", SIZE_MAX) == 1);
  CHECK(duramen_feature_supported("telepathy", SIZE_MAX) == 0);
  TEXT("NOT_FOUND", duramen_status_name(DURAMEN_E_NOT_FOUND));
  TEXT("USER", duramen_status_name(-2000));
  TEXT("UNKNOWN", duramen_status_name(-500));
  OK(duramen_check_compat(DURAMEN_API_LEVEL, DURAMEN_ABI_EPOCH, ERROR));
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_check_compat(DURAMEN_API_LEVEL, 9, ERROR));
  CONTAINS("epoch 9", duramen_error_detail(last_error(), "expected", SIZE_MAX, NULL));
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_check_compat(1000, DURAMEN_ABI_EPOCH, ERROR));
}

/* A number that an enumeration does not have, on either side, is one of a later level. */
static void unknown_numbers(duramen_context* context, int32_t number) {
  static const int64_t kShape[1] = {1};
  static const float kOne[1] = {1};
  duramen_module* module = new_module(context, "Linear(1, 1)");
  duramen_tensor *tensor = new_tensor(context, kOne, 1, kShape), *out = NULL;
  duramen_rename_rules* rules = NULL;
  duramen_state_dict* dict = NULL;
  duramen_import_options import = {0};
  duramen_save_options save = {0};
  duramen_blend_options blend = {0};
  import.struct_size = sizeof import;
  import.dtype = DURAMEN_DTYPE_FLOAT32;
  import.data = kOne;
  import.nbytes = sizeof kOne;
  import.mode = number;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_tensor_import(context, &import, &out, ERROR));
  CHECK(out == NULL);
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_mse_loss(context, tensor, tensor, number, &out, ERROR));
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_module_convert(context, module, DURAMEN_DTYPE_FLOAT64, number, ERROR));
  blend.struct_size = sizeof blend;
  blend.buffers = number;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_module_lerp(context, module, module, 1, &blend, ERROR));
  OK(duramen_rename_rules_create(&rules, ERROR));
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_rename_rules_add(rules, number, "a", SIZE_MAX, NULL, 0, ERROR));
  OK(duramen_state_dict_create(&dict, ERROR));
  save.struct_size = sizeof save;
  save.format = number;
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_state_dict_save(context, dict, "never.pt", SIZE_MAX, &save, ERROR));
  save.format = DURAMEN_FORMAT_TORCH;
  save.durability = number;
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_state_dict_save(context, dict, "never.pt", SIZE_MAX, &save, ERROR));
  TEXT("durability", duramen_error_detail(last_error(), "argument", SIZE_MAX, NULL));
  duramen_state_dict_release(dict);
  duramen_rename_rules_release(rules);
  duramen_tensor_release(tensor);
  duramen_module_release(module);
}

int main(void) {
  duramen_context* context = new_context();
  details(context);
  numbers_of_the_system(context);
  ignored(context);
  texts(context);
  own_errors();
  impossible_counts();
  unknown_numbers(context, -1);
  unknown_numbers(context, -100000000);
  unknown_numbers(context, 1000);
  versions();
  duramen_context_release(context);
  return finish();
}
