/* torch.nn.init: the functions that fill a tensor with initial values, by their text.
 *
 * The values are PyTorch's bit for bit from the same generator (orthogonal_ within rounding, since
 * its factorization is LAPACK's). docs/random.md has the formulas; duramen_registry_describe lists
 * the functions with their arguments. None is recorded for backward, and grad mode does not matter:
 * parameters may be filled.
 */
#ifndef DURAMEN_INIT_H
#define DURAMEN_INIT_H

#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills a tensor as a function of torch.nn.init does: "kaiming_uniform_(a=0.2, mode='fan_out')",
 * the tensor itself left out; a name alone stands for a call without arguments.
 *
 * Writes to `tensor` and moves the context's generator. What PyTorch warns of is logged.
 * Fails: INVALID_ARGUMENT with "column" for a malformed text or wrong arguments, and for a shape
 * that the function does not take; UNSUPPORTED with "nearest" for an unknown name, and for a dtype
 * that the function does not know; READ_ONLY; CANCELLED, then part of the values may be new.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_tensor_fill_from_text(duramen_context* context, duramen_tensor* tensor, const char* text,
                              size_t text_length, duramen_error** error) DURAMEN_NOEXCEPT;

/* The gain that suits a nonlinearity: "calculate_gain('leaky_relu', 0.2)".
 *
 * Fails: INVALID_ARGUMENT for a malformed text, an unknown nonlinearity or a slope that is no
 * number.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_calculate_gain(
    const char* text, size_t text_length, double* out, duramen_error** error) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
