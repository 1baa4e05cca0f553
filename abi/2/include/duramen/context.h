/* What a computation needs to know: memory, threads, random generator, grad mode, sinks, cancel.
 *
 * There is nothing else: no global, no thread-local. Two contexts never see each other. A context
 * is used by one thread at a time, and may be used again inside its own callbacks. Tensors hold
 * its memory, so it may be released before them.
 */
#ifndef DURAMEN_CONTEXT_H
#define DURAMEN_CONTEXT_H

#include "dtype.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One thread at a time. */
typedef struct duramen_context duramen_context;

/* The caller's memory for tensor elements. The library's own objects (names, lists, errors, graph
 * nodes, scratch space) use the system's. Called from any thread, library workers included; it must
 * not call back into the library. */
typedef struct duramen_allocator {
  uint32_t struct_size; /* sizeof(duramen_allocator) */
  uint32_t reserved;
  /* NULL when there is no memory; the result is aligned (a power of two). */
  void*(DURAMEN_CALL* alloc)(void* user, size_t nbytes, size_t alignment);
  void(DURAMEN_CALL* free)(void* user, void* pointer, size_t nbytes, size_t alignment);
  DURAMEN_NULLABLE void* user;
  /* Called once the context and every tensor that came from it are gone. */
  DURAMEN_NULLABLE duramen_destroy destroy;
} duramen_allocator;

/* One piece of work, called by a runner with each index below the count. */
typedef void(DURAMEN_CALL* duramen_runner_body)(void* body_user, uint64_t index);

/* The caller's threads in place of the context's own pool. */
typedef struct duramen_runner {
  uint32_t struct_size; /* sizeof(duramen_runner) */
  uint32_t reserved;
  /* Calls body(body_user, i) once for every i below count, on any threads, and returns when all
   * have returned. What it leaves out is done on the calling thread. */
  void(DURAMEN_CALL* run)(void* user, uint64_t count, duramen_runner_body body, void* body_user);
  DURAMEN_NULLABLE void* user;
  DURAMEN_NULLABLE duramen_destroy destroy;
} duramen_runner;

/* How bad a message is; later levels may add numbers. */
enum {
  DURAMEN_LOG_ERROR = 1,
  DURAMEN_LOG_WARNING = 2,
  DURAMEN_LOG_INFO = 3,
  DURAMEN_LOG_DEBUG = 4
};

/* Where messages go: PyTorch's warnings, such as the one for a load or a conversion that drops
 * imaginary parts. Called only on a thread that is inside a call on the context. It must not
 * replace itself. */
typedef struct duramen_log_sink {
  uint32_t struct_size; /* sizeof(duramen_log_sink) */
  uint32_t reserved;
  /* The message is UTF-8, one line, not terminated. */
  void(DURAMEN_CALL* log)(void* user, int32_t level, const char* message, size_t length);
  DURAMEN_NULLABLE void* user;
  DURAMEN_NULLABLE duramen_destroy destroy;
} duramen_log_sink;

/* Hears how far a long operation is. Called only on a thread that is inside a call on the context;
 * it must not replace itself. */
typedef struct duramen_progress_sink {
  uint32_t struct_size; /* sizeof(duramen_progress_sink) */
  uint32_t reserved;
  /* Returns 0 to go on; a failure (base.h) stops the operation and is its status. `operation` is
   * terminated; the unit of done and total is the operation's (bytes, entries). */
  int32_t(DURAMEN_CALL* progress)(void* user, const char* operation, size_t operation_length,
                                  uint64_t done, uint64_t total, duramen_error** error);
  DURAMEN_NULLABLE void* user;
  DURAMEN_NULLABLE duramen_destroy destroy;
} duramen_progress_sink;

/* How a context starts; zero is the default of every field after the first. The structs behind the
 * pointers are copied; what they own is taken over when the call succeeds. */
typedef struct duramen_context_options {
  uint32_t struct_size; /* sizeof(duramen_context_options) */
  uint32_t num_threads; /* the calling thread counts; 0: one; at most 1024 */
  uint64_t seed;        /* of the generator; 0 is a seed like any other */
  uint64_t flags;       /* 0; none is defined yet */
  DURAMEN_NULLABLE const duramen_allocator* allocator; /* NULL: the system's memory */
  DURAMEN_NULLABLE const duramen_runner* runner;       /* NULL: a pool of num_threads */
  DURAMEN_NULLABLE const duramen_log_sink* log;        /* NULL: silent */
} duramen_context_options;

/* What the memory of a context is used for. */
typedef struct duramen_allocator_statistics {
  uint32_t struct_size; /* sizeof(duramen_allocator_statistics), set by the caller */
  uint32_t reserved;
  uint64_t bytes_in_use;      /* held by tensors */
  uint64_t bytes_cached;      /* kept for reuse */
  uint64_t peak_bytes_in_use; /* the highest bytes_in_use so far */
  uint64_t blocks_in_use;
} duramen_allocator_statistics;

/* Fills the options with their defaults; `struct_size` is the caller's sizeof.
 *
 * Zeroing the memory and setting the first field does the same.
 * Fails: INVALID_ARGUMENT for a size below the first level's.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_context_options_init(
    duramen_context_options* options, size_t struct_size, duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes a context.
 *
 * Fails: INVALID_ARGUMENT for a struct with a wrong size or without its functions; UNSUPPORTED for
 * fields or flags of a later level; LIMIT for too many threads. What the hooks own stays with the
 * caller then.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_context_create(DURAMEN_NULLABLE const duramen_context_options* options,
                       duramen_context** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* How many threads a computation may use, the calling one included.
 *
 * Threads: context. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL
duramen_context_num_threads(DURAMEN_NULLABLE const duramen_context* context) DURAMEN_NOEXCEPT;

/* Starts the generator again, as torch.manual_seed does.
 *
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_context_seed(
    duramen_context* context, uint64_t seed, duramen_error** error) DURAMEN_NOEXCEPT;

/* The seed that the generator started with; 0 for NULL.
 *
 * Threads: context. Since: level 1. */
