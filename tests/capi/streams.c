/* Checkpoints in memory, by descriptors and callbacks, and written tensor by tensor. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static duramen_context* context;

static duramen_save_options format(int32_t number) {
  duramen_save_options options = {0};
  options.struct_size = sizeof options;
  options.format = number;
  return options;
}

static duramen_state_dict* new_dict(void) {
  static const float kValues[6] = {1, 2, 3, 4, 5, 6};
  static const int64_t kShapes[2][2] = {{2, 3}, {3, 2}};
  duramen_state_dict* dict = NULL;
  int i;
  OK(duramen_state_dict_create(&dict, ERROR));
  for (i = 0; i < 2; ++i) {
    duramen_tensor* tensor = new_tensor(context, kValues, 2, kShapes[i]);
    OK(duramen_state_dict_set_tensor(dict, i ? "b.weight" : "a.weight", SIZE_MAX, tensor, ERROR));
    duramen_tensor_release(tensor);
  }
  return dict;
}

static void expect_same(const duramen_state_dict* expected, duramen_checkpoint* file) {
  duramen_state_dict* dict = NULL;
  duramen_diff* diff = NULL;
  size_t count = 0, stride = 0;
  OK(duramen_checkpoint_state_dict(context, file, NULL, 0, &dict, ERROR));
  OK(duramen_state_dict_diff(context, expected, dict, NULL, &diff, ERROR));
  duramen_diff_entries(diff, &count, &stride);
  CHECK(count == 0 && duramen_diff_equal_count(diff) == duramen_state_dict_count(expected));
  duramen_diff_release(diff);
  duramen_state_dict_release(dict);
}

static void count_up(void* user) { ++*(int*)user; }

/* With OPEN_READ the memory is given back at once, and may be used otherwise. */
static void copied_memory(const duramen_state_dict* dict, const duramen_value* bytes) {
  duramen_open_options options = {0};
  duramen_checkpoint* file = NULL;
  size_t nbytes = 0;
  const void* data = duramen_value_bytes(bytes, &nbytes);
  void* memory = malloc(nbytes);
  int gone = 0;
  options.struct_size = sizeof options;
  options.flags = DURAMEN_OPEN_READ;
  memcpy(memory, data, nbytes);
  OK(duramen_checkpoint_view_memory(context, memory, nbytes, &gone, count_up, &options, &file,
                                    ERROR));
  CHECK(gone == 1);
  memset(memory, 0xFF, nbytes);
  free(memory);
  expect_same(dict, file);
  duramen_checkpoint_release(file);
}

/* The bytes of a file in memory, used in place until the last tensor is gone. */
static void memory(int32_t number) {
  const duramen_save_options options = format(number), none = format(DURAMEN_FORMAT_AUTOMATIC);
  duramen_state_dict *dict = new_dict(), *read = NULL;
  duramen_checkpoint* file = NULL;
  duramen_value* bytes = NULL;
  size_t nbytes = 0;
  int gone = 0;
  OK(duramen_state_dict_to_bytes(context, dict, &options, &bytes, ERROR));
  CHECK(duramen_value_kind(bytes) == DURAMEN_VALUE_BYTES);
  duramen_value_bytes(bytes, &nbytes);
  FAILS(DURAMEN_E_CORRUPT,
        duramen_checkpoint_view_memory(context, duramen_value_bytes(bytes, NULL), nbytes - 1, &gone,
                                       count_up, NULL, &file, ERROR));
  CHECK(gone == 0 && file == NULL);
  OK(duramen_checkpoint_view_memory(context, duramen_value_bytes(bytes, NULL), nbytes, &gone,
                                    count_up, NULL, &file, ERROR));
  expect_same(dict, file);
  OK(duramen_checkpoint_state_dict(context, file, NULL, 0, &read, ERROR));
  duramen_checkpoint_release(file);
  CHECK(gone == 0);
  duramen_state_dict_release(read);
  CHECK(gone == 1);
  copied_memory(dict, bytes);
  duramen_value_release(bytes);
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_state_dict_to_bytes(context, dict, &none, &bytes, ERROR));
  CONTAINS("no format", duramen_error_message(last_error(), NULL));
  duramen_state_dict_release(dict);
}

