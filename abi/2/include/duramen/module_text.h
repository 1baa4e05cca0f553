/* The texts of a module tree: printouts with what they do not show, and the form that loses
 * nothing.
 *
 * duramen_module_from_text reads three kinds of text: a constructor call, what print(model) shows
 * in PyTorch (of today or of old), and what duramen_module_text writes. What a printout cannot say
 * is given here. docs/text-form.md has the grammar.
 */
#ifndef DURAMEN_MODULE_TEXT_H
#define DURAMEN_MODULE_TEXT_H

#include "module.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How to read a text; a set of bits. */
enum {
  /* A class that is not known becomes a container of that name, which prints as the text shows it
   * and has no forward. A load with DURAMEN_LOAD_ADOPT gives it its own parameters. */
  DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS = 1
};

/* How to read a text; zero is the default of every field after the first. */
typedef struct duramen_text_options {
  uint32_t struct_size; /* sizeof(duramen_text_options) */
  uint32_t reserved;
  uint64_t flags;                              /* DURAMEN_TEXT_UNKNOWN_AS_CONTAINERS */
  DURAMEN_NULLABLE const duramen_scope* scope; /* names that the text may use; NULL: none */
  /* A dict of what the text does not show, or NULL: a path in the printed tree ("layers.0.attn",
   * "" is the root) or a class, to keyword arguments as text ("num_heads=8, bias=False"). */
  DURAMEN_NULLABLE const duramen_value* arguments;
} duramen_text_options;

/* Fills the options with their defaults; `struct_size` is the caller's sizeof.
 *
 * Fails: INVALID_ARGUMENT for a size below the first level's.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_text_options_init(
    duramen_text_options* options, size_t struct_size, duramen_error** error) DURAMEN_NOEXCEPT;

/* Builds a module from a text, as duramen_module_from_text; NULL options are the defaults.
 *
 * *unknown (may be NULL) receives a dict: the path of each container that stands for an unknown
 * class, to the class.
 * Fails: as duramen_module_from_text; INVALID_ARGUMENT with the detail "argument" for an argument
 * that is needed and that print(model) does not show, or given although it is shown; NOT_FOUND with
 * "path" and "nearest" for arguments of a path and class that are not there.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_from_text_with(
    duramen_context* context, const char* text, size_t text_length,
    DURAMEN_NULLABLE const duramen_text_options* options, duramen_module** out,
    DURAMEN_NULLABLE duramen_value** unknown, duramen_error** error) DURAMEN_NOEXCEPT;

/* A text from which duramen_module_from_text makes the same tree: classes with all arguments,
 * children, entries of every kind with dtype and shape, None, sharing, training and requires_grad
 * flags. Not the values, which a state dict has (tensors without dimensions keep theirs).
 *
 * Fails: UNSUPPORTED with the detail "path" for a module that no text can make (one with callbacks
 * of the caller, or a tensor of an opaque dtype); STATE for a cycle; LIMIT for more than 190 levels
 * or 64 MiB.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_text(
    const duramen_module* module, duramen_string** out, duramen_error** error) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
