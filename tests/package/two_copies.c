/* two_copies LIBRARY: the program holds the static library, and opens the shared one; both work,
 * and neither sees the other. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <duramen/duramen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                  \
  do {                                                                    \
    if (!(condition)) {                                                   \
      fprintf(stderr, "two_copies: line %d: %s\n", __LINE__, #condition); \
      exit(1);                                                            \
    }                                                                     \
  } while (0)

/* The functions of one copy. */
typedef struct copy {
  const char* (*version)(void);
  duramen_status (*context_create)(const duramen_context_options*, duramen_context**,
                                   duramen_error**);
  void (*context_release)(duramen_context*);
  duramen_status (*context_seed)(duramen_context*, uint64_t, duramen_error**);
  uint64_t (*initial_seed)(const duramen_context*);
  duramen_status (*from_text)(duramen_context*, const char*, size_t, duramen_module**,
                              duramen_error**);
  void (*module_release)(duramen_module*);
  const char* (*message)(const duramen_error*, size_t*);
  void (*error_release)(duramen_error*);
  const char* (*status_name)(duramen_status);
} copy;

static const copy kStatic = {duramen_version_string,       duramen_context_create,
                             duramen_context_release,      duramen_context_seed,
                             duramen_context_initial_seed, duramen_module_from_text,
                             duramen_module_release,       duramen_error_message,
                             duramen_error_release,        duramen_status_name};

static void* symbol(void* library, const char* name) {
  void* found = dlsym(library, name);
  CHECK(found != NULL);
  return found;
}

static copy opened(void* library) {
  const char* names[] = {"duramen_version_string",       "duramen_context_create",
                         "duramen_context_release",      "duramen_context_seed",
                         "duramen_context_initial_seed", "duramen_module_from_text",
                         "duramen_module_release",       "duramen_error_message",
                         "duramen_error_release",        "duramen_status_name"};
  void* found[sizeof names / sizeof *names];
  copy out;
  size_t i;
  for (i = 0; i < sizeof names / sizeof *names; ++i) found[i] = symbol(library, names[i]);
  CHECK(sizeof found == sizeof out);
  memcpy(&out, found, sizeof out);
  return out;
}

/* The file whose image an address lies in. */
static const char* file_of(const void* address) {
  Dl_info place;
  CHECK(dladdr(address, &place) != 0);
  return place.dli_fname;
}

/* Builds a module, and fails to build another; what comes back lies in the copy's own image. */
static void use(const copy* one, uint64_t seed, duramen_context** context) {
  duramen_module* module = NULL;
  duramen_error* error = NULL;
  CHECK(one->context_create(NULL, context, &error) == DURAMEN_OK);
  CHECK(one->context_seed(*context, seed, &error) == DURAMEN_OK);
  CHECK(one->from_text(*context, "Sequential(Linear(2, 3), BatchNorm1d(3))", SIZE_MAX, &module,
                       &error) == DURAMEN_OK);
  one->module_release(module);
  CHECK(one->from_text(*context, "Linear(2", SIZE_MAX, &module, &error) != DURAMEN_OK);
  CHECK(module == NULL && error != NULL && strlen(one->message(error, NULL)) > 0);
  one->error_release(error);
}

int main(int argc, char** argv) {
  void* library;
  copy shared;
  duramen_context *mine = NULL, *theirs = NULL;
  CHECK(argc == 2);
  library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) fprintf(stderr, "two_copies: %s\n", dlerror());
  CHECK(library != NULL);
  shared = opened(library);
  CHECK(strcmp(kStatic.version(), shared.version()) == 0);
  CHECK(strcmp(file_of(kStatic.version()), argv[0]) == 0);
  CHECK(strcmp(file_of(kStatic.status_name(DURAMEN_OK)), argv[0]) == 0);
  CHECK(strcmp(file_of(shared.version()), argv[1]) == 0);
  CHECK(strcmp(file_of(shared.status_name(DURAMEN_OK)), argv[1]) == 0);

  use(&kStatic, 7, &mine);
  use(&shared, 8, &theirs);
  CHECK(kStatic.initial_seed(mine) == 7 && shared.initial_seed(theirs) == 8);
  shared.context_release(theirs);
  CHECK(dlclose(library) == 0);
  CHECK(dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) == NULL); /* it is gone, and the other works on */
  kStatic.context_release(mine);
  use(&kStatic, 9, &mine);
  kStatic.context_release(mine);
  printf("static %s in %s, shared %s in %s\n", kStatic.version(), argv[0], duramen_version_string(),
         argv[1]);
  return 0;
}
