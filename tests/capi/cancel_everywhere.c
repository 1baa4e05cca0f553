/* Cancel comes at every allocation of every operation of the out-of-memory test, and before it: the
 * call says CANCELLED or goes on to its end, nothing is half changed and nothing leaks. */
#include "failing_memory.h"
#include "memory_world.h"

struct outcome {
  duramen_status status;
  int came;
  int changed; /* the world is not as it was */
  long leaked;
};

static void cancel(void* context) { duramen_context_cancel(context); }

/* `at` 0: before the call. */
static struct outcome attempt(const struct operation* operation, long at) {
  struct outcome outcome;
  const long before = live_blocks();
  struct world w = make_world(operation->with);
  const uint64_t hash = hash_of_world(&w);
  duramen_error* error = NULL;
  if (at == 0) duramen_context_cancel(w.context);
  arm_memory_call(at, cancel, w.context);
  outcome.status = operation->run(&w, &error);
  outcome.came = disarm_memory() || at == 0;
  duramen_context_reset_cancel(w.context);
  outcome.changed = hash_of_world(&w) != hash;
  check_true(outcome.status == DURAMEN_OK || error != NULL, operation->name, "an error", (int)at);
  duramen_error_release(error);
  release_world(&w);
  error_slot();
  outcome.leaked = live_blocks() - before;
  return outcome;
}

static void check_outcome(const struct operation* operation, struct outcome outcome, long at) {
  const int fits = outcome.status == operation->expected || outcome.status == DURAMEN_E_CANCELLED;
  const int half = operation->keeps && outcome.status != DURAMEN_OK && outcome.changed;
  if (fits && !half && outcome.leaked == 0) return;
  fprintf(stderr, "%s, at allocation %ld: %s, %ld blocks leaked%s\n", operation->name, at,
          duramen_status_name(outcome.status), outcome.leaked, half ? ", half changed" : "");
  check_true(0, operation->name, "at", (int)at);
}

/* Adds up how often cancel came and how often it stopped the operation. */
static void test(const struct operation* operation, long* came, long* stopped) {
  const long came_before = *came, stopped_before = *stopped;
  struct outcome outcome;
  long at = 0;
  attempt(operation, -1); /* what a process makes once */
  do {
    outcome = attempt(operation, at);
    check_outcome(operation, outcome, at);
    *came += outcome.came;
    *stopped += outcome.status == DURAMEN_E_CANCELLED;
    ++at;
  } while (outcome.came);
  printf("%5ld %5ld  %s\n", *came - came_before, *stopped - stopped_before, operation->name);
}

int main(void) {
  long came = 0, stopped = 0;
  size_t i;
  setvbuf(stdout, NULL, _IOLBF, 1 << 12); /* its buffer is no leak */
  printf("how often cancel came, and how often it stopped the operation\n");
  for (i = 0; i < operation_count(); ++i) test(operation_at(i), &came, &stopped);
  printf("%ld %ld\n", came, stopped);
  CHECK(came > 2000 && stopped > 300);
  return finish();
}
