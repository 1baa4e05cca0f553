"""Tensors of a listing while it is walked: one call of the library for all, and few steps of Python for each.

The listing holds the tensors, and each Python object holds the listing. When the walk ends, the objects that are in use elsewhere get a
reference of their own instead, so that one tensor does not keep all, and are found again by address; the others go without a call. Nobody
needs to rely on that end: an object that it misses (an interrupt, a weak reference) goes on holding the listing.
"""

from __future__ import annotations

import collections
import ctypes
import itertools
import sys
import weakref
from typing import TYPE_CHECKING, Any, Iterator

from . import _api
from ._handle import Handle, Owner, Reference, _alive, _gone, _lock, known, lendings, set_owner, walked
from ._library import fast, lib, make, struct
from ._listing import Listing, list_options
from ._tensor import Parameter, Tensor

if TYPE_CHECKING:
    from ._context import Context

_each = collections.deque[Any](maxlen=0).extend  # runs an iterator to its end
_set_handle: Any = vars(Handle)["handle"].__set__
_set_bound: Any = vars(Tensor)["_bound"].__set__
_set_address: Any = vars(Reference)["address"].__set__
_set_owned: Any = vars(Owner)["address"].__set__
_retain = fast.duramen_tensor_retain
_counts: Any = sys.getrefcount
_ALONE = list(map(_counts, [object()]))[0]  # what an object has that is in one list only


class Buffers:
    """Whether a parameter was ever put where a buffer is, which PyTorch allows: then each buffer is asked what it is."""

    may_be_parameters = False


buffers = Buffers()


def note_buffer(value: Any) -> None:
    """What becomes a buffer may be a parameter; listings know then."""
    if isinstance(value, Tensor) and value.is_parameter:
        buffers.may_be_parameters = True


class TensorOwner(Owner):
    """Of one of many tensors, made without a call of Python."""

    __slots__ = ()
    release = lib.duramen_tensor_release

    def __init__(self, address: int, _: Any) -> None:
        self.address = address


_MANY = 300
_room = [10000]  # so large the table may be until those that have gone are looked for


def _drop_gone() -> None:
    if len(_alive) > _room[0]:
        for address, reference in _alive.copy().items():  # in one step, since what goes meanwhile leaves the table
            if reference() is None and _alive.get(address) is reference:
                del _alive[address]
        _room[0] = 10000 + 2 * len(_alive)


_AT_ONCE = 600  # so many objects at a time: their memory is used again, and the collector, which looks after 700 new ones, rests


class Lending(list[Tensor]):
    """The objects of some of a listing's tensors, in its order. What iterates over it keeps it alive."""

    __slots__ = ("__weakref__", "_places", "addresses", "known", "listing")
    known: bool  # whether objects among these may be, or become, those of others

    def __init__(self, listing: Listing, addresses: list[int], kind: type[Tensor], repeated: bool) -> None:
        self.listing, self.addresses = listing, addresses
        self._places: dict[int, Tensor] | None = None
        with _lock:
            super().__init__(map(object.__new__, itertools.repeat(kind, len(addresses))))
            _each(map(_set_handle, self, addresses))
            _each(map(_set_bound, self, itertools.repeat(listing)))
            references = [] if _alive.keys().isdisjoint(addresses) else filter(None, map(_alive.get, addresses))
            self.known = repeated or bool(lendings) or any(reference() is not None for reference in references)
            if self.known:
                self._take_known()
            if buffers.may_be_parameters and kind is Tensor:
                for one in itertools.compress(self, map(fast.duramen_tensor_is_parameter, addresses)):
                    one.__class__ = Parameter
            lendings[id(self)] = weakref.ref(self)

    def _take_known(self) -> None:
        """A tensor that has an object already, or occurs twice, keeps that one; other listings that lend may have some of these."""
        for other in walked():
            other.known = True
        seen: dict[int, Tensor] = {}
        for i, address in enumerate(self.addresses):
            one = seen.get(address)
            one = known(address) if one is None else one
            if one is not None:
                self[i] = one
            seen[address] = self[i]

    def find(self, address: int) -> Tensor | None:
        if self._places is None:
            self._places = dict(zip(self.addresses, self))
        return self._places.get(address)

    def __del__(self, lock: Any = _lock, active: Any = lendings) -> None:
        with lock:
            active.pop(id(self), None)
            self._places = None
            more, last = sum(map(_counts, self)) - _ALONE * len(self), self[-1:]
            if more and more == sum(map(_counts, last)) - _ALONE - 1:  # a loop that goes on still has the last one
                self._keep(last, self.addresses[-1:])
            elif more:
                used = [count > _ALONE for count in map(_counts, self)]
                self._keep(list(itertools.compress(self, used)), list(itertools.compress(self.addresses, used)))

    def _keep(self, objects: list[Tensor], addresses: list[int]) -> None:
        """Lets what is in use elsewhere own a reference."""
        if self.known:  # one that occurs twice is retained once
            kept = {address: one for address, one in zip(addresses, objects) if not is_owned(one, address)}
            addresses, objects = list(kept), list(kept.values())
        owners = list(map(object.__new__, itertools.repeat(TensorOwner, len(objects))))
        _each(map(_set_owned, owners, map(_retain, addresses)))  # in one step of C, which no interrupt breaks
        _each(map(set_owner, objects, owners))
        many = len(objects) >= _MANY
        if many:  # what stays in the table is dropped when that has grown
            _drop_gone()
        references = list(map(Reference, objects, itertools.repeat(None if many else _gone)))
        _each(map(_set_address, references, addresses))
        _alive.update(zip(addresses, references))
        _each(map(_set_bound, objects, itertools.repeat(self.listing.context)))


def is_owned(tensor: Tensor, address: int) -> bool:
    reference = _alive.get(address)
    return reference is not None and reference() is tensor


def _pieces(listing: Listing, first: int, count: int, stride: int, kind: type[Tensor],
            repeated: bool) -> Iterator[Iterator[tuple[str, Tensor]]]:
    """The entries of a listing, some at a time."""
    words = memoryview((ctypes.c_char * (count * stride)).from_address(first)).cast("B").cast("Q")
    step = stride // 8
    name, length, tensor = (getattr(struct("duramen_entry"), field).offset // 8 for field in ("name", "name_length", "tensor"))
    for start in range(0, count, _AT_ONCE):
        end = min(start + _AT_ONCE, count) * step
        first_name, last = words[start * step + name], end - step
        names = ctypes.string_at(first_name, words[last + name] + words[last + length] - first_name).decode().split("\0")
        addresses = words[start * step + tensor : end : step].tolist()
        yield zip(names, Lending(listing, addresses, kind, repeated))


def tensor_entries(module: int, context: Context, kind: int, flags: int, prefix: str = "",
                   **selection: Any) -> Iterator[tuple[str, Tensor]]:
    """The parameters or the buffers of a module with their names."""
    how = list_options(kind, flags, prefix, **selection)
    listing = Listing(make(lib.duramen_module_list, module, ctypes.byref(how)), context)
    count, stride = ctypes.c_size_t(), ctypes.c_size_t()
    first = lib.duramen_listing_entries(listing.address, ctypes.byref(count), ctypes.byref(stride))
    parameters = kind == _api.KIND_PARAMETER
    repeated = bool(flags & _api.LIST_KEEP_DUPLICATES)
    if not count.value:
        return iter(())
    return itertools.chain.from_iterable(_pieces(listing, first, count.value, stride.value, Parameter if parameters else Tensor,
                                                 repeated))
