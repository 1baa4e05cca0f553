/* Containers, edited as in PyTorch: Sequential and ModuleList by position, ModuleDict by key,
 * ParameterList and ParameterDict by key ("0", "1", ... in a list).
 *
 * They are modules, and what module.h has goes for them, too. An edit that is refused changes
 * nothing. Positions below zero count from the end. A child may be None, which is NULL. A module of
 * another class than a function is for is INVALID_ARGUMENT.
 */
#ifndef DURAMEN_CONTAINERS_H
#define DURAMEN_CONTAINERS_H

#include "module.h"
#include "value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How many entries a container of any class has.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_container_count(
    const duramen_module* module, size_t* out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The names of the entries of any container, in order.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_keys(const duramen_module* module, duramen_string_list** out,
                       duramen_error** error) DURAMEN_NOEXCEPT;

/* The child of a Sequential or ModuleList at a position; *out is NULL on success for None.
 *
 * Fails: NOT_FOUND.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_get(const duramen_module* module, int64_t index, duramen_module** out,
                      duramen_error** error) DURAMEN_NOEXCEPT;

/* Replaces the child of a Sequential or ModuleList at a position, under the same name.
 *
 * Fails: NOT_FOUND.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_set(duramen_module* module, int64_t index, DURAMEN_NULLABLE duramen_module* child,
                      duramen_error** error) DURAMEN_NOEXCEPT;

/* Adds a child to a Sequential or ModuleList; its name is the count there was.
 *
 * Fails: ALREADY_EXISTS when there is such a name: with chosen ones PyTorch replaces that child.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_append(duramen_module* module, DURAMEN_NULLABLE duramen_module* child,
                         duramen_error** error) DURAMEN_NOEXCEPT;

/* Adds several children to a Sequential or ModuleList, all or none; NULL among them is None.
 *
 * Fails: as duramen_container_append.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_extend(duramen_module* module, duramen_module* const* children, size_t count,
                         duramen_error** error) DURAMEN_NOEXCEPT;

/* Puts a child before a position of a Sequential or ModuleList; those behind it move up by a name.
 *
 * A Sequential does not take None here, a ModuleList no position below zero.
 * Fails: NOT_FOUND for a position outside, or when the names to be moved are not numbers;
 * ALREADY_EXISTS as duramen_container_append.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_container_insert(
    duramen_module* module, int64_t index, DURAMEN_NULLABLE duramen_module* child,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* Takes the child at a position out of a Sequential or ModuleList; those that stay are named anew
 * from "0". *out is NULL on success for None.
 *
 * Fails: NOT_FOUND.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_pop(duramen_module* module, int64_t index, duramen_module** out,
                      duramen_error** error) DURAMEN_NOEXCEPT;

/* A new container of the same class with the children of Python's [start:stop:step].
 *
 * The names are kept in a Sequential and start from "0" in a ModuleList. Bounds outside are cut; 0,
 * INT64_MAX and 1 stand for what is left out, INT64_MAX and INT64_MIN with a step below zero.
 * Fails: INVALID_ARGUMENT for a step of 0.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_slice(const duramen_module* module, int64_t start, int64_t stop, int64_t step,
                        duramen_module** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Removes the children of Python's [start:stop:step] from a Sequential or ModuleList; those that
 * stay are named anew from "0".
 *
 * Fails: INVALID_ARGUMENT for a step of 0.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_remove_slice(duramen_module* module, int64_t start, int64_t stop, int64_t step,
                               duramen_error** error) DURAMEN_NOEXCEPT;

/* The child under a key of a ModuleDict; *out is NULL on success for None.
 *
 * Fails: NOT_FOUND with the detail "nearest".
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_get_key(const duramen_module* module, const char* key, size_t key_length,
                          duramen_module** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Puts a child under a key of a ModuleDict; one that is there keeps its place. Also into a
 * ParameterList or ParameterDict, as duramen_container_set_value.
 *
 * Fails: INVALID_ARGUMENT for a bad name; ALREADY_EXISTS for one that the class has otherwise, such
 * as "keys".
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_container_set_key(
    duramen_module* module, const char* key, size_t key_length,
    DURAMEN_NULLABLE duramen_module* child, duramen_error** error) DURAMEN_NOEXCEPT;

/* Takes the child under a key out of a ModuleDict or ParameterDict; *out is NULL on success for
 * None.
 *
 * Fails: NOT_FOUND with the detail "nearest".
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_pop_key(duramen_module* module, const char* key, size_t key_length,
                          duramen_module** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Puts all entries of another container into this one, all or none: a ModuleDict takes the children
 * of any module, a ParameterDict the entries of another.
 *
 * Fails: as duramen_container_set_key or duramen_container_set_value.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_container_update(
    duramen_module* module, const duramen_module* from, duramen_error** error) DURAMEN_NOEXCEPT;

/* Removes all entries of any container.
 *
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_clear(duramen_module* module, duramen_error** error) DURAMEN_NOEXCEPT;

/* The entry of a ParameterList or ParameterDict: a tensor, or the value that was put there.
 *
 * A list also takes "-1" for the last.
 * Fails: NOT_FOUND; UNSUPPORTED for a module, which duramen_module_get_submodule gives.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_get_value(const duramen_module* module, const char* key, size_t key_length,
                            duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Puts an entry into a ParameterDict or ParameterList, whose next key is the count of its entries.
 *
 * A tensor becomes a parameter, any other value is counted and printed but neither listed nor
 * saved.
 *
 * Fails: NOT_FOUND for a position outside; INVALID_ARGUMENT for a bad name or a value where a
 * parameter is; DTYPE_MISMATCH for a tensor that cannot require grad; ALREADY_EXISTS.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_set_value(duramen_module* module, const char* key, size_t key_length,
                            const duramen_value* value, duramen_error** error) DURAMEN_NOEXCEPT;

/* Adds the items of a list or tuple to a ParameterList, all or none.
 *
 * Fails: as duramen_container_set_value.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_container_extend_values(
    duramen_module* module, const duramen_value* values, duramen_error** error) DURAMEN_NOEXCEPT;

/* Takes an entry out of a ParameterDict.
 *
 * Fails: NOT_FOUND with the detail "nearest"; UNSUPPORTED for a module.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_container_pop_value(duramen_module* module, const char* key, size_t key_length,
                            duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
