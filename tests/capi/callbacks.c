/* Callbacks that do not do what they should: runners that call too little, too much or wrongly,
 * progress that stops a save at every report, visitors that stop at every module, allocators that
 * refuse or misalign. */
#define _POSIX_C_SOURCE 200112L /* posix_memalign */
#include <pthread.h>

#include "file_world.h"

enum { kSide = 256 };

/* ---- runners -------------------------------------------------------------------------------- */

enum manner { AS_TOLD, NONE, ONE, HALF, TWICE, BACKWARDS, OUTSIDE, ON_THREADS };

struct share {
  duramen_runner_body body;
  void* body_user;
  uint64_t from, to;
};

static void* run_share(void* user) {
  const struct share* share = user;
  uint64_t i;
  for (i = share->from; i < share->to; ++i) share->body(share->body_user, i);
  return NULL;
}

static void on_threads(uint64_t count, duramen_runner_body body, void* body_user) {
  pthread_t thread;
  struct share first, second;
  first.body = second.body = body;
  first.body_user = second.body_user = body_user;
  first.from = 0;
  first.to = second.from = count / 2;
  second.to = count;
  CHECK(pthread_create(&thread, NULL, run_share, &first) == 0);
  run_share(&second);
  CHECK(pthread_join(thread, NULL) == 0);
}

static void run(void* user, uint64_t count, duramen_runner_body body, void* body_user) {
  const enum manner manner = *(const enum manner*)user;
  const uint64_t most = manner == NONE ? 0 : manner == ONE ? 1 : manner == HALF ? count / 2 : count;
  uint64_t i;
  if (manner == ON_THREADS) {
    on_threads(count, body, body_user);
    return;
  }
  for (i = 0; i < most; ++i) {
    body(body_user, manner == BACKWARDS ? count - 1 - i : manner == OUTSIDE ? i + 1000 * count : i);
    if (manner == TWICE) body(body_user, i);
  }
}

/* A forward and a backward; the sum of a gradient. */
static double compute(duramen_context* context) {
  static const int64_t kShape[2] = {kSide, kSide};
  duramen_module* net;
  duramen_tensor *x = NULL, *y = NULL, *loss = NULL, *weight = NULL, *grad = NULL, *sum = NULL;
  double value = 0;
  OK(duramen_context_seed(context, 3, ERROR));
  net = new_module(context, "Sequential(Linear(256, 256), BatchNorm1d(256), Tanh())");
  OK(duramen_tensor_empty(context, DURAMEN_DTYPE_FLOAT32, kShape, 2, &x, ERROR));
  OK(duramen_tensor_fill_normal(context, x, 0, 1, ERROR));
  OK(duramen_module_forward(context, net, x, &y, ERROR));
  OK(duramen_sum(context, y, NULL, 0, 0, &loss, ERROR));
  OK(duramen_tensor_backward(context, loss, NULL, NULL, ERROR));
  OK(duramen_module_get_parameter(net, "0.weight", SIZE_MAX, &weight, ERROR));
  OK(duramen_tensor_grad(weight, &grad, ERROR));
  OK(duramen_sum(context, grad, NULL, 0, 0, &sum, ERROR));
  OK(duramen_tensor_item(sum, NULL, 0, &value, ERROR));
  duramen_tensor_release(sum);
  duramen_tensor_release(grad);
  duramen_tensor_release(weight);
  duramen_tensor_release(loss);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_module_release(net);
  return value;
}

static void runners(void) {
  int manner;
  double expected = 0;
  for (manner = AS_TOLD; manner <= ON_THREADS; ++manner) {
    const enum manner told = (enum manner)manner;
    duramen_runner runner = {0};
    duramen_context_options options = {0};
    duramen_context* context = NULL;
    double value;
    runner.struct_size = sizeof runner;
    runner.run = run;
    runner.user = (void*)(uintptr_t)&told;
    options.struct_size = sizeof options;
    options.num_threads = 3;
    options.runner = &runner;
    OK(duramen_context_create(&options, &context, ERROR));
    value = compute(context);
    if (manner == AS_TOLD) expected = value;
    check_true(value == expected && value == value, "the same bits", __FILE__, manner);
    duramen_context_release(context);
  }
}

/* ---- progress ------------------------------------------------------------------------------- */

struct listener {
  duramen_context* context;
  int reports;
  int at;     /* the report that stops */
  int cancel; /* by raising cancel, rather than by its status */
  uint64_t last;
};

static int32_t hear(void* user, const char* operation, size_t length, uint64_t done, uint64_t total,
                    duramen_error** error) {
  struct listener* listener = user;
  (void)error;
  TEXT("save", operation);
  CHECK(length == 4);
  CHECK(done >= listener->last && done <= total);
  listener->last = done;
  if (++listener->reports != listener->at) return 0;
  if (!listener->cancel) return -2000;
  duramen_context_cancel(listener->context);
  return 0;
}

