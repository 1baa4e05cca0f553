/* Status codes, versions, and the macros that mark declarations.
 *
 * The marks document ownership, nullability and lengths, for people and for the tools that derive
 * bindings. They are empty, and a binding generator may define them itself before including
 * anything; DURAMEN_PARSE also turns off every compiler attribute. An unmarked pointer has the
 * default of its kind:
 *   an input               is not NULL and lent for the duration of the call;
 *   an output `T **out`    is not NULL and receives a reference that the caller owns;
 *   another output         is not NULL and written by the call;
 *   `duramen_error **error`  as the last parameter may be NULL and receives an owned reference;
 *   a returned pointer     is lent by the object that it came from;
 *   a text or array        has its length in the parameter after it.
 */
#ifndef DURAMEN_BASE_H
#define DURAMEN_BASE_H

#include <stddef.h>
#include <stdint.h>

/* What this header describes. The level grows with additions; the epoch is the number in the
 * SONAME and changes only when something is taken away. */
#define DURAMEN_VERSION_STRING "0.2.0"
#define DURAMEN_API_LEVEL 2
#define DURAMEN_ABI_EPOCH 0

/* Define it before the first include to see only what that level had. */
#ifndef DURAMEN_TARGET_API_LEVEL
#define DURAMEN_TARGET_API_LEVEL DURAMEN_API_LEVEL
#endif
#if DURAMEN_TARGET_API_LEVEL < 1 || DURAMEN_TARGET_API_LEVEL > DURAMEN_API_LEVEL
#error "DURAMEN_TARGET_API_LEVEL is outside of what this header knows"
#endif

/* On every function: exported by the library. */
#ifndef DURAMEN_API
#if defined(DURAMEN_PARSE) || !defined(__GNUC__)
#define DURAMEN_API
#else
#define DURAMEN_API __attribute__((visibility("default")))
#endif
#endif
/* The calling convention of functions and callbacks. */
#ifndef DURAMEN_CALL
#define DURAMEN_CALL
#endif
/* The result must be looked at. */
#ifndef DURAMEN_MUST_USE
#if defined(DURAMEN_PARSE) || !defined(__GNUC__)
#define DURAMEN_MUST_USE
#else
#define DURAMEN_MUST_USE __attribute__((warn_unused_result))
#endif
#endif
/* No exception leaves the function; the compiler holds our definitions to it. */
#ifndef DURAMEN_NOEXCEPT
#if !defined(DURAMEN_PARSE) && defined(__cplusplus) && __cplusplus >= 201103L
#define DURAMEN_NOEXCEPT noexcept
#else
#define DURAMEN_NOEXCEPT
#endif
#endif
/* May be NULL; must not be NULL. */
#ifndef DURAMEN_NULLABLE
#define DURAMEN_NULLABLE
#endif
#ifndef DURAMEN_NONNULL
#define DURAMEN_NONNULL
#endif
/* The caller owns one reference afterwards; lent by the object that it came from. */
#ifndef DURAMEN_OWN
#define DURAMEN_OWN
#endif
#ifndef DURAMEN_BORROW
#define DURAMEN_BORROW
#endif
/* The number of elements behind the pointer, where it is not the next parameter. */
#ifndef DURAMEN_LEN
#define DURAMEN_LEN(count)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The outcome of a call: 0 is good, a negative number says what the caller can do about it.
 *
 * The numbers are permanent. New ones may appear down to -999; -1000 and below belong to the
 * caller's callbacks and come back unchanged.
 *
 * A function's comment names the failures that belong to it. Besides, any call may fail with
 *   INVALID_ARGUMENT  NULL, a text that is not UTF-8, a struct of a wrong size, an unknown dtype;
 *   UNSUPPORTED       a flag, field or number of an enumeration that this level does not know;
 *   BAD_HANDLE, NO_MEMORY, INTERNAL; LIMIT for a count that no memory could hold;
 * any that takes a context with CANCELLED; any that walks a tree with STATE for a cycle; any that
 * needs a tensor's shape or elements with STATE for one that has none yet
 * (DURAMEN_ENTRY_UNINITIALIZED); any that runs a callback of the caller's with the status of that.
 */
