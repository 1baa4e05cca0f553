/* Values of every kind, operators by name, the registry's description, checkpoints of any content.
 */
#include "check.h"

static void kinds(void) {
  duramen_value *number = NULL, *text = NULL, *list = NULL, *dict = NULL;
  const duramen_value *keys[1], *items[2];
  OK(duramen_value_create_int(-7, &number, ERROR));
  OK(duramen_value_create_text("key", SIZE_MAX, &text, ERROR));
  CHECK(duramen_value_int(number) == -7 && duramen_value_float(number) == -7.0);
  CHECK(duramen_value_text(number, NULL) == NULL && duramen_value_bool(number) == 0);
  items[0] = number;
  items[1] = text;
  OK(duramen_value_create_list(items, 2, &list, ERROR));
  keys[0] = text;
  items[0] = list;
  OK(duramen_value_create_ordered_dict(keys, items, 1, &dict, ERROR));
  duramen_value_release(list);
  TEXT("collections.OrderedDict", duramen_value_class_name(dict, NULL));
  CHECK(duramen_value_find(dict, "key", SIZE_MAX) == list);
  CHECK(duramen_value_find(dict, "other", SIZE_MAX) == NULL);
  CHECK(duramen_value_key(dict, 0) == text && duramen_value_key(dict, 1) == NULL);
  CHECK(duramen_value_item(duramen_value_item(dict, 0), 0) == number);
  CHECK(duramen_value_item(dict, 1) == NULL && duramen_value_count(dict) == 1);
  TEXT("dict", duramen_value_kind_name(duramen_value_kind(dict)));
  CHECK(duramen_value_kind_name(99) == NULL && duramen_value_kind(NULL) == 0);
  items[1] = NULL;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_value_create_tuple(items, 2, &list, ERROR));
  CHECK(list == NULL);
  duramen_value_release(dict);
  duramen_value_release(text);
  duramen_value_release(number);
}

static void attributes(void) {
  duramen_value *one = NULL, *key = NULL, *set = NULL, *dict = NULL;
  const duramen_value *keys[1], *items[1];
  OK(duramen_value_create_int(1, &one, ERROR));
  OK(duramen_value_create_text("_metadata", SIZE_MAX, &key, ERROR));
  keys[0] = key;
  items[0] = one;
  OK(duramen_value_create_dict(keys, items, 1, &set, ERROR));
  OK(duramen_value_create_dict_with_attributes(items, items, 1, set, &dict, ERROR));
  TEXT("collections.OrderedDict", duramen_value_class_name(dict, NULL));
  CHECK(duramen_value_attributes(dict) == set && duramen_value_count(dict) == 1);
  duramen_value_release(dict);
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_value_create_dict_with_attributes(keys, items, 1, one, &dict, ERROR));
  TEXT("attributes: expected a dict, got int", duramen_error_message(last_error(), NULL));
  duramen_value_release(set);
  OK(duramen_value_create_dict(items, items, 1, &set, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_value_create_dict_with_attributes(keys, items, 1, set, &dict, ERROR));
  TEXT("attributes: expected str for a key, got int", duramen_error_message(last_error(), NULL));
  duramen_value_release(set);
  OK(duramen_value_create_dict(NULL, NULL, 0, &set, ERROR));
  OK(duramen_value_create_dict_with_attributes(keys, items, 1, set, &dict, ERROR));
  CHECK(duramen_value_attributes(dict) == NULL);
  duramen_value_release(dict);
  OK(duramen_value_create_dict_with_attributes(NULL, NULL, 0, NULL, &dict, ERROR));
  CHECK(duramen_value_attributes(dict) == NULL);
  duramen_value_release(dict);
  duramen_value_release(set);
  duramen_value_release(key);
  duramen_value_release(one);
}

