"""Values both ways: None, bool, int, float, complex, str, bytes, tensors, lists, tuples, dicts, and what is opaque."""

from __future__ import annotations

import collections
import ctypes
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import _api
from ._handle import Handle, adopt, known
from ._library import encoded, lent_text, lib, make, pointers
from ._tensor import Tensor, lent_tensor

if TYPE_CHECKING:
    from ._context import Context


class Opaque(Handle):
    """An object of a class that is not known, as a file holds it: a name and its parts, never run."""

    __slots__ = ("class_name", "parts")
    _release = "duramen_value_release"
    class_name: str
    parts: list[Any]

    def __repr__(self) -> str:
        return f"<duramen.Opaque {self.class_name}>"


def release_value(address: int) -> None:
    lib.duramen_value_release(address)


class Values:
    """Makes values of Python objects, and releases them all at the end of the `with`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._made: list[int] = []

    def __enter__(self) -> Values:
        return self

    def __exit__(self, *_: object) -> None:
        for address in self._made:
            lib.duramen_value_release(address)

    def _make(self, function: Any, *arguments: Any) -> int:
        address: int = make(function, *arguments)
        self._made.append(address)
        return address

    def of(self, data: Any) -> int:
        """The value of a Python object."""
        if data is None:
            return self._make(lib.duramen_value_create_none)
        if isinstance(data, Tensor):
            return self._make(lib.duramen_value_create_tensor, data.handle)
        if isinstance(data, (bool, int, float, complex)):
            return self._number(data)
        if isinstance(data, str):
            return self._make(lib.duramen_value_create_text, *encoded(data))
        if isinstance(data, (bytes, bytearray, memoryview)):
            plain = bytes(data)
            return self._make(lib.duramen_value_create_bytes, plain, len(plain))
        if isinstance(data, (list, tuple)):
            function = lib.duramen_value_create_list if isinstance(data, list) else lib.duramen_value_create_tuple
            return self._make(function, *pointers([self.of(item) for item in data]))
        return self._other(data)

    def _number(self, number: Any) -> int:
        if isinstance(number, bool):
            return self._make(lib.duramen_value_create_bool, int(number))
        if isinstance(number, int):
            if -(2**63) <= number < 2**63:
                return self._make(lib.duramen_value_create_int, int(number))
            return self._make(lib.duramen_value_create_big_int, *encoded(str(int(number))))
        if isinstance(number, float):
            return self._make(lib.duramen_value_create_float, number)
        return self._make(lib.duramen_value_create_complex, number.real, number.imag)

    def _other(self, data: Any) -> int:
        from ._state_dict import StateDict

        if isinstance(data, StateDict):
            return self._make(lib.duramen_state_dict_to_value, data.handle)
        if isinstance(data, Mapping):
            return self._dict(data)
        if isinstance(data, Opaque):
            return data.handle
        if type(data).__module__ == "numpy" and getattr(data, "ndim", None) == 0 and hasattr(data, "item"):
            if not hasattr(data, "__setitem__") and isinstance(data.item(), (bool, int, float, complex)):
                return self._number(data.item())
        if hasattr(data, "__dlpack__") or hasattr(data, "__array_interface__"):
            return self.of(self._context.tensor(data))
        if hasattr(data, "state_dict"):
            raise TypeError(f"{type(data).__name__} is no value: its state_dict() is")
        raise TypeError(f"{type(data).__name__} is no value (None, bool, int, float, complex, str, bytes, tensor, list, "
                        "tuple, dict)")

    def _dict(self, data: Mapping[Any, Any]) -> int:
        keys, count = pointers([self.of(key) for key in data])
        items, _ = pointers([self.of(item) for item in data.values()])
        ordered = isinstance(data, collections.OrderedDict)
        function = lib.duramen_value_create_ordered_dict if ordered else lib.duramen_value_create_dict
        return self._make(function, keys, items, count)


def give_value(place: int, data: Any, context: Context) -> None:
    """Puts a reference to the value of a Python object where a callback gives its result."""
    with Values(context) as values:
        ctypes.c_void_p.from_address(place).value = lib.duramen_value_retain(values.of(data))


def python_of(value: int, context: Context) -> Any:
    """The Python object of a value, which stays with its holder."""
    kind = lib.duramen_value_kind(value)
    simple = _SIMPLE.get(kind)
    if simple is not None:
        return simple(value)
    if kind == _api.VALUE_TENSOR:
        return lent_tensor(lib.duramen_value_tensor(value), context)
    if kind == _api.VALUE_DICT:
        return dict_of(value, context)
    items = [python_of(lib.duramen_value_item(value, i), context) for i in range(lib.duramen_value_count(value))]
    if kind == _api.VALUE_LIST:
        return items
    return tuple(items) if kind == _api.VALUE_TUPLE else opaque_of(value, items)


def bytes_inside(value: int) -> bytes:
    nbytes = ctypes.c_size_t()
    address = lib.duramen_value_bytes(value, ctypes.byref(nbytes))
    return ctypes.string_at(address, nbytes.value) if address else b""


def text_inside(value: int) -> str:
    return lent_text(lib.duramen_value_text, value) or ""


def opaque_of(value: int, parts: list[Any]) -> Opaque:
    address = lib.duramen_value_retain(value)
    found = known(address)
    if found is not None:
        lib.duramen_value_release(address)
        return found  # type: ignore[no-any-return]
    opaque = Opaque()
    opaque.class_name = lent_text(lib.duramen_value_class_name, value) or ""
    opaque.parts = parts
    return adopt(opaque, address)


def dict_of(value: int, context: Context) -> Any:
    """A dict; an OrderedDict with versions beside it, such as a module's state, is a StateDict."""
    from ._state_dict import state_dict_of_value

    attributes = lib.duramen_value_attributes(value)
    if attributes and lib.duramen_value_find(attributes, b"_metadata", 9):
        state = state_dict_of_value(value, context)
        if state is not None:
            return state
    ordered = lent_text(lib.duramen_value_class_name, value) != "dict"
    out: dict[Any, Any] = collections.OrderedDict() if ordered else {}
    for i in range(lib.duramen_value_count(value)):
        out[python_of(lib.duramen_value_key(value, i), context)] = python_of(lib.duramen_value_item(value, i), context)
    return out


_SIMPLE: dict[int, Any] = {
    _api.VALUE_NONE: lambda value: None,
    _api.VALUE_BOOL: lambda value: bool(lib.duramen_value_bool(value)),
    _api.VALUE_INT: lambda value: lib.duramen_value_int(value),
    _api.VALUE_FLOAT: lambda value: lib.duramen_value_float(value),
    _api.VALUE_COMPLEX: lambda value: complex(lib.duramen_value_float(value), lib.duramen_value_imag(value)),
    _api.VALUE_TEXT: text_inside,
    _api.VALUE_BYTES: bytes_inside,
    _api.VALUE_BIG_INT: lambda value: int(text_inside(value)),
}
