"""Hooks: Python functions that the library calls while a module registers, exports or loads.

The library sees one C function for each kind of hook, which finds the Python function under the number that it gets
as `user`. What a Python function raises is kept aside and raised again where the library's call failed.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from . import _api, _library
from ._library import call, encoded, lib, make, options, taken_strings, text_at
from ._lending import note_buffer
from ._load_report import _IncompatibleKeys
from ._state_dict import lent_state_dict
from ._tensor import Tensor, lent_tensor

if TYPE_CHECKING:
    from ._context import Context
    from ._module import Module

# The exception, and its text, that a result is where a hook must give none.
Refusal = tuple[type[Exception], str]

_P, _Z, _STATUS = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int32
_FAILED = -1000


class Hook:
    """A Python function as a hook: what to call, and the context of what it is given."""

    def __init__(self, function: Callable[..., Any], context: Context,
                 refusal: Refusal | None = None) -> None:
        self.function = function
        self.context = context
        self.refusal = refusal

    def __call__(self, *args: Any) -> Any:
        result = self.function(*args)
        if self.refusal is not None and result is not None:
            raise self.refusal[0](self.refusal[1])
        return result


class ReplacingHook(Hook):
    """A state-dict hook of the old kind, which may give another dict, until its function is set as one of the new kind."""

    def __call__(self, *args: Any) -> Any:
        result = self.function(*args)
        if result is not None and is_public(self.function):
            raise RuntimeError(NO_RESULT)
        return result


NO_RESULT = "state_dict post-hook must return None"


def is_public(function: Callable[..., Any]) -> bool:
    """Whether it was set as a hook of the new kind, as PyTorch notes it."""
    return bool(getattr(function, "_from_public_api", False))


_hooks: dict[int, Hook] = {}
_numbers = itertools.count(1)


def failed(raised: BaseException, error: int) -> int:
    """The status of a callback that raised; at `error` is the place of the object that leads back to the exception."""
    place = ctypes.c_void_p.from_address(error)
    text = f"{type(raised).__name__}: {raised}".encode("utf-8", "replace")
    if lib.duramen_error_create(_FAILED, text, len(text), error) == 0 and place.value is not None:
        _library.raised[place.value] = raised
    return _FAILED


def _guarded(body: Callable[..., Any]) -> Callable[..., int]:
    """A callback of the library's form: the hook of its number, the other arguments, and the place of an error."""
    def callback(user: int, *args: Any) -> int:
        *given, error = args
        try:
            body(_hooks[user], *given)
            return 0
        except BaseException as raised:  # noqa: BLE001, raised again behind the library
            return failed(raised, error)
    return callback


def module_of(address: int, hook: Hook) -> Module:
    from ._module import lent_module

    return lent_module(address, hook.context)


def _register_tensor(hook: Hook, module: int, name: int, length: int, tensor: int | None, place: int) -> Any:
    given = lent_tensor(tensor, hook.context) if tensor else None
    result = hook(module_of(module, hook), text_at(name, length), given)
    if result is None:
        return None
    if not isinstance(result, Tensor):
        raise TypeError(f"a registration hook gives a tensor or None, not {type(result).__name__}")
    ctypes.c_void_p.from_address(place).value = lib.duramen_tensor_retain(result.handle)
    return result


def _register_buffer(*args: Any) -> None:
    note_buffer(_register_tensor(*args))


def _register_child(hook: Hook, module: int, name: int, length: int, child: int | None, place: int) -> None:
    from ._module import Module

    given = module_of(child, hook) if child else None
    result = hook(module_of(module, hook), text_at(name, length), given)
    if result is None:
        return
    if not isinstance(result, Module):
        raise TypeError(f"a registration hook gives a module or None, not {type(result).__name__}")
    ctypes.c_void_p.from_address(place).value = lib.duramen_module_retain(result.handle)


def _before_state_dict(hook: Hook, module: int, prefix: int, length: int, flags: int) -> None:
    hook(module_of(module, hook), text_at(prefix, length), bool(flags & _api.STATE_KEEP_VARS))


def _local_metadata(state: Any, prefix: str) -> dict[str, Any]:
    version = state.versions().get(prefix[:-1])
    return {} if version is None else {"version": version}


class _Exports(threading.local):
    """What hooks of the old kind gave instead of a dict, by call of state_dict: the module's visit and the other dict."""

    def __init__(self) -> None:
        self.open: list[tuple[tuple[int, str] | None, Any]] = []


_exports = _Exports()


@contextlib.contextmanager
def export(module: int, prefix: str) -> Iterator[Callable[[Any], Any]]:
    """Around an export of a module: gives the function that tells what comes back instead of its result."""
    _exports.open.append((None, None))
    last: list[Any] = [None, None]
    try:
        yield lambda made: last[1] if last[0] == (module, prefix) else made
    finally:
        last[:] = _exports.open.pop()


