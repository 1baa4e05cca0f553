"""What Python adds to modules of the library: ordinary attributes and classes of its own.

Both hang on the library's module, so that they live as long as it does, also while no Python object stands for it.
"""

from __future__ import annotations

import copy
import ctypes
import itertools
from typing import TYPE_CHECKING, Any

from . import _api
from ._handle import known
from ._hooks import failed, immortal
from ._library import call, encoded, lib, make, options
from ._listing import module_entries

if TYPE_CHECKING:
    from ._context import Context
    from ._module import Module

class Record:
    """What hangs on a module: the Python class and the dict of the attributes."""

    __slots__ = ("attributes", "kind", "text")

    def __init__(self, kind: type[Any], attributes: dict[str, Any], text: str | None = None) -> None:
        self.kind = kind
        self.attributes = attributes
        self.text = text  # what made the module of the class below


_records: dict[int, Record] = {}
_numbers = itertools.count(1)


_DESTROY = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


def _forget(number: int, records: dict[int, Record] = _records) -> None:
    records.pop(number, None)


_KEY = ctypes.create_string_buffer(1)  # its address is this package's key for what hangs on a module
_forget_callback = ctypes.cast(immortal(_DESTROY(_forget)), ctypes.c_void_p)


def attach(address: int, record: Record) -> None:
    number = next(_numbers)
    _records[number] = record
    try:
        call(lib.duramen_module_set_attachment, address, _KEY, number, _forget_callback)
    except BaseException:
        del _records[number]
        raise


def record_of(address: int) -> Record | None:
    number = make(lib.duramen_module_attachment, address, _KEY)
    return _records.get(number) if number else None


# Classes.

def _guarded(body: Any) -> Any:
    """A callback whose last argument is the place of an error; what it raises comes out of the call that led to it."""
    def callback(_user: Any, *args: Any) -> int:
        *given, place = args
        try:
            body(*given)
            return 0
        except BaseException as raised:  # noqa: BLE001, nothing may unwind through the library
            return failed(raised, place)
    return callback


def _module_at(address: int, context: int) -> Module:
    from ._module import lent_module

    return lent_module(address, known(context))


def _forward(context: int, module: int, arguments: int, keywords: int | None, out: int) -> None:
    from ._value import give_value, python_of

    runs = known(context)
    named = python_of(keywords, runs) if keywords else {}
    give_value(out, _module_at(module, context).forward(*python_of(arguments, runs), **named), runs)


def _clone(_context: int, _module: int, _out: Any) -> None:
    """Attributes and class follow in `copied`."""


def _extra_repr(module: int, out: int) -> None:
    text = make(lib.duramen_string_create, *encoded(_module_at(module, 0).extra_repr()))
    ctypes.c_void_p.from_address(out).value = text


def _get_extra_state(module: int, out: int) -> None:
    from ._value import give_value

    asked = _module_at(module, 0)
    give_value(out, asked.get_extra_state(), asked._context)


def _set_extra_state(context: int, module: int, state: int) -> None:
    from ._value import python_of

    _module_at(module, 0).set_extra_state(python_of(state, known(context)))


_CALLBACKS = {
    name: ctypes.cast(immortal(ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * count)(_guarded(function))), ctypes.c_void_p)
    for name, function, count in (("forward", _forward, 7), ("clone", _clone, 5), ("extra_repr", _extra_repr, 4),
                                  ("get_extra_state", _get_extra_state, 4), ("set_extra_state", _set_extra_state, 5))}


def _described(kind: type[Module], base: type[Module], version: int) -> Any:
    """What a class in Python has of its own beside those of its base."""
    name, length = encoded(kind.__name__)
    given = {what: address for what, address in _CALLBACKS.items()
             if what == "clone" or getattr(kind, what) is not getattr(base, what)}
    return options("duramen_module_class", name=name, name_length=length,
                   version=int(getattr(kind, "_version", version)), **given)


def new_own(kind: type[Module], base: type[Module], context: Context) -> int:
    """A module of a class that is derived from `base`, which is Module, in Python."""
    address: int = context.build(lib.duramen_module_create_custom, ctypes.byref(_described(kind, base, 1)), None)
    return address


def derive(module: int, kind: type[Module], base: type[Module]) -> None:
    """Lets a new module of a class of the library be of a class that is derived from it in Python."""
    try:
        call(lib.duramen_module_derive, module, ctypes.byref(_described(kind, base, 0)), None)
    except BaseException:
        lib.duramen_module_release(module)
        raise


# Copies.

def copied(module: Module, memo: dict[int, Any]) -> Module:
    """copy.deepcopy of a module: the library copies the tree, the attributes and classes of Python follow."""
    from ._module import as_module, lent_module

    context = module._context
    address = context.build(lib.duramen_module_deepcopy, module.handle)
    if not _records:
        return as_module(address, context)
    pairs = list(zip(*([entry.module for entry in module_entries(one, _api.KIND_MODULE, 0)]
                       for one in (module.handle, address))))
    records = [(record_of(old), new) for old, new in pairs]
    fresh = [(record, Record(record.kind, {}, record.text), new) for record, new in records if record is not None]
    for _, record, new in fresh:
        attach(new, record)
    made = as_module(address, context)
    memo[id(module)] = made
    if any(record.attributes for record, _, _ in fresh):
        alive = [(lent_module(old, context), lent_module(new, context)) for old, new in pairs]
        alive += [(old, new) for kind in ("named_parameters", "named_buffers")
                  for (_, old), (_, new) in zip(getattr(module, kind)(), getattr(made, kind)())]
        memo.update({id(old): new for old, new in alive})
        for record, empty, _ in fresh:
            empty.attributes.update(copy.deepcopy(record.attributes, memo))
        memo[id(memo)] = [*memo.get(id(memo), []), alive]  # kept alive as long as the memo, as copy does
    return made
