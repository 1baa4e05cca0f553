/* A context whose pool is a runner that counts its jobs; the job of number `at` raises cancel after
 * half of its pieces. */
#ifndef TESTS_COUNTING_HOST_H
#define TESTS_COUNTING_HOST_H

#include "check.h"

struct host {
  duramen_context* context;
  int jobs;
  int at;
};

/* A context of two threads, seed 1. The host must stay where it is. */
void host_begin(struct host* host);
/* Cancel comes inside the job of that number, counted from here; 0: none. */
void host_arm(struct host* host, int job);
/* Whether it came; the context can be used again. */
int host_disarm(struct host* host);

#endif
