/* Optimizers: updates of parameters from their gradients, in groups with options of their own.
 *
 * An optimizer holds its parameters and never sees modules. It is used by one thread at a time,
 * together with the parameters that it updates.
 */
#ifndef DURAMEN_OPTIMIZER_H
#define DURAMEN_OPTIMIZER_H

#include "value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One writer. */
typedef struct duramen_optimizer duramen_optimizer;

/* Makes an optimizer from text, such as "SGD(lr=0.1, momentum=0.9)", with one group.
 *
 * It holds the parameters.
 * Fails: INVALID_ARGUMENT with the detail "column" for a malformed text, or for no parameters, one
 * that is not a leaf, or one given twice; UNSUPPORTED with "nearest" for an unknown optimizer.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_optimizer_from_text(duramen_context* context, const char* text, size_t text_length,
                            duramen_tensor* const* parameters, size_t count,
                            duramen_optimizer** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The class's name, such as "SGD", terminated; NULL for NULL.
 *
 * *length (may be NULL) receives the number of bytes. Lives as long as the optimizer. Threads: any.
 * Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_optimizer_class_name(DURAMEN_NULLABLE const duramen_optimizer* optimizer,
                             DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* Updates every parameter that has a gradient.
 *
 * Fails: SHAPE_MISMATCH, DTYPE_MISMATCH, READ_ONLY; all are checked before anything changes.
 * CANCELLED.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_optimizer_step(
    duramen_context* context, duramen_optimizer* optimizer, duramen_error** error) DURAMEN_NOEXCEPT;

/* Drops the gradients of all parameters (set_to_none not 0), or fills them with zeros.
 *
 * Fails: READ_ONLY when a gradient cannot be written; nothing changes then.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_optimizer_zero_grad(
    duramen_optimizer* optimizer, uint32_t set_to_none, duramen_error** error) DURAMEN_NOEXCEPT;

/* Adds a group of parameters, as add_param_group().
 *
 * `options` is a dict of option names and values; what it lacks has the optimizer's default.
 * Fails: INVALID_ARGUMENT for an unknown option, options that the constructor would refuse (which
 * PyTorch does not check here), no parameters, one that is not a leaf, or one that a group has
 * already.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_optimizer_add_group(
    duramen_context* context, duramen_optimizer* optimizer, duramen_tensor* const* parameters,
    size_t count, DURAMEN_NULLABLE const duramen_value* options,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* How many groups there are; 0 for NULL. Threads: reader. Since: level 1. */
DURAMEN_API size_t DURAMEN_CALL
duramen_optimizer_group_count(DURAMEN_NULLABLE const duramen_optimizer* optimizer) DURAMEN_NOEXCEPT;

/* An option of a group, such as "lr".
 *
 * Fails: NOT_FOUND for a group or an option that does not exist.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_optimizer_get_option(
    const duramen_optimizer* optimizer, size_t group, const char* name, size_t name_length,
    duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets an option of a group; SIZE_MAX stands for all groups.
 *
 * Fails: NOT_FOUND for a group or an option that does not exist; INVALID_ARGUMENT for another kind
 * of value, or when the constructor would refuse the group's options as they would be (PyTorch does
 * not check): set momentum before nesterov.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_optimizer_set_option(
    duramen_optimizer* optimizer, size_t group, const char* name, size_t name_length,
    const duramen_value* value, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets the learning rate of a group; SIZE_MAX stands for all groups.
 *
 * Fails: NOT_FOUND for a group that does not exist; INVALID_ARGUMENT for a negative rate.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_optimizer_set_lr(
    duramen_optimizer* optimizer, size_t group, double lr, duramen_error** error) DURAMEN_NOEXCEPT;

/* The state with PyTorch's structure: {"state": ..., "param_groups": [...]}.
 *
 * Its tensors are the optimizer's own.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_optimizer_state(const duramen_optimizer* optimizer, duramen_value** out,
                        duramen_error** error) DURAMEN_NOEXCEPT;

/* Continues from a state, as load_state_dict(); its tensors are copied.
 *
 * Entries of parameters that no group names are left out. Options that older versions of PyTorch
 * did not have get their default.
 * Fails: INCOMPATIBLE when groups or their sizes differ, a tensor has another shape than its
 * parameter, or an entry has a key of another optimizer; INVALID_ARGUMENT for another structure, or
 * a group without one of its numbers (lr, momentum, ...). Nothing changes then.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_optimizer_load_state(duramen_context* context, duramen_optimizer* optimizer,
                             const duramen_value* state, duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same optimizer; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_optimizer* DURAMEN_CALL
duramen_optimizer_retain(DURAMEN_NULLABLE duramen_optimizer* optimizer) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL
duramen_optimizer_release(DURAMEN_NULLABLE duramen_optimizer* optimizer) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
