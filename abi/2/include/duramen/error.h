/* What went wrong: an immutable object with a status, one line of text, details under permanent
 * keys, and perhaps a cause.
 *
 * Every call that can fail hands one out through its last parameter, if the caller passes a
 * pointer. Nothing is kept per thread or per process, so an error can be moved to another thread
 * and read there. What an error lends (texts, cause) lives as long as the error.
 */
#ifndef DURAMEN_ERROR_H
#define DURAMEN_ERROR_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable; released by whoever received it. */
typedef struct duramen_error duramen_error;

/* The status that the failed call returned; DURAMEN_OK for NULL.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API duramen_status DURAMEN_CALL
duramen_error_status(DURAMEN_NULLABLE const duramen_error* error) DURAMEN_NOEXCEPT;

/* One line of text: `operation: what is wrong (expected ..., got ...)`.
 *
 * Terminated; *length (may be NULL) receives the number of bytes. Its wording may change between
 * versions, except where it is PyTorch's. NULL for NULL.
 * Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL duramen_error_message(
    DURAMEN_NULLABLE const duramen_error* error, DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* The detail under a key; NULL when there is none of that name.
 *
 * Permanent keys: "function", "path" (dotted name), "argument", "expected", "actual", "file",
 * "entry", "offset", "column", "nearest", "torch_error" (PyTorch's exception class where it has
 * one), "torch_message" (PyTorch's whole text of a failed load, in several lines), "saved" ("1": a
 * save replaced its target before it failed); from level 2 on "errno" (the system's number, as a
 * decimal text). Later levels may add keys. Terminated; *length (may be NULL) receives the number
 * of bytes. Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_error_detail(DURAMEN_NULLABLE const duramen_error* error, const char* key,
                     size_t key_length, DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* How many details there are; 0 for NULL.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API size_t DURAMEN_CALL
duramen_error_detail_count(DURAMEN_NULLABLE const duramen_error* error) DURAMEN_NOEXCEPT;

/* The key of a detail by position; NULL beyond the last.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_error_detail_key(DURAMEN_NULLABLE const duramen_error* error, size_t index,
                         DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* The text of a detail by position; NULL beyond the last.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_error_detail_value(DURAMEN_NULLABLE const duramen_error* error, size_t index,
                           DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* The error that caused this one; NULL when there is none.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API const duramen_error* DURAMEN_CALL
duramen_error_cause(DURAMEN_NULLABLE const duramen_error* error) DURAMEN_NOEXCEPT;

/* An error of the caller's own, for callbacks that fail.
 *
 * `status` is -1000 or below; the message is copied. The only fallible call without an error
 * parameter.
 * Fails: INVALID_ARGUMENT for a status of the library's range or a message that is not UTF-8.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_error_create(duramen_status status, const char* message, size_t message_length,
                     duramen_error** out) DURAMEN_NOEXCEPT;

/* One more reference to the same error; NULL for NULL.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_error* DURAMEN_CALL
duramen_error_retain(DURAMEN_NULLABLE const duramen_error* error) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_error_release(DURAMEN_NULLABLE duramen_error* error)
    DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