typedef int32_t duramen_status;
enum {
  /* Done. */
  DURAMEN_OK = 0,
  /* The call itself is wrong: NULL, a malformed text, a value out of range, invalid UTF-8. */
  DURAMEN_E_INVALID_ARGUMENT = -1,
  /* There is nothing of that name or index. */
  DURAMEN_E_NOT_FOUND = -2,
  /* The name is taken. */
  DURAMEN_E_ALREADY_EXISTS = -3,
  /* Shapes do not fit each other. */
  DURAMEN_E_SHAPE_MISMATCH = -4,
  /* Element types do not fit each other or the operation. */
  DURAMEN_E_DTYPE_MISMATCH = -5,
  /* The right call at the wrong moment: backward twice, a tree with a cycle. */
  DURAMEN_E_STATE = -6,
  /* Writing to read-only memory. */
  DURAMEN_E_READ_ONLY = -7,
  /* Not offered: an unknown type or operator (detail "nearest"), a field of a later header. */
  DURAMEN_E_UNSUPPORTED = -8,
  /* The caller's buffer is too small; the count that is needed has been written. */
  DURAMEN_E_BUFFER_TOO_SMALL = -9,
  /* A limit of the caller's options, or of the machine's numbers, was reached. */
  DURAMEN_E_LIMIT = -10,
  /* The operating system refused to open, read or write. */
  DURAMEN_E_IO = -11,
  /* The file is damaged or hostile. */
  DURAMEN_E_CORRUPT = -12,
  /* A load that does not fit (duramen_error_load_report tells why). */
  DURAMEN_E_INCOMPATIBLE = -13,
  /* duramen_context_cancel was called: any function marked "Threads: context" may fail so. */
  DURAMEN_E_CANCELLED = -14,
  /* Memory ran out. */
  DURAMEN_E_NO_MEMORY = -15,
  /* The handle is of another type, or was released (best effort). */
  DURAMEN_E_BAD_HANDLE = -16,
  /* A mistake of the library. */
  DURAMEN_E_INTERNAL = -17
};

/* A callback that can fail returns 0, or stops the call that it is part of: with -1000 or below, a
 * status of its own, or with the status of a call of its own that failed; a positive number is
 * INVALID_ARGUMENT. Its `error` and its other outputs are never NULL and start as NULL or 0; what
 * it puts there is taken even when it fails. An error that it hands over travels on when its status
 * is the one returned, and is the cause of the call's error otherwise.
 *
 * This type: releases what belongs to a callback or to imported memory. Called once, where the last
 * holder lets go, perhaps amid an edit of a tree: it must not use that; never if the call failed.
 */
typedef void(DURAMEN_CALL* duramen_destroy)(void* user);

/* The library's API level, at least DURAMEN_API_LEVEL of the header that a program needs.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL duramen_api_level(void) DURAMEN_NOEXCEPT;

/* The library's ABI epoch, equal to DURAMEN_ABI_EPOCH of every header that fits it.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL duramen_abi_epoch(void) DURAMEN_NOEXCEPT;

/* The library's version as text, such as "0.1.0".
 *
 * Static storage, terminated. Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL duramen_version_string(void) DURAMEN_NOEXCEPT;

/* Whether this build has an optional feature: 1, or 0 for no and for an unknown name.
 *
 * Names of level 1: "safetensors", "torch", "npy", "dlpack", "autograd"; of level 2: "npz", "gguf",
 * "dcp".
 * Threads: any. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL duramen_feature_supported(const char* name,
                                                            size_t name_length) DURAMEN_NOEXCEPT;

/* The name of a status for logs, such as "NOT_FOUND".
 *
 * Static storage, terminated; "USER" for -1000 and below, "UNKNOWN" for a number of a later level.
 * Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL duramen_status_name(duramen_status status) DURAMEN_NOEXCEPT;

struct duramen_error;

/* Whether a program compiled against a header of that level and epoch can use this library.
 *
 * Call it after dlopen with DURAMEN_API_LEVEL and DURAMEN_ABI_EPOCH.
 * Fails: UNSUPPORTED with both versions in the details "expected" and "actual".
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_check_compat(
    uint32_t header_level, uint32_t header_epoch, struct duramen_error** error) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