static void item_names(void) {
  duramen_value *number = NULL, *text = NULL, *tuple = NULL, *bytes = NULL, *dict = NULL;
  duramen_string_list* names = NULL;
  const duramen_value* keys[4];
  OK(duramen_value_create_int(1, &number, ERROR));
  OK(duramen_value_create_text("1", SIZE_MAX, &text, ERROR));
  OK(duramen_value_create_bytes("a\x80", 2, &bytes, ERROR));
  keys[0] = number;
  keys[1] = text;
  keys[2] = bytes;
  OK(duramen_value_create_tuple(keys, 3, &tuple, ERROR));
  keys[3] = tuple;
  OK(duramen_value_create_dict(keys, keys, 4, &dict, ERROR));
  OK(duramen_value_item_names(dict, &names, ERROR));
  CHECK(duramen_string_list_count(names) == 4);
  TEXT("1#0", duramen_string_list_item(names, 0, NULL));
  TEXT("1", duramen_string_list_item(names, 1, NULL));
  TEXT("b'a\\x80'", duramen_string_list_item(names, 2, NULL));
  TEXT("(1, '1', b'a\\x80')", duramen_string_list_item(names, 3, NULL));
  duramen_string_list_release(names);
  OK(duramen_value_item_names(tuple, &names, ERROR));
  CHECK(duramen_string_list_count(names) == 3);
  TEXT("2", duramen_string_list_item(names, 2, NULL));
  duramen_string_list_release(names);
  OK(duramen_value_item_names(text, &names, ERROR));
  CHECK(duramen_string_list_count(names) == 0);
  duramen_string_list_release(names);
  duramen_value_release(dict);
  duramen_value_release(tuple);
  duramen_value_release(bytes);
  duramen_value_release(text);
  duramen_value_release(number);
}

static void scalars(void) {
  duramen_value* value = NULL;
  size_t nbytes = 0;
  OK(duramen_value_create_complex(1.5, -2, &value, ERROR));
  CHECK(duramen_value_float(value) == 1.5 && duramen_value_imag(value) == -2);
  duramen_value_release(value);
  OK(duramen_value_create_bool(5, &value, ERROR));
  CHECK(duramen_value_bool(value) == 1 && duramen_value_int(value) == 1);
  duramen_value_release(value);
  OK(duramen_value_create_none(&value, ERROR));
  CHECK(duramen_value_kind(value) == DURAMEN_VALUE_NONE);
  duramen_value_release(value);
  OK(duramen_value_create_bytes("\0\1", 2, &value, ERROR));
  CHECK(memcmp(duramen_value_bytes(value, &nbytes), "\0\1", 2) == 0 && nbytes == 2);
  duramen_value_release(value);
  OK(duramen_value_create_big_int("-123456789012345678901234567890", SIZE_MAX, &value, ERROR));
  TEXT("-123456789012345678901234567890", duramen_value_text(value, NULL));
  duramen_value_release(value);
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_value_create_big_int("12x", SIZE_MAX, &value, ERROR));
}

/* One number has one form; a dict's keys are what Python would take. */
static void normal_forms(void) {
  static const char* const kSmall[] = {"5", "007", "-0", "9223372036854775807"};
  static const int64_t kNumbers[] = {5, 7, 0, INT64_MAX};
  duramen_value *one = NULL, *real = NULL, *list = NULL, *tuple = NULL, *dict = NULL;
  const duramen_value *keys[2], *items[2];
  size_t i = 0;
  for (i = 0; i < COUNT_OF(kSmall); ++i) {
    OK(duramen_value_create_big_int(kSmall[i], SIZE_MAX, &one, ERROR));
    CHECK(duramen_value_kind(one) == DURAMEN_VALUE_INT && duramen_value_int(one) == kNumbers[i]);
    duramen_value_release(one);
  }
  OK(duramen_value_create_big_int("09223372036854775808", SIZE_MAX, &one, ERROR));
  TEXT("9223372036854775808", duramen_value_text(one, NULL));
  CHECK(duramen_value_kind(one) == DURAMEN_VALUE_BIG_INT);
  duramen_value_release(one);

  OK(duramen_value_create_int(1, &one, ERROR));
  OK(duramen_value_create_float(1.0, &real, ERROR));
  items[0] = items[1] = one;
  OK(duramen_value_create_list(items, 2, &list, ERROR));
  keys[0] = one;
  keys[1] = real;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_value_create_dict(keys, items, 2, &dict, ERROR));
  TEXT("keys: the same key twice (at index 1)", duramen_error_message(last_error(), NULL));
  keys[0] = list;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_value_create_dict(keys, items, 2, &dict, ERROR));
  TEXT("TypeError", duramen_error_detail(last_error(), "torch_error", SIZE_MAX, NULL));
  OK(duramen_value_create_tuple(keys, 2, &tuple, ERROR));
  keys[0] = tuple;
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_value_create_ordered_dict(keys, items, 2, &dict, ERROR));
  CHECK(dict == NULL);
  duramen_value_release(tuple);
  /* A tuple of two of the same tuple, sixty times: 2^60 items to whoever walks them all. */
  OK(duramen_value_create_tuple(items, 2, &tuple, ERROR));
  for (i = 0; i < 60; ++i) {
    keys[0] = keys[1] = tuple;
    OK(duramen_value_create_tuple(keys, 2, &dict, ERROR));
    duramen_value_release(tuple);
    tuple = dict;
  }
  keys[0] = tuple;
  OK(duramen_value_create_dict(keys, items, 1, &dict, ERROR));
  duramen_value_release(dict);
  duramen_value_release(tuple);
  duramen_value_release(list);
  duramen_value_release(real);
  duramen_value_release(one);
}

