/* State dicts: ordered names, each with a tensor or another value; the only word that modules and
 * files share.
 *
 * Beside the entries there are the per-module versions (PyTorch's _metadata) and free text
 * metadata (of safetensors files). A dict is edited by one thread; its tensors are live views of
 * the module's, unless it is a snapshot.
 */
#ifndef DURAMEN_STATE_DICT_H
#define DURAMEN_STATE_DICT_H

#include "module.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Many readers or one writer. */
typedef struct duramen_state_dict duramen_state_dict;

/* How a module gives its state; a set of bits. */
enum {
  /* The very parameters and buffers instead of detached views of them, as keep_vars=True. */
  DURAMEN_STATE_KEEP_VARS = 1
};

/* Makes an empty dict without versions.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_create(duramen_state_dict** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The state of a module, as state_dict(prefix=..., keep_vars=...).
 *
 * The prefix is put before every name as it is, without a dot. `flags` are DURAMEN_STATE_....
 * Fails: STATE for a cycle; a hook's own status; UNSUPPORTED for unknown flags.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_state_dict(
    const duramen_module* module, DURAMEN_NULLABLE const char* prefix, size_t prefix_length,
    uint64_t flags, duramen_state_dict** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Adds the state of a module to a dict, as state_dict(destination=...): behind what is there, or in
 * the place of entries of the same name.
 *
 * The modules' versions are added where the dict has versions already. Writes to `dict`; a failure
 * leaves it as it was. Prefix and flags are those of duramen_module_state_dict.
 * Fails: STATE for a cycle; a hook's own status; UNSUPPORTED for unknown flags.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_add_state_dict(
    const duramen_module* module, duramen_state_dict* dict, DURAMEN_NULLABLE const char* prefix,
    size_t prefix_length, uint64_t flags, duramen_error** error) DURAMEN_NOEXCEPT;

/* Copies every tensor into fresh memory; ties stay ties.
 *
 * Fails: CANCELLED.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_snapshot(duramen_context* context, const duramen_state_dict* dict,
                            duramen_state_dict** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Another dict with the same entries, versions and metadata; the tensors are shared.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_copy(const duramen_state_dict* dict, duramen_state_dict** out,
                        duramen_error** error) DURAMEN_NOEXCEPT;

/* The dict inside a value, such as a checkpoint's content or an optimizer's state.
 *
 * `select` is a dotted path to a nested dict, longest key first; NULL or "" is the root. Containers
 * below the selected dict become dotted names. What is no container becomes the one entry, named by
 * the last part of its path ("" at the root).
 * Fails: NOT_FOUND with the detail "nearest"; INVALID_ARGUMENT when two entries get one name;
 * UNSUPPORTED for a NUL in a name, or one that is not UTF-8; LIMIT for names of more than 256 MiB
 * together. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_state_dict_from_value(
    const duramen_value* value, DURAMEN_NULLABLE const char* select, size_t select_length,
    duramen_state_dict** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The dict as a value: an OrderedDict as torch.save sees it, with _metadata where there are
 * versions.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_state_dict_to_value(
    const duramen_state_dict* dict, duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Lists the entries in their order, or those that the options select.
 *
 * Of the kinds, MODULE and CHILD are not for state dicts; of the flags, only ONLY_TRAINABLE and
 * ONLY_FROZEN are (the entries are detached, unless the dict was made with KEEP_VARS).
 * Fails: UNSUPPORTED for other kinds or flags; INVALID_ARGUMENT as duramen_module_list.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_state_dict_list(
    const duramen_state_dict* dict, DURAMEN_NULLABLE const duramen_list_options* options,
    duramen_listing** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* How many entries there are; 0 for NULL. Threads: reader. Since: level 1. */
DURAMEN_API size_t DURAMEN_CALL
duramen_state_dict_count(DURAMEN_NULLABLE const duramen_state_dict* dict) DURAMEN_NOEXCEPT;

/* The tensor of a name.
 *
 * Fails: NOT_FOUND with the detail "nearest"; DTYPE_MISMATCH when the entry is not a tensor.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_get_tensor(const duramen_state_dict* dict, const char* name, size_t name_length,
                              duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The entry of a name as a value, tensors included.
 *
 * Fails: NOT_FOUND with the detail "nearest".
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_get_value(const duramen_state_dict* dict, const char* name, size_t name_length,
                             duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Puts a tensor under a name: at the end, or in the place of what has it.
 *
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_set_tensor(duramen_state_dict* dict, const char* name, size_t name_length,
                              duramen_tensor* tensor, duramen_error** error) DURAMEN_NOEXCEPT;

/* Puts a value under a name: at the end, or in the place of what has it.
 *
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_set_value(duramen_state_dict* dict, const char* name, size_t name_length,
                             const duramen_value* value, duramen_error** error) DURAMEN_NOEXCEPT;

/* Removes an entry.
 *
 * Fails: NOT_FOUND with the detail "nearest".
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_remove(duramen_state_dict* dict, const char* name, size_t name_length,
                          duramen_error** error) DURAMEN_NOEXCEPT;

/* Takes a prefix off every name that has it, as consume_prefix_in_state_dict_if_present().
 *
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_strip_prefix(duramen_state_dict* dict, const char* prefix, size_t prefix_length,
                                duramen_error** error) DURAMEN_NOEXCEPT;

/* Whether there are per-module versions at all. Threads: reader. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL
duramen_state_dict_has_versions(DURAMEN_NULLABLE const duramen_state_dict* dict) DURAMEN_NOEXCEPT;

/* The version of the module at a path; "" is the root.
 *
 * Fails: NOT_FOUND when it is unknown.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_version(const duramen_state_dict* dict, const char* path, size_t path_length,
                           int64_t* out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets the version of the module at a path.
 *
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_set_version(duramen_state_dict* dict, const char* path, size_t path_length,
                               int64_t version, duramen_error** error) DURAMEN_NOEXCEPT;

/* The paths that have a version entry, in order.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_version_paths(const duramen_state_dict* dict, duramen_string_list** out,
                                 duramen_error** error) DURAMEN_NOEXCEPT;

/* The metadata text under a key.
 *
 * Fails: NOT_FOUND.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_metadata(const duramen_state_dict* dict, const char* key, size_t key_length,
                            duramen_string** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Puts a metadata text under a key; NULL removes the key.
 *
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_state_dict_set_metadata(
    duramen_state_dict* dict, const char* key, size_t key_length, DURAMEN_NULLABLE const char* text,
    size_t text_length, duramen_error** error) DURAMEN_NOEXCEPT;

/* The metadata keys, in order.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_metadata_keys(const duramen_state_dict* dict, duramen_string_list** out,
                                 duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same dict; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_state_dict* DURAMEN_CALL
duramen_state_dict_retain(DURAMEN_NULLABLE duramen_state_dict* dict) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_state_dict_release(DURAMEN_NULLABLE duramen_state_dict* dict)
    DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
