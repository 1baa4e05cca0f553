/* Loading a state dict into a module, and the report of what fits and what does not.
 *
 * A load matches every entry first and changes nothing; only when all fits (or the policy allows
 * the rest) are the elements copied into the existing memory, so that identity, ties and optimizer
 * references survive. All or nothing, unless PARTIAL.
 */
#ifndef DURAMEN_LOAD_H
#define DURAMEN_LOAD_H

#include "rename.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable. */
typedef struct duramen_load_report duramen_load_report;

/* What a load lets pass; a set of bits. None of them is strict=True. */
enum {
  /* Names of the module that the dict lacks; with ALLOW_UNEXPECTED this is strict=False. */
  DURAMEN_LOAD_ALLOW_MISSING = 1,
  /* Names of the dict that the module lacks. */
  DURAMEN_LOAD_ALLOW_UNEXPECTED = 2,
  /* Leaves entries of another shape alone instead of failing. */
  DURAMEN_LOAD_SKIP_MISMATCHED = 4,
  /* Refuses to convert between dtypes. */
  DURAMEN_LOAD_REQUIRE_DTYPE = 8,
  /* Puts the dict's tensors in the module's places instead of copying, as assign=True. */
  DURAMEN_LOAD_ASSIGN = 16,
  /* PyTorch's way: what fits is loaded even when the call fails. */
  DURAMEN_LOAD_PARTIAL = 32,
  /* Entries that lie directly in a container which stands for an unknown class
   * (DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS) and that it has no place for become its own: what the dict
   * knows to be a buffer a buffer, the rest parameters, but for dtypes that cannot require grad. */
  DURAMEN_LOAD_ADOPT = 64,
  /* Of an entry of another shape and the same number of dimensions, copies the corner that both
   * have and leaves the rest of the module's tensor as it is; so also with ASSIGN. */
  DURAMEN_LOAD_SLICE_MISMATCHED = 128,
  /* A name may be missing when the dict has another name of the same parameter or buffer, as files
   * are that keep one of each. */
  DURAMEN_LOAD_ALLOW_TIED = 256
};

/* What an item of a report is about; later levels may add numbers. */
enum {
  /* In the module, not in the dict. */
  DURAMEN_LOAD_ITEM_MISSING = 1,
  /* In the dict, not in the module. */
  DURAMEN_LOAD_ITEM_UNEXPECTED = 2,
  DURAMEN_LOAD_ITEM_SHAPE_MISMATCH = 3,
  /* Converted, unless REQUIRE_DTYPE. */
  DURAMEN_LOAD_ITEM_DTYPE_MISMATCH = 4,
  DURAMEN_LOAD_ITEM_NOT_A_TENSOR = 5,
  /* Missing, and filled by a rule of the class (num_batches_tracked). */
  DURAMEN_LOAD_ITEM_DEFAULTED = 6,
  /* Could not be copied. */
  DURAMEN_LOAD_ITEM_FAILED = 7,
  /* In the dict only, taken by a container that stands for an unknown class. */
  DURAMEN_LOAD_ITEM_ADOPTED = 8,
  /* One more name of a parameter or buffer whose first name is "nearest"; of one that the dict
   * lacks under ALLOW_TIED, "nearest" is the name that it has. */
  DURAMEN_LOAD_ITEM_TIED = 9,
  /* In the dict, below a child that is None: passed over, as PyTorch does. */
  DURAMEN_LOAD_ITEM_IGNORED = 10,
  /* By a rename rule; duramen_load_report_origin is the dict's own name. */
  DURAMEN_LOAD_ITEM_RENAMED = 11,
  /* Of another shape, copied by SLICE_MISMATCHED. */
  DURAMEN_LOAD_ITEM_SLICED = 12
};

/* What a load lets pass for the names that a pattern matches (see rename.h), in the module's words.
 * It stands for the load's own policy in full: a bit that is not set here is strict. */
typedef struct duramen_load_policy {
  uint32_t struct_size; /* sizeof(duramen_load_policy) */
  uint32_t reserved;
  const char* pattern;
  uint64_t pattern_length;
  /* Of ALLOW_MISSING, ALLOW_UNEXPECTED, SKIP_MISMATCHED, SLICE_MISMATCHED, REQUIRE_DTYPE. */
  uint64_t policy;
} duramen_load_policy;