static void operators(duramen_context* context) {
  static const float kValues[4] = {1, 2, 3, 4};
  static const int64_t kShape[2] = {2, 2};
  duramen_tensor *tensor = new_tensor(context, kValues, 2, kShape), *out = NULL, *same = NULL;
  duramen_value *argument = NULL, *arguments = NULL, *result = NULL;
  const duramen_value* items[1];
  duramen_op* op = NULL;
  float sums[2] = {0, 0};
  const int64_t dim = 1;
  OK(duramen_op_from_text("sum(dim=1)", SIZE_MAX, &op, ERROR));
  TEXT("sum", duramen_op_name(op, NULL));
  OK(duramen_op_apply_tensors(context, op, &tensor, 1, &out, ERROR));
  OK(duramen_tensor_read(context, out, DURAMEN_DTYPE_FLOAT32, sums, sizeof sums, ERROR));
  CHECK(sums[0] == 3 && sums[1] == 7);
  FAILS(DURAMEN_E_BUFFER_TOO_SMALL,
        duramen_tensor_read(context, out, DURAMEN_DTYPE_FLOAT64, sums, sizeof sums, ERROR));
  OK(duramen_sum(context, tensor, &dim, 1, 0, &same, ERROR));
  CHECK(duramen_tensor_numel(same) == 2);
  OK(duramen_value_create_tensor(tensor, &argument, ERROR));
  items[0] = argument;
  OK(duramen_value_create_tuple(items, 1, &arguments, ERROR));
  OK(duramen_op_apply(context, op, arguments, &result, ERROR));
  CHECK(duramen_tensor_numel(duramen_value_tensor(result)) == 2);
  duramen_op_release(op);
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_op_from_text("summ", SIZE_MAX, &op, ERROR));
  CHECK(op == NULL);
  duramen_value_release(result);
  duramen_value_release(arguments);
  duramen_value_release(argument);
  duramen_tensor_release(same);
  duramen_tensor_release(out);
  duramen_tensor_release(tensor);
}

static void description(void) {
  duramen_string* json = NULL;
  OK(duramen_registry_describe(&json, ERROR));
  CONTAINS("\"name\": \"Linear\"", duramen_string_data(json, NULL));
  CONTAINS("\"name\": \"SGD\"", duramen_string_data(json, NULL));
  CONTAINS("\"operators\": [", duramen_string_data(json, NULL));
  CONTAINS(
      "{\"name\": \"args\", \"kinds\": [\"any\"], \"default\": null, \"keyword_only\": false, "
      "\"variadic\": true,",
      duramen_string_data(json, NULL));
  CONTAINS("{\"name\": \"inplace\", \"kinds\": [\"bool\", \"truth\"], \"default\": \"False\"",
           duramen_string_data(json, NULL));
  CONTAINS("\"min_tensors\": 1, \"max_tensors\": null", duramen_string_data(json, NULL));
  duramen_string_release(json);
}

