/* Differentiable functions of the caller's own: a forward and a backward callback, and what goes
 * from the one to the other.
 *
 * A callback returns as base.h says. What it receives is lent for the call; each tensor that it
 * gives is one reference. It may use the context for anything; it must not unwind. Grad mode is off
 * in forward, and in a backward that is not recorded (DURAMEN_BACKWARD_CREATE_GRAPH).
 */
#ifndef DURAMEN_FUNCTION_H
#define DURAMEN_FUNCTION_H

#include "autograd.h"
#include "value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What one application keeps for its backward: tensors and a value. Many readers or one writer;
 * written in forward, read in backward. */
typedef struct duramen_function_state duramen_function_state;

/* How a function behaves; a set of bits. */
enum {
  /* backward gets NULL for an output that no gradient flowed into, instead of zeros. */
  DURAMEN_FUNCTION_NULL_GRADS = 1
};

/* A function; copied by the call that takes it. */
typedef struct duramen_function_type {
  uint32_t struct_size;  /* sizeof(duramen_function_type) */
  uint32_t output_count; /* 0: one; at most 65536 */
  uint64_t flags;        /* DURAMEN_FUNCTION_... */
  const char* name;      /* of the node, as duramen_tensor_grad_fn_name: "HeatStepBackward" */
  uint64_t name_length;
  /* Computes: fills all of `outputs`, of which there are output_count and which start as NULLs. */
  int32_t(DURAMEN_CALL* forward)(void* user, duramen_context* context,
                                 duramen_function_state* state, duramen_tensor* const* inputs,
                                 size_t input_count, duramen_tensor** outputs, size_t output_count,
                                 duramen_error** error);
  /* Gives the gradients of the inputs from those of the outputs. NULL stays for none: an input
   * that needs no gradient (duramen_function_state_needs_input_grad), or a gradient of zero. A
   * gradient has its input's shape, or one that this was broadcast to, and is converted to its
   * dtype. NULL: backward through the function is UNSUPPORTED. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* backward)(void* user, duramen_context* context,
                                                   duramen_function_state* state,
                                                   duramen_tensor* const* output_grads,
                                                   size_t output_count,
                                                   duramen_tensor** input_grads, size_t input_count,
                                                   duramen_error** error);
  DURAMEN_NULLABLE duramen_destroy destroy;
} duramen_function_type;

/* Applies a function of one output.
 *
 * Recorded when grad mode is on and an input requires grad, as torch.autograd.Function is. `user`
 * is the first argument of both callbacks; `destroy` is called for it once nothing can walk back
 * any more, which may be before the call returns. An output of an integer dtype has no gradient.
 * Fails: as forward does; INVALID_ARGUMENT for a struct of a wrong size or an output that is left
 * out; UNSUPPORTED for fields or flags of a later level; LIMIT for more than 1000 functions and
 * modules inside each other; CANCELLED. `user` stays with the caller then.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_function_apply(
    duramen_context* context, const duramen_function_type* type, DURAMEN_NULLABLE void* user,
    duramen_tensor* const* inputs, size_t input_count, duramen_tensor** out,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* Applies a function of any number of outputs: *out is the tuple of them.
 *
 * Fails: as duramen_function_apply.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_function_apply_many(
    duramen_context* context, const duramen_function_type* type, DURAMEN_NULLABLE void* user,
    duramen_tensor* const* inputs, size_t input_count, duramen_value** out,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* In forward: keeps one more tensor for backward, an input, an output or any other; NULL keeps its
 * place.
 *
 * Fails: STATE outside of forward.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_function_state_save_tensor(
    duramen_function_state* state, DURAMEN_NULLABLE duramen_tensor* tensor,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* In backward: the tensor that was saved at that place; *out is NULL on success for a saved NULL.
 *
 * Fails: NOT_FOUND beyond the last; STATE in forward, when the tensor was written to since, and
 * when the graph was freed.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_function_state_saved_tensor(const duramen_function_state* state, size_t index,
                                    duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Keeps a value in place of the one before; NULL removes it.
 *
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_function_state_set_value(
    duramen_function_state* state, DURAMEN_NULLABLE const duramen_value* value,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* The value that was kept; *out is NULL on success when there is none.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_function_state_value(const duramen_function_state* state, duramen_value** out,
                             duramen_error** error) DURAMEN_NOEXCEPT;

/* Whether the input of that place requires grad; 0 beyond the last.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL duramen_function_state_needs_input_grad(
    DURAMEN_NULLABLE const duramen_function_state* state, size_t index) DURAMEN_NOEXCEPT;

/* One more reference to the same state; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_function_state* DURAMEN_CALL
duramen_function_state_retain(DURAMEN_NULLABLE duramen_function_state* state) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL
duramen_function_state_release(DURAMEN_NULLABLE duramen_function_state* state) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
