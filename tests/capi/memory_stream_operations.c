/* Operations of the out-of-memory test: checkpoints beside paths, and tensor by tensor. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

#include "memory_world.h"

static duramen_save_options format(int32_t number) {
  duramen_save_options options = {0};
  options.struct_size = sizeof options;
  options.format = number;
  options.durability = DURAMEN_DURABILITY_ATOMIC;
  return options;
}

static int32_t take(void* user, const void* data, size_t nbytes, duramen_error** error) {
  (void)data;
  (void)error;
  *(size_t*)user += nbytes;
  return 0;
}

static int32_t give(void* user, uint64_t offset, void* out, size_t nbytes, duramen_error** error) {
  (void)error;
  memcpy(out, (const char*)user + offset, nbytes);
  return 0;
}

static void ignore(void* user) { (void)user; }

/* To memory, and from there in two ways. */
static duramen_status by_bytes(struct world* w, duramen_error** error) {
  const duramen_save_options options = format(DURAMEN_FORMAT_TORCH);
  duramen_checkpoint *viewed = NULL, *called = NULL;
  duramen_value* bytes = NULL;
  duramen_status status;
  size_t nbytes = 0;
  const void* data;
  TRY(duramen_state_dict_to_bytes(w->context, w->dict, &options, &bytes, error));
  data = duramen_value_bytes(bytes, &nbytes);
  TRY(duramen_checkpoint_view_memory(w->context, data, nbytes, NULL, ignore, NULL, &viewed, error));
  TRY(duramen_checkpoint_open_callback(w->context, give, (void*)(size_t)data, nbytes, NULL, &called,
                                       error));
release:
  duramen_checkpoint_release(called);
  duramen_checkpoint_release(viewed);
  duramen_value_release(bytes);
  return status;
}

static duramen_status value_by_bytes(struct world* w, duramen_error** error) {
  const duramen_save_options options = format(DURAMEN_FORMAT_TORCH);
  duramen_value *value = NULL, *bytes = NULL;
  duramen_status status;
  size_t taken = 0;
  TRY(duramen_state_dict_to_value(w->dict, &value, error));
  TRY(duramen_value_to_bytes(w->context, value, &options, &bytes, error));
  TRY(duramen_value_write_callback(w->context, value, take, &taken, &options, error));
  TRY(duramen_state_dict_write_callback(w->context, w->dict, take, &taken, &options, error));
release:
  duramen_value_release(bytes);
  duramen_value_release(value);
  return status;
}

static duramen_status list_entries(struct world* w, const duramen_checkpoint* checkpoint,
                                   duramen_error** error) {
  const duramen_file_entry* first = NULL;
  duramen_string_list* keys = NULL;
  duramen_tensor* tensor = NULL;
  size_t count = 0, stride = 0;
  duramen_status status;
  TRY(duramen_checkpoint_metadata_keys(checkpoint, &keys, error));
  TRY(duramen_checkpoint_entries(checkpoint, &first, &count, &stride, error));
  TRY(duramen_checkpoint_tensor(w->context, checkpoint, first->name, first->name_length, &tensor,
                                error));
release:
  duramen_tensor_release(tensor);
  duramen_string_list_release(keys);
  return status;
}

static duramen_status look_into(struct world* w, int32_t number, duramen_error** error) {
  const duramen_save_options options = format(number);
  duramen_checkpoint* checkpoint = NULL;
  duramen_value* bytes = NULL;
  size_t nbytes = 0;
  duramen_status status;
  TRY(duramen_state_dict_to_bytes(w->context, w->dict, &options, &bytes, error));
  duramen_value_bytes(bytes, &nbytes);
  TRY(duramen_checkpoint_view_memory(w->context, duramen_value_bytes(bytes, NULL), nbytes, NULL,
                                     NULL, NULL, &checkpoint, error));
  TRY(list_entries(w, checkpoint, error));
release:
  duramen_checkpoint_release(checkpoint);
  duramen_value_release(bytes);
  return status;
}

static duramen_status look_into_safetensors(struct world* w, duramen_error** error) {
  duramen_status status;
  TRY(duramen_state_dict_remove(w->dict, "d", SIZE_MAX, error)); /* the format has no ties */
  TRY(duramen_state_dict_remove(w->dict, "deep_buffer", SIZE_MAX, error));
  TRY(look_into(w, DURAMEN_FORMAT_SAFETENSORS, error));
release:
  return status;
}

static duramen_status look_into_torch(struct world* w, duramen_error** error) {
  return look_into(w, DURAMEN_FORMAT_TORCH, error);
}

