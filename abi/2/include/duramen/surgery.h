/* Operations on a tree as a whole: values of one tree into another, freezing by name, ties, and all
 * parameters as one vector.
 *
 * Each checks everything first and changes nothing when it fails. Patterns of names are those of
 * duramen_list_options: "encoder.**", "**.bias|head.*".
 */
#ifndef DURAMEN_SURGERY_H
#define DURAMEN_SURGERY_H

#include "load.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What becomes of the buffers. */
enum {
  /* The source's values; what PyTorch's AveragedModel does. */
  DURAMEN_BUFFERS_COPY = 0,
  /* Interpolated like the parameters, the floating and complex ones. */
  DURAMEN_BUFFERS_LERP = 1,
  /* Neither changed nor compared. */
  DURAMEN_BUFFERS_SKIP = 2
};

/* Which values go over; zero is the default of every field after the first. */
typedef struct duramen_blend_options {
  uint32_t struct_size; /* sizeof(duramen_blend_options) */
  int32_t buffers;      /* DURAMEN_BUFFERS_... */
  /* Only names that these patterns match, in both trees; NULL or "": all. */
  DURAMEN_NULLABLE const char* include;
  uint64_t include_length;
  /* Without the names that these patterns match; NULL or "": none. */
  DURAMEN_NULLABLE const char* exclude;
  uint64_t exclude_length;
} duramen_blend_options;

/* Fills the options with their defaults; `struct_size` is the caller's sizeof.
 *
 * Fails: INVALID_ARGUMENT for a size below the first level's.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_blend_options_init(
    duramen_blend_options* options, size_t struct_size, duramen_error** error) DURAMEN_NOEXCEPT;

/* Copies the values of all parameters and buffers of `source`, the non-persistent ones too, into
 * the memory of those of the same names of `target`.
 *
 * Writes to `target`. Entries that are None count as absent.
 * Fails: INCOMPATIBLE where names, shapes or dtypes differ, where memory is read-only, and where
 * two names that are one tensor in `target` are two different ones in `source`; the error lends a
 * report (duramen_error_load_report), in which what only `target` has is missing. STATE for a
 * cycle; CANCELLED.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_copy_from(
    duramen_context* context, duramen_module* target, const duramen_module* source,
    DURAMEN_NULLABLE const duramen_blend_options* options, duramen_error** error) DURAMEN_NOEXCEPT;

/* Moves the parameters of `target` towards those of `source`: target = lerp(target, source,
 * weight), with the bits of torch.lerp.
 *
 * With |weight| < 0.5 that is target + weight * (source - target), else source - (source - target)
 * * (1 - weight). An exponential moving average with decay 0.999 has weight 0.001. Tensors that are
 * neither floating nor complex, or of less than 16 bits, are copied. Writes to `target`.
 * Fails: as duramen_module_copy_from.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_lerp(
    duramen_context* context, duramen_module* target, const duramen_module* source, double weight,
    DURAMEN_NULLABLE const duramen_blend_options* options, duramen_error** error) DURAMEN_NOEXCEPT;

/* Clears requires_grad of every parameter of which a name matches `include` and none of these
 * `exclude` (NULL or "": no pattern).
 *
 * *count (may be NULL) receives how many parameters that are, frozen before or not; a tied one is
 * one. A module in several places has the names below its first path.
 * Fails: STATE for a parameter that is not a leaf.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_freeze(
    duramen_module* module, DURAMEN_NULLABLE const char* include, size_t include_length,
    DURAMEN_NULLABLE const char* exclude, size_t exclude_length, DURAMEN_NULLABLE size_t* count,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets requires_grad of the parameters that duramen_module_freeze would choose.
 *
 * Fails: DTYPE_MISMATCH for one that cannot require grad.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_unfreeze(
    duramen_module* module, DURAMEN_NULLABLE const char* include, size_t include_length,
    DURAMEN_NULLABLE const char* exclude, size_t exclude_length, DURAMEN_NULLABLE size_t* count,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes the parameter, or buffer, at `path` the same object as the one at `source_path`.
 *
 * What was at `path` is let go of; a name registered as None takes any.
 * Fails: NOT_FOUND for a path without parameter or buffer, and for a source of the other kind or
 * None; SHAPE_MISMATCH, DTYPE_MISMATCH when what is at `path` differs so.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_tie(
    duramen_module* module, const char* path, size_t path_length, const char* source_path,
    size_t source_path_length, duramen_error** error) DURAMEN_NOEXCEPT;

/* Gives the parameter, or buffer, at `path` an object and memory of its own: a copy with the same
 * values and flag, without gradient. The other names keep the old one.
 *
 * *changed (may be NULL) receives 1; 0, and nothing happens, when no other name of the tree shares
 * the object or its memory. Writes to `module`.
 * Fails: NOT_FOUND for a path without parameter or buffer, also for None.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_untie(
    duramen_context* context, duramen_module* module, const char* path, size_t path_length,
    DURAMEN_NULLABLE uint32_t* changed, duramen_error** error) DURAMEN_NOEXCEPT;

/* How to make a vector of parameters; a set of bits. */
enum {
  /* Only parameters that require grad. */
  DURAMEN_FLAT_TRAINABLE = 1,
  /* Their gradients instead of their values. */
  DURAMEN_FLAT_GRADIENTS = 2,
  /* A copy in any case. */
  DURAMEN_FLAT_COPY = 4
};

/* All parameters as one vector, as torch.nn.utils.parameters_to_vector(module.parameters()): in
 * their order, a tied one once, the elements of each in C order, in the dtype that all promote to.
 *
 * A view of their memory where they lie in it so already, as after duramen_module_pack; else a
 * copy. Without history. Of a parameter without gradient, zeros. `flags` are DURAMEN_FLAT_....
 * Fails: UNSUPPORTED for unknown flags and for dtypes that do not promote; CANCELLED.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_flatten(duramen_context* context, const duramen_module* module, uint64_t flags,
                       duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The way back: copies the elements of a vector into the memory of the parameters, or of their
 * gradients, which are made where there is none; dtypes are converted.
 *
 * Writes to `module`. `flags` are TRAINABLE and GRADIENTS.
 * Fails: SHAPE_MISMATCH unless the vector has one dimension of just as many elements; READ_ONLY;
 * UNSUPPORTED; STATE for a parameter whose elements share memory; CANCELLED.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_unflatten(
    duramen_context* context, duramen_module* module, const duramen_tensor* vector, uint64_t flags,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* Moves the parameters into one block of memory, one after another, and gives it as a vector:
 * from then on duramen_module_flatten gives views of it.
 *
 * The parameters stay the same objects, with their flags and gradients; their data pointers become
 * invalid, and what shared their memory keeps the old one. Writes to `module`. `flags` is TRAINABLE
 * or 0.
 * Fails: DTYPE_MISMATCH for parameters of several dtypes; STATE when two parameters share memory;
 * CANCELLED.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_pack(duramen_context* context, duramen_module* module, uint64_t flags,
                    duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
