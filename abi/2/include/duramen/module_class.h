/* Modules of the caller's own: a class name, callbacks, and whatever a pointer of the caller's
 * holds.
 *
 * Parameters, buffers and children are registered on such a module as on any other, and it is
 * listed, saved, loaded, trained, converted, copied and printed as any other.
 *
 * A callback returns as base.h says. What it receives is lent for the call; what it gives through
 * `out` is one reference, and not NULL when it returns 0. It may use the context that it gets, and
 * any other, and may release and retain what it likes; it must not unwind, nor change the tree that
 * the call walks.
 *
 * A callback runs on the thread of the call that needs it. As a module has many readers, all but
 * set_extra_state may run on several threads at once.
 */
#ifndef DURAMEN_MODULE_CLASS_H
#define DURAMEN_MODULE_CLASS_H

#include "module.h"
#include "value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a class can do; copied by the call that takes it. A callback that is NULL is not offered. */
typedef struct duramen_module_class {
  uint32_t struct_size; /* sizeof(duramen_module_class) */
  uint32_t reserved;
  const char* name; /* printed, and duramen_module_class_name; not empty */
  uint64_t name_length;
  int64_t version; /* of the form of its state, as PyTorch's _version; 0 stands for 1 */
  /* Computes. `arguments` is a tuple, `keywords` a dict or NULL; any value comes back, for
   * duramen_module_forward a tensor. Children are found by name on `module` and run on `context`.
   * Without it: UNSUPPORTED, as for PyTorch's Module. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* forward)(void* user, duramen_context* context,
                                                  duramen_module* module,
                                                  const duramen_value* arguments,
                                                  DURAMEN_NULLABLE const duramen_value* keywords,
                                                  duramen_value** out, duramen_error** error);
  /* For duramen_module_deepcopy: what stands behind a copy of `module`. The entries are copied by
   * the library, so `user` should hold none of them. `destroy` is called for *out_user as well,
   * which may be NULL or `user` itself; not when the callback fails. Without it: UNSUPPORTED. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* clone)(void* user, duramen_context* context,
                                                const duramen_module* module, void** out_user,
                                                duramen_error** error);
  /* What is printed in the parentheses; lines are separated by line breaks. Without it: nothing. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* extra_repr)(void* user, const duramen_module* module,
                                                     duramen_string** out, duramen_error** error);
  /* What state dicts hold for the module as "_extra_state": any value. Without it: no such entry.
   */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* get_extra_state)(void* user, const duramen_module* module,
                                                          duramen_value** out,
                                                          duramen_error** error);
  /* Takes such a value from a load, before the load changes any tensor; a failure leaves the
   * module's own state as it was and the load undone. To undo this call, because a later one of the
   * same load fails, it is called again with what get_extra_state gave before. Without it: an entry
   * "_extra_state" is unexpected. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* set_extra_state)(void* user, duramen_context* context,
                                                          duramen_module* module,
                                                          const duramen_value* state,
                                                          duramen_error** error);
  DURAMEN_NULLABLE duramen_destroy destroy;
} duramen_module_class;

/* Makes a module of a class of the caller's own, without entries and in training mode.
 *
 * `user` is the first argument of each callback; `destroy` is called for it when the module goes.
 * Fails: INVALID_ARGUMENT for a struct of a wrong size or a bad name; UNSUPPORTED for fields of a
 * later level. `user` stays with the caller then.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_create_custom(
    duramen_context* context, const duramen_module_class* type, DURAMEN_NULLABLE void* user,
    duramen_module** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Gives a module a class of the caller's own that is derived from the one that it has.
 *
 * It has the name of `type` then (duramen_module_class_name, what is printed, what errors say), its
 * version unless that is 0, and its callbacks; a callback that is NULL leaves what the class did
 * before. Whoever runs the module, containers included, gets to `forward`. Entries, edits of
 * containers and upgrades of old state stay those of the class below. A slice of a container is of
 * the class below; a lazy module becomes the plain class with its first input, and loses this one.
 * Fails: as duramen_module_create_custom; STATE for a module that is of a class of the caller's own
 * already, or has parametrized tensors. `user` stays with the caller then.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_derive(duramen_module* module, const duramen_module_class* type,
                      DURAMEN_NULLABLE void* user, duramen_error** error) DURAMEN_NOEXCEPT;

/* duramen_module_call without the caller's own class: what a `forward` callback of a derived class
 * computes with what it is derived from.
 * Fails: as duramen_module_call. Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_call_base(
    duramen_context* context, duramen_module* module, const duramen_value* arguments,
    DURAMEN_NULLABLE const duramen_value* keywords, duramen_value** out,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* What is printed in the parentheses of a module without the caller's own class.
 * Fails: NO_MEMORY. Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_extra_repr_base(
    const duramen_module* module, duramen_string** out, duramen_error** error) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
