#include "check.h"

static __thread duramen_error* slot; /* readers run on threads of their own */
static int checks;                   /* counted atomically */
static int failures;

duramen_error** error_slot(void) {
  duramen_error_release(slot);
  slot = NULL;
  return &slot;
}

const duramen_error* last_error(void) { return slot; }

static void fail(const char* what, const char* file, int line) {
  __atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
  fprintf(stderr, "%s:%d: %s\n", file, line, what);
}

void check_status(duramen_status expected, duramen_status actual, const char* what,
                  const char* file, int line) {
  __atomic_add_fetch(&checks, 1, __ATOMIC_RELAXED);
  if (expected == actual) return;
  fail(what, file, line);
  fprintf(stderr, "  expected %s, got %s: %s\n", duramen_status_name(expected),
          duramen_status_name(actual), slot ? duramen_error_message(slot, NULL) : "no error");
}

void check_true(int condition, const char* what, const char* file, int line) {
  __atomic_add_fetch(&checks, 1, __ATOMIC_RELAXED);
  if (!condition) fail(what, file, line);
}

void check_text(const char* expected, const char* actual, const char* what, const char* file,
                int line) {
  __atomic_add_fetch(&checks, 1, __ATOMIC_RELAXED);
  if (actual && strcmp(expected, actual) == 0) return;
  fail(what, file, line);
  fprintf(stderr, "  expected '%s'\n  got      '%s'\n", expected, actual ? actual : "NULL");
}

void check_contains(const char* part, const char* actual, const char* what, const char* file,
                    int line) {
  __atomic_add_fetch(&checks, 1, __ATOMIC_RELAXED);
  if (actual && strstr(actual, part)) return;
  fail(what, file, line);
  fprintf(stderr, "  expected to contain '%s'\n  got '%s'\n", part, actual ? actual : "NULL");
}

int finish(void) {
  duramen_error_release(slot);
  slot = NULL;
  const int done = __atomic_load_n(&checks, __ATOMIC_RELAXED);
  const int failed = __atomic_load_n(&failures, __ATOMIC_RELAXED);
  printf("%d checks, %d failed\n", done, failed);
  return failed || !done ? 1 : 0;
}

static void need(duramen_status status, const char* what) {
  if (status == DURAMEN_OK) return;
  fprintf(stderr, "%s: %s\n", what, slot ? duramen_error_message(slot, NULL) : "no error");
  exit(1);
}

duramen_context* new_context(void) {
  duramen_context* context = NULL;
  need(duramen_context_create(NULL, &context, ERROR), "context");
  return context;
}

void check_grad_fn(const char* expected, const duramen_tensor* tensor, const char* what,
                   const char* file, int line) {
  duramen_string* name = NULL;
  check_status(DURAMEN_OK, duramen_tensor_grad_fn_name(tensor, &name, ERROR), what, file, line);
  check_text(expected ? expected : "", name ? duramen_string_data(name, NULL) : "", what, file,
             line);
  duramen_string_release(name);
}

duramen_module* new_module(duramen_context* context, const char* text) {
  duramen_module* module = NULL;
  need(duramen_module_from_text(context, text, SIZE_MAX, &module, ERROR), text);
  return module;
}

duramen_tensor* new_tensor(duramen_context* context, const float* values, size_t rank,
                           const int64_t* shape) {
  duramen_tensor* tensor = NULL;
  duramen_import_options options = {0};
  size_t i;
  options.struct_size = sizeof options;
  options.dtype = DURAMEN_DTYPE_FLOAT32;
  options.rank = (uint32_t)rank;
  options.shape = shape;
  options.data = values;
  options.nbytes = sizeof(float);
  for (i = 0; i < rank; ++i) options.nbytes *= (uint64_t)shape[i];
  need(duramen_tensor_import(context, &options, &tensor, ERROR), "tensor");
  return tensor;
}

const char* scratch_path(const char* name) {
  static char path[4096];
  const char* folder = getenv("DURAMEN_TEST_SCRATCH");
  snprintf(path, sizeof path, "%s/%s", folder ? folder : "/tmp", name);
  return path;
}
