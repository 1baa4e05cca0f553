/* What is not one tensor: an immutable tree of numbers, texts, tensors, lists and dictionaries.
 *
 * Arguments and results of a general forward, extra state, optimizer state, and everything that a
 * checkpoint holds beside tensors. Values are shared freely between threads (a tensor inside keeps
 * its own rule). Items, keys, texts and tensors are lent by the value that holds them.
 */
#ifndef DURAMEN_VALUE_H
#define DURAMEN_VALUE_H

#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable. */
typedef struct duramen_value duramen_value;

/* What a value is; later levels may add kinds. */
enum {
  /* The answer for NULL. */
  DURAMEN_VALUE_INVALID = 0,
  DURAMEN_VALUE_NONE = 1,
  DURAMEN_VALUE_BOOL = 2,
  DURAMEN_VALUE_INT = 3,
  DURAMEN_VALUE_FLOAT = 4,
  DURAMEN_VALUE_COMPLEX = 5,
  DURAMEN_VALUE_TEXT = 6,
  DURAMEN_VALUE_BYTES = 7,
  DURAMEN_VALUE_TENSOR = 8,
  DURAMEN_VALUE_LIST = 9,
  DURAMEN_VALUE_TUPLE = 10,
  /* Ordered; keys are values. */
  DURAMEN_VALUE_DICT = 11,
  /* A class name and its parts, never run. */
  DURAMEN_VALUE_OPAQUE = 12,
  /* An integer beyond 64 bits; its text is the decimal digits. */
  DURAMEN_VALUE_BIG_INT = 13
};

/* Makes None. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_value_create_none(duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes a bool: False for 0, else True. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_value_create_bool(
    uint32_t value, duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes an int. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_value_create_int(
    int64_t value, duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes an int from its decimal digits, perhaps after a minus: a BIG_INT beyond 64 bits, else an
 * INT.
 *
 * Fails: INVALID_ARGUMENT for another character.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_value_create_big_int(const char* digits, size_t digits_length, duramen_value** out,
                             duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes a float. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_value_create_float(
    double value, duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes a complex number. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_value_create_complex(
    double real, double imag, duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes a text, copied; NUL characters inside are kept.
 *
 * Fails: INVALID_ARGUMENT when it is not UTF-8.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_value_create_text(const char* text, size_t text_length, duramen_value** out,
                          duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes bytes, copied.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_value_create_bytes(DURAMEN_NULLABLE const void* bytes, size_t nbytes, duramen_value** out,
                           duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes a value that holds the tensor itself.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_value_create_tensor(
    duramen_tensor* tensor, duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes a list that holds the items.
 *
 * Fails: LIMIT when the tree would be deeper than 1000.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_value_create_list(DURAMEN_NULLABLE const duramen_value* const* items, size_t count,
                          duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes a tuple that holds the items.
 *
 * Fails: LIMIT when the tree would be deeper than 1000.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_value_create_tuple(DURAMEN_NULLABLE const duramen_value* const* items, size_t count,
                           duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes a dict of keys and items side by side, in that order.
 *
 * Fails: INVALID_ARGUMENT for two equal keys (Python's rule: 1, 1.0 and True are equal; a tuple is
 * equal to itself) or one that Python cannot hash (a list, a dict, a tuple with one inside); LIMIT
 * when the tree would be deeper than 1000. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_value_create_dict(DURAMEN_NULLABLE const duramen_value* const* keys DURAMEN_LEN(count),
                          DURAMEN_NULLABLE const duramen_value* const* items, size_t count,
                          duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes a collections.OrderedDict, otherwise as duramen_value_create_dict.
 *
 * Fails: LIMIT when the tree would be deeper than 1000.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_value_create_ordered_dict(
    DURAMEN_NULLABLE const duramen_value* const* keys DURAMEN_LEN(count),
    DURAMEN_NULLABLE const duramen_value* const* items, size_t count, duramen_value** out,
    duramen_error** error) DURAMEN_NOEXCEPT;

#if DURAMEN_TARGET_API_LEVEL >= 2
/* Makes a collections.OrderedDict with what is set on it beside its items, such as the _metadata of
 * a state dict: what duramen_value_attributes gives.
 *
 * `attributes` is a dict with texts for keys; NULL or an empty one is none.
 * Fails: INVALID_ARGUMENT as duramen_value_create_dict, and for attributes that are no such dict;
 * LIMIT when the tree would be deeper than 1000. Threads: any. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_value_create_dict_with_attributes(
    DURAMEN_NULLABLE const duramen_value* const* keys DURAMEN_LEN(count),
    DURAMEN_NULLABLE const duramen_value* const* items, size_t count,
    DURAMEN_NULLABLE const duramen_value* attributes, duramen_value** out,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* What the items of a list, tuple or dict are called in dotted names, in their order; nothing for
 * another kind.
 *
 * A text key is its own name, a position its number. Another key is called as Python prints it (1,
 * True, b'ab', (1, 'x')), or "keyN" at position N where that is longer than 256 bytes or there is
 * no such form; "#N" is put behind a name that another key has already (1 beside "1"), as often as
 * it takes: no two items have one name. Threads: any. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_value_item_names(
    const duramen_value* value, duramen_string_list** out, duramen_error** error) DURAMEN_NOEXCEPT;
#endif

/* What the value is: DURAMEN_VALUE_...; DURAMEN_VALUE_INVALID for NULL.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API int32_t DURAMEN_CALL duramen_value_kind(DURAMEN_NULLABLE const duramen_value* value)
    DURAMEN_NOEXCEPT;

/* The name of a kind as in Python, such as "str"; NULL for a number that is not a kind.
 *
 * Static storage, terminated. Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL duramen_value_kind_name(int32_t kind) DURAMEN_NOEXCEPT;

/* A bool as 0 or 1; 0 for another kind. Threads: any. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL duramen_value_bool(DURAMEN_NULLABLE const duramen_value* value)
    DURAMEN_NOEXCEPT;

/* An int, or a bool as one; 0 for another kind. Threads: any. Since: level 1. */
DURAMEN_API int64_t DURAMEN_CALL duramen_value_int(DURAMEN_NULLABLE const duramen_value* value)
    DURAMEN_NOEXCEPT;

