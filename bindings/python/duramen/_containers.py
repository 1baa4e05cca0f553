"""Containers: Sequential, ModuleList, ModuleDict, ParameterList and ParameterDict as PyTorch has them.

An edit prepares the new order first, so that a refused one changes nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from . import _api
from ._library import call, encoded, lib
from ._module import _OWN, CLASSES, Module
from ._tensor import Parameter, Tensor


class _Members(Module):
    """What the containers share: their members are entries of the module, in order."""

    _kinds = _api.KIND_CHILD

    def _members(self) -> dict[str, Any]:
        return dict(self._listed(self._kinds, _OWN))

    def __len__(self) -> int:
        return len(self._members())

    def __bool__(self) -> bool:
        return len(self) > 0

    def _ready(self, member: Any) -> Any:
        """The member as it is put; refuses what cannot be one."""
        if self._kinds == _api.KIND_PARAMETER:
            return Parameter(member) if isinstance(member, Tensor) and not member.is_parameter else member
        if member is not None and not isinstance(member, Module):
            raise TypeError(f"{type(member).__name__} is not a Module subclass")
        return member

    def _put(self, name: str, member: Any) -> None:
        ready = self._ready(member)
        if self._kinds == _api.KIND_CHILD:
            self.add_module(name, ready)
        else:
            setattr(self, name, ready)

    def _drop(self, name: str) -> None:
        call(lib.duramen_module_remove, self.handle, *encoded(name))


class _Numbered(_Members):
    """A container whose members are called "0", "1", ..."""

    def _position(self, index: Any) -> int:
        position, count = index.__index__(), len(self)
        if not -count <= position < count:
            raise IndexError(f"index {position} is out of range")
        return int(position % count)

    def _refill(self, members: list[Any]) -> None:
        ready = [self._ready(member) for member in members]
        for name in list(self._members()):
            self._drop(name)
        for i, member in enumerate(ready):
            self._put(str(i), member)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._members().values()))

    def __contains__(self, member: object) -> bool:
        return any(member is one for one in self)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            made = self._context.module(f"{self.class_name}()")
            chosen = list(self._members().items())[index]
            for i, (name, member) in enumerate(chosen):
                made._put(name if isinstance(self, Sequential) else str(i), member)
            return made
        return list(self._members().values())[self._position(index)]

    def __setitem__(self, index: Any, member: Any) -> None:
        self._put(list(self._members())[self._position(index)], member)

    def __delitem__(self, index: Any) -> None:
        members = list(self._members().values())
        del members[index if isinstance(index, slice) else self._position(index)]
        self._refill(members)

    def append(self, member: Any) -> Any:
        self._put(str(len(self)), member)
        return self

    def extend(self, members: Iterable[Any]) -> Any:
        for member in [self._ready(member) for member in members]:
            self.append(member)
        return self

    def insert(self, index: int, member: Any) -> Any:
        count = len(self)
        if not -count <= index <= count:
            raise IndexError(f"Index out of range: {index}")
        members = list(self._members().values())
        members.insert(index, member)
        self._refill(members)
        return self

    def pop(self, index: int = -1) -> Any:
        member = self[index]
        del self[index]
        return member

    def __iadd__(self, members: Iterable[Any]) -> Any:
        return self.extend(members)

    def __add__(self, members: Iterable[Any]) -> Any:
        made = self._context.module(f"{self.class_name}()")
        return made.extend([*self, *members])


class Sequential(_Numbered):
    """Children that run one after the other."""


class ModuleList(_Numbered):
    """A list of modules."""


class _Named(_Members):
    """A container whose members have names."""

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._members()))

    def __contains__(self, name: object) -> bool:
        return name in self._members()

    def __getitem__(self, name: str) -> Any:
        return self._members()[name]

    def __setitem__(self, name: str, member: Any) -> None:
        self._put(name, member)

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        self._drop(name)

    def keys(self) -> Any:
        return self._members().keys()

    def values(self) -> Any:
        return self._members().values()

    def items(self) -> Any:
        return self._members().items()

    def clear(self) -> None:
        for name in self:
            self._drop(name)

    def pop(self, name: str) -> Any:
        member = self[name]
        del self[name]
        return member

    def get(self, name: str, default: Any = None) -> Any:
        return self._members().get(name, default)

    def update(self, members: Any) -> None:
        if not isinstance(members, (Iterable, _Named)):
            raise TypeError(f"{self.class_name}.update should be called with an iterable of key/value pairs, but got "
                            f"{type(members).__name__}")
        for name, member in [(name, self._ready(member)) for name, member in self._pairs(members)]:
            self[name] = member

    def _pairs(self, members: Any) -> list[Any]:
        return list(members.items() if isinstance(members, (Mapping, _Named)) else members)


class ModuleDict(_Named):
    """A dict of modules."""


class ParameterList(_Numbered):
    """A list of parameters; a tensor that is none becomes one."""

    _kinds = _api.KIND_PARAMETER


class ParameterDict(_Named):
    """A dict of parameters; a tensor that is none becomes one."""

    _kinds = _api.KIND_PARAMETER

    def _pairs(self, members: Any) -> list[Any]:
        """A plain dict goes in by the order of its names, as in PyTorch."""
        pairs = super()._pairs(members)
        plain = isinstance(members, Mapping) and not isinstance(members, OrderedDict)
        return sorted(pairs, key=lambda pair: str(pair[0])) if plain else pairs

    def setdefault(self, name: str, default: Any = None) -> Any:
        if name not in self:
            self[name] = default
        return self[name]

    def popitem(self) -> tuple[str, Any]:
        name = list(self)[-1]
        return name, self.pop(name)

    def copy(self) -> Any:
        """Another dict with the same parameters."""
        made = self._context.module("ParameterDict()")
        for name, member in self.items():
            made[name] = member
        return made


CLASSES.update({one.__name__: one for one in (Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict)})
