"""Listings read in place: one call of the library for a whole tree or dict."""

from __future__ import annotations

import ctypes
from typing import Any, Iterator

from ._library import lib, make, options, struct


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


def module_entries(module: int, kinds: int, flags: int, prefix: str = "") -> Iterator[Any]:
    data = prefix.encode("utf-8", "surrogatepass")
    how = options("duramen_list_options", kinds=kinds, flags=flags, prefix=data, prefix_length=len(data))
    return entries(lib.duramen_module_list, module, ctypes.byref(how))
