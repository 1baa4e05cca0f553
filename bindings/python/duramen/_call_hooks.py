"""Hooks of calls: Python functions that see, and may change, what a module gets and gives, and the gradients of both."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import _api
from ._handle import Handle, known
from ._hooks import Hook, RemovableHandle, add_hook, callback, module_of
from ._library import lib
from ._tensor import Tensor, lent_tensor
from ._value import give_value, python_of

if TYPE_CHECKING:
    from ._context import Context
    from ._module import Module

Grads = tuple["Tensor | None", ...]

_P, _Z = ctypes.c_void_p, ctypes.c_size_t


class CallHook(Hook):
    """A hook that may get the keywords of the call as well."""

    def __init__(self, function: Callable[..., Any], context: Context, with_kwargs: bool = False) -> None:
        super().__init__(function, context)
        self.with_kwargs = with_kwargs


def _inputs(hook: CallHook, arguments: int, keywords: int | None, context: Context) -> tuple[Any, ...]:
    args = python_of(arguments, context)
    if not hook.with_kwargs:
        return (args,)
    return args, python_of(keywords, context) if keywords else {}


def _before_forward(hook: CallHook, context: int, module: int, arguments: int, keywords: int | None, new_tuple: int,
                    new_dict: int) -> None:
    runs = known(context)
    inputs = _inputs(hook, arguments, keywords, runs)
    result = hook(module_of(module, hook), *inputs)
    if result is None:
        return
    if len(inputs) == 1:
        give_value(new_tuple, result, runs)
    elif isinstance(result, tuple) and len(result) == 2:
        give_value(new_tuple, result[0], runs)
        give_value(new_dict, result[1], runs)
    else:
        raise RuntimeError("forward pre-hook must return None or a tuple of (new_args, new_kwargs), "
                           f"but got {result}.")


def _after_forward(hook: CallHook, context: int, module: int, arguments: int, keywords: int | None, output: int,
                   replacement: int) -> None:
    runs = known(context)
    result = hook(module_of(module, hook), *_inputs(hook, arguments, keywords, runs), python_of(output, runs))
    if result is not None:
        give_value(replacement, result, runs)


def _grads(place: int, count: int, context: Context) -> Grads:
    addresses = (_P * count).from_address(place) if count else ()
    return tuple(lent_tensor(address, context) if address else None for address in addresses)


def _is_nothing(grads: tuple[Any, ...]) -> bool:
    return all(grad is None for grad in grads)


def _give_grads(result: Any, before: Grads, place: int, kind: str, context: Context) -> None:
    """What a hook gave instead of gradients; None instead of one is a gradient of zeros."""
    if result is None or (isinstance(result, tuple) and _is_nothing(before) and _is_nothing(result)):
        return
    given = tuple(result) if isinstance(result, (tuple, list)) else (result,)
    for gradient in given:
        if gradient is not None and not isinstance(gradient, Tensor):
            raise TypeError(f"a backward hook gives None or tensors (expected tensor, got {type(gradient).__name__})")
    if len(given) != len(before):
        raise RuntimeError(f"{kind}, got {len(given)}, but expected {len(before)}")
    for i, (new, old) in enumerate(zip(given, before)):
        if new is None and old is not None:
            new = context.zeros(old.shape, dtype=old.dtype)
        if new is not None and new is not old:
            _P.from_address(place + i * ctypes.sizeof(_P)).value = lib.duramen_tensor_retain(new.handle)


def _before_backward(hook: Hook, context: int, module: int, grads: int, count: int, replacements: int) -> None:
    runs = known(context)
    output_grads = _grads(grads, count, runs)
    _give_grads(hook(module_of(module, hook), output_grads), output_grads, replacements,
                "Backward pre hook returned an invalid number of grad_output", runs)


def _after_backward(hook: Hook, context: int, module: int, grads: int, count: int, output_grads: int,
                    output_count: int, replacements: int) -> None:
    runs = known(context)
    input_grads = _grads(grads, count, runs)
    result = hook(module_of(module, hook), input_grads, _grads(output_grads, output_count, runs))
    _give_grads(result, input_grads, replacements, "Backward hook returned an invalid number of grad_input", runs)


_CALLBACKS = {
    "before_forward": callback(_before_forward, _P, _P, _P, _P, _P, _P),
    "after_forward": callback(_after_forward, _P, _P, _P, _P, _P, _P),
    "before_backward": callback(_before_backward, _P, _P, _P, _Z, _P),
    "after_backward": callback(_after_backward, _P, _P, _P, _Z, _P, _Z, _P),
}


class CallHooks(Handle):
    """These methods of a module set hooks behind those that it has, or with `prepend` before them; the handle that comes
    back removes one. What a hook raises, the call or the backward raises."""

    __slots__ = ()

    def _call_hook(self, kind: str, hook: CallHook, prepend: bool, always: bool = False) -> RemovableHandle:
        flags = (_api.CALL_HOOK_FIRST if prepend else 0) | (_api.CALL_HOOK_ALWAYS if always else 0)
        module: Any = self
        return add_hook(module, hook, lib.duramen_module_add_call_hook, "duramen_call_hook", kind, _CALLBACKS[kind],
                        flags=flags)

    def register_forward_pre_hook(self, hook: Callable[..., Any], *, prepend: bool = False,
                                  with_kwargs: bool = False) -> RemovableHandle:
        """hook(module, args) -> None or other args; with the keywords hook(module, args, kwargs) -> None or both anew."""
        return self._call_hook("before_forward", CallHook(hook, self._hook_context(), with_kwargs), prepend)

    def register_forward_hook(self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False,
                              always_call: bool = False) -> RemovableHandle:
        """hook(module, args, output) or hook(module, args, kwargs, output) -> None or another output."""
        return self._call_hook("after_forward", CallHook(hook, self._hook_context(), with_kwargs), prepend, always_call)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """hook(module, grad_output) -> None or other gradients of the outputs."""
        return self._call_hook("before_backward", CallHook(hook, self._hook_context()), prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """hook(module, grad_input, grad_output) -> None or other gradients of the inputs."""
        return self._call_hook("after_backward", CallHook(hook, self._hook_context()), prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """The same, which PyTorch has in place of this one."""
        return self.register_full_backward_hook(hook)

    def _hook_context(self) -> Context:
        module: Module = self  # type: ignore[assignment]
        return module._context