struct buffer {
  unsigned char* bytes;
  size_t nbytes;
  long calls;
  long stops_at;
};

static int32_t append(void* user, const void* data, size_t nbytes, duramen_error** error) {
  struct buffer* buffer = user;
  if (++buffer->calls == buffer->stops_at)
    return duramen_error_create(-2000, "full", SIZE_MAX, error) == DURAMEN_OK ? -2000 : -2001;
  buffer->bytes = realloc(buffer->bytes, buffer->nbytes + nbytes);
  memcpy(buffer->bytes + buffer->nbytes, data, nbytes);
  buffer->nbytes += nbytes;
  return 0;
}

static int32_t give(void* user, uint64_t offset, void* out, size_t nbytes, duramen_error** error) {
  struct buffer* buffer = user;
  (void)error;
  if (++buffer->calls == buffer->stops_at) return -3000;
  CHECK(offset + nbytes <= buffer->nbytes);
  memcpy(out, buffer->bytes + offset, nbytes);
  return 0;
}

static void callbacks(int32_t number) {
  const duramen_save_options options = format(number);
  duramen_state_dict* dict = new_dict();
  duramen_checkpoint* file = NULL;
  struct buffer buffer = {NULL, 0, 0, 0};
  duramen_value* value = NULL;
  OK(duramen_state_dict_write_callback(context, dict, append, &buffer, &options, ERROR));
  buffer.calls = 0;
  OK(duramen_checkpoint_open_callback(context, give, &buffer, buffer.nbytes, NULL, &file, ERROR));
  CHECK(buffer.calls == 1);
  expect_same(dict, file);
  duramen_checkpoint_release(file);
  buffer.calls = 0;
  buffer.stops_at = 1;
  FAILS(-3000, duramen_checkpoint_open_callback(context, give, &buffer, buffer.nbytes, NULL, &file,
                                                ERROR));
  CHECK(file == NULL);
  buffer.calls = 0;
  FAILS(-2000, duramen_state_dict_write_callback(context, dict, append, &buffer, &options, ERROR));
  TEXT("full", duramen_error_message(last_error(), NULL));
  if (number == DURAMEN_FORMAT_TORCH) {
    buffer.stops_at = 0;
    buffer.nbytes = 0;
    OK(duramen_state_dict_to_value(dict, &value, ERROR));
    OK(duramen_value_write_callback(context, value, append, &buffer, &options, ERROR));
    OK(duramen_checkpoint_open_callback(context, give, &buffer, buffer.nbytes, NULL, &file, ERROR));
    expect_same(dict, file);
    duramen_checkpoint_release(file);
    duramen_value_release(value);
  }
  free(buffer.bytes);
  duramen_state_dict_release(dict);
}

/* What the limit forbids is neither allocated nor asked for. */
static void limited_callback(void) {
  duramen_limits limits = {0};
  duramen_open_options options = {0};
  duramen_checkpoint* file = NULL;
  struct buffer buffer = {NULL, 0, 0, 0};
  limits.struct_size = sizeof limits;
  limits.max_total_bytes = 1 << 20;
  options.struct_size = sizeof options;
  options.limits = &limits;
  FAILS(DURAMEN_E_LIMIT, duramen_checkpoint_open_callback(context, give, &buffer, (uint64_t)1 << 50,
                                                          &options, &file, ERROR));
  CONTAINS("max_total_bytes", duramen_error_message(last_error(), NULL));
  CHECK(buffer.calls == 0 && file == NULL);
}

/* A file, and a pipe, whose reader is a thread. */
struct reader {
  int descriptor;
  duramen_checkpoint* file;
};

static void* read_pipe(void* argument) {
  struct reader* reader = argument;
  duramen_context* own = new_context();
  OK(duramen_checkpoint_open_descriptor(own, reader->descriptor, NULL, &reader->file, ERROR));
  error_slot();
  duramen_context_release(own);
  return NULL;
}

