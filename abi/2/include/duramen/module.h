/* The module tree: named parameters, buffers and children in PyTorch's order, entries perhaps None.
 *
 * A module is built from the text that PyTorch users read, or by registering entries on
 * "Module()". It has many readers (eval forward, listing, state_dict) or one writer. Names are
 * UTF-8 without NUL; PyTorch's rules for them hold, and its exception class is the detail
 * "torch_error". Owners hold what is below them.
 */
#ifndef DURAMEN_MODULE_H
#define DURAMEN_MODULE_H

#include "listing.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Many readers or one writer. */
typedef struct duramen_module duramen_module;

/* Names that a text may use for modules and tensors that exist already (duramen_text_options). Many
 * readers or one writer. */
typedef struct duramen_scope duramen_scope;

/* Makes a scope without names.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_scope_create(duramen_scope** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Gives a tensor a name; replaces what had it. The scope holds the tensor.
 *
 * Fails: INVALID_ARGUMENT for a name that is not an identifier.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_scope_set_tensor(duramen_scope* scope, const char* name, size_t name_length,
                         duramen_tensor* tensor, duramen_error** error) DURAMEN_NOEXCEPT;

/* Gives a module a name; replaces what had it. The scope holds the module.
 *
 * Fails: INVALID_ARGUMENT for a name that is not an identifier.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_scope_set_module(duramen_scope* scope, const char* name, size_t name_length,
                         duramen_module* module, duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same scope; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_scope* DURAMEN_CALL
duramen_scope_retain(DURAMEN_NULLABLE duramen_scope* scope) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_scope_release(DURAMEN_NULLABLE duramen_scope* scope)
    DURAMEN_NOEXCEPT;

/* Builds a module from a constructor call, such as "Linear(784, 10, bias=False)", nested at will,
 * or from what print(model) shows in PyTorch, or from duramen_module_text's form.
 *
 * Initial values are drawn from the context's generator exactly as PyTorch draws them.
 * Fails: INVALID_ARGUMENT with the detail "column" for a malformed text or wrong arguments,
 * DTYPE_MISMATCH for a dtype that the type cannot have; UNSUPPORTED with "column" and "nearest" for
 * an unknown type; LIMIT for sizes or nesting without measure.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_from_text(duramen_context* context, const char* text, size_t text_length,
                         duramen_module** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Every type that a text can name, as JSON: modules, operators, optimizers and initializers with
 * their parameters, kinds, defaults and one line of text each.
 *
 * {"modules": [type, ...], "operators": [...], "optimizers": [...], "initializers": [...]}, each
 * type {"name", "doc", "parameters": [{"name", "kinds": [...], "default", "keyword_only",
 * "variadic", "doc"}, ...]} with the parameters in the order of a call by position. "default" is
 * Python text, null where the argument is required (a variadic one never is). "kinds" are of
 * "none", "bool", "int", "float", "str", "dtype", "tensor", "module", "list" (or tuple), "ints" (an
 * int, or a list or tuple of ints), "dict", "any"; with "truth" whatever is true or false in Python
 * is taken, too. "variadic": takes all further positional arguments; with "keyword_only" it takes,
 * and ignores, any other keyword. A module type has "hidden", too: the arguments that print(model)
 * does not show, beside device and dtype; and "forward", false for a type that has its state and
 * its names here but does not run (UNSUPPORTED). An operator has "min_tensors" and "max_tensors",
 * the number of tensors that it is applied to (null: a list of any length). An optimizer's
 * parameters are those after `params`, an initializer's those after the tensor. Later levels may
 * add keys and kinds.
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_registry_describe(duramen_string** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The class's name, such as "Linear", terminated; NULL for NULL.
 *
 * *length (may be NULL) receives the number of bytes. Lent until the module gets another class (by
 * its first input, a parametrization or duramen_module_derive) or is released. Threads: reader.
 * Since: level 1. */
DURAMEN_API const char* DURAMEN_CALL
duramen_module_class_name(DURAMEN_NULLABLE const duramen_module* module,
                          DURAMEN_NULLABLE size_t* length) DURAMEN_NOEXCEPT;

