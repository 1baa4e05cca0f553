#define _POSIX_C_SOURCE 200112L /* posix_memalign */
#include "plain_host.h"

#include <stdlib.h>

static void* allocate(void* user, size_t nbytes, size_t alignment) {
  void* memory = NULL;
  (void)user;
  return posix_memalign(&memory, alignment, nbytes) == 0 ? memory : NULL;
}

static void give_back(void* user, void* pointer, size_t nbytes, size_t alignment) {
  (void)user;
  (void)nbytes;
  (void)alignment;
  free(pointer);
}

static void run_all(void* user, uint64_t count, duramen_runner_body body, void* body_user) {
  uint64_t i;
  (void)user;
  for (i = 0; i < count; ++i) body(body_user, i);
}

static void say_nothing(void* user, int32_t level, const char* message, size_t length) {
  (void)user;
  (void)level;
  (void)message;
  (void)length;
}

static int32_t go_on(void* user, const char* operation, size_t operation_length, uint64_t done,
                     uint64_t total, duramen_error** error) {
  (void)user;
  (void)operation;
  (void)operation_length;
  (void)done;
  (void)total;
  (void)error;
  return 0;
}

duramen_allocator plain_allocator(void) {
  duramen_allocator out = {0};
  out.struct_size = sizeof out;
  out.alloc = allocate;
  out.free = give_back;
  return out;
}

duramen_runner plain_runner(void) {
  duramen_runner out = {0};
  out.struct_size = sizeof out;
  out.run = run_all;
  return out;
}

duramen_log_sink silent_log(void) {
  duramen_log_sink out = {0};
  out.struct_size = sizeof out;
  out.log = say_nothing;
  return out;
}

duramen_progress_sink silent_progress(void) {
  duramen_progress_sink out = {0};
  out.struct_size = sizeof out;
  out.progress = go_on;
  return out;
}
