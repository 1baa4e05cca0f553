/* What a process may do around the library: fork with and without threads, exit with live objects,
 * close its first descriptors. Each case runs in a child, which must end well and in time. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_world.h"

/* The thread sanitizer lets no thread start below a fork of a process with threads. */
#if defined(__SANITIZE_THREAD__)
enum { kStartsThreads = 0 };
#else
enum { kStartsThreads = 1 };
#endif

enum { kRows = 256, kSeconds = 60 };

/* Objects that live in static memory, so that they are still there when the process exits. */
static struct {
  duramen_context* context;
  duramen_module* net;
  duramen_tensor* x;
  duramen_tensor* loss;
  duramen_optimizer* optimizer;
  duramen_checkpoint* checkpoint;
  duramen_state_dict* dict;
  duramen_listing* listing;
} live;

static duramen_context* context_of(uint32_t num_threads) {
  duramen_context* context = NULL;
  duramen_context_options options = {0};
  options.struct_size = sizeof options;
  options.num_threads = num_threads;
  OK(duramen_context_create(&options, &context, ERROR));
  return context;
}

/* A forward, a loss and a backward, large enough for the pool; the loss. */
static double compute(duramen_context* context) {
  static const int64_t kShape[2] = {kRows, kRows};
  duramen_module* net;
  duramen_tensor *x = NULL, *y = NULL, *loss = NULL;
  double value = 0;
  OK(duramen_context_seed(context, 7, ERROR));
  net = new_module(context, "Sequential(Linear(256, 256), BatchNorm1d(256), ReLU())");
  OK(duramen_tensor_empty(context, DURAMEN_DTYPE_FLOAT32, kShape, 2, &x, ERROR));
  OK(duramen_tensor_fill_normal(context, x, 0, 1, ERROR));
  OK(duramen_module_forward(context, net, x, &y, ERROR));
  OK(duramen_mean(context, y, NULL, 0, 0, &loss, ERROR));
  OK(duramen_tensor_backward(context, loss, NULL, NULL, ERROR));
  OK(duramen_tensor_item(loss, NULL, 0, &value, ERROR));
  duramen_tensor_release(loss);
  duramen_tensor_release(y);
  duramen_tensor_release(x);
  duramen_module_release(net);
  return value;
}

