/* torch.nn.utils.parametrizations: a tensor of a module that is computed from others.
 *
 * The tensor leaves the module; what it is computed from is listed, saved and loaded below
 * "parametrizations.NAME", with PyTorch's names and order, and the class becomes
 * "ParametrizedLinear". A forward of the module computes the tensor anew, recorded for backward.
 * A dict that torch.nn.utils.weight_norm wrote (weight_g, weight_v) loads, too.
 *
 * The two functions of torch.nn.utils itself, from which these descend, are there under their own
 * path: the class stays what it was, and what the tensor is computed from lies in the module
 * itself ("weight_g" and "weight_v"; "weight_orig", "weight_u" and "weight_v").
 */
#ifndef DURAMEN_PARAMETRIZE_H
#define DURAMEN_PARAMETRIZE_H

#include "module.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Parametrizes a parameter or buffer, behind what parametrizes it already: "weight_norm(dim=0)",
 * "spectral_norm(n_power_iterations=2)" or "orthogonal(orthogonal_map='cayley')" (which has no
 * forward yet). A parameter only: "utils.weight_norm(dim=0)", "utils.spectral_norm".
 *
 * Draws what PyTorch draws. Fails: INVALID_ARGUMENT for a malformed text, wrong arguments or a
 * tensor that is not there; UNSUPPORTED with "nearest" for an unknown name, and for a dtype;
 * STATE for a tensor without a shape; ALREADY_EXISTS; CANCELLED. The module is as it was then.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_parametrize(
    duramen_context* context, duramen_module* module, const char* name, size_t name_length,
    const char* text, size_t text_length, duramen_error** error) DURAMEN_NOEXCEPT;

/* The parametrized tensor as it is now, as PyTorch's `module.weight`.
 *
 * Recorded for backward. In training mode spectral_norm goes on by a step of its iteration; that of
 * torch.nn.utils does so only in a forward. Fails: NOT_FOUND where it is not parametrized;
 * UNSUPPORTED. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_get_parametrized(
    duramen_context* context, duramen_module* module, const char* name, size_t name_length,
    duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Gives a parametrized tensor a value: what it is computed from becomes what gives it, as
 * PyTorch's `module.weight = value`. The memory of `value` may be shared afterwards.
 *
 * Fails: NOT_FOUND where it is not parametrized, or by a function of torch.nn.utils;
 * SHAPE_MISMATCH, DTYPE_MISMATCH; UNSUPPORTED for a parametrization that cannot be inverted.
 * Nothing has changed then. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_set_parametrized(
    duramen_context* context, duramen_module* module, const char* name, size_t name_length,
    duramen_tensor* value, duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes the tensor the module's own again, behind its others; without any other parametrization the
 * module has its old class. Also what remove_weight_norm and remove_spectral_norm do.
 *
 * `leave_parametrized` not 0: with the value that it had; 0: with that of the one tensor that it
 * was computed from.
 * Fails: NOT_FOUND where it is not parametrized; INVALID_ARGUMENT for 0 where it was computed from
 * several; UNSUPPORTED. Nothing has changed then.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_remove_parametrizations(
    duramen_context* context, duramen_module* module, const char* name, size_t name_length,
    uint32_t leave_parametrized, duramen_error** error) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
