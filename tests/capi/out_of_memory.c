/* Memory runs out at every allocation of every operation, one after the other: the call says
 * NO_MEMORY (or went on without), nothing is half changed, nothing leaks, and the process lives. */
#include <inttypes.h>

#include "failing_memory.h"
#include "memory_world.h"

struct outcome {
  duramen_status status;
  int failed;  /* an allocation did */
  int changed; /* the world is not as it was */
  long leaked;
};

/* Error objects must be right even where there is no memory for them. */
static void check_error(const struct operation* operation, duramen_status status,
                        const duramen_error* error) {
  const int given = error != NULL;
  check_true(status == DURAMEN_OK || !given || duramen_error_status(error) == status,
             operation->name, "the error's status", (int)status);
  check_true(!given || duramen_error_message(error, NULL) != NULL, operation->name, "its message",
             (int)status);
}

static struct outcome attempt(const struct operation* operation, long first, int ever_after) {
  struct outcome outcome;
  const long before = live_blocks();
  struct world w = make_world(operation->with);
  const uint64_t hash = hash_of_world(&w);
  duramen_error* error = NULL;
  arm_memory(first, ever_after);
  outcome.status = operation->run(&w, &error);
  outcome.failed = disarm_memory();
  outcome.changed = hash_of_world(&w) != hash;
  check_error(operation, outcome.status, error);
  duramen_error_release(error);
  release_world(&w);
  error_slot();
  outcome.leaked = live_blocks() - before;
  return outcome;
}

static void check_outcome(const struct operation* operation, struct outcome outcome, long first) {
  const int fits = outcome.status == operation->expected || outcome.status == DURAMEN_E_NO_MEMORY;
  const int half = operation->keeps && outcome.status != DURAMEN_OK && outcome.changed;
  if (fits && !half && outcome.leaked == 0) return;
  fprintf(stderr, "%s, allocation %ld: %s, %ld blocks leaked%s\n", operation->name, first,
          duramen_status_name(outcome.status), outcome.leaked, half ? ", half changed" : "");
  check_true(0, operation->name, "allocation", (int)first);
}

/* Returns how many allocations were made to fail. */
static long sweep(const struct operation* operation, int ever_after) {
  long first;
  for (first = 1;; ++first) {
    const struct outcome outcome = attempt(operation, first, ever_after);
    check_outcome(operation, outcome, first);
    if (!outcome.failed) return first - 1;
  }
}

static const long kNever = 1L << 40;

/* Returns the points of the sweep, 0 when only another operation is wanted. */
static long test(const struct operation* operation, const char* wanted) {
  long once, later;
  if (wanted && strcmp(wanted, operation->name) != 0) return 0;
  FAILS(operation->expected, attempt(operation, kNever, 0).status);
  once = sweep(operation, 0);
  later = sweep(operation, 1);
  printf("%5ld %5ld  %s\n", once, later, operation->name);
  return once + later;
}

/* Letting go needs neither memory nor, for a long chain, much of the stack. */
static void release_long_graph(void) {
  duramen_context* context = new_context();
  duramen_tensor *data = NULL, *at = NULL;
  int i;
  OK(duramen_tensor_zeros(context, DURAMEN_DTYPE_FLOAT32, NULL, 0, &data, ERROR));
  OK(duramen_parameter_create(data, 1, &at, ERROR));
  for (i = 0; i < 100000; ++i) {
    duramen_tensor* next = NULL;
    OK(duramen_neg(context, at, &next, ERROR));
    duramen_tensor_release(at);
    at = next;
  }
  arm_memory(1, 1);
  duramen_tensor_release(at);
  disarm_memory();
  duramen_tensor_release(data);
  duramen_context_release(context);
}

int main(int argc, char** argv) {
  const char* wanted = argc > 1 ? argv[1] : NULL;
  long points = 0;
  size_t i;
  setvbuf(stdout, NULL, _IOLBF, 1 << 12); /* its buffer is no leak */
  printf("allocations that failed alone, and with all that followed\n");
  /* What a process makes once: threads' leftovers, tables of the libraries below. */
  for (i = 0; i < operation_count(); ++i) attempt(operation_at(i), kNever, 0);
  for (i = 0; i < operation_count(); ++i) points += test(operation_at(i), wanted);
  release_long_graph();
  CHECK(wanted || points > 4000); /* else the program's malloc is not the one in use */
  printf("%ld in %zu operations\n", points, operation_count());
  return finish();
}
