/* The library loaded and unloaded a hundred times, with work in between: reload LIBRARY. Nothing of
 * it stays mapped, no thread, descriptor or memory is left behind. OpenBLAS stays loaded; what it
 * leaves behind is not looked at. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <duramen/duramen.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kRounds = 100, kWarm = 20, kRows = 128 };
/* What the loader itself and the C++ runtime may keep, in all rounds together. */
static const size_t kKeptBytes = 64 * 1024;

static int failures;

static void check(int condition, const char* what, int round) {
  if (condition) return;
  ++failures;
  fprintf(stderr, "round %d: %s\n", round, what);
}

/* Functions that were looked up; a data pointer becomes a function's by copying its bytes. */
#define LOOK_UP(name)                                            \
  do {                                                           \
    void* place = dlsym(library, "duramen_" #name);              \
    memcpy(&api.name, &place, sizeof place);                     \
    check(place != NULL, "duramen_" #name " is missing", round); \
  } while (0)

static struct {
  duramen_status (*check_compat)(uint32_t, uint32_t, struct duramen_error**);
  duramen_status (*context_create)(const duramen_context_options*, duramen_context**,
                                   duramen_error**);
  duramen_status (*module_from_text)(duramen_context*, const char*, size_t, duramen_module**,
                                     duramen_error**);
  duramen_status (*tensor_zeros)(duramen_context*, duramen_dtype, const int64_t*, size_t,
                                 duramen_tensor**, duramen_error**);
  duramen_status (*module_forward)(duramen_context*, duramen_module*, duramen_tensor*,
                                   duramen_tensor**, duramen_error**);
  duramen_status (*sum)(duramen_context*, duramen_tensor*, const int64_t*, size_t, uint32_t,
                        duramen_tensor**, duramen_error**);
  duramen_status (*tensor_backward)(duramen_context*, duramen_tensor*, const duramen_tensor*,
                                    const duramen_backward_options*, duramen_error**);
  void (*error_release)(duramen_error*);
  void (*tensor_release)(duramen_tensor*);
  void (*module_release)(duramen_module*);
  void (*context_release)(duramen_context*);
} api;

static void look_up(void* library, int round) {
  LOOK_UP(check_compat);
  LOOK_UP(context_create);
  LOOK_UP(module_from_text);
  LOOK_UP(tensor_zeros);
  LOOK_UP(module_forward);
  LOOK_UP(sum);
  LOOK_UP(tensor_backward);
  LOOK_UP(error_release);
  LOOK_UP(tensor_release);
  LOOK_UP(module_release);
  LOOK_UP(context_release);
}

/* A forward and a backward on two threads, and an error. */
static void work(int round) {
  static const int64_t kShape[2] = {kRows, kRows};
  duramen_context_options options = {0};
  duramen_context* context = NULL;
  duramen_module *net = NULL, *none = NULL;
  duramen_tensor *x = NULL, *y = NULL, *loss = NULL;
  duramen_error* error = NULL;
  duramen_status status = api.check_compat(DURAMEN_API_LEVEL, DURAMEN_ABI_EPOCH, NULL);
  options.struct_size = sizeof options;
  options.num_threads = 2;
  if (!status) status = api.context_create(&options, &context, NULL);
  if (!status)
    status =
        api.module_from_text(context, "Sequential(Linear(128, 128), Tanh())", SIZE_MAX, &net, NULL);
  if (!status) status = api.tensor_zeros(context, DURAMEN_DTYPE_FLOAT32, kShape, 2, &x, NULL);
  if (!status) status = api.module_forward(context, net, x, &y, NULL);
  if (!status) status = api.sum(context, y, NULL, 0, 0, &loss, NULL);
  if (!status) status = api.tensor_backward(context, loss, NULL, NULL, NULL);
  check(status == DURAMEN_OK, "a call failed", round);
  status = api.module_from_text(context, "Nothing()", SIZE_MAX, &none, &error);
  check(status == DURAMEN_E_UNSUPPORTED && error != NULL, "no error", round);
  api.error_release(error);
  api.tensor_release(loss);
  api.tensor_release(y);
  api.tensor_release(x);
  api.module_release(net);
  api.context_release(context);
}

static int is_mapped(const char* name) {
  char line[4096];
  int found = 0;
  FILE* maps = fopen("/proc/self/maps", "r");
  while (maps && fgets(line, sizeof line, maps)) found |= strstr(line, name) != NULL;
  if (maps) fclose(maps);
  return found;
}

static int count_entries(const char* folder) {
  int count = 0;
  DIR* open_folder = opendir(folder);
  while (open_folder && readdir(open_folder)) ++count;
  if (open_folder) closedir(open_folder);
  return count;
}

int main(int argc, char** argv) {
  int round, threads = 0, files = 0;
  size_t bytes = 0;
  void* blas = dlopen("libopenblas.so.0", RTLD_NOW);
  if (argc != 2 || !blas) return 2;
  for (round = 0; round < kRounds; ++round) {
    void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
      fprintf(stderr, "%s\n", dlerror());
      return 2;
    }
    look_up(library, round);
    if (failures) return 1;
    work(round);
    check(is_mapped("libduramen"), "the loaded library is not seen", round);
    check(dlclose(library) == 0, "dlclose", round);
    check(!is_mapped("libduramen"), "the library stays mapped", round);
    if (round == kWarm) {
      threads = count_entries("/proc/self/task");
      files = count_entries("/proc/self/fd");
      bytes = mallinfo2().uordblks;
    }
  }
  check(count_entries("/proc/self/task") == threads, "threads are left", round);
  check(count_entries("/proc/self/fd") == files, "descriptors are left", round);
  check(mallinfo2().uordblks <= bytes + kKeptBytes, "memory is left", round);
  printf("%d rounds, %ld bytes more than after %d\n", kRounds,
         (long)mallinfo2().uordblks - (long)bytes, kWarm);
  return failures != 0;
}
