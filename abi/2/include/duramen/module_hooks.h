/* Hooks: callbacks that see, and may change, what a module registers, exports and loads.
 *
 * A hook is a table of callbacks, set on one module. Those for state dicts and loads belong to that
 * module alone, wherever it is in a tree. Those for registrations are valid for the module and for
 * whatever is below it when something is registered there; PyTorch's are process-wide. Where
 * several are valid they run in the order in which they came to be, each seeing what the one before
 * has left.
 *
 * A callback returns as base.h says. What it receives is lent for the call; names and prefixes are
 * terminated, a prefix is that of the keys, with its dot. It runs on the thread of the call, those
 * for state dicts and, in duramen_module_match, for loads perhaps on several at once. It must not
 * unwind, but may do anything else, to the tree as well: list it, register and remove entries, set
 * and remove hooks, export and load. One that calls itself 64 times deep is stopped with STATE; one
 * that is removed while others run is not called any more, and one that is set meanwhile not yet. A
 * module with registration hooks, what is below it and what is put there have one writer together.
 */
#ifndef DURAMEN_MODULE_HOOKS_H
#define DURAMEN_MODULE_HOOKS_H

#include "load.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a load has found so far, for its hooks: names that are missing or unexpected, and lines
 * about entries that cannot be loaded. Many readers or one writer; once the load is over, its
 * functions fail with STATE. */
typedef struct duramen_load_notes duramen_load_notes;

/* A hook; copied by the call that takes it. A callback that is NULL is not called. */
typedef struct duramen_module_hook {
  uint32_t struct_size; /* sizeof(duramen_module_hook) */
  uint32_t reserved;
  /* A parameter is about to be registered: by registering or assigning, or by a load that assigns.
   * *replacement is NULL, or receives one reference to what takes its place, also a parameter. Not
   * called for None. A hook that fails: nothing is registered. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* register_parameter)(void* user, duramen_module* module,
                                                             const char* name, size_t name_length,
                                                             duramen_tensor* tensor,
                                                             duramen_tensor** replacement,
                                                             duramen_error** error);
  /* The same for a buffer, also for None. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* register_buffer)(void* user, duramen_module* module,
                                                          const char* name, size_t name_length,
                                                          DURAMEN_NULLABLE duramen_tensor* tensor,
                                                          duramen_tensor** replacement,
                                                          duramen_error** error);
  /* The same for a child, also for None. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* register_child)(void* user, duramen_module* module,
                                                         const char* name, size_t name_length,
                                                         DURAMEN_NULLABLE duramen_module* child,
                                                         duramen_module** replacement,
                                                         duramen_error** error);
  /* The module's state is about to go into a state dict, after its version and before its entries.
   * `flags` are DURAMEN_STATE_.... */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* before_state_dict)(void* user,
                                                            const duramen_module* module,
                                                            const char* prefix,
                                                            size_t prefix_length, uint64_t flags,
                                                            duramen_error** error);
  /* The module's state and that of what is below it are in the dict, which may be edited: keys
   * renamed, removed and added, versions set. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* after_state_dict)(void* user, const duramen_module* module,
                                                           duramen_state_dict* dict,
                                                           const char* prefix, size_t prefix_length,
                                                           duramen_error** error);
  /* The module is about to be matched. `dict` is its own: it has the keys that begin with the
   * prefix, as the hooks above have left them, and the module's version where that is known; edits
   * hold for the module and what is below it. The caller's dict stays as it is. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* before_load)(void* user, duramen_module* module,
                                                      duramen_state_dict* dict, const char* prefix,
                                                      size_t prefix_length,
                                                      duramen_load_notes* notes,
                                                      duramen_error** error);
  /* The module and what is below it have been matched, nothing has been copied yet; what the notes
   * say then decides whether something will be. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* after_load)(void* user, duramen_module* module,
                                                     const char* prefix, size_t prefix_length,
                                                     duramen_load_notes* notes,
                                                     duramen_error** error);
  DURAMEN_NULLABLE void* user;
  DURAMEN_NULLABLE duramen_destroy destroy;
} duramen_module_hook;

/* Sets a hook on a module, behind those that it has.
 *
 * *out receives its number, for duramen_module_remove_hook. `destroy` is called for `user` when the
 * hook is removed or the module goes, and not before the last deep copy that has the hook, too. A
 * deep copy has the hooks of its original, under the same numbers.
 * Fails: INVALID_ARGUMENT for a struct of a wrong size or without callbacks; UNSUPPORTED for fields
 * of a later level. `user` stays with the caller then.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_add_hook(duramen_module* module, const duramen_module_hook* hook, uint64_t* out,
                        duramen_error** error) DURAMEN_NOEXCEPT;

/* Removes a hook that was set on the module.
 *
 * Fails: NOT_FOUND.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_remove_hook(
    duramen_module* module, uint64_t id, duramen_error** error) DURAMEN_NOEXCEPT;

/* The names of a kind, DURAMEN_LOAD_ITEM_MISSING or DURAMEN_LOAD_ITEM_UNEXPECTED, or with
 * DURAMEN_LOAD_ITEM_FAILED the lines, that there are so far.
 *
 * Fails: INVALID_ARGUMENT for another kind; STATE once the load is over.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_load_notes_list(const duramen_load_notes* notes, int32_t kind, duramen_string_list** out,
                        duramen_error** error) DURAMEN_NOEXCEPT;

/* Adds a name, or a line, at the end.
 *
 * Fails: INVALID_ARGUMENT for another kind; STATE once the load is over.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_load_notes_add(duramen_load_notes* notes, int32_t kind, const char* text,
                       size_t text_length, duramen_error** error) DURAMEN_NOEXCEPT;

/* Removes the first name, or line, of that text.
 *
 * Fails: NOT_FOUND; INVALID_ARGUMENT for another kind; STATE once the load is over.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_load_notes_remove(duramen_load_notes* notes, int32_t kind, const char* text,
                          size_t text_length, duramen_error** error) DURAMEN_NOEXCEPT;

/* Removes all names, or lines, of a kind.
 *
 * Fails: INVALID_ARGUMENT for another kind; STATE once the load is over.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_load_notes_clear(
    duramen_load_notes* notes, int32_t kind, duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same notes; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_load_notes* DURAMEN_CALL
duramen_load_notes_retain(DURAMEN_NULLABLE duramen_load_notes* notes) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_load_notes_release(DURAMEN_NULLABLE duramen_load_notes* notes)
    DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
