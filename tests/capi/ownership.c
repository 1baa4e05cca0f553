/* Who keeps whom: owners hold what is below them, memory outlives what lent it, hooks are called
 * once; the caller's allocator balances. */
#define _POSIX_C_SOURCE 200112L /* posix_memalign */

#include "check.h"

struct counter {
  long live;
  long total;
  int destroyed;
};

static void* counted_alloc(void* user, size_t nbytes, size_t alignment) {
  struct counter* counter = user;
  void* out = NULL;
  if (posix_memalign(&out, alignment < sizeof(void*) ? sizeof(void*) : alignment, nbytes + 1))
    return NULL;
  __atomic_add_fetch(&counter->live, (long)nbytes, __ATOMIC_RELAXED);
  __atomic_add_fetch(&counter->total, 1, __ATOMIC_RELAXED);
  return out;
}

static void counted_free(void* user, void* pointer, size_t nbytes, size_t alignment) {
  struct counter* counter = user;
  (void)alignment;
  __atomic_sub_fetch(&counter->live, (long)nbytes, __ATOMIC_RELAXED);
  free(pointer);
}

static void count_destroy(void* user) { ++((struct counter*)user)->destroyed; }

/* The context goes first, a tensor last: only then is the allocator let go. */
static void allocator(void) {
  struct counter counter = {0, 0, 0};
  duramen_allocator memory = {0};
  duramen_context_options options = {0};
  duramen_context* context = NULL;
  duramen_module* module = NULL;
  duramen_tensor *input = NULL, *output = NULL;
  duramen_allocator_statistics statistics = {0};
  const int64_t shape[2] = {64, 32};
  memory.struct_size = sizeof memory;
  memory.alloc = counted_alloc;
  memory.user = &counter;
  memory.destroy = count_destroy;
  options.struct_size = sizeof options;
  options.allocator = &memory;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_context_create(&options, &context, ERROR));
  CHECK(counter.destroyed == 0 && context == NULL);
  memory.free = counted_free;
  OK(duramen_context_create(&options, &context, ERROR));
  module = new_module(context, "Linear(32, 16)");
  OK(duramen_tensor_zeros(context, DURAMEN_DTYPE_FLOAT32, shape, 2, &input, ERROR));
  OK(duramen_module_forward(context, module, input, &output, ERROR));
  statistics.struct_size = sizeof statistics;
  OK(duramen_context_allocator_statistics(context, &statistics, ERROR));
  CHECK(statistics.bytes_in_use >= 64 * 32 * 4 && statistics.blocks_in_use >= 3);
  CHECK(statistics.peak_bytes_in_use >= statistics.bytes_in_use);
  CHECK(counter.total > 0 && counter.live > 0);
  duramen_context_release(context);
  duramen_module_release(module);
  duramen_tensor_release(input);
  CHECK(counter.destroyed == 0);
  CHECK(duramen_tensor_numel(output) == 64 * 16);
  duramen_tensor_release(output);
  CHECK(counter.destroyed == 1 && counter.live == 0);
}

/* Memory runs out at the n-th request: the call fails with NO_MEMORY, or did not need it. */
static long requests_left;
static void* rationed_alloc(void* user, size_t nbytes, size_t alignment) {
  return requests_left-- > 0 ? counted_alloc(user, nbytes, alignment) : NULL;
}

static duramen_status step(duramen_context* context, duramen_error** error) {
  const int64_t shape[2] = {64, 32};
  duramen_module* module = NULL;
  duramen_tensor *input = NULL, *output = NULL, *loss = NULL;
  duramen_status status = duramen_module_from_text(
      context, "Sequential(Linear(32, 16), BatchNorm1d(16), ReLU())", SIZE_MAX, &module, error);
  if (!status)
    status = duramen_tensor_zeros(context, DURAMEN_DTYPE_FLOAT32, shape, 2, &input, error);
  if (!status) status = duramen_module_forward(context, module, input, &output, error);
  if (!status) status = duramen_mean(context, output, NULL, 0, 0, &loss, error);
  if (!status) status = duramen_tensor_backward(context, loss, NULL, NULL, error);
  duramen_tensor_release(loss);
  duramen_tensor_release(output);
  duramen_tensor_release(input);
  duramen_module_release(module);
  return status;
}