/* A float, an int as one, or a complex number's real part; 0 for another kind.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API double DURAMEN_CALL duramen_value_float(DURAMEN_NULLABLE const duramen_value* value)
    DURAMEN_NOEXCEPT;

/* A complex number's imaginary part; 0 for another kind. Threads: any. Since: level 1. */
DURAMEN_API double DURAMEN_CALL duramen_value_imag(DURAMEN_NULLABLE const duramen_value* value)
    DURAMEN_NOEXCEPT;

/* A text, or a big int's digits, terminated; NULL for another kind.
 *
 * *length (may be NULL) receives the number of bytes.
 * Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL duramen_value_text(
    DURAMEN_NULLABLE const duramen_value* value, DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* Bytes; NULL for another kind.
 *
 * *nbytes (may be NULL) receives their number.
 * Threads: any. Since: level 1. */
DURAMEN_API const void* DURAMEN_CALL duramen_value_bytes(
    DURAMEN_NULLABLE const duramen_value* value, DURAMEN_NULLABLE size_t* nbytes) DURAMEN_NOEXCEPT;

/* The tensor inside; NULL for another kind. Threads: any. Since: level 1. */
DURAMEN_API duramen_tensor* DURAMEN_CALL
duramen_value_tensor(DURAMEN_NULLABLE const duramen_value* value) DURAMEN_NOEXCEPT;

/* How many items a list, tuple, dict or opaque value has; 0 for another kind.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API size_t DURAMEN_CALL duramen_value_count(DURAMEN_NULLABLE const duramen_value* value)
    DURAMEN_NOEXCEPT;

/* An item by position; NULL beyond the last. Threads: any. Since: level 1. */
DURAMEN_API const duramen_value* DURAMEN_CALL
duramen_value_item(DURAMEN_NULLABLE const duramen_value* value, size_t index) DURAMEN_NOEXCEPT;

/* A dict's key by position; NULL beyond the last and for another kind.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API const duramen_value* DURAMEN_CALL
duramen_value_key(DURAMEN_NULLABLE const duramen_value* value, size_t index) DURAMEN_NOEXCEPT;

/* A dict's item under a text key; NULL when there is none.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API const duramen_value* DURAMEN_CALL
duramen_value_find(DURAMEN_NULLABLE const duramen_value* value, const char* key,
                   size_t key_length) DURAMEN_NOEXCEPT;

/* The class of a dict ("dict", "collections.OrderedDict") or of an opaque value; else NULL.
 *
 * Terminated; *length (may be NULL) receives the number of bytes.
 * Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL duramen_value_class_name(
    DURAMEN_NULLABLE const duramen_value* value, DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* What was set on a dict beside its items, such as _metadata, as a dict; NULL when nothing was.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API const duramen_value* DURAMEN_CALL
duramen_value_attributes(DURAMEN_NULLABLE const duramen_value* value) DURAMEN_NOEXCEPT;

/* One more reference to the same value; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_value* DURAMEN_CALL
duramen_value_retain(DURAMEN_NULLABLE const duramen_value* value) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_value_release(DURAMEN_NULLABLE duramen_value* value)
    DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