static duramen_status by_descriptor(struct world* w, duramen_error** error) {
  const duramen_save_options options = format(DURAMEN_FORMAT_TORCH);
  const int file =
      open(scratch_path("memory_descriptor"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  duramen_checkpoint* checkpoint = NULL;
  duramen_value* value = NULL;
  duramen_status status;
  TRY(duramen_state_dict_to_value(w->dict, &value, error));
  TRY(duramen_value_write_descriptor(w->context, value, file, &options, error));
  CHECK(lseek(file, 0, SEEK_SET) == 0 && ftruncate(file, 0) == 0);
  TRY(duramen_state_dict_write_descriptor(w->context, w->dict, file, &options, error));
  TRY(duramen_checkpoint_open_descriptor(w->context, file, NULL, &checkpoint, error));
release:
  duramen_checkpoint_release(checkpoint);
  duramen_value_release(value);
  close(file);
  return status;
}

static duramen_status by_stream(struct world* w, const char* name, duramen_error** error) {
  static const int64_t kShape[9] = {1, 1, 1, 1, 1, 1, 1, 1, 2};
  duramen_save_options options = format(DURAMEN_FORMAT_AUTOMATIC);
  duramen_tensor_stream* stream = NULL;
  duramen_tensor* tensor = NULL;
  duramen_status status;
  TRY(duramen_tensor_empty(w->context, DURAMEN_DTYPE_FLOAT32, kShape, 9, &tensor, error));
  TRY(duramen_tensor_fill(w->context, tensor, 1, error));
  TRY(duramen_tensor_stream_create(scratch_path(name), SIZE_MAX, &options, &stream, error));
  TRY(duramen_tensor_stream_declare(stream, "a name that is not short", SIZE_MAX,
                                    DURAMEN_DTYPE_FLOAT32, kShape, 9, error));
  if (strstr(name, ".safetensors")) {
    TRY(duramen_tensor_stream_set_metadata(stream, "a key that is not short", SIZE_MAX, "a text",
                                           SIZE_MAX, error));
  }
  TRY(duramen_tensor_stream_write(w->context, stream, "a name that is not short", SIZE_MAX, tensor,
                                  error));
  TRY(duramen_tensor_stream_finish(w->context, stream, error));
release:
  duramen_tensor_stream_release(stream);
  duramen_tensor_release(tensor);
  return status;
}

static duramen_status stream_safetensors(struct world* w, duramen_error** error) {
  return by_stream(w, "memory_stream.safetensors", error);
}

static duramen_status stream_torch(struct world* w, duramen_error** error) {
  return by_stream(w, "memory_stream.pt", error);
}

static duramen_status edit_metadata(struct world* w, duramen_error** error) {
  const duramen_save_options options = format(DURAMEN_FORMAT_SAFETENSORS);
  const char* path = scratch_path("memory_metadata.safetensors");
  duramen_value *text = NULL, *texts = NULL;
  const duramen_value* lent = NULL;
  duramen_status status;
  uint32_t rewritten = 0;
  TRY(duramen_state_dict_remove(w->dict, "d", SIZE_MAX, error)); /* the format has no ties */
  TRY(duramen_state_dict_remove(w->dict, "deep_buffer", SIZE_MAX, error));
  TRY(duramen_state_dict_save(w->context, w->dict, path, SIZE_MAX, &options, error));
  TRY(duramen_checkpoint_set_metadata(w->context, path, SIZE_MAX, "a key that is not short",
                                      SIZE_MAX, "and a text that is longer than the padding",
                                      SIZE_MAX, &rewritten, error));
  TRY(duramen_checkpoint_set_metadata(w->context, path, SIZE_MAX, "a key that is not short",
                                      SIZE_MAX, NULL, 0, &rewritten, error));
  TRY(duramen_value_create_text("another text that is not short", SIZE_MAX, &text, error));
  lent = text;
  TRY(duramen_value_create_dict(&lent, &lent, 1, &texts, error));
  TRY(duramen_checkpoint_edit_metadata(w->context, path, SIZE_MAX, texts, &rewritten, error));
release:
  duramen_value_release(text);
  duramen_value_release(texts);
  return status;
}

const struct operation kStreamOperations[] = {
    {"bytes", WITH_DICT, 1, DURAMEN_OK, by_bytes},
    {"bytes of a value", WITH_DICT, 1, DURAMEN_OK, value_by_bytes},
    {"descriptors", WITH_DICT, 1, DURAMEN_OK, by_descriptor},
    {"entries of safetensors", WITH_DICT, 0, DURAMEN_OK, look_into_safetensors},
    {"entries of torch", WITH_DICT, 0, DURAMEN_OK, look_into_torch},
    {"a stream to a .safetensors", 0, 1, DURAMEN_OK, stream_safetensors},
    {"a stream to a .pt", 0, 1, DURAMEN_OK, stream_torch},
    {"metadata in place", WITH_DICT, 1, DURAMEN_OK, edit_metadata},
};
const size_t kStreamOperationCount = COUNT_OF(kStreamOperations);