static void descriptors(int32_t number) {
  const duramen_save_options options = format(number);
  duramen_open_options in_memory = {0};
  duramen_state_dict* dict = new_dict();
  duramen_checkpoint* file = NULL;
  const char* path = scratch_path("descriptor");
  const int written = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  int ends[2] = {-1, -1}, i;
  pthread_t thread;
  struct reader reader = {0, NULL};
  OK(duramen_state_dict_write_descriptor(context, dict, written, &options, ERROR));
  in_memory.struct_size = sizeof in_memory;
  in_memory.flags = DURAMEN_OPEN_READ;
  for (i = 0; i < 2; ++i) {
    OK(duramen_checkpoint_open_descriptor(context, written, i ? &in_memory : NULL, &file, ERROR));
    expect_same(dict, file);
    duramen_checkpoint_release(file);
  }
  close(written);
  unlink(path);
  CHECK(pipe2(ends, O_CLOEXEC) == 0);
  reader.descriptor = ends[0];
  CHECK(pthread_create(&thread, NULL, read_pipe, &reader) == 0);
  OK(duramen_state_dict_write_descriptor(context, dict, ends[1], &options, ERROR));
  close(ends[1]);
  pthread_join(thread, NULL);
  if (reader.file) expect_same(dict, reader.file);
  duramen_checkpoint_release(reader.file);
  close(ends[0]);
  /* Nobody reads: an error, not a signal. */
  CHECK(pipe2(ends, O_CLOEXEC) == 0);
  close(ends[0]);
  FAILS(DURAMEN_E_IO, duramen_state_dict_write_descriptor(context, dict, ends[1], &options, ERROR));
  close(ends[1]);
  FAILS(DURAMEN_E_IO, duramen_checkpoint_open_descriptor(context, -1, NULL, &file, ERROR));
  duramen_state_dict_release(dict);
}

static duramen_tensor* tensor_of(const duramen_state_dict* dict, const char* name) {
  duramen_tensor* tensor = NULL;
  OK(duramen_state_dict_get_tensor(dict, name, SIZE_MAX, &tensor, ERROR));
  return tensor;
}

static duramen_tensor_stream* new_stream(const char* path) {
  static const int64_t kShapes[2][2] = {{2, 3}, {3, 2}};
  duramen_tensor_stream* stream = NULL;
  OK(duramen_tensor_stream_create(path, SIZE_MAX, NULL, &stream, ERROR));
  OK(duramen_tensor_stream_declare(stream, "a.weight", SIZE_MAX, DURAMEN_DTYPE_FLOAT32, kShapes[0],
                                   2, ERROR));
  OK(duramen_tensor_stream_declare(stream, "b.weight", SIZE_MAX, DURAMEN_DTYPE_FLOAT32, kShapes[1],
                                   2, ERROR));
  return stream;
}

static uint64_t size_of(const char* path) {
  struct stat status;
  return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

/* In any order, and the same bytes as a save. */
static void tensor_by_tensor(const char* name) {
  duramen_state_dict* dict = new_dict();
  duramen_tensor *a = tensor_of(dict, "a.weight"), *b = tensor_of(dict, "b.weight");
  duramen_tensor_stream* stream;
  duramen_checkpoint* file = NULL;
  char path[4096], saved[4096];
  snprintf(path, sizeof path, "%s", scratch_path(name));
  unlink(path);
  stream = new_stream(path);
  FAILS(DURAMEN_E_ALREADY_EXISTS,
        duramen_tensor_stream_declare(stream, "a.weight", SIZE_MAX, DURAMEN_DTYPE_INT8, NULL, 0,
                                      ERROR));
  FAILS(DURAMEN_E_NOT_FOUND, duramen_tensor_stream_write(context, stream, "c", SIZE_MAX, a, ERROR));
  FAILS(DURAMEN_E_SHAPE_MISMATCH,
        duramen_tensor_stream_write(context, stream, "b.weight", SIZE_MAX, a, ERROR));
  CHECK(size_of(path) == 0);
  OK(duramen_tensor_stream_write(context, stream, "b.weight", SIZE_MAX, b, ERROR));
  FAILS(DURAMEN_E_ALREADY_EXISTS,
        duramen_tensor_stream_write(context, stream, "b.weight", SIZE_MAX, b, ERROR));
  FAILS(DURAMEN_E_STATE,
        duramen_tensor_stream_declare(stream, "c", SIZE_MAX, DURAMEN_DTYPE_INT8, NULL, 0, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_tensor_stream_finish(context, stream, ERROR));
  CONTAINS("a.weight", duramen_error_message(last_error(), NULL));
  OK(duramen_tensor_stream_write(context, stream, "a.weight", SIZE_MAX, a, ERROR));
  CHECK(size_of(path) == 0);
  OK(duramen_tensor_stream_finish(context, stream, ERROR));
  FAILS(DURAMEN_E_STATE, duramen_tensor_stream_finish(context, stream, ERROR));
  duramen_tensor_stream_release(stream);
  OK(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &file, ERROR));
  expect_same(dict, file);
  duramen_checkpoint_release(file);
  snprintf(saved, sizeof saved, "%s", scratch_path(name));
  OK(duramen_state_dict_save(context, dict, saved, SIZE_MAX, NULL, ERROR));
  CHECK(size_of(path) == size_of(saved) && size_of(path) > 0);
  unlink(path);
  stream = new_stream(path); /* given up: nothing is left */
  OK(duramen_tensor_stream_write(context, stream, "b.weight", SIZE_MAX, b, ERROR));
  duramen_tensor_stream_release(stream);
  CHECK(size_of(path) == 0);
  duramen_tensor_release(a);
  duramen_tensor_release(b);
  duramen_state_dict_release(dict);
}

static void stream_formats(void) {
  duramen_tensor_stream* stream = NULL;
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_tensor_stream_create(scratch_path("a.npy"), SIZE_MAX, NULL, &stream, ERROR));
  CHECK(stream == NULL);
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_tensor_stream_create(scratch_path("a.what"), SIZE_MAX, NULL, &stream, ERROR));
}

