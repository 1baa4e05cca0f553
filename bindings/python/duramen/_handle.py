"""Python objects that hold one reference to an object of the library.

One library object has at most one Python object at a time, so that `m.weight is m.weight`; the reference is given back
when the Python object goes, on whatever thread that happens.
"""

from __future__ import annotations

import os
import sys
import threading
import weakref
from typing import Any, TypeVar

from ._library import lib

T = TypeVar("T", bound="Handle")


class Reference(weakref.ref):  # type: ignore[type-arg]
    """A weak reference that remembers where it stands in the table."""

    __slots__ = ("address",)
    address: int


class _Probe:
    """Tells how many references a finaliser sees that runs because there are none."""

    def __del__(self, counts: Any = sys.getrefcount) -> None:
        _alone.append(counts(self))


_alone: list[int] = []
_Probe()


class Owner:
    """Holds one reference to an object of the library, for whatever refers to it.

    The collector runs the finalisers of all that it finds, and only then sees whether one of them took something back; it calls weak
    references even before. So a finaliser that is not alone lets a new owner take over, which goes when nothing refers to it. A debugger that looks
    at its variables is no reason to do so for ever."""

    __slots__ = ("_age", "_next", "address", "release")
    _age: int

    def __init__(self, address: int, release: Any) -> None:
        self.address, self.release = address, release

    def __del__(self, counts: Any = sys.getrefcount, alone: list[int] = _alone) -> None:
        if counts(self) > alone[0] and (age := getattr(self, "_age", 0)) < 20:
            self._next = type(self)(self.address, self.release)
            self._next._age = age + 1
        else:
            self.release(self.address)


class Handle:
    """The base class: `handle` is the address of the library's object."""

    __slots__ = ("_owner", "handle", "__weakref__")
    _owner: Owner
    handle: int
    _release = "duramen_error_release"  # the name of the type's release function

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")


_alive: dict[int, Reference] = {}
lendings: dict[int, weakref.ref[Any]] = {}  # listings that are walked just now (_lending.py)
_lock: Any = threading.RLock()  # reentrant: the collector may run _gone inside adopt
os.register_at_fork(after_in_child=_lock._at_fork_reinit)


def _gone(reference: Reference, alive: dict[int, Reference] = _alive, lock: Any = _lock) -> None:
    with lock:
        if alive.get(reference.address) is reference:
            del alive[reference.address]


set_owner: Any = vars(Handle)["_owner"].__set__


def adopt(made: T, address: int) -> T:
    """Lets a new Python object own the reference that the caller has, unless another thread was faster: gives the object that is there."""
    release = getattr(lib, made._release)
    with _lock:
        found: T | None = known(address)
        if found is None:
            made.handle = address
            set_owner(made, Owner(address, release))
            reference = Reference(made, _gone)
            reference.address = address
            _alive[address] = reference
            return made
    release(address)
    return found


def exchange(one: Handle, other: Handle) -> None:
    """Lets two Python objects change places: each holds what the other held."""
    with _lock:
        both = [(each, reference) for each in (one, other)  # without what a finaliser took back
                if (reference := _alive.get(each.handle)) is not None and reference() is each]
        for each, _ in both:
            del _alive[each.handle]
        one.handle, other.handle = other.handle, one.handle
        one._owner, other._owner = other._owner, one._owner
        for each, reference in both:
            reference.address = each.handle
            _alive[each.handle] = reference


def known(address: int) -> Any:
    """The Python object of an address, or None."""
    reference = _alive.get(address)
    found = reference() if reference is not None else None
    return lent(address) if found is None and lendings else found


def walked() -> list[Any]:
    """What lends just now; under the lock."""
    found = []
    for key, reference in list(lendings.items()):
        lending = reference()
        if lending is None:  # it went without a word, as where an interrupt broke in
            lendings.pop(key, None)
        else:
            found.append(lending)
    return found


def lent(address: int) -> Any:
    """The object that a listing which is walked lends for an address, or None."""
    with _lock:
        return next((found for lending in walked() if (found := lending.find(address)) is not None), None)
