/* Arguments by name, without text: the other way to what duramen_module_from_text and its like
 * build.
 *
 * Options are filled by name and given to a call that makes a module, an operator or an optimizer,
 * or fills a tensor; one object may serve many calls. Names and kinds are checked there, against
 * the same registry and with the same errors as for a text (duramen_registry_describe lists them);
 * what was not set has its default. Setting a name again replaces its value. A number is never
 * written as text.
 */
#ifndef DURAMEN_OPTIONS_H
#define DURAMEN_OPTIONS_H

#include "init.h"
#include "module.h"
#include "op.h"
#include "optimizer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One writer; many calls may read it at once. */
typedef struct duramen_options duramen_options;

/* Makes options without any argument.
 *
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_options_create(duramen_options** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets an argument to None. Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_options_set_none(duramen_options* options, const char* name, size_t name_length,
                         duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets a bool: False for 0, else True. Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_options_set_bool(duramen_options* options, const char* name, size_t name_length,
                         uint32_t value, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets an int. Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_options_set_int(duramen_options* options, const char* name, size_t name_length,
                        int64_t value, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets a float. Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_options_set_float(duramen_options* options, const char* name, size_t name_length,
                          double value, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets a text, such as "sum"; a dtype is given by its name, "float64" or "torch.float64".
 *
 * Fails: INVALID_ARGUMENT when it is not UTF-8.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_options_set_text(
    duramen_options* options, const char* name, size_t name_length, const char* text,
    size_t text_length, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets a tuple of ints, such as a kernel's size.
 *
 * Fails: LIMIT for more than 64.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_options_set_ints(
    duramen_options* options, const char* name, size_t name_length,
    DURAMEN_NULLABLE const int64_t* items, size_t count, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets a tuple of floats, such as Adam's betas.
 *
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_options_set_floats(
    duramen_options* options, const char* name, size_t name_length,
    DURAMEN_NULLABLE const double* items, size_t count, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets a list of values.
 *
 * Fails: UNSUPPORTED as for one value.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_options_set_list(duramen_options* options, const char* name, size_t name_length,
                         DURAMEN_NULLABLE const duramen_value* const* items, size_t count,
                         duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets any value: lists, tuples and dicts become such, a tensor inside stays itself.
 *
 * Fails: UNSUPPORTED for bytes, an opaque value or an int beyond 64 bits inside; LIMIT for one
 * nested deeper than 200.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_options_set_value(duramen_options* options, const char* name, size_t name_length,
                          const duramen_value* value, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets a tensor, such as a loss's weight. The options hold it.
 *
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_options_set_tensor(duramen_options* options, const char* name, size_t name_length,
                           duramen_tensor* tensor, duramen_error** error) DURAMEN_NOEXCEPT;

/* Sets a module. The options hold it.
 *
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_options_set_module(duramen_options* options, const char* name, size_t name_length,
                           duramen_module* module, duramen_error** error) DURAMEN_NOEXCEPT;

/* Adds a module to the list (key NULL) or the dict under a name, which the first one makes.
 *
 * "args" of Sequential and "modules" of ModuleList take a list, "modules" of ModuleDict a dict; a
 * dict as "args" of Sequential names its modules, as an OrderedDict does. A NULL module is None.
 * The options hold the module.
 * Fails: INVALID_ARGUMENT when the name has another value, or a list and a key are mixed.
 * Threads: writer. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_options_add_module(
    duramen_options* options, const char* name, size_t name_length,
    DURAMEN_NULLABLE const char* key, size_t key_length, DURAMEN_NULLABLE duramen_module* module,
    duramen_error** error) DURAMEN_NOEXCEPT;

/* One more reference to the same options; NULL for NULL. Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_OWN duramen_options* DURAMEN_CALL
duramen_options_retain(DURAMEN_NULLABLE duramen_options* options) DURAMEN_NOEXCEPT;

/* Gives one reference back; NULL is fine. Threads: any. Since: level 1. */
DURAMEN_API void DURAMEN_CALL duramen_options_release(DURAMEN_NULLABLE duramen_options* options)
    DURAMEN_NOEXCEPT;

/* Makes a module of a type, such as "Linear", as duramen_module_from_text does; NULL options are
 * none.
 *
 * Fails: as duramen_module_from_text, without the detail "column".
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_create(duramen_context* context, const char* type, size_t type_length,
                      DURAMEN_NULLABLE const duramen_options* options, duramen_module** out,
                      duramen_error** error) DURAMEN_NOEXCEPT;

/* Prepares an operator with its attributes, as duramen_op_from_text does; NULL options are none.
 *
 * Fails: as duramen_op_from_text, without the detail "column".
 * Threads: any. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_op_create(
    const char* name, size_t name_length, DURAMEN_NULLABLE const duramen_options* options,
    duramen_op** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Makes an optimizer of a type, such as "SGD", with one group, as duramen_optimizer_from_text does;
 * NULL options are none. It holds the parameters.
 *
 * Fails: as duramen_optimizer_from_text, without the detail "column".
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_optimizer_create(
    duramen_context* context, const char* type, size_t type_length,
    DURAMEN_NULLABLE const duramen_options* options, duramen_tensor* const* parameters,
    size_t count, duramen_optimizer** out, duramen_error** error) DURAMEN_NOEXCEPT;

/* Fills a tensor with the initializer of that name, such as "normal_", as
 * duramen_tensor_fill_from_text does; NULL options are none.
 *
 * Fails: as duramen_tensor_fill_from_text, without the detail "column".
 * Threads: context. Since: level 1. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_fill_from_options(
    duramen_context* context, duramen_tensor* tensor, const char* name, size_t name_length,
    DURAMEN_NULLABLE const duramen_options* options, duramen_error** error) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