/* In place where there is room. */
static void metadata(void) {
  duramen_save_options options = format(DURAMEN_FORMAT_SAFETENSORS);
  duramen_state_dict *dict = new_dict(), *read = NULL;
  duramen_checkpoint* file = NULL;
  duramen_string* text = NULL;
  const char* path = scratch_path("metadata.safetensors");
  uint64_t size;
  uint32_t rewritten = 9;
  options.alignment = 4096;
  OK(duramen_state_dict_save(context, dict, path, SIZE_MAX, &options, ERROR));
  size = size_of(path);
  OK(duramen_checkpoint_set_metadata(context, path, SIZE_MAX, "epoch", SIZE_MAX, "7", SIZE_MAX,
                                     &rewritten, ERROR));
  CHECK(rewritten == 0 && size_of(path) == size);
  OK(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &file, ERROR));
  expect_same(dict, file);
  OK(duramen_checkpoint_state_dict(context, file, NULL, 0, &read, ERROR));
  OK(duramen_state_dict_metadata(read, "epoch", SIZE_MAX, &text, ERROR));
  TEXT("7", duramen_string_data(text, NULL));
  duramen_string_release(text);
  duramen_state_dict_release(read);
  duramen_checkpoint_release(file);
  options.alignment = 0;
  OK(duramen_state_dict_save(context, dict, path, SIZE_MAX, &options, ERROR));
  OK(duramen_checkpoint_set_metadata(context, path, SIZE_MAX, "a long key", SIZE_MAX,
                                     "and a text that needs room", SIZE_MAX, &rewritten, ERROR));
  CHECK(rewritten == 1);
  OK(duramen_checkpoint_set_metadata(context, path, SIZE_MAX, "a long key", SIZE_MAX, NULL, 0,
                                     &rewritten, ERROR));
  CHECK(rewritten == 0);
  OK(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &file, ERROR));
  expect_same(dict, file);
  duramen_checkpoint_release(file);
  OK(duramen_state_dict_save(context, dict, scratch_path("metadata.pt"), SIZE_MAX, NULL, ERROR));
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_checkpoint_set_metadata(context, scratch_path("metadata.pt"), SIZE_MAX, "k",
                                        SIZE_MAX, "v", SIZE_MAX, NULL, ERROR));
  duramen_state_dict_release(dict);
}

/* A text that the format has no place for is refused, not lost. */
static void metadata_of_a_torch_stream(void) {
  duramen_tensor_stream* stream = new_stream(scratch_path("texts.pt"));
  FAILS(DURAMEN_E_UNSUPPORTED,
        duramen_tensor_stream_set_metadata(stream, "k", SIZE_MAX, "v", SIZE_MAX, ERROR));
  duramen_tensor_stream_release(stream);
}

