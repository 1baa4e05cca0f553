/* NumPy's .npy files as checkpoints of one tensor, what files say of themselves, and the build. */
#include "check.h"

static const float kValues[6] = {1, 2, 3, 4, 5, 6};
static const int64_t kShape[2] = {2, 3};

static duramen_value* value_of(duramen_tensor* tensor) {
  duramen_value* value = NULL;
  OK(duramen_value_create_tensor(tensor, &value, ERROR));
  return value;
}

static void round_trip(duramen_context* context) {
  const char* path = scratch_path("array.npy");
  duramen_tensor* tensor = new_tensor(context, kValues, 2, kShape);
  duramen_value* value = value_of(tensor);
  duramen_checkpoint* checkpoint = NULL;
  duramen_state_dict* dict = NULL;
  duramen_tensor* again;
  float read[6];
  size_t length = 0;
  OK(duramen_value_save(context, value, path, SIZE_MAX, NULL, ERROR));
  OK(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &checkpoint, ERROR));
  TEXT("npy", duramen_checkpoint_format(checkpoint, &length));
  CHECK(length == 3);
  TEXT("1.0", duramen_checkpoint_property(checkpoint, "version", SIZE_MAX, &length));
  CHECK(length == 3);
  TEXT("little", duramen_checkpoint_property(checkpoint, "byteorder", 9, NULL));
  CHECK(duramen_checkpoint_property(checkpoint, "protocol", SIZE_MAX, &length) == NULL);
  CHECK(length == 0);
  CHECK(duramen_checkpoint_property(NULL, "version", SIZE_MAX, NULL) == NULL);
  again = duramen_value_tensor(duramen_checkpoint_content(checkpoint));
  CHECK(duramen_tensor_rank(again) == 2 && duramen_tensor_numel(again) == 6);
  OK(duramen_tensor_read(context, again, DURAMEN_DTYPE_FLOAT32, read, sizeof read, ERROR));
  CHECK(memcmp(read, kValues, sizeof read) == 0);
  OK(duramen_checkpoint_state_dict(context, checkpoint, NULL, 0, &dict, ERROR));
  CHECK(duramen_state_dict_count(dict) == 1);
  duramen_state_dict_release(dict);
  duramen_checkpoint_release(checkpoint);
  duramen_value_release(value);
  duramen_tensor_release(tensor);
}

static void refusals(duramen_context* context) {
  const char* path = scratch_path("refused.npy");
  duramen_module* module = new_module(context, "Linear(2, 2)");
  duramen_state_dict* dict = NULL;
  duramen_tensor* narrow = NULL;
  duramen_value* value;
  duramen_save_options options;
  OK(duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_state_dict_save(context, dict, path, SIZE_MAX, NULL, ERROR));
  CONTAINS("one tensor", duramen_error_message(last_error(), NULL));
  OK(duramen_value_create_int(1, &value, ERROR));
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_value_save(context, value, path, SIZE_MAX, NULL, ERROR));
  duramen_value_release(value);
  OK(duramen_tensor_zeros(context, DURAMEN_DTYPE_BFLOAT16, kShape, 2, &narrow, ERROR));
  value = value_of(narrow);
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_value_save(context, value, path, SIZE_MAX, NULL, ERROR));
  CONTAINS("bfloat16", duramen_error_message(last_error(), NULL));
  OK(duramen_save_options_init(&options, sizeof options, ERROR));
  options.format = 1000;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_value_save(context, value, path, SIZE_MAX, &options, ERROR));
  duramen_value_release(value);
  duramen_tensor_release(narrow);
  duramen_state_dict_release(dict);
  duramen_module_release(module);
}

static void properties(duramen_context* context) {
  const char* path = scratch_path("properties.pt");
  duramen_tensor* tensor = new_tensor(context, kValues, 2, kShape);
  duramen_value* value = value_of(tensor);
  duramen_checkpoint* checkpoint = NULL;
  OK(duramen_value_save(context, value, path, SIZE_MAX, NULL, ERROR));
  OK(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &checkpoint, ERROR));
  TEXT("3", duramen_checkpoint_property(checkpoint, "version", SIZE_MAX, NULL));
  TEXT("2", duramen_checkpoint_property(checkpoint, "protocol", SIZE_MAX, NULL));
  TEXT("little", duramen_checkpoint_property(checkpoint, "byteorder", SIZE_MAX, NULL));
  TEXT("64", duramen_checkpoint_property(checkpoint, "storage_alignment", SIZE_MAX, NULL));
  CHECK(duramen_checkpoint_property(checkpoint, "", 0, NULL) == NULL);
  duramen_checkpoint_release(checkpoint);
  duramen_value_release(value);
  duramen_tensor_release(tensor);
}

static void build(void) {
  duramen_string* text = NULL;
  const char* json;
  OK(duramen_build_info(&text, ERROR));
  json = duramen_string_data(text, NULL);
  CONTAINS("\"version\": \"" DURAMEN_VERSION_STRING "\"", json);
  CONTAINS("\"simd\": {\"target\": \"", json);
  CONTAINS("\"blas\": {\"vendor\": \"OpenBLAS\"", json);
  duramen_string_release(text);
}

int main(void) {
  duramen_context* context = new_context();
  round_trip(context);
  refusals(context);
  properties(context);
  build();
  CHECK(duramen_feature_supported("npy", 3) == 1);
  duramen_context_release(context);
  return finish();
}
