"""Files: PyTorch's .pt, .safetensors and NumPy's .npy; the format is told by the content."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import _api
from ._handle import Handle, adopt
from ._library import encoded, lent_text, lib, options
from ._state_dict import StateDict, context_of, state_dict_of_value, wrap_state_dict
from ._tensor import Tensor
from ._value import Values, python_of

if TYPE_CHECKING:
    from ._context import Context

_FORMATS = {None: _api.FORMAT_AUTOMATIC, "safetensors": _api.FORMAT_SAFETENSORS, "torch": _api.FORMAT_TORCH,
            "npy": _api.FORMAT_NPY}


class Checkpoint(Handle):
    """An open file; its tensors share the mapped memory."""

    __slots__ = ("_context",)
    _release = "duramen_checkpoint_release"
    _context: Context

    def __init__(self, path: str | os.PathLike[str], *, read: bool = False, verify: bool = False,
                 context: Context | None = None) -> None:
        from ._context import Context as NewContext

        self._context = context or NewContext()
        flags = (_api.OPEN_READ if read else 0) | (_api.OPEN_VERIFY if verify else 0)
        how = options("duramen_open_options", flags=flags)
        adopt(self, self._context.build(lib.duramen_checkpoint_open, *encoded(os.fspath(path)), ctypes.byref(how)))

    @property
    def format(self) -> str:
        return lent_text(lib.duramen_checkpoint_format, self.handle) or ""

    def content(self) -> Any:
        """Everything that the file holds: a StateDict where it is one, else dicts, lists, tensors, numbers."""
        value = lib.duramen_checkpoint_content(self.handle)
        if self.format == "safetensors":
            return self.state_dict()
        if is_state(value):
            state = state_dict_of_value(value, self._context)
            if state is not None:
                return state
        return python_of(value, self._context)

    def state_dict(self, select: str = "") -> StateDict:
        """The dict at a dotted path of the content; nested containers become dotted names."""
        address = self._context.build(lib.duramen_checkpoint_state_dict, self.handle, *encoded(select))
        return wrap_state_dict(address, self._context)


def is_state(value: int) -> bool:
    """Whether a value is a dict of tensors only, or of what PyTorch keeps with versions."""
    if lib.duramen_value_kind(value) != _api.VALUE_DICT:
        return False
    attributes = lib.duramen_value_attributes(value)
    if attributes and lib.duramen_value_find(attributes, b"_metadata", 9):
        return True
    kinds = (lib.duramen_value_kind(lib.duramen_value_item(value, i)) for i in range(lib.duramen_value_count(value)))
    return all(kind == _api.VALUE_TENSOR for kind in kinds)


def load(path: str | os.PathLike[str], *, select: str | None = None, read: bool = False, verify: bool = False,
         context: Context | None = None) -> Any:
    """What a file holds. Its tensors share the mapped file; `read` reads it into memory instead.

    `select` takes the state dict at a dotted path, such as "model". No file can run code.
    """
    opened = Checkpoint(path, read=read, verify=verify, context=context)
    return opened.content() if select is None else opened.state_dict(select)


def save(data: Any, path: str | os.PathLike[str], *, format: str | None = None, metadata: Mapping[str, str] | None = None,
         durable: bool = True, context: Context | None = None) -> None:
    """Saves a state dict or any value; the file is whole or untouched. The ending tells the format.

    `metadata` are free texts of a safetensors file.
    """
    if format not in _FORMATS:
        raise ValueError(f"format is 'safetensors', 'torch', 'npy' or None, not {format!r}")
    target = os.fspath(path)
    how = options("duramen_save_options", format=_FORMATS[format],
                  durability=_api.DURABILITY_DURABLE if durable else _api.DURABILITY_ATOMIC)
    tensors_only = isinstance(data, Mapping) and all(isinstance(item, Tensor) or hasattr(item, "__array_interface__")
                                                     for item in data.values())
    safetensors = format == "safetensors" or format is None and target.endswith(".safetensors")
    where = context or (context_of(data) if isinstance(data, Mapping) else _context_inside(data))
    if isinstance(data, StateDict) or safetensors and tensors_only or metadata is not None:
        state = data if isinstance(data, StateDict) and metadata is None else StateDict(data, metadata=metadata,
                                                                                       context=where)
        where.run(lib.duramen_state_dict_save, state.handle, *encoded(target), ctypes.byref(how))
        return
    with Values(where) as values:
        where.run(lib.duramen_value_save, values.of(data), *encoded(target), ctypes.byref(how))


def _context_inside(data: Any) -> Context:
    from ._context import Context as NewContext

    return data.context if isinstance(data, Tensor) else NewContext()
