#define _GNU_SOURCE /* memalign */
#include "failing_memory.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

/* glibc's, under the names that it keeps for this. */
extern void* __libc_malloc(size_t nbytes);
extern void* __libc_calloc(size_t count, size_t nbytes);
extern void* __libc_realloc(void* pointer, size_t nbytes);
extern void* __libc_memalign(size_t alignment, size_t nbytes);
extern void __libc_free(void* pointer);

static int armed;
static int all_later;
static long left;
static int failed;
static long live;
static void (*callback)(void* user);
static void* callback_user;

void arm_memory(long first, int ever_after) {
  left = first;
  all_later = ever_after;
  failed = 0;
  callback = NULL;
  __atomic_store_n(&armed, 1, __ATOMIC_SEQ_CST);
}

void arm_memory_call(long first, void (*call)(void* user), void* user) {
  left = first;
  all_later = 0;
  failed = 0;
  callback = call;
  callback_user = user;
  __atomic_store_n(&armed, 1, __ATOMIC_SEQ_CST);
}

int disarm_memory(void) {
  __atomic_store_n(&armed, 0, __ATOMIC_SEQ_CST);
  return __atomic_load_n(&failed, __ATOMIC_SEQ_CST);
}

long allocations_left(void) { return __atomic_load_n(&left, __ATOMIC_SEQ_CST); }

long live_blocks(void) { return __atomic_load_n(&live, __ATOMIC_SEQ_CST); }

static int fails(void) {
  long number;
  if (!__atomic_load_n(&armed, __ATOMIC_SEQ_CST)) return 0;
  number = __atomic_sub_fetch(&left, 1, __ATOMIC_SEQ_CST);
  if (number > 0 || (number < 0 && !all_later)) return 0;
  __atomic_store_n(&failed, 1, __ATOMIC_SEQ_CST);
  if (callback) {
    callback(callback_user);
    return 0;
  }
  errno = ENOMEM;
  return 1;
}

static void* counted(void* pointer) {
  if (pointer) __atomic_add_fetch(&live, 1, __ATOMIC_SEQ_CST);
  return pointer;
}

/* Seen by the libraries, whatever the build's default is. */
#pragma GCC visibility push(default)

void* malloc(size_t nbytes) { return fails() ? NULL : counted(__libc_malloc(nbytes)); }

void* calloc(size_t count, size_t nbytes) {
  return fails() ? NULL : counted(__libc_calloc(count, nbytes));
}

void* realloc(void* pointer, size_t nbytes) {
  if (!pointer) return malloc(nbytes);
  if (nbytes == 0) {
    free(pointer);
    return NULL;
  }
  return fails() ? NULL : __libc_realloc(pointer, nbytes);
}

void* memalign(size_t alignment, size_t nbytes) {
  return fails() ? NULL : counted(__libc_memalign(alignment, nbytes));
}

void* aligned_alloc(size_t alignment, size_t nbytes) { return memalign(alignment, nbytes); }

int posix_memalign(void** out, size_t alignment, size_t nbytes) {
  *out = memalign(alignment, nbytes);
  return *out ? 0 : ENOMEM;
}

void free(void* pointer) {
  if (pointer) __atomic_sub_fetch(&live, 1, __ATOMIC_SEQ_CST);
  __libc_free(pointer);
}

#pragma GCC visibility pop
