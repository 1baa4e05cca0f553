/* Hooks of calls: callbacks that see, and may change, what goes into a module, what comes out, and
 * the gradients of both: PyTorch's forward_pre, forward, full_backward_pre and full_backward hooks.
 *
 * They belong to one module, wherever it is in a tree, and run whenever it is run: by
 * duramen_module_forward, _forward_many and _call, and by containers that run their children; not
 * by duramen_module_call_base, nor by a layer that computes with its children's tensors itself. In
 * a call the callbacks before_forward run first, then the module, then those after_forward; where
 * there are several, in the order in which the hooks were set, each seeing what the one before has
 * left.
 *
 * The gradients pass as the graph is walked back. before_backward runs when those of the outputs
 * are known, if an output that requires grad is part of the walk; after_backward when they have got
 * to the inputs, which they need not. An output is watched that is a tensor, or an item of a tuple;
 * an input, that is an item of the arguments. Where no input requires grad, after_backward runs
 * right after before_backward, and its input_grads are NULLs. What is watched is not written over:
 * a layer with inplace=True refuses it (STATE). One walk at a time is followed, as in PyTorch: a
 * callback that walks the same graph takes the rest of the walk that it is part of.
 *
 * A callback returns as base.h says; one that fails stops the forward, or the backward. What it
 * receives is lent for the call, what it gives is one reference each. It may use the context for
 * anything; grad mode is as the caller has it, and off in a backward. It must not unwind, but may
 * do anything else, to the tree as well, and set and remove hooks: one that is removed is not
 * called any more, also not by graphs that were recorded before; an after_forward that a
 * before_forward sets is called, any other that is set meanwhile from the next call on. One that
 * calls itself 64 times deep is stopped with STATE.
 *
 * It runs on the thread of the call: perhaps on several at once where several run the module, each
 * with a context of its own. To edit the tree or its hooks a callback, as anybody, has to be the
 * only one who uses them. A recorded graph keeps the module, and with it `user`, alive; what `user`
 * keeps alive should be neither the module nor an output of it that has a history, or nothing of
 * them is ever released.
 */
#ifndef DURAMEN_CALL_HOOKS_H
#define DURAMEN_CALL_HOOKS_H

#include "module_hooks.h"
#include "value.h"

#if DURAMEN_TARGET_API_LEVEL >= 2

#ifdef __cplusplus
extern "C" {
#endif

/* How a hook is set; a set of bits. */
enum {
  /* Before those that the module has, not behind them. */
  DURAMEN_CALL_HOOK_FIRST = 1,
  /* after_forward runs for a call that fails, too, if it has not yet: `output` is None then, or
   * what the module gave before a hook failed, and what the callback does has no effect on the
   * failure. */
  DURAMEN_CALL_HOOK_ALWAYS = 2
};

/* A hook; copied by the call that takes it. A callback that is NULL is not called. */
typedef struct duramen_call_hook {
  uint32_t struct_size; /* sizeof(duramen_call_hook) */
  uint32_t reserved;
  uint64_t flags; /* DURAMEN_CALL_HOOK_... */
  /* The module is about to run. `arguments` is a tuple, `keywords` a dict or NULL. Both outputs are
   * NULL, or receive what takes the place of these: a tuple (any other value is the only argument)
   * and a dict. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* before_forward)(
      void* user, duramen_context* context, duramen_module* module, const duramen_value* arguments,
      DURAMEN_NULLABLE const duramen_value* keywords, duramen_value** new_tuple,
      duramen_value** new_dict, duramen_error** error);
  /* The module has run. *replacement is NULL, or receives what takes the place of the output. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* after_forward)(
      void* user, duramen_context* context, duramen_module* module, const duramen_value* arguments,
      DURAMEN_NULLABLE const duramen_value* keywords, const duramen_value* output,
      duramen_value** replacement, duramen_error** error);
  /* The gradients of the outputs, one for each item of the tuple or for the one output; NULL where
   * the item is no tensor, or no gradient gets there. `replacements` has as many places, which are
   * NULL, or receive what takes the gradient's place: of the output's shape, or one that this was
   * broadcast to, and converted to its dtype. One for an item that is no tensor, or needs no
   * gradient, is released. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* before_backward)(
      void* user, duramen_context* context, duramen_module* module,
      duramen_tensor* const* output_grads, size_t output_count,
      duramen_tensor** replacements DURAMEN_LEN(output_count), duramen_error** error);
  /* The gradients of the arguments, one for each, in the same way; `replacements` has as many
   * places as these. The gradients of parameters do not come by here. Where no input requires grad,
   * a replacement is an error. */
  DURAMEN_NULLABLE int32_t(DURAMEN_CALL* after_backward)(
      void* user, duramen_context* context, duramen_module* module,
      duramen_tensor* const* input_grads, size_t input_count, duramen_tensor* const* output_grads,
      size_t output_count, duramen_tensor** replacements DURAMEN_LEN(input_count),
      duramen_error** error);
  DURAMEN_NULLABLE void* user;
  DURAMEN_NULLABLE duramen_destroy destroy;
} duramen_call_hook;

/* Sets a hook of calls on a module.
 *
 * *out receives its number, for duramen_module_remove_hook. `destroy` is called for `user` when the
 * hook is removed or the module goes, and not before the last deep copy that has the hook, too. A
 * deep copy has the hooks of its original, under the same numbers. A module without such hooks runs
 * as fast as ever.
 * Fails: INVALID_ARGUMENT for a struct of a wrong size or without callbacks; UNSUPPORTED for fields
 * or flags of a later level. `user` stays with the caller then.
 * Threads: writer. Since: level 2. */
DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL
duramen_module_add_call_hook(duramen_module* module, const duramen_call_hook* hook, uint64_t* out,
                             duramen_error** error) DURAMEN_NOEXCEPT;

/* Whether the module has such hooks: who runs a module of the caller's own without the library has
 * to go by it then.
 *
 * Threads: reader. Since: level 2. */
DURAMEN_API uint32_t DURAMEN_CALL
duramen_module_has_call_hooks(DURAMEN_NULLABLE const duramen_module* module) DURAMEN_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif

#endif