/* A checkpoint as people write them: {"model": state, "epoch": 3}. */
static void nested(duramen_context* context) {
  duramen_module* module = new_module(context, "Linear(2, 1)");
  duramen_state_dict *dict = NULL, *back = NULL;
  duramen_value *state = NULL, *epoch = NULL, *whole = NULL, *keys[2] = {NULL, NULL};
  const duramen_value *items[2], *names[2];
  duramen_checkpoint* checkpoint = NULL;
  const char* path = scratch_path("nested.pt");
  OK(duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  OK(duramen_state_dict_to_value(dict, &state, ERROR));
  OK(duramen_value_create_int(3, &epoch, ERROR));
  OK(duramen_value_create_text("model", SIZE_MAX, &keys[0], ERROR));
  OK(duramen_value_create_text("epoch", SIZE_MAX, &keys[1], ERROR));
  names[0] = keys[0];
  names[1] = keys[1];
  items[0] = state;
  items[1] = epoch;
  OK(duramen_value_create_dict(names, items, 2, &whole, ERROR));
  OK(duramen_value_save(context, whole, path, SIZE_MAX, NULL, ERROR));
  OK(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &checkpoint, ERROR));
  TEXT("torch", duramen_checkpoint_format(checkpoint, NULL));
  CHECK(duramen_value_int(
            duramen_value_find(duramen_checkpoint_content(checkpoint), "epoch", SIZE_MAX)) == 3);
  FAILS(DURAMEN_E_NOT_FOUND,
        duramen_checkpoint_state_dict(context, checkpoint, "modle", SIZE_MAX, &back, ERROR));
  TEXT("model", duramen_error_detail(last_error(), "nearest", SIZE_MAX, NULL));
  OK(duramen_checkpoint_state_dict(context, checkpoint, "model", SIZE_MAX, &back, ERROR));
  OK(duramen_module_load_state_dict(context, module, back, NULL, NULL, ERROR));
  duramen_state_dict_release(back);
  duramen_checkpoint_release(checkpoint);
  duramen_value_release(whole);
  duramen_value_release(keys[0]);
  duramen_value_release(keys[1]);
  duramen_value_release(epoch);
  duramen_value_release(state);
  duramen_state_dict_release(dict);
  duramen_module_release(module);
}

static void from_memory(duramen_context* context) {
  static const char kHeader[] = "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}";
  char file[8 + 64 + 2] = {64};
  duramen_checkpoint* checkpoint = NULL;
  duramen_state_dict* dict = NULL;
  duramen_tensor* tensor = NULL;
  const int64_t last[1] = {1};
  double item = 0;
  memset(file + 8, ' ', 64);
  memcpy(file + 8, kHeader, sizeof kHeader - 1);
  file[72] = 5;
  file[73] = 6;
  OK(duramen_checkpoint_from_memory(context, file, sizeof file, NULL, &checkpoint, ERROR));
  TEXT("safetensors", duramen_checkpoint_format(checkpoint, NULL));
  OK(duramen_checkpoint_state_dict(context, checkpoint, NULL, 0, &dict, ERROR));
  duramen_checkpoint_release(checkpoint);
  OK(duramen_state_dict_get_tensor(dict, "a", SIZE_MAX, &tensor, ERROR));
  duramen_state_dict_release(dict);
  OK(duramen_tensor_item(tensor, last, 1, &item, ERROR));
  CHECK(item == 6);
  duramen_tensor_release(tensor);
  FAILS(DURAMEN_E_CORRUPT,
        duramen_checkpoint_from_memory(context, file, sizeof file - 2, NULL, &checkpoint, ERROR));
  FAILS(DURAMEN_E_IO,
        duramen_checkpoint_open(context, "/nowhere/at/all", SIZE_MAX, NULL, &checkpoint, ERROR));
  CHECK(checkpoint == NULL);
}

int main(void) {
  duramen_context* context = new_context();
  kinds();
  attributes();
  item_names();
  scalars();
  normal_forms();
  normal_forms();
  operators(context);
  description();
  nested(context);
  from_memory(context);
  duramen_context_release(context);
  return finish();
}
