/* Tensors: a shape over shared memory with an element type, and the autograd flags (autograd.h).
 *
 * The object is the identity that module trees, ties and optimizers speak of; views share memory.
 * Elements lie `strides` elements apart; owned memory is 64-byte aligned, imported and viewed
 * memory has the alignment it came with. Reading is for many threads, writing for one.
 */
#ifndef DURAMEN_TENSOR_H
#define DURAMEN_TENSOR_H

#include "context.h"
#include "dtype.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Many readers or one writer. */
typedef struct duramen_tensor duramen_tensor;

/* What an import does with the caller's memory. */
enum {
  /* Copies the elements; the memory is free again when the call returns. */
  DURAMEN_IMPORT_COPY = 0,
  /* Uses the memory, and writes to it where an operation writes. */
  DURAMEN_IMPORT_VIEW = 1,
  /* Uses the memory and never writes to it: writing fails with READ_ONLY. */
  DURAMEN_IMPORT_VIEW_CONST = 2
};

/* The caller's memory as a tensor; zero is the default of every field after the first. */
typedef struct duramen_import_options {
  uint32_t struct_size; /* sizeof(duramen_import_options) */
  int32_t mode;         /* DURAMEN_IMPORT_... */
  duramen_dtype dtype;
  uint32_t rank;
  DURAMEN_NULLABLE const int64_t* shape DURAMEN_LEN(rank); /* NULL only for rank 0 */
  /* In elements, not negative; NULL: contiguous. */
  DURAMEN_NULLABLE const int64_t* strides DURAMEN_LEN(rank);
  DURAMEN_NULLABLE const void* data; /* the first element; NULL only when there is none */
  uint64_t nbytes;                   /* of the memory behind data; every element must lie inside */
  DURAMEN_NULLABLE void* user;
  /* For the views: called once, when the last tensor on the memory is gone; never when the import
   * fails; for a copy before the call returns. */
  DURAMEN_NULLABLE duramen_destroy destroy;
} duramen_import_options;

