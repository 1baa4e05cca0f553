"""Listings read in place: one call of the library for a whole tree or dict."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Union

from ._dtype import dtype_of
from ._handle import Owner
from ._library import lib, make, options, struct

if TYPE_CHECKING:
    from ._context import Context


class Listing:
    """Holds a listing of the library, which holds its tensors; the context is theirs."""

    __slots__ = ("address", "context", "owner")

    def __init__(self, address: int, context: Context) -> None:
        self.address, self.context = address, context
        self.owner = Owner(address, lib.duramen_listing_release)


def entries(function: Any, *arguments: Any) -> Iterator[Any]:
    """Each entry of the listing that a function makes; what an entry lends lives until the next one is asked for."""
    listing = make(function, *arguments)
    try:
        count, stride = ctypes.c_size_t(), ctypes.c_size_t()
        first = lib.duramen_listing_entries(listing, ctypes.byref(count), ctypes.byref(stride))
        kind = struct("duramen_entry")
        for i in range(count.value):
            yield kind.from_address(first + i * stride.value)
    finally:
        lib.duramen_listing_release(listing)


# One text or several: `*` within a component, `**` across them, `a|b`; several are alternatives.
Patterns = Union[str, Iterable[str]]


def joined(patterns: Patterns) -> str:
    return patterns if isinstance(patterns, str) else "|".join(patterns)


def pattern_fields(**patterns: Patterns) -> dict[str, Any]:
    """The fields of an options struct that hold texts."""
    fields: dict[str, Any] = {}
    for name, given in patterns.items():
        data = joined(given).encode("utf-8", "surrogatepass")
        fields |= {name: data, f"{name}_length": len(data)}
    return fields


def list_options(kinds: int = 0, flags: int = 0, prefix: str = "", include: Patterns = "", exclude: Patterns = "",
                 dtype: Any = None) -> Any:
    """What to list; the fields of duramen_list_options."""
    return options("duramen_list_options", kinds=kinds, flags=flags,
                   dtype=0 if dtype is None else dtype_of(dtype).number,
                   **pattern_fields(prefix=prefix, include=include, exclude=exclude))


def module_entries(module: int, *how: Any, **more: Any) -> Iterator[Any]:
    return entries(lib.duramen_module_list, module, ctypes.byref(list_options(*how, **more)))