/* How to load; zero is the default of every field after the first. */
typedef struct duramen_load_options {
  uint32_t struct_size; /* sizeof(duramen_load_options) */
  uint32_t reserved;
  uint64_t policy; /* DURAMEN_LOAD_ALLOW_MISSING ... DURAMEN_LOAD_ALLOW_TIED; 0: strict */
  /* Rename the dict's entries on the way in; the dict keeps its names. */
  DURAMEN_NULLABLE const duramen_rename_rules* rename;
  /* Policies by name, side by side, all of one size; the first whose pattern matches counts. */
  DURAMEN_NULLABLE const duramen_load_policy* policies;
  uint64_t policy_count;
} duramen_load_options;

/* Fills the options with their defaults; `struct_size` is the caller's sizeof.
 *
 * Fails: INVALID_ARGUMENT for a size below the first level's.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_load_options_init(
    duramen_load_options* options, size_t struct_size, duramen_error** error) DURAMEN_NOEXCEPT;

/* Loads a dict into a module, as load_state_dict().
 *
 * Writes to `module`, reads the options' rules. *report (may be NULL) receives the report on
 * success; on failure the error lends it (duramen_error_load_report), with PyTorch's text
 * (duramen_load_report_torch_message).
 * Fails: INCOMPATIBLE (also for a tensor that cannot be written: read-only memory is an item of the
 * report), STATE for a cycle, a class's own set_extra_state, ALREADY_EXISTS when rename rules make
 * one name of two; nothing has changed then (unless PARTIAL). A hook's own status; STATE where a
 * hook changes what was matched before it: nothing has changed then. CANCELLED before the first
 * change.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_load_state_dict(
    duramen_context* context, duramen_module* module, const duramen_state_dict* dict,
    DURAMEN_NULLABLE const duramen_load_options* options,
    DURAMEN_NULLABLE duramen_load_report** report, duramen_error** error) DURAMEN_NOEXCEPT;

/* The report of what a load would do; loads nothing. The load hooks of the tree run.
 *
 * Fails: STATE for a cycle; a hook's own status; ALREADY_EXISTS when rename rules make one name of
 * two.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_match(const duramen_module* module, const duramen_state_dict* dict,
                     DURAMEN_NULLABLE const duramen_load_options* options,
                     duramen_load_report** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* A dry run of rename rules: a report of RENAMED items, one for each name that changes, in the
 * dict's order.
 *
 * Fails: as duramen_state_dict_rename.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_rename_rules_preview(const duramen_rename_rules* rules, const duramen_state_dict* dict,
                             duramen_load_report** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The report of a load that failed with INCOMPATIBLE; NULL when the error has none.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API const duramen_load_report* DURAMEN_CALL
duramen_error_load_report(DURAMEN_NULLABLE const duramen_error* error) DURAMEN_NOEXCEPT;

/* How many entries fit: what a load writes when nothing else keeps it from writing. Threads: any.
 * Since: level 1. */
DURAMEN_API size_t DURAMEN_CALL
duramen_load_report_loaded(DURAMEN_NULLABLE const duramen_load_report* report) DURAMEN_NOEXCEPT;

/* How many items there are of a kind (DURAMEN_LOAD_ITEM_MISSING ...); 0 counts all.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API size_t DURAMEN_CALL duramen_load_report_count(
    DURAMEN_NULLABLE const duramen_load_report* report, int32_t kind) DURAMEN_NOEXCEPT;

/* The kind of an item by position; 0 beyond the last. Threads: any. Since: level 1. */
DURAMEN_API int32_t DURAMEN_CALL duramen_load_report_kind(
    DURAMEN_NULLABLE const duramen_load_report* report, size_t index) DURAMEN_NOEXCEPT;