def _after_state_dict(hook: Hook, module: int, dict_: int, prefix: int, length: int) -> None:
    state, path = lent_state_dict(dict_, hook.context), text_at(prefix, length)
    metadata = _local_metadata(state, path)
    before = dict(metadata)
    visit, replaced = _exports.open[-1] if _exports.open else (None, None)
    given = replaced if visit == (module, path) else state
    result = hook(module_of(module, hook), given, path, metadata)
    if result is not None and _exports.open:  # the other hooks of this module get it, those above do not
        _exports.open[-1] = (None, None) if result is state else ((module, path), result)
    if metadata != before and metadata.get("version") is not None:
        state.set_version(path[:-1], metadata["version"])


class _Notes:
    """The lists of a load as Python lists, and what became of them written back."""

    def __init__(self, notes: int, kinds: tuple[int, ...]) -> None:
        self.notes = notes
        self.before = {kind: taken_strings(make(lib.duramen_load_notes_list, notes, kind)) for kind in kinds}
        self.lists = {kind: list(texts) for kind, texts in self.before.items()}

    def write_back(self) -> None:
        for kind, texts in self.lists.items():
            before = self.before[kind]
            if texts[:len(before)] != before:
                call(lib.duramen_load_notes_clear, self.notes, kind)
                before = []
            for text in texts[len(before):]:
                call(lib.duramen_load_notes_add, self.notes, kind, *encoded(text))


def _before_load(hook: Hook, module: int, dict_: int, prefix: int, length: int, notes: int) -> None:
    state, path = lent_state_dict(dict_, hook.context), text_at(prefix, length)
    kinds = (_api.LOAD_ITEM_MISSING, _api.LOAD_ITEM_UNEXPECTED, _api.LOAD_ITEM_FAILED)
    lists = _Notes(notes, kinds)
    hook(module_of(module, hook), state, path, _local_metadata(state, path), True,
         *(lists.lists[kind] for kind in kinds))
    lists.write_back()


def _after_load(hook: Hook, module: int, _prefix: int, _length: int, notes: int) -> None:
    kinds = (_api.LOAD_ITEM_MISSING, _api.LOAD_ITEM_UNEXPECTED)
    lists = _Notes(notes, kinds)
    hook(module_of(module, hook), _IncompatibleKeys(*(lists.lists[kind] for kind in kinds)))
    lists.write_back()


def immortal(function: Any) -> Any:
    """A callback that is there as long as the process, since the library may call it at any time."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(function))
    return function


def callback(body: Callable[..., Any], *kinds: Any) -> Any:
    """The C function of a kind of hook; the kinds of its arguments are those between `user` and the place of the error."""
    return immortal(ctypes.CFUNCTYPE(_STATUS, _P, *kinds, _P)(_guarded(body)))


_CALLBACKS: dict[str, Any] = {
    "register_parameter": callback(_register_tensor, _P, _P, _Z, _P, _P),
    "register_buffer": callback(_register_buffer, _P, _P, _Z, _P, _P),
    "register_child": callback(_register_child, _P, _P, _Z, _P, _P),
    "before_state_dict": callback(_before_state_dict, _P, _P, _Z, ctypes.c_uint64),
    "after_state_dict": callback(_after_state_dict, _P, _P, _P, _Z),
    "before_load": callback(_before_load, _P, _P, _P, _Z, _P),
    "after_load": callback(_after_load, _P, _P, _Z, _P),
}


def _forget(number: int, hooks: dict[int, Hook] = _hooks) -> None:
    hooks.pop(number, None)


_destroy = immortal(ctypes.CFUNCTYPE(None, _P)(_forget))


class RemovableHandle:
    """What setting a hook gives: `remove()` takes it away again, as does the end of a `with` block."""

    def __init__(self, module: Module, number: int) -> None:
        self._module: Module | None = module
        self.id = number

    def remove(self) -> None:
        module, self._module = self._module, None
        if module is not None:
            call(lib.duramen_module_remove_hook, module.handle, self.id)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def add_hook(module: Module, hook: Hook, function: Any, table: str, kind: str, body: Any,
             **fields: Any) -> RemovableHandle:
    """Sets a hook of one kind on a module: by a function of the library, with a table of that name."""
    number = next(_numbers)
    _hooks[number] = hook
    given = options(table, user=number, destroy=ctypes.cast(_destroy, _P), **{kind: ctypes.cast(body, _P)}, **fields)
    out = ctypes.c_uint64()
    try:
        call(function, module.handle, ctypes.byref(given), ctypes.byref(out))
    except BaseException:
        del _hooks[number]
        raise
    return RemovableHandle(module, out.value)


def add_module_hook(module: Module, kind: str, hook: Hook) -> RemovableHandle:
    """Sets a hook of registrations, state dicts or loads."""
    return add_hook(module, hook, lib.duramen_module_add_hook, "duramen_module_hook", kind, _CALLBACKS[kind])
