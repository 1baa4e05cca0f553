/* Tensors in and out by DLPack, the common exchange struct of array libraries, without a copy.
 *
 * DLPack's own header is not needed here: its two structs are only named, version 1's
 * DLManagedTensorVersioned and the older DLManagedTensor. A program that fills or reads them
 * includes DLPack's header itself.
 */
#ifndef DURAMEN_DLPACK_H
#define DURAMEN_DLPACK_H

#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

struct DLManagedTensorVersioned;
struct DLManagedTensor;

/* Hands a tensor's memory out as a DLPack struct of version 1.
 *
 * The receiver calls the struct's deleter once; the memory lives until then. Read-only memory is
 * flagged as such.
 * Fails: UNSUPPORTED for a dtype without a DLPack code; STATE when the tensor requires grad
 * (detach it first).
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_to_dlpack(duramen_tensor* tensor, struct DLManagedTensorVersioned** out,
                         duramen_error** error) DURAMEN_NOEXCEPT;

/* Hands a tensor's memory out as the older DLPack struct, which cannot say read-only.
 *
 * The receiver calls the struct's deleter once; the memory lives until then.
 * Fails: READ_ONLY for read-only memory; UNSUPPORTED and STATE as duramen_tensor_to_dlpack.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_to_dlpack_legacy(
    duramen_tensor* tensor, struct DLManagedTensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Takes over a DLPack struct of version 1 as a tensor on the same memory.
 *
 * On success the struct is ours: its deleter is called once, when the last tensor on the memory is
 * gone. On failure it stays with the caller, who calls its deleter. With another major version
 * only the version is looked at. The read-only flag is kept.
 * Fails: UNSUPPORTED for another major version, a device other than the CPU, or a dtype that we do
 * not have; INVALID_ARGUMENT for a malformed struct, negative strides, or memory that is not
 * aligned for its dtype (duramen_tensor_import copies such memory).
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_from_dlpack_take(struct DLManagedTensorVersioned* managed, duramen_tensor** out,
                                duramen_error** error) DURAMEN_NOEXCEPT;

/* Takes over a DLPack struct of the older form as a tensor on the same memory.
 *
 * Ownership and failures as duramen_tensor_from_dlpack_take.
 * Fails: UNSUPPORTED, INVALID_ARGUMENT.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_from_dlpack_legacy_take(
    struct DLManagedTensor* managed, duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
