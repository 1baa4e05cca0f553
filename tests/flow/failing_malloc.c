/* A library for LD_PRELOAD: memory runs out in a program that knows nothing of it, at the
 * allocation number FAIL_ALLOCATION counted from its first duramen_context_create; COUNT_FILE
 * receives how many allocations there were. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <duramen/duramen.h>
#include <stdio.h>
#include <stdlib.h>

#include "failing_memory.h"

static const long kNever = 1L << 40;
static int is_armed;

__attribute__((visibility("default"))) duramen_status duramen_context_create(
    const duramen_context_options* options, duramen_context** out, duramen_error** error) {
  duramen_status (*create)(const duramen_context_options*, duramen_context**, duramen_error**);
  const char* number = getenv("FAIL_ALLOCATION");
  *(void**)&create = dlsym(RTLD_NEXT, "duramen_context_create");
  if (!is_armed) {
    is_armed = 1;
    arm_memory(number ? strtol(number, NULL, 10) : kNever, 0);
  }
  return create(options, out, error);
}

__attribute__((destructor)) static void write_count(void) {
  const char* path = getenv("COUNT_FILE");
  const long count = kNever - allocations_left();
  FILE* file;
  disarm_memory();
  file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld\n", count);
  fclose(file);
}