/* Waits for a child of that number: 0 is well. */
static void expect_well(pid_t child, const char* what) {
  int how = 0;
  CHECK(child > 0 && waitpid(child, &how, 0) == child);
  if (WIFEXITED(how) && WEXITSTATUS(how) == 0) return;
  check_true(0, what, __FILE__, __LINE__);
  fprintf(stderr, "  ended with %s %d\n", WIFSIGNALED(how) ? "signal" : "exit code",
          WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
}

/* In a child: a hang ends it with SIGALRM, failed checks with 1. */
static pid_t begin_child(void) {
  const pid_t child = fork();
  if (child == 0) alarm(kSeconds);
  return child;
}

/* A context that was used before the fork, with sleeping or spinning workers: they are gone, and
 * the calling thread does their work. */
static void inherited_context(uint32_t num_threads) {
  duramen_context* context = context_of(num_threads);
  const double expected = compute(context);
  int round;
  for (round = 0; round < 20; ++round) {
    pid_t child;
    CHECK(compute(context) == expected);
    child = begin_child();
    if (child == 0) {
      CHECK(compute(context) == expected);
      CHECK(duramen_context_num_threads(context) == num_threads);
      duramen_context_release(context);
      _exit(finish());
    }
    expect_well(child, "a child with its parent's context");
  }
  CHECK(compute(context) == expected);
  duramen_context_release(context);
}

/* What was made before the fork and is used after it: a module, a dict, a mapped file. */
static void inherited_objects(void) {
  const char* folder = make_folder("process");
  duramen_context* context = context_of(1);
  duramen_state_dict* dict = new_dict(context, 4);
  duramen_checkpoint* checkpoint = NULL;
  duramen_module* net = new_module(context, "Linear(2, 2)");
  char path[4096];
  pid_t child;
  snprintf(path, sizeof path, "%s/a.pt", folder);
  OK(save_dict(context, dict, path, DURAMEN_DURABILITY_ATOMIC, ERROR));
  OK(duramen_checkpoint_open(context, path, SIZE_MAX, NULL, &checkpoint, ERROR));
  child = begin_child();
  if (child == 0) {
    duramen_context* own = context_of(kStartsThreads ? 2 : 1);
    duramen_listing* listing = NULL;
    duramen_context_release(context);
    CHECK(value_of_checkpoint(own, checkpoint) == 4);
    OK(duramen_module_list(net, NULL, &listing, ERROR));
    OK(save_dict(own, dict, path, DURAMEN_DURABILITY_ATOMIC, ERROR));
    CHECK(compute(own) == compute(own));
    duramen_listing_release(listing);
    duramen_module_release(net);
    duramen_checkpoint_release(checkpoint);
    duramen_state_dict_release(dict);
    duramen_context_release(own);
    _exit(finish());
  }
  expect_well(child, "a child with its parent's objects");
  CHECK(value_of_checkpoint(context, checkpoint) == 4 && value_of_file(context, path) == 4);
  duramen_module_release(net);
  duramen_checkpoint_release(checkpoint);
  duramen_state_dict_release(dict);
  duramen_context_release(context);
  remove_files(folder, NULL);
}

static int busy = 1;
static void* keep_busy(void* user) {
  duramen_context* context = user;
  while (__atomic_load_n(&busy, __ATOMIC_RELAXED)) compute(context);
  return NULL;
}

/* Another thread is inside its own context when the process forks. */
static void fork_while_busy(void) {
  duramen_context* context = context_of(2);
  pthread_t thread;
  int round;
  __atomic_store_n(&busy, 1, __ATOMIC_RELAXED);
  CHECK(pthread_create(&thread, NULL, keep_busy, context) == 0);
  for (round = 0; round < 10; ++round) {
    const pid_t child = begin_child();
    if (child == 0) {
      duramen_context* own = context_of(kStartsThreads ? 2 : 1);
      CHECK(compute(own) == compute(own));
      duramen_context_release(own);
      _exit(finish());
    }
    expect_well(child, "a child of a busy process");
  }
  __atomic_store_n(&busy, 0, __ATOMIC_RELAXED);
  CHECK(pthread_join(thread, NULL) == 0);
  duramen_context_release(context);
}

static void make_live(const char* path) {
  static const int64_t kShape[2] = {kRows, kRows};
  duramen_tensor *y = NULL, *weight = NULL;
  live.context = context_of(4);
  compute(live.context);
  live.net = new_module(live.context, "Sequential(Linear(256, 8))");
  OK(duramen_tensor_zeros(live.context, DURAMEN_DTYPE_FLOAT32, kShape, 2, &live.x, ERROR));
  OK(duramen_module_forward(live.context, live.net, live.x, &y, ERROR));
  OK(duramen_sum(live.context, y, NULL, 0, 0, &live.loss, ERROR));
  OK(duramen_module_get_parameter(live.net, "0.weight", SIZE_MAX, &weight, ERROR));
  OK(duramen_optimizer_from_text(live.context, "SGD(lr=1)", SIZE_MAX, &weight, 1, &live.optimizer,
                                 ERROR));
  live.dict = new_dict(live.context, 6);
  OK(save_dict(live.context, live.dict, path, DURAMEN_DURABILITY_ATOMIC, ERROR));
  OK(duramen_checkpoint_open(live.context, path, SIZE_MAX, NULL, &live.checkpoint, ERROR));
  OK(duramen_module_list(live.net, NULL, &live.listing, ERROR));
  duramen_tensor_release(weight);
  duramen_tensor_release(y);
}

/* exit() with objects of every kind, workers that sleep and a thread that is inside a call. */
static void exit_with_live_objects(int with_thread) {
  const char* folder = make_folder("process");
  char path[4096];
  pid_t child;
  snprintf(path, sizeof path, "%s/live.pt", folder);
  child = begin_child();
  if (child == 0) {
    static pthread_t thread;
    make_live(path);
    if (with_thread) {
      static duramen_context* other;
      other = context_of(1);
      __atomic_store_n(&busy, 1, __ATOMIC_RELAXED);
      CHECK(pthread_create(&thread, NULL, keep_busy, other) == 0);
      usleep(20000);
    }
    exit(finish());
  }
  expect_well(child, with_thread ? "exit with a busy thread" : "exit with live objects");
  remove_files(folder, NULL);
}

/* The library's own files get the numbers 0 to 2, and nothing is printed into them. */
static void closed_descriptors(void) {
  const char* folder = make_folder("process");
  duramen_context* context = new_context();
  char path[4096];
  pid_t child;
  snprintf(path, sizeof path, "%s/closed.pt", folder);
  child = begin_child();
  if (child == 0) {
    duramen_context* own = context_of(kStartsThreads ? 2 : 1);
    duramen_state_dict* dict = new_dict(own, 8);
    int is_good;
    close(0);
    close(1);
    close(2);
    is_good = save_dict(own, dict, path, DURAMEN_DURABILITY_DURABLE, NULL) == DURAMEN_OK;
    is_good &= value_of_file(own, path) == 8 && compute(own) == compute(own);
    duramen_state_dict_release(dict);
    duramen_context_release(own);
    _exit(is_good ? 0 : 1);
  }
  expect_well(child, "a process without standard streams");
  CHECK(value_of_file(context, path) == 8 && count_files(folder) == 1);
  duramen_context_release(context);
  remove_files(folder, NULL);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0); /* children leave nothing behind in a copied buffer */
  inherited_context(1);
  inherited_context(3);
  inherited_objects();
  fork_while_busy();
  exit_with_live_objects(0);
  exit_with_live_objects(1);
  closed_descriptors();
  return finish();
}
