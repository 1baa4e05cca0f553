/* A program of API level 2, kept as it is: it runs with every later library of this SONAME. The
 * only argument is a folder that it may write to. */
#include <duramen/duramen.h>
#include <stdio.h>
#include <string.h>

static int failures;

static void expect(int condition, const char* what) {
  if (condition) return;
  ++failures;
  fprintf(stderr, "level 2: %s\n", what);
}

static void ok(duramen_status status, duramen_error* error, const char* what) {
  if (status != DURAMEN_OK) fprintf(stderr, "%s\n", duramen_error_message(error, NULL));
  expect(status == DURAMEN_OK && error == NULL, what);
  duramen_error_release(error);
}
#define OK(call)                  \
  do {                            \
    duramen_error* error = NULL;  \
    duramen_status status = call; \
    ok(status, error, #call);     \
  } while (0)

static int32_t DURAMEN_CALL count_bytes(void* user, const void* data, size_t nbytes,
                                        duramen_error** error) {
  (void)data;
  (void)error;
  *(size_t*)user += nbytes;
  return 0;
}

static int32_t DURAMEN_CALL give(void* user, uint64_t offset, void* buffer, size_t nbytes,
                                 duramen_error** error) {
  (void)error;
  memcpy(buffer, (const char*)user + offset, nbytes);
  return 0;
}

/* A file in memory, in place and by a callback, and its size by another. */
static void in_memory(duramen_context* context, const duramen_state_dict* dict) {
  duramen_save_options options;
  duramen_value* bytes = NULL;
  duramen_checkpoint *viewed = NULL, *called = NULL;
  const void* data;
  size_t nbytes = 0, counted = 0;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.format = DURAMEN_FORMAT_SAFETENSORS;
  options.max_shard_bytes = 0;
  OK(duramen_state_dict_to_bytes(context, dict, &options, &bytes, &error));
  data = duramen_value_bytes(bytes, &nbytes);
  OK(duramen_state_dict_write_callback(context, dict, count_bytes, &counted, &options, &error));
  expect(counted == nbytes && nbytes > 0, "the same bytes");
  OK(duramen_checkpoint_view_memory(context, data, nbytes, NULL, NULL, NULL, &viewed, &error));
  OK(duramen_checkpoint_open_callback(context, give, (void*)(size_t)data, nbytes, NULL, &called,
                                      &error));
  expect(strcmp(duramen_checkpoint_format(called, NULL), "safetensors") == 0, "the format");
  duramen_checkpoint_release(called);
  duramen_checkpoint_release(viewed);
  duramen_value_release(bytes);
}

static void by_stream(duramen_context* context, const char* folder) {
  static const int64_t shape[2] = {2, 3};
  char path[4096];
  duramen_tensor_stream* stream = NULL;
  duramen_tensor* ones = NULL;
  uint32_t rewritten = 9;
  snprintf(path, sizeof path, "%s/level2.safetensors", folder);
  OK(duramen_tensor_full(context, DURAMEN_DTYPE_FLOAT32, shape, 2, 1, &ones, &error));
  OK(duramen_tensor_stream_create(path, SIZE_MAX, NULL, &stream, &error));
  OK(duramen_tensor_stream_declare(stream, "a", SIZE_MAX, DURAMEN_DTYPE_FLOAT32, shape, 2, &error));
  OK(duramen_tensor_stream_set_metadata(stream, "k", SIZE_MAX, "v", SIZE_MAX, &error));
  OK(duramen_tensor_stream_write(context, stream, "a", SIZE_MAX, ones, &error));
  OK(duramen_tensor_stream_finish(context, stream, &error));
  OK(duramen_checkpoint_set_metadata(context, path, SIZE_MAX, "k", SIZE_MAX, "w", SIZE_MAX,
                                     &rewritten, &error));
  expect(rewritten == 0, "in place");
  remove(path);
  duramen_tensor_stream_release(stream);
  duramen_tensor_release(ones);
}

int main(int argc, char** argv) {
  duramen_context* context = NULL;
  duramen_module* net = NULL;
  duramen_state_dict* dict = NULL;
  if (argc != 2) return 2;
  expect(duramen_api_level() >= DURAMEN_TARGET_API_LEVEL, "the library has the level");
  OK(duramen_check_compat(2, DURAMEN_ABI_EPOCH, &error));
  OK(duramen_context_create(NULL, &context, &error));
  OK(duramen_module_from_text(context, "Linear(3, 2)", SIZE_MAX, &net, &error));
  OK(duramen_module_state_dict(net, NULL, 0, 0, &dict, &error));
  in_memory(context, dict);
  by_stream(context, argv[1]);
  duramen_state_dict_release(dict);
  duramen_module_release(net);
  duramen_context_release(context);
  return failures != 0;
}
