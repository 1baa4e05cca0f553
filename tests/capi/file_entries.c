/* What a checkpoint lists without its tensors, and single tensors of it. */
#include <pthread.h>

#include "check.h"

static duramen_context* context;

/* Two tensors, one of them transposed, one of them on the memory of the other, and a text. */
static void save(const char* name, int with_views) {
  static const float kValues[6] = {1, 2, 3, 4, 5, 6};
  static const int64_t kShape[2] = {2, 3};
  duramen_tensor* tensor = new_tensor(context, kValues, 2, kShape);
  duramen_tensor* turned = NULL;
  duramen_state_dict* dict = NULL;
  OK(duramen_state_dict_create(&dict, ERROR));
  OK(duramen_state_dict_set_tensor(dict, "a.weight", SIZE_MAX, tensor, ERROR));
  if (with_views) {
    duramen_value* value = NULL;
    OK(duramen_transpose(context, tensor, 0, 1, &turned, ERROR));
    OK(duramen_state_dict_set_tensor(dict, "b.weight", SIZE_MAX, turned, ERROR));
    OK(duramen_value_create_text("text", SIZE_MAX, &value, ERROR));
    OK(duramen_state_dict_set_value(dict, "c", SIZE_MAX, value, ERROR));
    duramen_value_release(value);
  } else {
    OK(duramen_state_dict_set_metadata(dict, "step", SIZE_MAX, "3", SIZE_MAX, ERROR));
  }
  OK(duramen_state_dict_save(context, dict, scratch_path(name), SIZE_MAX, NULL, ERROR));
  duramen_state_dict_release(dict);
  duramen_tensor_release(turned);
  duramen_tensor_release(tensor);
}

static duramen_checkpoint* opened(const char* name) {
  duramen_checkpoint* file = NULL;
  OK(duramen_checkpoint_open(context, scratch_path(name), SIZE_MAX, NULL, &file, ERROR));
  return file;
}

static const duramen_file_entry* entry(const duramen_checkpoint* file, size_t index) {
  const duramen_file_entry* first = NULL;
  size_t count = 0, stride = 0;
  OK(duramen_checkpoint_entries(file, &first, &count, &stride, ERROR));
  CHECK(index < count && stride >= sizeof *first);
  return (const duramen_file_entry*)((const char*)first + index * stride);
}

/* A table without tensors: the elements are where the entry says. */
static void safetensors(void) {
  duramen_checkpoint* file;
  const duramen_file_entry* first;
  duramen_string_list* keys = NULL;
  unsigned char bytes[24];
  const float* values = (const float*)bytes;
  size_t length = 0;
  FILE* raw;
  save("entries.safetensors", 0);
  file = opened("entries.safetensors");
  first = entry(file, 0);
  TEXT("a.weight", first->name);
  CHECK(first->name_length == 8 && first->dtype == DURAMEN_DTYPE_FLOAT32 && first->rank == 2);
  CHECK(first->shape[0] == 2 && first->shape[1] == 3 && first->strides == NULL);
  CHECK(first->nbytes == 24 && first->first_storage_index == 0 && first->value == NULL);
  raw = fopen(scratch_path("entries.safetensors"), "rb");
  CHECK(raw && fseek(raw, (long)first->offset, SEEK_SET) == 0 && fread(bytes, 1, 24, raw) == 24);
  CHECK(values[0] == 1 && values[5] == 6);
  fclose(raw);
  TEXT("3", duramen_checkpoint_metadata(file, "step", SIZE_MAX, &length));
  CHECK(length == 1 && duramen_checkpoint_metadata(file, "other", 5, &length) == NULL);
  CHECK(length == 0 && duramen_checkpoint_metadata(NULL, "step", 4, NULL) == NULL);
  OK(duramen_checkpoint_metadata_keys(file, &keys, ERROR));
  CHECK(duramen_string_list_count(keys) == 1);
  duramen_string_list_release(keys);
  duramen_checkpoint_release(file);
}