static duramen_value* text_or_none(const char* text) {
  duramen_value* value = NULL;
  if (text) OK(duramen_value_create_text(text, SIZE_MAX, &value, ERROR));
  if (!text) OK(duramen_value_create_none(&value, ERROR));
  return value;
}

/* {first: text, second: other}; NULL stands for None. */
static duramen_value* two_texts(const char* first, const char* text, const char* second,
                                const char* other) {
  duramen_value* parts[4];
  const duramen_value *keys[2], *items[2];
  duramen_value* dict = NULL;
  size_t i;
  parts[0] = text_or_none(first), parts[1] = text_or_none(second);
  parts[2] = text_or_none(text), parts[3] = text_or_none(other);
  keys[0] = parts[0], keys[1] = parts[1], items[0] = parts[2], items[1] = parts[3];
  OK(duramen_value_create_dict(keys, items, 2, &dict, ERROR));
  for (i = 0; i < 4; ++i) duramen_value_release(parts[i]);
  return dict;
}

/* NULL: there is no such text. */
static void expect_metadata(const char* path, const char* key, const char* text) {
  duramen_checkpoint* file = NULL;
  const char* found = NULL;
  OK(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &file, ERROR));
  found = duramen_checkpoint_metadata(file, key, SIZE_MAX, NULL);
  CHECK((found == NULL) == (text == NULL));
  if (found && text) TEXT(text, found);
  duramen_checkpoint_release(file);
}

/* Several texts at once, or none of them. */
static void several_texts(void) {
  duramen_save_options options = format(DURAMEN_FORMAT_SAFETENSORS);
  duramen_state_dict* dict = new_dict();
  duramen_value *changes = two_texts("a", "1", "b", "2"), *number = NULL;
  const char* path = scratch_path("texts.safetensors");
  uint32_t rewritten = 9;
  options.alignment = 4096;
  OK(duramen_state_dict_save(context, dict, path, SIZE_MAX, &options, ERROR));
  OK(duramen_checkpoint_edit_metadata(context, path, SIZE_MAX, changes, &rewritten, ERROR));
  CHECK(rewritten == 0);
  expect_metadata(path, "a", "1");
  expect_metadata(path, "b", "2");
  duramen_value_release(changes);
  changes = two_texts("a", NULL, "c", "3");
  OK(duramen_checkpoint_edit_metadata(context, path, SIZE_MAX, changes, &rewritten, ERROR));
  duramen_value_release(changes);
  expect_metadata(path, "a", NULL);
  expect_metadata(path, "c", "3");
  OK(duramen_value_create_int(1, &number, ERROR));
  FAILS(DURAMEN_E_INVALID_ARGUMENT,
        duramen_checkpoint_edit_metadata(context, path, SIZE_MAX, number, NULL, ERROR));
  {
    const duramen_value *keys[2], *items[2];
    duramen_value *one = text_or_none("d"), *other = text_or_none("e");
    keys[0] = one, keys[1] = other, items[0] = one, items[1] = number;
    OK(duramen_value_create_dict(keys, items, 2, &changes, ERROR));
    FAILS(DURAMEN_E_INVALID_ARGUMENT,
          duramen_checkpoint_edit_metadata(context, path, SIZE_MAX, changes, NULL, ERROR));
    duramen_value_release(changes);
    duramen_value_release(other);
    duramen_value_release(one);
  }
  expect_metadata(path, "d", NULL);
  expect_metadata(path, "b", "2");
  duramen_value_release(number);
  duramen_state_dict_release(dict);
}

int main(void) {
  static const int32_t kFormats[] = {DURAMEN_FORMAT_SAFETENSORS, DURAMEN_FORMAT_TORCH};
  size_t i;
  context = new_context();
  for (i = 0; i < COUNT_OF(kFormats); ++i) {
    memory(kFormats[i]);
    callbacks(kFormats[i]);
    descriptors(kFormats[i]);
  }
  limited_callback();
  tensor_by_tensor("stream.safetensors");
  tensor_by_tensor("stream.pt");
  stream_formats();
  metadata();
  several_texts();
  metadata_of_a_torch_stream();
  error_slot();
  duramen_context_release(context);
  return finish();
}