/* The full name of an item, in the module's words, terminated; NULL beyond the last.
 *
 * *length (may be NULL) receives the number of bytes. Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_load_report_name(DURAMEN_NULLABLE const duramen_load_report* report, size_t index,
                         DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* What PyTorch says about an item, one line, terminated; "" where it says nothing.
 *
 * *length (may be NULL) receives the number of bytes. Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_load_report_text(DURAMEN_NULLABLE const duramen_load_report* report, size_t index,
                         DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* The likeliest counterpart of a missing or unexpected name, terminated; "" when there is none.
 *
 * *length (may be NULL) receives the number of bytes. Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_load_report_nearest(DURAMEN_NULLABLE const duramen_load_report* report, size_t index,
                            DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* Whether an item keeps the load from succeeding under its policies; 0 beyond the last.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL duramen_load_report_is_error(
    DURAMEN_NULLABLE const duramen_load_report* report, size_t index) DURAMEN_NOEXCEPT;

/* The name that the dict has for a RENAMED item, terminated; "" for the other kinds.
 *
 * *length (may be NULL) receives the number of bytes. Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_load_report_origin(DURAMEN_NULLABLE const duramen_load_report* report, size_t index,
                           DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* The text of the rule that renamed an item, of several with ", " between them; "" for the other
 * kinds.
 *
 * *length (may be NULL) receives the number of bytes. Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_load_report_rule(DURAMEN_NULLABLE const duramen_load_report* report, size_t index,
                         DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* The one rename rule, as duramen_rename_rules_add_text reads it, after which most of the missing
 * names would have an entry of their shape; "" when none helps with a quarter of them.
 *
 * *length (may be NULL) receives the number of bytes. Threads: any. Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_load_report_suggestion(DURAMEN_NULLABLE const duramen_load_report* report,
                               DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* How many more names would fit after the suggested rule. Threads: any. Since: level 1. */
DURAMEN_API size_t DURAMEN_CALL duramen_load_report_suggestion_count(
    DURAMEN_NULLABLE const duramen_load_report* report) DURAMEN_NOEXCEPT;

/* The whole report for a reader, several lines: items in groups with their counts, of each group at
 * most `most` names (SIZE_MAX: all), and the suggested rule.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_load_report_describe(const duramen_load_report* report, size_t most, duramen_string** out,
                             duramen_error** error) DURAMEN_NOEXCEPT;

/* The shape of the module's tensor; *rank (may be NULL) receives the number of sizes.
 *
 * NULL for rank 0 and beyond the last item; meaningful for mismatches. Threads: any. Since:
 * level 1. */
DURAMEN_API const int64_t* DURAMEN_CALL
duramen_load_report_expected_shape(DURAMEN_NULLABLE const duramen_load_report* report, size_t index,
                                   DURAMEN_NULLABLE size_t* rank) DURAMEN_NOEXCEPT;

/* The shape of the dict's tensor; *rank (may be NULL) receives the number of sizes.
 *
 * NULL for rank 0 and beyond the last item; meaningful for mismatches. Threads: any. Since:
 * level 1. */
DURAMEN_API const int64_t* DURAMEN_CALL
duramen_load_report_actual_shape(DURAMEN_NULLABLE const duramen_load_report* report, size_t index,
                                 DURAMEN_NULLABLE size_t* rank) DURAMEN_NOEXCEPT;

/* The dtype of the module's tensor. Threads: any. Since: level 1. */
DURAMEN_API duramen_dtype DURAMEN_CALL duramen_load_report_expected_dtype(
    DURAMEN_NULLABLE const duramen_load_report* report, size_t index) DURAMEN_NOEXCEPT;

/* The dtype of the dict's tensor. Threads: any. Since: level 1. */
DURAMEN_API duramen_dtype DURAMEN_CALL duramen_load_report_actual_dtype(
    DURAMEN_NULLABLE const duramen_load_report* report, size_t index) DURAMEN_NOEXCEPT;

/* PyTorch's message for the whole load, several lines; "" when there is nothing to say.
 *
 * `strict` (not 0): missing and unexpected names count as errors.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_load_report_torch_message(const duramen_load_report* report, uint32_t strict,
                                  duramen_string** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same report; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_load_report* DURAMEN_CALL
duramen_load_report_retain(DURAMEN_NULLABLE const duramen_load_report* report) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL
duramen_load_report_release(DURAMEN_NULLABLE duramen_load_report* report) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