static void views_and_values(void) {
  duramen_checkpoint* file;
  const duramen_file_entry *turned, *text;
  save("entries.pt", 1);
  file = opened("entries.pt");
  turned = entry(file, 1);
  TEXT("b.weight", turned->name);
  CHECK(turned->first_storage_index == 0 && turned->nbytes == 24);
  CHECK(turned->shape[0] == 3 && turned->strides[0] == 1 && turned->strides[1] == 3);
  text = entry(file, 2);
  CHECK(text->dtype == DURAMEN_DTYPE_INVALID && text->rank == 0 && text->nbytes == 0);
  CHECK(duramen_value_kind(text->value) == DURAMEN_VALUE_TEXT && text->first_storage_index == 2);
  duramen_checkpoint_release(file);
}

/* One tensor, the same object wherever it is met. */
static void tensors(const char* name, const char* absent, const char* nearest) {
  duramen_checkpoint* file = opened(name);
  duramen_tensor *tensor = NULL, *again = NULL, *from_dict = NULL;
  duramen_state_dict* dict = NULL;
  OK(duramen_checkpoint_tensor(context, file, "a.weight", SIZE_MAX, &tensor, ERROR));
  OK(duramen_checkpoint_tensor(context, file, "a.weight", SIZE_MAX, &again, ERROR));
  OK(duramen_checkpoint_state_dict(context, file, NULL, 0, &dict, ERROR));
  OK(duramen_state_dict_get_tensor(dict, "a.weight", SIZE_MAX, &from_dict, ERROR));
  CHECK(tensor == again && tensor == from_dict);
  CHECK(tensor == duramen_value_tensor(duramen_value_item(duramen_checkpoint_content(file), 0)));
  duramen_tensor_release(again);
  FAILS(DURAMEN_E_NOT_FOUND,
        duramen_checkpoint_tensor(context, file, absent, SIZE_MAX, &again, ERROR));
  TEXT(nearest, duramen_error_detail(last_error(), "nearest", SIZE_MAX, NULL));
  CONTAINS(name, duramen_error_message(last_error(), NULL));
  CHECK(again == NULL);
  duramen_tensor_release(from_dict);
  duramen_tensor_release(tensor);
  duramen_state_dict_release(dict);
  duramen_checkpoint_release(file);
}

/* A file whose data begin at an odd place: one bool that is neither 0 nor 1, and floats. */
static void repaired(void) {
  static const char kHeader[] =
      "{\"b\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]},"
      "\"f\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]}}";
  unsigned char bytes[256] = {sizeof kHeader - 1};
  const float one = 1;
  duramen_checkpoint* file = NULL;
  duramen_tensor* tensor = NULL;
  double number = 0;
  memcpy(bytes + 8, kHeader, sizeof kHeader - 1);
  bytes[8 + sizeof kHeader - 1] = 2;
  memcpy(bytes + 8 + sizeof kHeader, &one, 4);
  OK(duramen_checkpoint_from_memory(context, bytes, 8 + sizeof kHeader - 1 + 5, NULL, &file,
                                    ERROR));
  CHECK(entry(file, 0)->offset == 8 + sizeof kHeader - 1 && entry(file, 1)->nbytes == 4);
  duramen_context_cancel(context);
  FAILS(DURAMEN_E_CANCELLED, duramen_checkpoint_tensor(context, file, "f", 1, &tensor, ERROR));
  duramen_context_reset_cancel(context);
  OK(duramen_checkpoint_tensor(context, file, "f", 1, &tensor, ERROR));
  OK(duramen_tensor_item(tensor, NULL, 0, &number, ERROR));
  CHECK(number == 1);
  duramen_tensor_release(tensor);
  OK(duramen_checkpoint_tensor(context, file, "b", 1, &tensor, ERROR));
  OK(duramen_tensor_item(tensor, NULL, 0, &number, ERROR));
  CHECK(number == 1);
  duramen_tensor_release(tensor);
  duramen_checkpoint_release(file);
}

