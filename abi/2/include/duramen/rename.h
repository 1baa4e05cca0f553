/* Rules that turn the names of one program into those of another, for a state dict or on the way
 * into a module.
 *
 * A list of rules is applied in its order, each rule to what the ones before it made of a name. As
 * a text a rule is one of
 *
 *   strip:PREFIX     takes the prefix off, once
 *   add:PREFIX       puts the prefix before every name
 *   replace:OLD=NEW  a prefix by another
 *   exact:OLD=NEW    one name by another
 *   glob:OLD=NEW     names that the pattern OLD matches as a whole
 *   preset:NAME      what a well-known program does (duramen_rename_preset_list)
 *
 * OLD ends at the first "="; a backslash takes the character behind it as it is. In a pattern `*`
 * is any run of characters without a dot, `**` any run, `**.` at the start of a component any
 * number of whole components, `?` one character but no dot; a wildcard takes as little as it can,
 * the first one first. In NEW the wildcards, in their order, are what the pattern's took, whatever
 * they look like, and \1 to \9 what the one of that number took.
 *
 * Two names that become one are an error that says both, and so is a name that becomes empty. The
 * version of a module goes where its entries go, as consume_prefix_in_state_dict_if_present does:
 * the root's stays as well.
 */
#ifndef DURAMEN_RENAME_H
#define DURAMEN_RENAME_H

#include "state_dict.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A list of rules. Many readers or one writer. */
typedef struct duramen_rename_rules duramen_rename_rules;

/* What a rule does; later levels may add numbers. */
enum {
  DURAMEN_RENAME_STRIP = 1,
  DURAMEN_RENAME_ADD = 2,
  DURAMEN_RENAME_REPLACE = 3,
  DURAMEN_RENAME_EXACT = 4,
  DURAMEN_RENAME_GLOB = 5,
  DURAMEN_RENAME_PRESET = 6
};

/* A rule of the caller's own; copied by the call that takes it. */
typedef struct duramen_rename_callback {
  uint32_t struct_size; /* sizeof(duramen_rename_callback) */
  uint32_t reserved;
  const char* name; /* what reports call the rule; not empty */
  uint64_t name_length;
  /* Gives the new name through *out, or leaves it NULL for a name that stays. Runs on the thread of
   * the call that renames. What it does to the dict does not show in that call. */
  int32_t(DURAMEN_CALL* rename)(void* user, const char* name, size_t name_length,
                                duramen_string** out, duramen_error** error);
  DURAMEN_NULLABLE void* user;
  DURAMEN_NULLABLE duramen_destroy destroy;
} duramen_rename_callback;

/* An empty list.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_rename_rules_create(duramen_rename_rules** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Adds a rule of a kind (DURAMEN_RENAME_STRIP ...): `from` is the prefix, the name, the pattern or
 * the preset, `to` what comes in its place, NULL for the kinds that take one text.
 *
 * Texts are taken as they are; only patterns and their replacements know the backslash.
 * Fails: INVALID_ARGUMENT for what the kind cannot take; NOT_FOUND with the detail "nearest" for a
 * preset that there is not.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_rename_rules_add(
    duramen_rename_rules* rules, int32_t kind, const char* from, size_t from_length,
    DURAMEN_NULLABLE const char* to, size_t to_length, duramen_error** error) DURAMEN_NOEXCEPT;

/* Adds a rule from its text, such as "strip:module.".
 *
 * Fails: INVALID_ARGUMENT for a text that is no rule; NOT_FOUND with the detail "nearest" for a
 * preset that there is not.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_rename_rules_add_text(duramen_rename_rules* rules, const char* text, size_t text_length,
                              duramen_error** error) DURAMEN_NOEXCEPT;

/* Adds a rule of the caller's own.
 *
 * `destroy` is called for the callback's `user` when the list goes.
 * Fails: INVALID_ARGUMENT for a struct of a wrong size or an empty name; UNSUPPORTED for fields of
 * a later level. `user` stays with the caller then.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_rename_rules_add_callback(
    duramen_rename_rules* rules, const duramen_rename_callback* callback,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* How many rules there are; 0 for NULL. Threads: reader. Since: level 1. */
DURAMEN_API size_t DURAMEN_CALL
duramen_rename_rules_count(DURAMEN_NULLABLE const duramen_rename_rules* rules) DURAMEN_NOEXCEPT;

/* The texts of the rules, in their order; of a callback, its name.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_rename_rules_list(const duramen_rename_rules* rules, duramen_string_list** out,
                          duramen_error** error) DURAMEN_NOEXCEPT;

/* The names of the presets.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_rename_preset_list(duramen_string_list** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* What a preset does, one line.
 *
 * Fails: NOT_FOUND with the detail "nearest".
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_rename_preset_describe(const char* name, size_t name_length, duramen_string** out,
                               duramen_error** error) DURAMEN_NOEXCEPT;

/* Another dict with the same tensors in the same order, under the names that the rules give.
 *
 * Fails: ALREADY_EXISTS when two names become one; INVALID_ARGUMENT when a name becomes empty;
 * UNSUPPORTED for a name with a NUL from a callback; a callback's own status.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_state_dict_rename(const duramen_state_dict* dict, const duramen_rename_rules* rules,
                          duramen_state_dict** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same list; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_rename_rules* DURAMEN_CALL
duramen_rename_rules_retain(DURAMEN_NULLABLE duramen_rename_rules* rules) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL
duramen_rename_rules_release(DURAMEN_NULLABLE duramen_rename_rules* rules) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
