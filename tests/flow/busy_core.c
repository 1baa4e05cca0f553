/* Two threads on two cores of which a stranger keeps one busy: the median of 200 calls is at most
 * 1.1 times that of one thread, for work of a millisecond and more.
 *
 *   busy_core
 *
 * The process keeps to two cores and the stranger to one of them, so that more cores do not help.
 * One thread and two are measured in turns. What else runs on the machine disturbs both, though not
 * at the same moment: a measurement that fails is made again, at most three times, and said so.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { kTurns = 4, kCalls = 50, kAttempts = 4 };
static const double kMost = 1.1;

/* A network and an optimizer of one context; each kind of work uses what it needs. */
struct setting {
  duramen_context* context;
  duramen_module* module;
  duramen_tensor* x;
  duramen_optimizer* optimizer;
};

struct work {
  const char* name;
  const char* module; /* NULL: none */
  const char* optimizer;
  int64_t shape[4];
  size_t rank;
  void (*call)(struct setting* s);
};

static void forward(struct setting* s) {
  duramen_tensor* out = NULL;
  OK(duramen_module_forward(s->context, s->module, s->x, &out, ERROR));
  duramen_tensor_release(out);
}

static void chain(struct setting* s) {
  static duramen_status (*const kChain[])(duramen_context*, duramen_tensor*, duramen_tensor**,
                                          duramen_error**) = {duramen_relu, duramen_neg,
                                                              duramen_exp, duramen_tanh};
  duramen_tensor* at = duramen_tensor_retain(s->x);
  size_t i;
  for (i = 0; i < COUNT_OF(kChain); ++i) {
    duramen_tensor* next = NULL;
    OK(kChain[i](s->context, at, &next, ERROR));
    duramen_tensor_release(at);
    at = next;
  }
  duramen_tensor_release(at);
}

static void step(struct setting* s) { OK(duramen_optimizer_step(s->context, s->optimizer, ERROR)); }

static const struct work kWorks[] = {
    {"Linear(1024, 1024), batch 128", "Linear(1024, 1024)", NULL, {128, 1024}, 2, forward},
    {"BatchNorm2d(64) in training", "BatchNorm2d(64)", NULL, {128, 64, 32, 32}, 4, forward},
    {"four elementwise operators", NULL, NULL, {1 << 21}, 1, chain},
    {"a step of SGD", NULL, "SGD(lr=1e-9, momentum=0.9)", {1 << 24}, 1, step},
};

static struct setting begin(const struct work* work, uint32_t num_threads) {
  struct setting s = {NULL, NULL, NULL, NULL};
  duramen_context_options options = {0};
  options.struct_size = sizeof options;
  options.num_threads = num_threads;
  OK(duramen_context_create(&options, &s.context, ERROR));
  OK(duramen_context_set_grad_enabled(s.context, 0, ERROR));
  OK(duramen_tensor_full(s.context, DURAMEN_DTYPE_FLOAT32, work->shape, work->rank, 0.5, &s.x,
                         ERROR));
  if (work->module) s.module = new_module(s.context, work->module);
  if (work->optimizer) {
    duramen_tensor* parameter = NULL;
    OK(duramen_parameter_create(s.x, 1, &parameter, ERROR));
    OK(duramen_tensor_set_grad(parameter, s.x, ERROR));
    OK(duramen_optimizer_from_text(s.context, work->optimizer, SIZE_MAX, &parameter, 1,
                                   &s.optimizer, ERROR));
    duramen_tensor_release(parameter);
  }
  return s;
}

static void end(struct setting* s) {
  duramen_optimizer_release(s->optimizer);
  duramen_module_release(s->module);
  duramen_tensor_release(s->x);
  duramen_context_release(s->context);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

static int compare(const void* left, const void* right) {
  const double a = *(const double*)left, b = *(const double*)right;
  return (a > b) - (a < b);
}

static double median(double* times, size_t count) {
  qsort(times, count, sizeof *times, compare);
  return times[count / 2];
}

static void measure(const struct work* work, struct setting* s, double* times) {
  int i;
  for (i = 0; i < 3; ++i) work->call(s);
  for (i = 0; i < kCalls; ++i) {
    const double start = now();
    work->call(s);
    times[i] = now() - start;
  }
}

/* The medians in milliseconds. */
static void compare_threads(const struct work* work, double* one, double* two) {
  static double times[2][kTurns * kCalls];
  struct setting single = begin(work, 1), both = begin(work, 2);
  int turn;
  for (turn = 0; turn < kTurns; ++turn) {
    measure(work, &single, times[0] + turn * kCalls);
    measure(work, &both, times[1] + turn * kCalls);
  }
  *one = median(times[0], kTurns * kCalls);
  *two = median(times[1], kTurns * kCalls);
  end(&both);
  end(&single);
}

static void test(const struct work* work) {
  double one = 0, two = 0;
  int attempt;
  for (attempt = 1; attempt <= kAttempts; ++attempt) {
    compare_threads(work, &one, &two);
    printf("%-32s %7.3f ms on one thread, %7.3f ms on two (%.2f)%s\n", work->name, one, two,
           two / one, two > kMost * one ? ", too slow" : "");
    if (two <= kMost * one) break;
  }
  check_true(two <= kMost * one, work->name, "two threads are not slower", attempt);
  check_true(one > 1, work->name, "the work is large enough to mean something", attempt);
}

/* Two of the cores that the process may use; false when there is one only. */
static int choose_cores(cpu_set_t* both, cpu_set_t* busy) {
  cpu_set_t allowed;
  int core, count = 0;
  CPU_ZERO(both);
  CPU_ZERO(busy);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 0;
  for (core = 0; core < CPU_SETSIZE && count < 2; ++core) {
    if (!CPU_ISSET(core, &allowed)) continue;
    CPU_SET(core, both);
    if (count++ == 1) CPU_SET(core, busy);
  }
  return count == 2 && sched_setaffinity(0, sizeof *both, both) == 0;
}

static pid_t start_stranger(const cpu_set_t* busy) {
  const pid_t child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sched_setaffinity(0, sizeof *busy, busy);
  for (;;) {
    volatile int i;
    for (i = 0; i < 1000000; ++i) {
    }
  }
}

int main(void) {
  cpu_set_t both, busy;
  pid_t stranger;
  size_t i;
  if (!choose_cores(&both, &busy)) {
    printf("skipped: there is one core only\n");
    return 77;
  }
  stranger = start_stranger(&busy);
  CHECK(stranger > 0);
  for (i = 0; i < COUNT_OF(kWorks); ++i) test(&kWorks[i]);
  kill(stranger, SIGKILL);
  CHECK(waitpid(stranger, NULL, 0) == stranger);
  return finish();
}
