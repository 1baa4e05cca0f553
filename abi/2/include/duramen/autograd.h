/* Gradients: the flags of a tensor, and the backward walk.
 *
 * Operations on tensors that require grad are recorded while the context's grad mode is on.
 * Gradients are added up in the `grad` of leaves, in a fixed order.
 */
#ifndef DURAMEN_AUTOGRAD_H
#define DURAMEN_AUTOGRAD_H

#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a backward walk does beside adding gradients; a set of bits. */
enum {
  /* Keeps what was saved, so that the same graph can be walked again. */
  DURAMEN_BACKWARD_RETAIN_GRAPH = 1,
  /* Records the walk itself: UNSUPPORTED at this level. */
  DURAMEN_BACKWARD_CREATE_GRAPH = 2
};

/* How to walk; zero is the default of every field after the first. */
typedef struct duramen_backward_options {
  uint32_t struct_size; /* sizeof(duramen_backward_options) */
  uint32_t reserved;
  uint64_t flags; /* DURAMEN_BACKWARD_... */
  /* The leaves that get gradients; none: all that require grad. */
  DURAMEN_NULLABLE duramen_tensor* const* inputs;
  uint64_t input_count;
} duramen_backward_options;

/* Fills the options with their defaults; `struct_size` is the caller's sizeof.
 *
 * Fails: INVALID_ARGUMENT for a size below the first level's.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_backward_options_init(
    duramen_backward_options* options, size_t struct_size, duramen_error** error) DURAMEN_NOEXCEPT;

/* Adds the gradient of `tensor` to the grad of every leaf that it was computed from.
 *
 * `gradient` weighs the elements; NULL stands for 1 and needs a tensor of one element. The graph is
 * freed as it is walked, unless RETAIN_GRAPH. Writes to the leaves. Nothing is added on failure,
 * though what was walked is freed.
 * Fails: STATE when nothing requires grad, the graph was freed, or a saved tensor was written to
 * since; SHAPE_MISMATCH, DTYPE_MISMATCH for the gradient; UNSUPPORTED for CREATE_GRAPH; CANCELLED.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_backward(duramen_context* context, duramen_tensor* tensor,
                        DURAMEN_NULLABLE const duramen_tensor* gradient,
                        DURAMEN_NULLABLE const duramen_backward_options* options,
                        duramen_error** error) DURAMEN_NOEXCEPT;

/* Whether gradients flow through it: its own flag, or that of what it was computed from.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL
duramen_tensor_requires_grad(DURAMEN_NULLABLE const duramen_tensor* tensor) DURAMEN_NOEXCEPT;

/* Sets a leaf's own flag (not 0: on), as Tensor.requires_grad_().
 *
 * Fails: DTYPE_MISMATCH for a dtype that is not floating or complex; STATE for a computed tensor.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_set_requires_grad(
    duramen_tensor* tensor, uint32_t requires_grad, duramen_error** error) DURAMEN_NOEXCEPT;

/* Whether it is a leaf: not the result of a recorded operation.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL
duramen_tensor_is_leaf(DURAMEN_NULLABLE const duramen_tensor* tensor) DURAMEN_NOEXCEPT;

/* The gradient that backward added up; *out is NULL on success when there is none yet.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_grad(
    const duramen_tensor* tensor, duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Replaces the gradient; NULL removes it.
 *
 * Fails: SHAPE_MISMATCH, DTYPE_MISMATCH.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_set_grad(duramen_tensor* tensor, DURAMEN_NULLABLE duramen_tensor* grad,
                        duramen_error** error) DURAMEN_NOEXCEPT;

/* The name of the operation that computed it, such as "AddmmBackward0"; *out is NULL on success for
 * a leaf.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_grad_fn_name(
    const duramen_tensor* tensor, duramen_string** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The same memory as a leaf without history, as Tensor.detach().
 *
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_detach(duramen_context* context, duramen_tensor* tensor, duramen_tensor** out,
                      duramen_error** error) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
