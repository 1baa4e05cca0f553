/* Two state dicts compared entry by entry, and a digest of one.
 *
 * Two modules are compared by their state dicts, which are views and cost no copy of the values.
 */
#ifndef DURAMEN_COMPARE_H
#define DURAMEN_COMPARE_H

#include "state_dict.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable. */
typedef struct duramen_diff duramen_diff;

/* In what an entry differs; a set of bits, to which later levels may add. */
enum {
  DURAMEN_DIFF_ONLY_A = 1,
  DURAMEN_DIFF_ONLY_B = 2,
  /* One side at least is no tensor, and they are not equal. */
  DURAMEN_DIFF_VALUE = 4,
  DURAMEN_DIFF_SHAPE = 8,
  DURAMEN_DIFF_DTYPE = 16,
  /* Of one dtype: elements differ in their bits. Of two: in the numbers that they stand for,
   * integers beside a floating type as doubles. */
  DURAMEN_DIFF_ELEMENTS = 32
};

/* One entry that differs. Of shapes that differ no elements are compared. */
typedef struct duramen_difference {
  const char* name; /* terminated */
  uint64_t name_length;
  uint64_t what;         /* DURAMEN_DIFF_... */
  duramen_dtype a_dtype; /* DURAMEN_DTYPE_INVALID for what is no tensor, or not there */
  duramen_dtype b_dtype;
  uint32_t a_rank;
  uint32_t b_rank;
  uint32_t has_distance; /* 1: there is a position with a number, not NaN, on both sides */
  uint32_t reserved;
  /* NULL for rank 0 and for what is no tensor. */
  DURAMEN_NULLABLE const int64_t* a_shape DURAMEN_LEN(a_rank);
  DURAMEN_NULLABLE const int64_t* b_shape DURAMEN_LEN(b_rank);
  uint64_t different;   /* elements */
  uint64_t a_nan_count; /* elements that are NaN, or have a NaN part */
  uint64_t b_nan_count;
  uint64_t nan_in_one; /* positions at which one side only is NaN */
  double distance;     /* the largest |a - b|; equal infinities have 0 */
} duramen_difference;

/* Compares two dicts, or the entries that the options select (as duramen_state_dict_list; the
 * prefix is not used).
 *
 * The order of entries, versions and metadata do not count.
 * Values are equal where their kinds, their parts in order and what was set on them are.
 * Fails: UNSUPPORTED, INVALID_ARGUMENT as duramen_state_dict_list; LIMIT where more than 10,000,000
 * values, those inside others too, would be compared; CANCELLED.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_state_dict_diff(
    duramen_context* context, const duramen_state_dict* a, const duramen_state_dict* b,
    DURAMEN_NULLABLE const duramen_list_options* options, duramen_diff** out,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* The first difference; NULL when there is none, or when `count` or `stride` is NULL. In the order
 * of a; then what only b has.
 *
 * *count receives how many there are, *stride how many bytes lie between the starts of two.
 * Threads: any. Since: level 1. */
DURAMEN_API const duramen_difference* DURAMEN_CALL duramen_diff_entries(
    DURAMEN_NULLABLE const duramen_diff* diff, size_t* count, size_t* stride) DURAMEN_NOEXCEPT;

/* How many entries are the same on both sides; 0 for NULL. Threads: any. Since: level 1. */
DURAMEN_API size_t DURAMEN_CALL duramen_diff_equal_count(DURAMEN_NULLABLE const duramen_diff* diff)
    DURAMEN_NOEXCEPT;

/* The differences as JSON, on one line.
 *
 * {"equal", "equal_entries", "differences": [{"name", "what": [...], "a", "b", "different",
 * "nan_in_one", "max_abs"}, ...]}; "what" holds "only_a", "only_b", "value", "shape", "dtype",
 * "elements"; "a" and "b" are {"dtype", "shape", "nan"}, or null for what is no tensor, or not
 * there. Numbers that were not worked out are null, an infinite distance is "inf". Later levels may
 * add keys and words.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_diff_json(
    const duramen_diff* diff, duramen_string** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same diff; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_diff* DURAMEN_CALL
duramen_diff_retain(DURAMEN_NULLABLE const duramen_diff* diff) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_diff_release(DURAMEN_NULLABLE duramen_diff* diff)
    DURAMEN_NOEXCEPT;

/* A digest of the tensors of a dict, or of those that the options select (the prefix is not used):
 * 32 hexadecimal digits.
 *
 * It depends on names, dtypes, shapes and elements only: not on the order of the entries, on
 * strides and ties, or on where the dict comes from. Values that are not tensors do not count. It
 * is made for finding out whether two are the same, not for proving it to somebody: XXH3-128, as
 * docs/surgery.md writes down.
 * Fails: UNSUPPORTED, INVALID_ARGUMENT as duramen_state_dict_list; CANCELLED.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_digest(duramen_context* context, const duramen_state_dict* dict,
                          DURAMEN_NULLABLE const duramen_list_options* options,
                          duramen_string** out, duramen_error** error) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