static void out_of_memory(void) {
  long ration, refused = 0;
  duramen_status status = DURAMEN_E_NO_MEMORY;
  for (ration = 0; status != DURAMEN_OK && ration < 1000; ++ration) {
    struct counter counter = {0, 0, 0};
    duramen_allocator memory = {0};
    duramen_context_options options = {0};
    duramen_context* context = NULL;
    memory.struct_size = sizeof memory;
    memory.alloc = rationed_alloc;
    memory.free = counted_free;
    memory.user = &counter;
    memory.destroy = count_destroy;
    options.struct_size = sizeof options;
    options.allocator = &memory;
    requests_left = ration;
    OK(duramen_context_create(&options, &context, ERROR));
    status = step(context, ERROR);
    if (status != DURAMEN_OK) {
      ++refused;
      CHECK(status == DURAMEN_E_NO_MEMORY);
      TEXT("out of memory", duramen_error_message(last_error(), NULL));
      CHECK(duramen_error_detail_count(last_error()) == 0);
    }
    duramen_context_release(context);
    CHECK(counter.live == 0 && counter.destroyed == 1);
  }
  CHECK(status == DURAMEN_OK && refused > 5);
}

static void parents_first(duramen_context* context) {
  duramen_module* net = new_module(context, "Sequential(Sequential(Linear(2, 3)))");
  duramen_module* inner = NULL;
  duramen_tensor *weight = NULL, *same = NULL;
  duramen_value* value = NULL;
  OK(duramen_module_get_submodule(net, "0.0", SIZE_MAX, &inner, ERROR));
  OK(duramen_module_get_parameter(net, "0.0.weight", SIZE_MAX, &weight, ERROR));
  duramen_module_release(net);
  OK(duramen_module_get_parameter(inner, "weight", SIZE_MAX, &same, ERROR));
  CHECK(same == weight);
  duramen_module_release(inner);
  OK(duramen_value_create_tensor(weight, &value, ERROR));
  duramen_tensor_release(weight);
  duramen_tensor_release(same);
  CHECK(duramen_tensor_numel(duramen_value_tensor(value)) == 6);
  CHECK(duramen_tensor_retain(duramen_value_tensor(value)) == weight);
  duramen_tensor_release(weight);
  duramen_value_release(value);
}

/* Imported memory: copied at once, or kept until the last tensor on it is gone. */
static void imports(duramen_context* context) {
  float values[4] = {1, 2, 3, 4};
  const int64_t shape[2] = {2, 2};
  const int64_t transposed[2] = {1, 2};
  struct counter counter = {0, 0, 0};
  duramen_import_options options = {0};
  duramen_tensor *tensor = NULL, *row = NULL;
  void* data = NULL;
  double item = 0;
  const int64_t corner[2] = {0, 1};
  options.struct_size = sizeof options;
  options.dtype = DURAMEN_DTYPE_FLOAT32;
  options.rank = 2;
  options.shape = shape;
  options.strides = transposed;
  options.data = values;
  options.nbytes = sizeof values;
  options.user = &counter;
  options.destroy = count_destroy;
  OK(duramen_tensor_import(context, &options, &tensor, ERROR));
  CHECK(counter.destroyed == 1 && duramen_tensor_is_contiguous(tensor) == 1);
  OK(duramen_tensor_item(tensor, corner, 2, &item, ERROR));
  CHECK(item == 3);
  duramen_tensor_release(tensor);

  counter.destroyed = 0;
  options.mode = DURAMEN_IMPORT_VIEW;
  options.nbytes = sizeof values - 1;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_tensor_import(context, &options, &tensor, ERROR));
  CHECK(counter.destroyed == 0 && tensor == NULL);
  options.nbytes = sizeof values;
  OK(duramen_tensor_import(context, &options, &tensor, ERROR));
  OK(duramen_tensor_data_mut(tensor, &data, ERROR));
  CHECK(data == values && duramen_tensor_version(tensor) == 1);
  OK(duramen_tensor_fill(context, tensor, 9, ERROR));
  CHECK(values[0] == 9 && values[3] == 9);
  OK(duramen_select(context, tensor, 0, 1, &row, ERROR));
  duramen_tensor_release(tensor);
  CHECK(counter.destroyed == 0);
  duramen_tensor_release(row);
  CHECK(counter.destroyed == 1);

  counter.destroyed = 0;
  options.mode = DURAMEN_IMPORT_VIEW_CONST;
  OK(duramen_tensor_import(context, &options, &tensor, ERROR));
  FAILS(DURAMEN_E_READ_ONLY, duramen_tensor_data_mut(tensor, &data, ERROR));
  FAILS(DURAMEN_E_READ_ONLY, duramen_tensor_fill(context, tensor, 1, ERROR));
  CHECK(data == NULL && values[0] == 9);
  duramen_tensor_release(tensor);
  CHECK(counter.destroyed == 1);
  options.mode = 7;
  FAILS(DURAMEN_E_UNSUPPORTED, duramen_tensor_import(context, &options, &tensor, ERROR));
  CHECK(counter.destroyed == 1);
}

