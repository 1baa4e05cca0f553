/* The checks of the generated test of sized structs and buffers. */
#ifndef SIZES_H
#define SIZES_H

#include "live.h"

/* The sizes in which a struct is given. */
enum { SIZE_ZERO, SIZE_SMALLER, SIZE_FIRST, SIZE_EQUAL, SIZE_LARGER, SIZE_LARGER_SET, SIZE_STEPS };

/* What the first level had, which a closed level's surface says for 64 bits. */
#define FIRST_SIZE(size, type) (sizeof(void*) == 8 ? (size_t)(size) : sizeof(type))
/* The struct_size of a step; the struct is followed by 16 bytes. */
uint32_t stepped_size(int step, size_t size, size_t first);
/* `expected` is the status of a right struct. */
void expect_step(int step, duramen_status status, duramen_status expected,
                 const duramen_error* error);
int is_zero(const void* bytes, size_t size);
int is_poison(const void* bytes, size_t size);
/* The capacity that is needed, or SIZE_MAX while it is not known; `count` is what the call said, or
 * SIZE_MAX where it says nothing. */
size_t expect_capacity(duramen_status status, size_t capacity, size_t needed, size_t count,
                       const duramen_error* error);
/* The exit code. */
int end_sizes(int structs, int covered, int cases, int buffers);

/* An options struct's init: a size below the first level's is refused, a larger one is zeroed. */
#define CHECK_INIT(type, init, first)                                                        \
  do {                                                                                       \
    struct {                                                                                 \
      type body;                                                                             \
      unsigned char tail[16];                                                                \
    } given;                                                                                 \
    int step;                                                                                \
    for (step = 0; step < SIZE_STEPS; ++step) {                                              \
      const uint32_t size = stepped_size(step, sizeof(type), first);                         \
      duramen_error* error = NULL;                                                           \
      duramen_status status;                                                                 \
      memset(&given, 0xA5, sizeof given);                                                    \
      status = init(&given.body, size, &error);                                              \
      expect_step(step == SIZE_LARGER_SET ? SIZE_LARGER : step, status, DURAMEN_OK, error);  \
      duramen_error_release(error);                                                          \
      if (step < SIZE_FIRST) continue;                                                       \
      expect_zero(given.body.struct_size == size);                                           \
      given.body.struct_size = 0;                                                            \
      expect_zero(is_zero(&given, size));                                                    \
      expect_zero(                                                                           \
          is_poison((const unsigned char*)(const void*)&given + size, sizeof given - size)); \
    }                                                                                        \
  } while (0)

#endif
