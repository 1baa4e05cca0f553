/* What a module tree or a state dict holds, listed: one call, one immutable snapshot.
 *
 * The entries are an array that is read in place, so that enumerating needs no call per entry.
 * They lie `stride` bytes apart: a later version may append fields. Texts, tensors and modules are
 * lent by the listing, which keeps them alive. From level 2 on the names lie one behind the other,
 * in the order of the entries, each with its terminator: one copy from the first to the end of the
 * last has them all.
 */
#ifndef DURAMEN_LISTING_H
#define DURAMEN_LISTING_H

#include "value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct duramen_module;

/* Immutable. */
typedef struct duramen_listing duramen_listing;

/* What an entry is, and, as a set of bits, what to list; later levels may add some. */
enum {
  DURAMEN_KIND_PARAMETER = 1,
  DURAMEN_KIND_BUFFER = 2,
  /* A module anywhere in the tree, the root included (its name is the prefix). */
  DURAMEN_KIND_MODULE = 4,
  /* A direct child; not to be listed together with MODULE. */
  DURAMEN_KIND_CHILD = 8,
  /* A value in a state dict that a module's class put there. */
  DURAMEN_KIND_EXTRA_STATE = 16,
  /* An entry of a state dict whose file does not tell. */
  DURAMEN_KIND_UNKNOWN = 32
};

/* How to list; a set of bits. */
enum {
  /* The module's own entries only. */
  DURAMEN_LIST_NO_RECURSE = 1,
  /* An object that is met again is listed again, as remove_duplicate=False. */
  DURAMEN_LIST_KEEP_DUPLICATES = 2,
  /* Of the parameters, those that require grad. */
  DURAMEN_LIST_ONLY_TRAINABLE = 4,
  /* Of the buffers, those that state_dict holds. */
  DURAMEN_LIST_ONLY_PERSISTENT = 8,
  /* Also names that are registered as None: their tensor, or module, is NULL. */
  DURAMEN_LIST_INCLUDE_NONE = 16,
  /* Of the parameters, those that do not require grad. */
  DURAMEN_LIST_ONLY_FROZEN = 32
};

/* More about an entry; a set of bits, to which later levels may add. */
enum {
  /* A buffer that state_dict holds; parameters have it too. */
  DURAMEN_ENTRY_PERSISTENT = 1,
  DURAMEN_ENTRY_REQUIRES_GRAD = 2,
  /* Of a lazy module before its first input: no shape yet (rank 0, shape NULL, nbytes 0), and
   * nothing can be read or written. duramen_module_initialize_parameters. */
  DURAMEN_ENTRY_UNINITIALIZED = 4
};

/* What to list and under which names; zero is the default of every field after the first.
 *
 * Patterns are matched with the whole name, prefix included. `*` stands for any characters but
 * dots, `**` for any characters, `?` for one character that is not a dot; `**.` at the start of a
 * component for any number of whole components, so that "**.bias" is also "bias"; `|` lies between
 * patterns of which one must match; `\` makes the character after it stand for itself. An object
 * that is listed once is listed under its first name, or not at all if the patterns leave that
 * out. */
typedef struct duramen_list_options {
  uint32_t struct_size; /* sizeof(duramen_list_options) */
  duramen_dtype dtype;  /* only tensors of that dtype; 0: whatever there is */
  uint64_t kinds;       /* DURAMEN_KIND_...; 0: parameters and buffers; of a state dict, all */
  uint64_t flags;       /* DURAMEN_LIST_... */
  /* Put before every name with a dot between, as named_parameters(prefix=...). */
  DURAMEN_NULLABLE const char* prefix;
  uint64_t prefix_length;
  /* Only names that these patterns match; NULL or "": all. */
  DURAMEN_NULLABLE const char* include;
  uint64_t include_length;
  /* Without the names that these patterns match; NULL or "": none. */
  DURAMEN_NULLABLE const char* exclude;
  uint64_t exclude_length;
} duramen_list_options;

/* One entry. In pre-order over modules; within each, itself, its parameters, its buffers. */
typedef struct duramen_entry {
  const char* name; /* the full dotted name, terminated */
  uint64_t name_length;
  uint64_t flags; /* DURAMEN_ENTRY_... */
  uint64_t kind;  /* exactly one of DURAMEN_KIND_... */
  uint32_t rank;
  duramen_dtype dtype; /* DURAMEN_DTYPE_INVALID for what is not a tensor */
  /* NULL for rank 0 and for what is not a tensor. */
  DURAMEN_NULLABLE const int64_t* shape DURAMEN_LEN(rank);
  uint64_t nbytes;
  uint64_t first_index;         /* of the first entry that is the same object; else its own */
  uint64_t first_storage_index; /* of the first entry on the same storage; else its own */
  DURAMEN_NULLABLE duramen_tensor* tensor; /* NULL for modules and values */
  /* The module that owns the entry, or is it; NULL in a state dict. */
  DURAMEN_NULLABLE struct duramen_module* module;
  DURAMEN_NULLABLE const duramen_value* value; /* what is not a tensor; else NULL */
} duramen_entry;

/* Fills the options with their defaults; `struct_size` is the caller's sizeof.
 *
 * Fails: INVALID_ARGUMENT for a size below the first level's.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_list_options_init(
    duramen_list_options* options, size_t struct_size, duramen_error** error) DURAMEN_NOEXCEPT;

/* Lists a module tree.
 *
 * Fails: STATE with the path of a cycle, which only KEEP_DUPLICATES would follow; UNSUPPORTED for
 * unknown kinds or flags; INVALID_ARGUMENT for MODULE together with CHILD, an unknown dtype, or
 * ONLY_TRAINABLE together with ONLY_FROZEN.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_list(
    const struct duramen_module* module, DURAMEN_NULLABLE const duramen_list_options* options,
    duramen_listing** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The first entry; NULL when there is none, or when `count` or `stride` is NULL.
 *
 * *count receives how many there are, *stride how many bytes lie between the starts of two: more
 * than sizeof(duramen_entry) where the library is newer than the header.
 * Threads: any. Since: level 1. */
DURAMEN_API const duramen_entry* DURAMEN_CALL
duramen_listing_entries(DURAMEN_NULLABLE const duramen_listing* listing, size_t* count,
                        size_t* stride) DURAMEN_NOEXCEPT;

/* The first entry of a name; NULL when there is none. Takes time in proportion to the length.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API const duramen_entry* DURAMEN_CALL
duramen_listing_find(DURAMEN_NULLABLE const duramen_listing* listing, const char* name,
                     size_t name_length) DURAMEN_NOEXCEPT;

/* Whether one of the patterns, written as in duramen_list_options, matches a whole name; *out is 1
 * or 0. No pattern matches nothing.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_pattern_match(const char* patterns, size_t patterns_length, const char* name,
                      size_t name_length, uint32_t* out, duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same listing; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_listing* DURAMEN_CALL
duramen_listing_retain(DURAMEN_NULLABLE const duramen_listing* listing) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_listing_release(DURAMEN_NULLABLE duramen_listing* listing)
    DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
