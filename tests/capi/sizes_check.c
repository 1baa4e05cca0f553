#include "sizes.h"

static int buffers;

uint32_t stepped_size(int step, size_t size, size_t first) {
  switch (step) {
    case SIZE_ZERO:
      return 0;
    case SIZE_SMALLER:
      return (uint32_t)first - 1;
    case SIZE_FIRST:
      return (uint32_t)first;
    case SIZE_EQUAL:
      return (uint32_t)size;
    default:
      return (uint32_t)size + 16;
  }
}

void expect_step(int step, duramen_status status, duramen_status expected,
                 const duramen_error* error) {
  static const char* const kNames[] = {
      "size 0",        "a smaller struct", "the first level's size",
      "the same size", "a larger struct",  "a larger struct with something behind"};
  const duramen_status wanted = step < SIZE_FIRST         ? DURAMEN_E_INVALID_ARGUMENT
                                : step == SIZE_LARGER_SET ? DURAMEN_E_UNSUPPORTED
                                                          : expected;
  expect_status(status, wanted, kNames[step]);
  check_true(duramen_error_status(error) == status, kNames[step], "the error's status", step);
  if (status != wanted) fprintf(stderr, "  %s\n", duramen_error_message(error, NULL));
}

static int is_all(const void* bytes, size_t size, unsigned char value) {
  size_t i;
  for (i = 0; i < size; ++i) {
    if (((const unsigned char*)bytes)[i] != value) return 0;
  }
  return 1;
}

int is_zero(const void* bytes, size_t size) { return is_all(bytes, size, 0); }

int is_poison(const void* bytes, size_t size) { return is_all(bytes, size, 0xA5); }

size_t expect_capacity(duramen_status status, size_t capacity, size_t needed, size_t count,
                       const duramen_error* error) {
  if (count != SIZE_MAX) {
    check_true(needed == SIZE_MAX || needed == count, "the count stays", "capacity", (int)capacity);
    needed = count;
  }
  if (capacity > 8000) {
    check_true(0, "a capacity that is enough", "capacity", (int)capacity);
    return capacity;
  }
  if (needed == SIZE_MAX && status == DURAMEN_OK) {
    needed = capacity;
    ++buffers;
  }
  if (count != SIZE_MAX && capacity == needed) ++buffers;
  expect_status(status, needed <= capacity ? DURAMEN_OK : DURAMEN_E_BUFFER_TOO_SMALL, "capacity");
  check_true(needed > 0, "something is needed", "capacity", (int)capacity);
  check_true(duramen_error_status(error) == status, "the error's status", "capacity",
             (int)capacity);
  return needed;
}

int end_sizes(int structs, int covered, int cases, int expected_buffers) {
  CHECK(structs == covered && structs >= 20);
  CHECK(cases > 40);
  CHECK(buffers == expected_buffers && buffers >= 4);
  printf("%d structs, %d calls, %d buffers\n", structs, cases, buffers);
  release_live();
  return finish();
}
