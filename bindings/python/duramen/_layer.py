"""Modules of the library's classes from Python's arguments: `duramen.nn.Linear(4, 3, bias=False)`."""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ._arithmetic import literal
from ._context import current_context
from ._dtype import dtype, dtype_of
from ._module import CLASSES, Module, typename
from ._tensor import Tensor

if TYPE_CHECKING:
    from ._context import Context


class Spelling:
    """Arguments as the text form has them; modules and tensors get names."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        parts = [self.of(one) for one in args] + [f"{name}={self.of(dtype_of(one) if name == 'dtype' and one is not None else one)}"
                                                   for name, one in kwargs.items()]
        return f"{function}({', '.join(parts)})"

    def of(self, value: Any) -> str:
        if isinstance(value, dtype):
            return str(value)
        if value is None or isinstance(value, (bool, int, float, complex, str)):
            return literal(value)
        if isinstance(value, (Module, Tensor)):
            name = f"given_{len(self.names)}"
            self.names[name] = value
            return name
        if isinstance(value, tuple):
            return f"({', '.join(map(self.of, value))}{',' if len(value) == 1 else ''})"
        if isinstance(value, list):
            return f"[{', '.join(map(self.of, value))}]"
        if isinstance(value, collections.OrderedDict):
            return f"OrderedDict({self.of(list(value.items()))})"
        if isinstance(value, dict):
            return f"{{{', '.join(f'{self.of(key)}: {self.of(one)}' for key, one in value.items())}}}"
        if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:  # a number of NumPy
            return self.of(value.item())
        raise TypeError(f"a module takes numbers, texts, tensors, modules and lists of them (got {typename(value)})")


class Layer(Module):
    """A module of a class of the library, with PyTorch's arguments; `context`: whose generator draws the initial values."""

    def _make(self, context: Context | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        spelling = Spelling()
        text = spelling.call(self._native().__name__, args, kwargs)
        if context is None:
            context = next((one._context for one in spelling.names.values()), None) or current_context()
        self._build(context, text, spelling.names)


def checked(signature: Callable[..., None]) -> Callable[..., None]:
    """A constructor that lets a signature refuse what does not fit it, and hands on what was given, as it was given."""
    @functools.wraps(signature)
    def __init__(self: Layer, *args: Any, context: Context | None = None, **kwargs: Any) -> None:
        signature(self, *args, **kwargs)
        self._make(context, args, kwargs)
    return __init__


def settle(layers: Iterable[type[Layer]]) -> None:
    """Makes the classes that are written as signatures those of `duramen.nn`, and of the library's modules."""
    for one in layers:
        CLASSES[one.__name__] = one
        setattr(one, "__init__", checked(vars(one)["__init__"]))  # noqa: B010
        one.__module__ = "duramen.nn"