/* Fills the options with their defaults; `struct_size` is the caller's sizeof.
 *
 * Fails: INVALID_ARGUMENT for a size below the first level's.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_import_options_init(
    duramen_import_options* options, size_t struct_size, duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes a tensor of the caller's memory: copied, or used in place.
 *
 * On failure the memory stays with the caller and `destroy` is not called.
 * Fails: INVALID_ARGUMENT for a shape or strides that leave the memory; LIMIT; UNSUPPORTED for an
 * unknown mode.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_import(duramen_context* context, const duramen_import_options* options,
                      duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* A new contiguous tensor whose elements are not initialised.
 *
 * Fails: INVALID_ARGUMENT for a negative size or an unknown dtype; LIMIT.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_empty(
    duramen_context* context, duramen_dtype dtype, DURAMEN_NULLABLE const int64_t* shape,
    size_t rank, duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* A new contiguous tensor of zeros.
 *
 * Fails: as duramen_tensor_empty.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_zeros(
    duramen_context* context, duramen_dtype dtype, DURAMEN_NULLABLE const int64_t* shape,
    size_t rank, duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* A new contiguous tensor with one value in every element; with rank 0 a scalar.
 *
 * Fails: as duramen_tensor_empty; UNSUPPORTED for an opaque dtype.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_full(
    duramen_context* context, duramen_dtype dtype, DURAMEN_NULLABLE const int64_t* shape,
    size_t rank, double value, duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* A parameter: a leaf that shares the memory of `data`, as torch.nn.Parameter(data).
 *
 * Fails: DTYPE_MISMATCH when requires_grad is wanted for a dtype that is not floating or complex.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_parameter_create(const duramen_tensor* data, uint32_t requires_grad, duramen_tensor** out,
                         duramen_error** error) DURAMEN_NOEXCEPT;

/* The element type; DURAMEN_DTYPE_INVALID for NULL.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API duramen_dtype DURAMEN_CALL
duramen_tensor_dtype(DURAMEN_NULLABLE const duramen_tensor* tensor) DURAMEN_NOEXCEPT;

/* The number of dimensions; 0 for NULL, and for a tensor that has no shape yet.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API size_t DURAMEN_CALL duramen_tensor_rank(DURAMEN_NULLABLE const duramen_tensor* tensor)
    DURAMEN_NOEXCEPT;

/* The number of elements; 0 for NULL.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API int64_t DURAMEN_CALL duramen_tensor_numel(DURAMEN_NULLABLE const duramen_tensor* tensor)
    DURAMEN_NOEXCEPT;

/* The bytes that the elements take when they lie side by side; 0 for NULL.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API uint64_t DURAMEN_CALL
duramen_tensor_nbytes(DURAMEN_NULLABLE const duramen_tensor* tensor) DURAMEN_NOEXCEPT;

/* Copies the sizes out (a parameter's data may be re-pointed by duramen_module_to_dtype).
 *
 * Writes up to `capacity` sizes and always sets *rank; capacity 0 asks.
 * Fails: BUFFER_TOO_SMALL.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_shape(const duramen_tensor* tensor, DURAMEN_NULLABLE int64_t* buffer,
                     size_t capacity, size_t* rank, duramen_error** error) DURAMEN_NOEXCEPT;

/* Copies the strides out, in elements.
 *
 * Writes up to `capacity` strides and always sets *rank; capacity 0 asks.
 * Fails: BUFFER_TOO_SMALL.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_strides(const duramen_tensor* tensor, DURAMEN_NULLABLE int64_t* buffer,
                       size_t capacity, size_t* rank, duramen_error** error) DURAMEN_NOEXCEPT;

/* Where the first element lies in the storage, in elements; 0 for NULL.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API int64_t DURAMEN_CALL
duramen_tensor_offset(DURAMEN_NULLABLE const duramen_tensor* tensor) DURAMEN_NOEXCEPT;

/* Whether the elements lie side by side in C order.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL
duramen_tensor_is_contiguous(DURAMEN_NULLABLE const duramen_tensor* tensor) DURAMEN_NOEXCEPT;

/* Whether it is a parameter.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL
duramen_tensor_is_parameter(DURAMEN_NULLABLE const duramen_tensor* tensor) DURAMEN_NOEXCEPT;

/* The kind of device as a DLPack number: 1, the CPU; 0 for NULL.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API int32_t DURAMEN_CALL
duramen_tensor_device_type(DURAMEN_NULLABLE const duramen_tensor* tensor) DURAMEN_NOEXCEPT;

/* A number that tells storages apart while they live: equal for tensors that share memory.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API uint64_t DURAMEN_CALL
duramen_tensor_storage_id(DURAMEN_NULLABLE const duramen_tensor* tensor) DURAMEN_NOEXCEPT;

/* How often the memory was written to in place; backward uses it to refuse stale tensors.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API uint64_t DURAMEN_CALL
duramen_tensor_version(DURAMEN_NULLABLE const duramen_tensor* tensor) DURAMEN_NOEXCEPT;

/* The first element, for reading.
 *
 * Lent until the tensor is released or its data is re-pointed; never NULL on success.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_data_const(const duramen_tensor* tensor, DURAMEN_BORROW const void** out,
                          duramen_error** error) DURAMEN_NOEXCEPT;

/* The first element, for writing; counts as one write to the memory.
 *
 * Lent until the tensor is released or its data is re-pointed. Ask again for each round of writes,
 * so that backward can refuse what became stale.
 * Fails: READ_ONLY.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_data_mut(
    duramen_tensor* tensor, DURAMEN_BORROW void** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* One element as a double; without an index the only one, as Tensor.item().
 *
 * Negative positions count from the end. Complex elements give their real part.
 * Fails: INVALID_ARGUMENT for an index of another length than the rank or out of range, or when
 * there is not exactly one element; UNSUPPORTED for an opaque dtype.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_item(const duramen_tensor* tensor, DURAMEN_NULLABLE const int64_t* index,
                    size_t index_count, double* out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Copies all elements in C order into the caller's memory, converted to `dtype`.
 *
 * `nbytes` is the size of the memory, at least numel elements of that dtype.
 * Fails: BUFFER_TOO_SMALL; UNSUPPORTED for a conversion of an opaque dtype.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_read(
    duramen_context* context, const duramen_tensor* tensor, duramen_dtype dtype,
    DURAMEN_NULLABLE void* buffer, size_t nbytes, duramen_error** error) DURAMEN_NOEXCEPT;

/* Overwrites the elements with those of `source`, converted and broadcast, as Tensor.copy_().
 *
 * Writes to `tensor`. Not recorded for backward.
 * Fails: SHAPE_MISMATCH, READ_ONLY, UNSUPPORTED; STATE in grad mode when tensor requires grad.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_copy_from(duramen_context* context, duramen_tensor* tensor,
                         const duramen_tensor* source, duramen_error** error) DURAMEN_NOEXCEPT;

/* Overwrites every element with one value, as Tensor.fill_().
 *
 * Writes to `tensor`. Not recorded for backward.
 * Fails: READ_ONLY, UNSUPPORTED; STATE in grad mode when tensor requires grad.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_fill(duramen_context* context, duramen_tensor* tensor, double value,
                    duramen_error** error) DURAMEN_NOEXCEPT;

/* Draws every element uniformly between two bounds, bit for bit as Tensor.uniform_().
 *
 * Writes to `tensor` and moves the context's generator.
 * Fails: INVALID_ARGUMENT for bounds in the wrong order; READ_ONLY, UNSUPPORTED; STATE in grad
 * mode when tensor requires grad.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_fill_uniform(duramen_context* context, duramen_tensor* tensor, double from,
                            double to, duramen_error** error) DURAMEN_NOEXCEPT;

/* Draws every element from a normal distribution, bit for bit as Tensor.normal_().
 *
 * Writes to `tensor` and moves the context's generator.
 * Fails: INVALID_ARGUMENT for a negative deviation; READ_ONLY, UNSUPPORTED; STATE in grad mode
 * when tensor requires grad.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_fill_normal(duramen_context* context, duramen_tensor* tensor, double mean,
                           double deviation, duramen_error** error) DURAMEN_NOEXCEPT;

/* A contiguous copy in fresh memory, recorded for backward.
 *
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_clone(duramen_context* context, duramen_tensor* tensor, duramen_tensor** out,
                     duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same tensor; NULL for NULL.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_tensor* DURAMEN_CALL
duramen_tensor_retain(DURAMEN_NULLABLE duramen_tensor* tensor) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_tensor_release(DURAMEN_NULLABLE duramen_tensor* tensor)
    DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