DURAMEN_API uint64_t DURAMEN_CALL
duramen_context_initial_seed(DURAMEN_NULLABLE const duramen_context* context) DURAMEN_NOEXCEPT;

/* Copies out the generator's state: the 5056 bytes of torch.get_rng_state().
 *
 * Writes up to `capacity` bytes and always sets *nbytes to the number needed; capacity 0 asks.
 * Fails: BUFFER_TOO_SMALL.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_context_generator_state(
    const duramen_context* context, DURAMEN_NULLABLE uint8_t* buffer, size_t capacity,
    size_t* nbytes, duramen_error** error) DURAMEN_NOEXCEPT;

/* Continues from a state that duramen or torch.get_rng_state() gave.
 *
 * Fails: INVALID_ARGUMENT for bytes that PyTorch would not have written; nothing changes then.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_context_set_generator_state(duramen_context* context, const uint8_t* state, size_t nbytes,
                                    duramen_error** error) DURAMEN_NOEXCEPT;

/* Whether operations are recorded for backward: 1 at first.
 *
 * Threads: context. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL
duramen_context_grad_enabled(DURAMEN_NULLABLE const duramen_context* context) DURAMEN_NOEXCEPT;

/* Switches recording on (not 0) or off (0), as torch.set_grad_enabled does.
 *
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_context_set_grad_enabled(
    duramen_context* context, uint32_t enabled, duramen_error** error) DURAMEN_NOEXCEPT;

/* The dtype of modules and literals for which none is given: float32 at first; 0 for NULL.
 *
 * Threads: context. Since: level 1. */
DURAMEN_API duramen_dtype DURAMEN_CALL
duramen_context_default_dtype(DURAMEN_NULLABLE const duramen_context* context) DURAMEN_NOEXCEPT;

/* Sets the dtype for which none is given, as torch.set_default_dtype does.
 *
 * Fails: DTYPE_MISMATCH for a dtype that is not floating.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_context_set_default_dtype(
    duramen_context* context, duramen_dtype dtype, duramen_error** error) DURAMEN_NOEXCEPT;

/* Asks the running call on the context, and all later ones, to fail with CANCELLED.
 *
 * The running call looks every few milliseconds; a large matrix product, on BLAS's own threads,
 * between parts of some tens. What it was making is dropped. A call that changes what is there (a
 * copy, a load, an optimizer's step, new initial values) fails before its first write or goes on to
 * its end. A forward keeps what it is done with: whole updates of running statistics and inputs,
 * and random draws. Building a module puts the generator back.
 * Sticky until duramen_context_reset_cancel. The caller holds a reference. NULL is fine.
 * Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_context_cancel(DURAMEN_NULLABLE duramen_context* context)
    DURAMEN_NOEXCEPT;

/* Takes the request back, so that the context can be used again.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL
duramen_context_reset_cancel(DURAMEN_NULLABLE duramen_context* context) DURAMEN_NOEXCEPT;

/* Whether cancel was called and not taken back.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL
duramen_context_is_cancelled(DURAMEN_NULLABLE const duramen_context* context) DURAMEN_NOEXCEPT;

/* Replaces the log sink; NULL makes the context silent.
 *
 * The old sink is never called again and its `destroy` runs before the call returns. On failure
 * the new one stays with the caller.
 * Fails: INVALID_ARGUMENT, UNSUPPORTED as for the options.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_context_set_log(duramen_context* context, DURAMEN_NULLABLE const duramen_log_sink* log,
                        duramen_error** error) DURAMEN_NOEXCEPT;

/* Replaces the progress callback; NULL for none.
 *
 * The old one is never called again and its `destroy` runs before the call returns. On failure
 * the new one stays with the caller.
 * Fails: INVALID_ARGUMENT, UNSUPPORTED as for the options.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_context_set_progress(
    duramen_context* context, DURAMEN_NULLABLE const duramen_progress_sink* progress,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* Writes the memory statistics; the caller sets out->struct_size first.
 *
 * Fails: INVALID_ARGUMENT for a size below the first level's.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_context_allocator_statistics(
    const duramen_context* context, duramen_allocator_statistics* out,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* Gives the memory that is kept for reuse back to the system.
 *
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_context_trim(duramen_context* context, duramen_error** error) DURAMEN_NOEXCEPT;

/* One line about the BLAS that the process loaded: vendor, version, threading.
 *
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_context_blas_info(
    duramen_context* context, duramen_string** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* How the library was built and what it chose on this machine, as JSON.
 *
 * {"version", "api_level", "abi_epoch", "compiler", "simd": {"target", "compiled"}, "blas":
 * {"vendor", "version", "threading", "config"}}; "target" is the set of vector instructions in use,
 * "threading" is "serial", "pthread" or "openmp". Later levels may add keys and words.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_build_info(duramen_string** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same context; NULL for NULL.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_context* DURAMEN_CALL
duramen_context_retain(DURAMEN_NULLABLE duramen_context* context) DURAMEN_NOEXCEPT;

/* Gives one reference back; the last one joins the context's threads. NULL is fine.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_context_release(DURAMEN_NULLABLE duramen_context* context)
    DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