/* Nested names that become one. */
static void equal_names(void) {
  duramen_value *one = NULL, *keys[2] = {NULL, NULL}, *inner = NULL, *outer = NULL, *bytes = NULL;
  duramen_save_options options = {0};
  duramen_checkpoint* file = NULL;
  const duramen_file_entry* first = NULL;
  size_t count = 0, stride = 0, nbytes = 0;
  options.struct_size = sizeof options;
  options.format = DURAMEN_FORMAT_TORCH;
  OK(duramen_value_create_int(1, &one, ERROR));
  OK(duramen_value_create_text("a", 1, &keys[0], ERROR));
  OK(duramen_value_create_text("a.a", 3, &keys[1], ERROR));
  {
    const duramen_value *const key = keys[0], *const item = one;
    OK(duramen_value_create_dict(&key, &item, 1, &inner, ERROR));
  }
  {
    const duramen_value *const outer_keys[2] = {keys[0], keys[1]}, *const items[2] = {inner, one};
    OK(duramen_value_create_dict(outer_keys, items, 2, &outer, ERROR));
  }
  OK(duramen_value_to_bytes(context, outer, &options, &bytes, ERROR));
  duramen_value_bytes(bytes, &nbytes);
  OK(duramen_checkpoint_from_memory(context, duramen_value_bytes(bytes, NULL), nbytes, NULL, &file,
                                    ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_checkpoint_entries(file, &first, &count, &stride, ERROR));
  CONTAINS("'a.a'", duramen_error_message(last_error(), NULL));
  duramen_checkpoint_release(file);
  duramen_value_release(bytes);
  duramen_value_release(outer);
  duramen_value_release(inner);
  duramen_value_release(keys[1]);
  duramen_value_release(keys[0]);
  duramen_value_release(one);
}

/* Everything of one file that is made when it is first asked for; `user` where all went well. */
static void* look(void* user) {
  const duramen_checkpoint* file = *(duramen_checkpoint**)user;
  const duramen_file_entry* first = NULL;
  duramen_context* own = NULL;
  duramen_tensor* tensor = NULL;
  size_t count = 0, stride = 0;
  int is_same;
  if (duramen_context_create(NULL, &own, NULL) != DURAMEN_OK) return NULL;
  if (duramen_checkpoint_entries(file, &first, &count, &stride, NULL) != DURAMEN_OK) return NULL;
  if (duramen_checkpoint_tensor(own, file, first->name, first->name_length, &tensor, NULL) !=
      DURAMEN_OK) {
    return NULL;
  }
  is_same = tensor == duramen_value_tensor(duramen_value_item(duramen_checkpoint_content(file), 0));
  duramen_tensor_release(tensor);
  duramen_context_release(own);
  return is_same ? user : NULL;
}

static void many_threads(const char* name) {
  duramen_checkpoint* file = opened(name);
  pthread_t threads[4];
  void* result = NULL;
  int i;
  for (i = 0; i < 4; ++i) CHECK(pthread_create(&threads[i], NULL, look, &file) == 0);
  for (i = 0; i < 4; ++i) CHECK(pthread_join(threads[i], &result) == 0 && result == &file);
  duramen_checkpoint_release(file);
}

static void refused(void) {
  duramen_checkpoint* file = opened("entries.pt");
  const duramen_file_entry* first = NULL;
  duramen_tensor* tensor = NULL;
  size_t count = 0, stride = 0;
  FAILS(DURAMEN_E_DTYPE_MISMATCH,
        duramen_checkpoint_tensor(context, file, "c", SIZE_MAX, &tensor, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_checkpoint_entries(NULL, &first, &count, &stride, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_checkpoint_entries(file, &first, NULL, &stride, ERROR));
  CHECK(tensor == NULL && first == NULL);
  duramen_checkpoint_release(file);
}

int main(void) {
  context = new_context();
  safetensors();
  views_and_values();
  tensors("entries.safetensors", "a.weigth", "a.weight");
  tensors("entries.pt", "b.weigh", "b.weight");
  repaired();
  equal_names();
  many_threads("entries.safetensors");
  many_threads("entries.pt");
  refused();
  duramen_context_release(context);
  return finish();
}