/* What PyTorch prints for the module, character for character.
 *
 * Fails: STATE for a cycle; LIMIT for a text of more than 64 MiB.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_repr(
    const duramen_module* module, duramen_string** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Registers a parameter; NULL registers the name as None: it keeps its place and lists nothing.
 *
 * Fails: INVALID_ARGUMENT for a bad name or a tensor that is not a parameter or not a leaf;
 * ALREADY_EXISTS when the name is an attribute of another kind.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_register_parameter(
    duramen_module* module, const char* name, size_t name_length,
    DURAMEN_NULLABLE duramen_tensor* tensor, duramen_error** error) DURAMEN_NOEXCEPT;

/* Registers a buffer; NULL registers the name as None. `persistent` (not 0): state_dict holds it.
 *
 * Fails: INVALID_ARGUMENT for a bad name; ALREADY_EXISTS.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_register_buffer(duramen_module* module, const char* name, size_t name_length,
                               DURAMEN_NULLABLE duramen_tensor* tensor, uint32_t persistent,
                               duramen_error** error) DURAMEN_NOEXCEPT;

/* Registers a child module; NULL registers the name as None.
 *
 * Fails: INVALID_ARGUMENT for a bad name; ALREADY_EXISTS.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_register_child(
    duramen_module* module, const char* name, size_t name_length,
    DURAMEN_NULLABLE duramen_module* child, duramen_error** error) DURAMEN_NOEXCEPT;

/* Removes the parameter, buffer or child of that name, as Python's del.
 *
 * Fails: NOT_FOUND.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_remove(duramen_module* module, const char* name, size_t name_length,
                      duramen_error** error) DURAMEN_NOEXCEPT;

/* `module.name = tensor`: a parameter registers itself, a buffer is replaced; NULL is None.
 *
 * Fails: INVALID_ARGUMENT, ALREADY_EXISTS, with PyTorch's text.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_assign_tensor(
    duramen_module* module, const char* name, size_t name_length,
    DURAMEN_NULLABLE duramen_tensor* tensor, duramen_error** error) DURAMEN_NOEXCEPT;

/* `module.name = child`: the child is registered, or replaces the one of that name; NULL is None.
 *
 * Fails: INVALID_ARGUMENT, ALREADY_EXISTS, with PyTorch's text.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_assign_module(
    duramen_module* module, const char* name, size_t name_length,
    DURAMEN_NULLABLE duramen_module* child, duramen_error** error) DURAMEN_NOEXCEPT;

/* The module at a dotted path; "" is the module itself.
 *
 * Fails: NOT_FOUND with the detail "nearest", also for a child that is None.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_get_submodule(const duramen_module* module, const char* path, size_t path_length,
                             duramen_module** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The parameter at a dotted path.
 *
 * Fails: NOT_FOUND with the detail "nearest", also for a name registered as None.
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_get_parameter(const duramen_module* module, const char* path, size_t path_length,
                             duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* The buffer at a dotted path; *out is NULL on success for a name registered as None.
 *
 * Fails: NOT_FOUND with the detail "nearest".
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_get_buffer(const duramen_module* module, const char* path, size_t path_length,
                          duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Puts a module at a dotted path: a child is replaced; `strict` (not 0) allows nothing else,
 * without it the last name may be new.
 *
 * Fails: INVALID_ARGUMENT for an empty path; NOT_FOUND with the detail "nearest", also where
 * something other than a module is in the way.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_set_submodule(
    duramen_module* module, const char* path, size_t path_length, duramen_module* child,
    uint32_t strict, duramen_error** error) DURAMEN_NOEXCEPT;

/* Runs the module: one tensor in, one tensor out.
 *
 * In training mode it may write to its buffers (BatchNorm), in either mode to a weight (Embedding
 * with max_norm): then nobody else may use the module.
 * Fails: SHAPE_MISMATCH, DTYPE_MISMATCH, UNSUPPORTED for a class without forward, STATE for a
 * module below itself, LIMIT for more than 1000 modules inside each other, CANCELLED.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_forward(duramen_context* context, duramen_module* module, duramen_tensor* input,
                       duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Runs a module that takes several tensors, such as a loss: input and target.
 *
 * Fails: as duramen_module_forward; INVALID_ARGUMENT for a wrong number of inputs.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_forward_many(
    duramen_context* context, duramen_module* module, duramen_tensor* const* inputs, size_t count,
    duramen_tensor** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Runs the module with any arguments: a tuple, and a dict of keywords; any nesting back.
 *
 * Fails: as duramen_module_forward; INVALID_ARGUMENT or UNSUPPORTED for arguments that do not fit.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_call(duramen_context* context, duramen_module* module,
                    const duramen_value* arguments, DURAMEN_NULLABLE const duramen_value* keywords,
                    duramen_value** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Whether the module itself is in training mode. Threads: reader. Since: level 1. */
DURAMEN_API uint32_t DURAMEN_CALL
duramen_module_is_training(DURAMEN_NULLABLE const duramen_module* module) DURAMEN_NOEXCEPT;