static void progress_stops(duramen_context* context, const char* path, int cancel) {
  struct listener listener = {NULL, 0, 0, 0, 0};
  duramen_progress_sink sink = {0};
  duramen_state_dict* before = new_dict(context, 1);
  duramen_state_dict* after = new_dict(context, 2);
  int at, stopped = 0;
  sink.struct_size = sizeof sink;
  sink.progress = hear;
  sink.user = &listener;
  listener.context = context;
  listener.cancel = cancel;
  OK(save_dict(context, before, path, DURAMEN_DURABILITY_ATOMIC, ERROR));
  OK(duramen_context_set_progress(context, &sink, ERROR));
  for (at = 1; at <= listener.reports + 1; ++at) {
    duramen_status status;
    listener.reports = 0;
    listener.last = 0;
    listener.at = at;
    status = save_dict(context, after, path, DURAMEN_DURABILITY_ATOMIC, ERROR);
    duramen_context_reset_cancel(context);
    listener.at = -1;
    stopped += status != DURAMEN_OK;
    if (status != DURAMEN_OK)
      check_status(cancel ? DURAMEN_E_CANCELLED : -2000, status, "save", __FILE__, __LINE__);
    CHECK(value_of_file(context, path) == (status == DURAMEN_OK ? 2 : 1));
    if (status == DURAMEN_OK) break;
  }
  CHECK(stopped > 1 && stopped == at - 1); /* every report can stop it, the last one too */
  OK(duramen_context_set_progress(context, NULL, ERROR));
  duramen_state_dict_release(after);
  duramen_state_dict_release(before);
}

static void progress(void) {
  static const char* const kNames[] = {"a.pt", "a.safetensors", "a.npy"};
  const char* folder = make_folder("callbacks");
  duramen_context* context = new_context();
  size_t i;
  for (i = 0; i < COUNT_OF(kNames); ++i) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, kNames[i]);
    progress_stops(context, path, 0);
    progress_stops(context, path, 1);
    CHECK(count_files(folder) == 1);
    remove_files(folder, NULL);
  }
  duramen_context_release(context);
}

/* ---- visitors ------------------------------------------------------------------------------- */

static int visits_left;
static int32_t stop_later(void* user, duramen_module* module, duramen_error** error) {
  (void)user;
  (void)error;
  CHECK(duramen_module_class_name(module, NULL) != NULL);
  return visits_left-- > 0 ? 0 : -3000;
}

static void visitors(void) {
  duramen_context* context = new_context();
  duramen_module* net = new_module(context, "Sequential(Linear(1, 1), Sequential(ReLU(), Tanh()))");
  int count;
  for (count = 0; count < 5; ++count) {
    visits_left = count;
    FAILS(-3000, duramen_module_apply(net, stop_later, NULL, ERROR));
    CHECK(visits_left == -1);
  }
  visits_left = 5;
  OK(duramen_module_apply(net, stop_later, NULL, ERROR));
  duramen_module_release(net);
  duramen_context_release(context);
}

/* ---- allocators ----------------------------------------------------------------------------- */

static int misaligns;
static long blocks;
static void* crooked(void* user, size_t nbytes, size_t alignment) {
  char* out = NULL;
  (void)user;
  if (posix_memalign((void**)(void*)&out, alignment, nbytes + alignment)) return NULL;
  ++blocks;
  return misaligns ? out + 1 : out;
}

static void take_back(void* user, void* pointer, size_t nbytes, size_t alignment) {
  (void)user;
  (void)nbytes;
  --blocks;
  free((char*)pointer - ((uintptr_t)pointer % alignment));
}

static void allocators(void) {
  static const int64_t kShape[1] = {100};
  duramen_allocator memory = {0};
  duramen_context_options options = {0};
  duramen_context* context = NULL;
  duramen_tensor* tensor = NULL;
  memory.struct_size = sizeof memory;
  memory.alloc = crooked;
  memory.free = take_back;
  options.struct_size = sizeof options;
  options.allocator = &memory;
  OK(duramen_context_create(&options, &context, ERROR));
  misaligns = 1;
  FAILS(DURAMEN_E_INTERNAL,
        duramen_tensor_zeros(context, DURAMEN_DTYPE_FLOAT32, kShape, 1, &tensor, ERROR));
  CHECK(tensor == NULL && blocks == 0);
  misaligns = 0;
  OK(duramen_tensor_zeros(context, DURAMEN_DTYPE_FLOAT32, kShape, 1, &tensor, ERROR));
  duramen_tensor_release(tensor);
  duramen_context_release(context);
  CHECK(blocks == 0);
}

int main(void) {
  runners();
  progress();
  visitors();
  allocators();
  return finish();
}
