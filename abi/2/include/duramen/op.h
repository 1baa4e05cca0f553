/* Operators: the everyday ones as functions, every one by name.
 *
 * Each checks its arguments, computes, and is recorded for backward when the context's grad mode
 * is on and an input requires grad. Shapes broadcast and dtypes promote as in PyTorch; inputs may
 * be any view; a result shares memory only where its comment says "view". Every one of them can
 * fail with SHAPE_MISMATCH, DTYPE_MISMATCH, UNSUPPORTED (a dtype that the operator does not have),
 * LIMIT and CANCELLED; a dimension out of range is INVALID_ARGUMENT. Inputs are kept alive by what
 * was recorded; they are not changed.
 */
#ifndef DURAMEN_OP_H
#define DURAMEN_OP_H

#include "value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An operator with its attributes, prepared once and applied often. Immutable. */
typedef struct duramen_op duramen_op;

/* What a loss does with the losses of the single elements. */
enum { DURAMEN_REDUCTION_MEAN = 0, DURAMEN_REDUCTION_SUM = 1, DURAMEN_REDUCTION_NONE = 2 };

/* Prepares an operator from text: a name, or a call with attributes, "sum(dim=1, keepdim=True)".
 *
 * Fails: INVALID_ARGUMENT with the detail "column" for a malformed text; UNSUPPORTED with "nearest"
 * for an unknown name.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_op_from_text(
    const char* text, size_t text_length, duramen_op** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The operator's name, terminated; NULL for NULL.
 *
 * *length (may be NULL) receives the number of bytes. Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL duramen_op_name(
    DURAMEN_NULLABLE const duramen_op* op, DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* Applies it to a tuple of tensors; an operator that takes a list of tensors gets it as one item.
 *
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_op_apply(duramen_context* context, const duramen_op* op, const duramen_value* arguments,
                 duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Applies it to tensors, one tensor back.
 *
 * Fails: UNSUPPORTED when the result is not one tensor.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_op_apply_tensors(
    duramen_context* context, const duramen_op* op, duramen_tensor* const* inputs, size_t count,
    duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same operator; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_op* DURAMEN_CALL
duramen_op_retain(DURAMEN_NULLABLE const duramen_op* op) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_op_release(DURAMEN_NULLABLE duramen_op* op) DURAMEN_NOEXCEPT;

/* a + b. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_add(duramen_context* context, duramen_tensor* a, duramen_tensor* b, duramen_tensor** out,
            duramen_error** error) DURAMEN_NOEXCEPT;

/* a - b. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_sub(duramen_context* context, duramen_tensor* a, duramen_tensor* b, duramen_tensor** out,
            duramen_error** error) DURAMEN_NOEXCEPT;

/* a * b, element by element. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_mul(duramen_context* context, duramen_tensor* a, duramen_tensor* b, duramen_tensor** out,
            duramen_error** error) DURAMEN_NOEXCEPT;

/* a / b, element by element; integers give floats. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_div(duramen_context* context, duramen_tensor* a, duramen_tensor* b, duramen_tensor** out,
            duramen_error** error) DURAMEN_NOEXCEPT;

/* The matrix product, as torch.matmul: batches broadcast, vectors count as rows or columns.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_matmul(duramen_context* context, duramen_tensor* a, duramen_tensor* b, duramen_tensor** out,
               duramen_error** error) DURAMEN_NOEXCEPT;

/* input times the transposed weight, plus the bias where there is one. Threads: context. Since:
 * level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_linear(duramen_context* context, duramen_tensor* input, duramen_tensor* weight,
               DURAMEN_NULLABLE duramen_tensor* bias, duramen_tensor** out,
               duramen_error** error) DURAMEN_NOEXCEPT;

/* -input. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_neg(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
            duramen_error** error) DURAMEN_NOEXCEPT;

/* e to the power of each element. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_exp(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
            duramen_error** error) DURAMEN_NOEXCEPT;

/* The natural logarithm of each element. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_log(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
            duramen_error** error) DURAMEN_NOEXCEPT;

/* The square root of each element. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_sqrt(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
             duramen_error** error) DURAMEN_NOEXCEPT;

/* Each element, or 0 where it is negative. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_relu(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
             duramen_error** error) DURAMEN_NOEXCEPT;

/* The hyperbolic tangent of each element. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tanh(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
             duramen_error** error) DURAMEN_NOEXCEPT;

/* 1 / (1 + exp(-x)) of each element. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_sigmoid(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
                duramen_error** error) DURAMEN_NOEXCEPT;

/* The sum over the given dimensions; none given: over all.
 *
 * keepdim (not 0) leaves them in the shape with size 1.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_sum(duramen_context* context, duramen_tensor* input, DURAMEN_NULLABLE const int64_t* dims,
            size_t dim_count, uint32_t keepdim, duramen_tensor** out,
            duramen_error** error) DURAMEN_NOEXCEPT;

/* The mean over the given dimensions; none given: over all.
 *
 * keepdim (not 0) leaves them in the shape with size 1.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_mean(duramen_context* context, duramen_tensor* input, DURAMEN_NULLABLE const int64_t* dims,
             size_t dim_count, uint32_t keepdim, duramen_tensor** out,
             duramen_error** error) DURAMEN_NOEXCEPT;

/* The int64 positions of the largest elements along a dimension.
 *
 * INT64_MIN stands for no dimension: the position in the flattened tensor.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_argmax(duramen_context* context, duramen_tensor* input, int64_t dim, uint32_t keepdim,
               duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The same elements under other sizes; a view where possible, else a copy.
 *
 * One size may be -1 and is worked out.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_reshape(
    duramen_context* context, duramen_tensor* input, DURAMEN_NULLABLE const int64_t* shape,
    size_t rank, duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Joins the dimensions from start_dim to end_dim, both included; a view where possible. Threads:
 * context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_flatten(duramen_context* context, duramen_tensor* input, int64_t start_dim, int64_t end_dim,
                duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* A view with two dimensions swapped. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_transpose(duramen_context* context, duramen_tensor* input, int64_t dim0, int64_t dim1,
                  duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* A view with the dimensions in the given order. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_permute(
    duramen_context* context, duramen_tensor* input, DURAMEN_NULLABLE const int64_t* dims,
    size_t dim_count, duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* A view in which dimensions of size 1 repeat to the given sizes; -1 keeps a size. Threads:
 * context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_expand(
    duramen_context* context, duramen_tensor* input, DURAMEN_NULLABLE const int64_t* shape,
    size_t rank, duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* A view of one position of a dimension, which goes away. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_select(duramen_context* context, duramen_tensor* input, int64_t dim, int64_t index,
               duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* A view of a range of a dimension, as Python's start:stop:step with step at least 1.
 *
 * Bounds are clamped; INT64_MAX stands for the end.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_slice(
    duramen_context* context, duramen_tensor* input, int64_t dim, int64_t start, int64_t stop,
    int64_t step, duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* A view with one more dimension of size 1. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_unsqueeze(duramen_context* context, duramen_tensor* input, int64_t dim,
                  duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* A view without a dimension of size 1; INT64_MIN stands for all of them. Threads: context. Since:
 * level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_squeeze(duramen_context* context, duramen_tensor* input, int64_t dim, duramen_tensor** out,
                duramen_error** error) DURAMEN_NOEXCEPT;

/* The tensors one after the other along a dimension. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_cat(duramen_context* context, duramen_tensor* const* inputs, size_t count, int64_t dim,
            duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The tensor itself when its elements lie side by side, else a copy. Threads: context. Since:
 * level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_contiguous(duramen_context* context, duramen_tensor* input, duramen_tensor** out,
                   duramen_error** error) DURAMEN_NOEXCEPT;

/* The tensor itself when it has the dtype, else a converted copy. Threads: context. Since: level 1.
 */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_to_dtype(duramen_context* context, duramen_tensor* input, duramen_dtype dtype,
                 duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Zeroes elements at random and scales the rest; the input itself when not training.
 *
 * Moves the context's generator.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_dropout(duramen_context* context, duramen_tensor* input, double probability,
                uint32_t training, duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The cross entropy of logits (batch, classes, ...) and int64 classes, as CrossEntropyLoss().
 *
 * `reduction` is DURAMEN_REDUCTION_...; weights and smoothing are attributes of the operator.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_cross_entropy(
    duramen_context* context, duramen_tensor* input, duramen_tensor* target, int32_t reduction,
    duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The squared difference, as MSELoss().
 *
 * `reduction` is DURAMEN_REDUCTION_....
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_mse_loss(duramen_context* context, duramen_tensor* input, duramen_tensor* target,
                 int32_t reduction, duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