/* Puts the tree into training mode (not 0) or eval mode (0).
 *
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_train(
    duramen_module* module, uint32_t training, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets requires_grad of every parameter of the tree: 0 freezes, otherwise unfreezes.
 *
 * Fails: DTYPE_MISMATCH for a parameter that cannot require grad; nothing changes then.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_set_requires_grad(
    duramen_module* module, uint32_t requires_grad, duramen_error** error) DURAMEN_NOEXCEPT;

/* Drops every parameter's gradient (set_to_none not 0), or fills it with zeros.
 *
 * Fails: READ_ONLY when a gradient cannot be written; nothing changes then.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_zero_grad(
    duramen_module* module, uint32_t set_to_none, duramen_error** error) DURAMEN_NOEXCEPT;

/* Draws the initial values of this module (not of those below) again, as reset_parameters().
 *
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_reset_parameters(
    duramen_context* context, duramen_module* module, duramen_error** error) DURAMEN_NOEXCEPT;

/* Gives a lazy module (LazyLinear and its like) the sizes that an input tells, as its first forward
 * does: its parameters and buffers, until then DURAMEN_ENTRY_UNINITIALIZED, get their shapes and
 * initial values, and its class becomes the plain one. The objects stay. Values that were loaded
 * before stay, too.
 *
 * Fails: UNSUPPORTED for a module that is not lazy; SHAPE_MISMATCH, INVALID_ARGUMENT for an input
 * that does not fit; STATE for entries that a plain module of that class has not; NO_MEMORY,
 * CANCELLED. Nothing has changed then.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_initialize_parameters(
    duramen_context* context, duramen_module* module, const duramen_tensor* input,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* Starts the running statistics of this BatchNorm again, as reset_running_stats(): mean 0, variance
 * 1, no batches. Where they are not tracked, nothing happens.
 *
 * Fails: UNSUPPORTED for a module without running statistics; READ_ONLY.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_reset_running_stats(duramen_module* module, duramen_error** error) DURAMEN_NOEXCEPT;

/* A copy of the whole tree, as copy.deepcopy(module): every module, parameter and buffer once.
 *
 * Ties, shared modules and cycles, None entries, names, order, strides, training flags and
 * requires_grad are the original's. Parameters have no gradient; buffers and other tensors keep
 * theirs, and share storages as the originals do. The original is read.
 * Fails: STATE for a buffer that is not a leaf; UNSUPPORTED for a module of the caller's own that
 * has no clone callback; CANCELLED.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_deepcopy(duramen_context* context, const duramen_module* module,
                        duramen_module** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Converts floating and complex parameters, their gradients and buffers, as Module.to(dtype).
 *
 * Parameters keep their identity; their data pointers become invalid.
 * Fails: DTYPE_MISMATCH for a dtype that is not floating or complex; UNSUPPORTED for one without
 * conversions; CANCELLED; NO_MEMORY (old and new data are there at once). Nothing changes then.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_to_dtype(duramen_context* context, duramen_module* module, duramen_dtype dtype,
                        duramen_error** error) DURAMEN_NOEXCEPT;

/* Which parameters and buffers a conversion is about; later levels may add numbers. */
enum {
  /* As Module.to(dtype): floating and complex ones, to a floating or complex dtype. */
  DURAMEN_CONVERT_FLOATING_AND_COMPLEX = 1,
  /* As half(), bfloat16(), float() and double(): floating ones, to a floating dtype; complex ones
   * stay. */
  DURAMEN_CONVERT_FLOATING = 2,
  /* As type(dtype): all of them, to any dtype. */
  DURAMEN_CONVERT_ALL = 3
};

/* Converts parameters, their gradients and buffers; `which` (DURAMEN_CONVERT_...) says which.
 *
 * Parameters keep their identity; their data pointers become invalid.
 * Fails: DTYPE_MISMATCH for a dtype that is none for them, also for an integer one where a
 * parameter requires grad; UNSUPPORTED for one without conversions, and for an unknown `which`;
 * CANCELLED; NO_MEMORY (old and new data are there at once). Nothing changes then.
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_convert(duramen_context* context, duramen_module* module, duramen_dtype dtype,
                       int32_t which, duramen_error** error) DURAMEN_NOEXCEPT;

/* Called with each module of a tree, lent for the call. It returns as every callback that can fail
 * (base.h). */
typedef int32_t(DURAMEN_CALL* duramen_module_visit)(void* user, duramen_module* module,
                                                    duramen_error** error);

/* Calls `visit` for every module of the tree, children before parents, as Module.apply().
 *
 * Fails: with the visitor's own status; STATE for a cycle.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_apply(duramen_module* module, duramen_module_visit visit,
                     DURAMEN_NULLABLE void* user, duramen_error** error) DURAMEN_NOEXCEPT;

/* Hangs a pointer of an owner on the module, such as a binding's own object; NULL takes it off.
 *
 * `owner` is an address that nobody else has, that of a static variable of the caller's: it is
 * compared and never read, and each has a pointer of its own. `destroy` is called for the pointer
 * once: when another takes its place, or when the module goes. A copy of the module has none. On
 * failure the pointer stays with the caller. Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_module_set_attachment(
    duramen_module* module, const void* owner, DURAMEN_NULLABLE void* user,
    DURAMEN_NULLABLE duramen_destroy destroy, duramen_error** error) DURAMEN_NOEXCEPT;

/* The pointer that an owner has hung on the module; *out is NULL on success when there is none.
 *
 * Threads: reader. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_attachment(const duramen_module* module, const void* owner,
                          DURAMEN_BORROW void** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same module; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_module* DURAMEN_CALL
duramen_module_retain(DURAMEN_NULLABLE duramen_module* module) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_module_release(DURAMEN_NULLABLE duramen_module* module)
    DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