static int32_t stop_at_second(void* user, duramen_module* module, duramen_error** error) {
  int* visits = user;
  (void)module;
  if (++*visits < 2) return 0;
  return duramen_error_create(-4321, "enough", SIZE_MAX, error) == DURAMEN_OK ? -4321 : -1000;
}

/* Ends with the status in `user`; -4321 with an explanation. */
static int32_t report_progress(void* user, const char* operation, size_t length, uint64_t done,
                               uint64_t total, duramen_error** error) {
  const int32_t status = *(const int32_t*)user;
  CHECK(done <= total);
  TEXT("save", operation);
  CHECK(length == 4);
  if (status != -4321) return status;
  return duramen_error_create(status, "enough", SIZE_MAX, error) == DURAMEN_OK ? status : -1000;
}

/* A progress callback stops a save, with its own status and its own error. */
static void progress_stops(duramen_context* context, const duramen_module* module) {
  static const struct {
    int32_t returned, status;
    const char* message;
  } kCases[] = {
      {-5000, -5000, "save: stopped by the progress callback"},
      {-4321, -4321, "enough"},
      {1, DURAMEN_E_INVALID_ARGUMENT,
       "save: the progress callback's status is none (expected 0, or a negative number; "
       "got 1)"},
  };
  int32_t returned = 0;
  const char* path = scratch_path("stopped.safetensors");
  duramen_progress_sink progress = {0};
  duramen_state_dict* dict = NULL;
  size_t i = 0;
  progress.struct_size = sizeof progress;
  progress.progress = report_progress;
  progress.user = &returned;
  OK(duramen_context_set_progress(context, &progress, ERROR));
  OK(duramen_module_state_dict(module, NULL, 0, 0, &dict, ERROR));
  for (i = 0; i < COUNT_OF(kCases); ++i) {
    returned = kCases[i].returned;
    FAILS(kCases[i].status, duramen_state_dict_save(context, dict, path, SIZE_MAX, NULL, ERROR));
    TEXT(kCases[i].message, duramen_error_message(last_error(), NULL));
  }
  returned = 0;
  OK(duramen_state_dict_save(context, dict, path, SIZE_MAX, NULL, ERROR));
  OK(duramen_context_set_progress(context, NULL, ERROR));
  duramen_state_dict_release(dict);
}

static void ignore_log(void* user, int32_t level, const char* message, size_t length) {
  (void)user;
  (void)level;
  (void)message;
  (void)length;
}

static void callbacks(duramen_context* context) {
  duramen_module* net = new_module(context, "Sequential(Linear(2, 2), ReLU(), Tanh())");
  struct counter counter = {0, 0, 0};
  duramen_log_sink log = {0};
  duramen_progress_sink progress = {0};
  int visits = 0;
  FAILS(-4321, duramen_module_apply(net, stop_at_second, &visits, ERROR));
  CHECK(visits == 2);
  TEXT("enough", duramen_error_message(last_error(), NULL));
  CHECK(duramen_error_status(last_error()) == -4321);
  log.struct_size = sizeof log;
  log.user = &counter;
  log.destroy = count_destroy;
  FAILS(DURAMEN_E_INVALID_ARGUMENT, duramen_context_set_log(context, &log, ERROR));
  CHECK(counter.destroyed == 0);
  log.log = ignore_log;
  OK(duramen_context_set_log(context, &log, ERROR));
  OK(duramen_context_set_log(context, &log, ERROR));
  CHECK(counter.destroyed == 1);
  OK(duramen_context_set_log(context, NULL, ERROR));
  CHECK(counter.destroyed == 2);
  progress.struct_size = sizeof progress;
  progress.progress = report_progress;
  progress.user = &counter;
  progress.destroy = count_destroy;
  OK(duramen_context_set_progress(context, &progress, ERROR));
  OK(duramen_context_set_progress(context, NULL, ERROR));
  CHECK(counter.destroyed == 3);
  progress_stops(context, net);
  duramen_module_release(net);
}

int main(void) {
  duramen_context* context = new_context();
  allocator();
  out_of_memory();
  parents_first(context);
  imports(context);
  callbacks(context);
  duramen_context_release(context);
  return finish();
}
