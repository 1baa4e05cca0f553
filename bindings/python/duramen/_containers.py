"""Containers: Sequential, ModuleList, ModuleDict, ParameterList and ParameterDict as PyTorch has them.

An edit that is refused changes nothing.
"""

from __future__ import annotations

import ctypes
import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from . import _api
from ._library import INT64_MAX, INT64_MIN, call, encoded, lib, make, pointers, taken_strings
from ._module import CLASSES, Module, as_module, typename
from ._tensor import Tensor
from ._value import Values, python_of, release_value


class _Container(Module):
    """What all containers share: keys and their count."""

    def _keys_now(self) -> list[str]:
        return taken_strings(make(lib.duramen_container_keys, self.handle))

    def __len__(self) -> int:
        count = ctypes.c_size_t()
        call(lib.duramen_container_count, self.handle, ctypes.byref(count))
        return count.value

    def __dir__(self) -> Iterable[str]:
        return [name for name in super().__dir__() if not name.isdigit()]

    def _another(self) -> Any:
        """An empty container of the same class of the library."""
        return self._native()._in(self._bound)  # type: ignore[attr-defined]

    @classmethod
    def _in(cls, context: Any) -> Any:
        made = cls.__new__(cls)
        Module.__init__(made, context)
        return made

    def _module(self, address: int | None) -> Any:
        return None if address is None else as_module(address, self._context)

    def clear(self) -> None:
        call(lib.duramen_container_clear, self.handle)


def checked(member: Any) -> int | None:
    """The handle of a module or None."""
    if member is not None and not isinstance(member, Module):
        raise TypeError(f"{typename(member)} is not a Module subclass")
    return None if member is None else member.handle


def bounds(index: slice) -> tuple[int, int, int]:
    """A slice as the three arguments of a C function."""
    def cut(bound: Any, absent: int) -> int:
        return absent if bound is None else max(INT64_MIN, min(INT64_MAX, operator.index(bound)))

    step = cut(index.step, 1)
    return cut(index.start, 0 if step > 0 else INT64_MAX), cut(index.stop, INT64_MAX if step > 0 else INT64_MIN), step


class _Numbered(_Container):
    """A container of modules that are called "0", "1", ..."""

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            cut = self._module(make(lib.duramen_container_slice, self.handle, *bounds(index)))
            return cut if type(cut) is type(self) else self._of_this_class(cut)
        return self._module(make(lib.duramen_container_get, self.handle, operator.index(index)))

    def _of_this_class(self, cut: Any) -> Any:
        """A class of one's own is called with the members of a slice, as PyTorch does."""
        make_one: Any = type(self)
        return make_one(list(cut))

    def __setitem__(self, index: int, module: Any) -> None:
        make(lib.duramen_container_get, self.handle, operator.index(index))
        setattr(self, list(self.slots()["modules"])[index], module)

    def __delitem__(self, index: Any) -> None:
        if isinstance(index, slice):
            call(lib.duramen_container_remove_slice, self.handle, *bounds(index))
        else:
            self._module(make(lib.duramen_container_pop, self.handle, operator.index(index)))

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self.slots()["modules"].values()))

    def append(self, module: Any) -> Any:
        call(lib.duramen_container_append, self.handle, checked(module))
        self._bind(module)
        return self

    def _extend(self, members: list[Any]) -> Any:
        call(lib.duramen_container_extend, self.handle, *pointers([checked(one) for one in members]))
        for one in members:
            self._bind(one)
        return self

    def extend(self, members: Iterable[Any]) -> Any:
        return self._extend(list(members))

    def pop(self, index: Any = -1) -> Any:
        member = self[index]
        del self[index]
        return member


class Sequential(_Numbered):
    """Children that run one after the other."""

    def __init__(self, *modules: Any) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], OrderedDict):
            for name, module in modules[0].items():
                self.add_module(name, module)
        else:
            self._extend(list(modules))

    def _of_this_class(self, cut: Any) -> Any:
        return type(self)(OrderedDict(cut.named_children()))

    def insert(self, index: int, module: Any) -> Any:
        if not isinstance(module, Module):
            raise AssertionError("module should be of type: <class 'torch.nn.modules.module.Module'>")
        call(lib.duramen_container_insert, self.handle, index, module.handle)
        self._bind(module)
        return self

    def _same(self, other: Any) -> list[Any]:
        if isinstance(other, Sequential):
            return list(other)
        raise ValueError(f"add operator supports only objects of Sequential class, but {type(other)} is given.")

    def __add__(self, other: Any) -> Any:
        return self._another()._extend([*self, *self._same(other)])

    def __iadd__(self, other: Any) -> Any:
        return self._extend(self._same(other))

    def _times(self, other: Any) -> int:
        if not isinstance(other, int):
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(other)}")
        if other <= 0:
            raise ValueError(f"Non-positive multiplication factor {other} for {type(self)}")
        return other

    def __mul__(self, other: int) -> Any:
        return self._another()._extend(list(self) * self._times(other))

    __rmul__ = __mul__

    def __imul__(self, other: int) -> Any:
        return self._extend(list(self) * (self._times(other) - 1))


class ModuleList(_Numbered):
    """A list of modules."""

    def __init__(self, modules: Iterable[Any] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def insert(self, index: int, module: Any) -> None:
        position = operator.index(index)
        call(lib.duramen_container_insert, self.handle, position, None if position < 0 else checked(module))
        self._bind(module)

    def extend(self, members: Iterable[Any]) -> Any:
        if not isinstance(members, Iterable):
            raise TypeError(f"ModuleList.extend should be called with an iterable, but got {type(members).__name__}")
        return self._extend(list(members))

    def __iadd__(self, members: Iterable[Any]) -> Any:
        return self.extend(members)

    def __add__(self, other: Iterable[Any]) -> Any:
        return self._another()._extend([*self, *other])


def pairs_of(owner: str, caller: str, members: Any, is_sorted: bool = False) -> list[tuple[Any, Any]]:
    """The pairs of a mapping or an iterable of pairs, checked as PyTorch checks them."""
    if not isinstance(members, Iterable):
        raise TypeError(f"{caller}.update should be called with an iterable of key/value pairs, but got "
                        f"{type(members).__name__}")
    if isinstance(members, (Mapping, ModuleDict, ParameterDict)):
        plain = isinstance(members, Mapping) and not isinstance(members, OrderedDict)
        return sorted(members.items(), key=operator.itemgetter(0)) if is_sorted and plain else list(members.items())
    out = []
    for i, pair in enumerate(members):
        if not isinstance(pair, Iterable):
            raise TypeError(f"{owner} update sequence element #{i} should be Iterable; is{type(pair).__name__}")
        if not len(pair) == 2:  # type: ignore[arg-type]
            raise ValueError(f"{owner} update sequence element #{i} has length {len(pair)}; 2 is required")  # type: ignore[arg-type]
        out.append((pair[0], pair[1]))  # type: ignore[index]
    return out


class ModuleDict(_Container):
    """A dict of modules."""

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def _members(self) -> dict[str, Any]:
        members: dict[str, Any] = self.slots()["modules"]
        return members

    def __getitem__(self, key: str) -> Any:
        if not isinstance(key, str):
            hash(key)  # what has none is a TypeError
            raise KeyError(key)
        return self._module(make(lib.duramen_container_get_key, self.handle, *encoded(key)))

    def __setitem__(self, key: str, module: Any) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        self.pop(key)

    def pop(self, key: str) -> Any:
        if not isinstance(key, str):
            hash(key)
            raise KeyError(key)
        return self._module(make(lib.duramen_container_pop_key, self.handle, *encoded(key)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys_now())

    def __contains__(self, key: object) -> bool:
        return key in self._keys_now()

    def keys(self) -> Any:
        return self._members().keys()

    def values(self) -> Any:
        return self._members().values()

    def items(self) -> Any:
        return self._members().items()

    def get(self, key: str, default: Any = None) -> Any:
        return self._members().get(key, default)

    def update(self, modules: Any) -> None:
        added = self._another()
        for key, module in pairs_of("ModuleDict", "ModuleDict", modules):
            added[key] = module
        call(lib.duramen_container_update, self.handle, added.handle)
        for module in added.values():
            self._bind(module)


class _Parameters(_Container):
    """What ParameterList and ParameterDict share: tensors become parameters, modules children, the rest attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name in ("handle", "_bound", "_attached") or name.startswith("__") or name not in self._keys_now():
                raise
        value = make(lib.duramen_container_get_value, self.handle, *encoded(name))
        try:
            return python_of(value, self._context)
        finally:
            release_value(value)

    def _put(self, key: str, value: Any) -> None:
        """`self[key] = value`, also beyond the end of a list."""
        if isinstance(value, Module):
            call(lib.duramen_container_set_key, self.handle, *encoded(key), value.handle)
        else:
            with Values(self._context if self._bound or not isinstance(value, Tensor) else value._context) as values:
                try:
                    made = values.of(value)
                except TypeError:
                    made = values.of(None)  # an object of Python's; it is kept beside
                call(lib.duramen_container_set_value, self.handle, *encoded(key), made)
        self._keep(key, value)

    def _keep(self, key: str, value: Any) -> None:
        """What the library has no entry for, after it took the key."""
        self.__dict__.pop(key, None)
        if isinstance(value, (Module, Tensor)):
            self._bind(value)
        elif self._slot(key)[0] == 0:
            self.__dict__[key] = value
            self._attach()

    def forward(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError(f"{self._native().__name__} should not be called.")

    __call__ = forward


class ParameterList(_Parameters):
    """A list of parameters and other objects; a tensor that is no parameter becomes one."""

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        if values is not None:
            self.extend(values)

    def _key(self, index: Any) -> str:
        position, count = operator.index(index), len(self)
        if not -count <= position < count:
            raise IndexError(f"index {position} is out of range")
        return str(position + count if position < 0 else position)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            made = type(self)() if self._native() is not type(self) else self._another()
            return made.extend([getattr(self, key) for key in self._keys_now()[index]])
        return getattr(self, self._key(index))

    def __setitem__(self, index: int, value: Any) -> None:
        self._put(self._key(index), value)

    def __iter__(self) -> Iterator[Any]:
        return (getattr(self, key) for key in self._keys_now())

    def append(self, value: Any) -> Any:
        self._put(str(len(self)), value)
        return self

    def extend(self, values: Iterable[Any]) -> Any:
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            raise TypeError(f"ParameterList.extend should be called with an iterable, but got {type(values).__name__}")
        added = list(values)
        tried = self._another()
        for value in added:  # nothing is changed when one is refused
            tried.append(value)
        for value in added:
            self.append(value)
        return self

    def __iadd__(self, values: Iterable[Any]) -> Any:
        return self.extend(values)


class ParameterDict(_Parameters):
    """A dict of parameters and other objects; a tensor that is no parameter becomes one."""

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        if parameters is not None:
            self.update(parameters)

    def _key(self, key: Any) -> str:
        if isinstance(key, str):
            return key
        raise TypeError("Index given to ParameterDict cannot be used as a key as it is not a string (type is "
                        f"'{type(key).__name__}'). Open an issue on github if you need non-string keys.")

    def __getitem__(self, key: str) -> Any:
        return getattr(self, self._key(key))

    def __setitem__(self, key: str, value: Any) -> None:
        self._put(self._key(key), value)

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        if self._slot(key)[0] == _api.KIND_CHILD:
            self._module(make(lib.duramen_container_pop_key, self.handle, *encoded(key)))
        else:
            release_value(make(lib.duramen_container_pop_value, self.handle, *encoded(key)))
        self.__dict__.pop(key, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys_now())

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys_now())

    def __contains__(self, key: object) -> bool:
        return key in self._keys_now()

    def keys(self) -> Any:
        return dict.fromkeys(self._keys_now()).keys()

    def items(self) -> Any:
        return {key: self[key] for key in self._keys_now()}.items()

    def values(self) -> Any:
        return {key: self[key] for key in self._keys_now()}.values()

    def clear(self) -> None:
        for key in self._keys_now():
            self.__dict__.pop(key, None)
        super().clear()

    def pop(self, key: str) -> Any:
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        keys = self._keys_now()
        if not keys:
            raise KeyError("popitem(): dictionary is empty")
        return keys[-1], self.pop(keys[-1])

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> Any:
        """Another dict with these keys."""
        made = self._another()
        made.update([(key, default) for key in keys])
        return made

    def copy(self) -> Any:
        """Another dict with the same parameters."""
        made = self._another()
        made.update(self)
        return made

    def update(self, parameters: Any) -> None:
        """A plain dict goes in by the order of its keys, as in PyTorch."""
        added = self._another()
        for key, value in pairs_of("ParameterDict", "ParametersDict", parameters, is_sorted=True):
            added[key] = value
        call(lib.duramen_container_update, self.handle, added.handle)
        for key in added:
            self._keep(key, added[key])

    def __or__(self, other: Any) -> Any:
        made = self.copy()
        made.update(other)
        return made

    def __ror__(self, other: Any) -> Any:
        made = self._another()
        made.update(other)
        made.update(self)
        return made

    def __ior__(self, other: Any) -> Any:
        self.update(other)
        return self


CLASSES.update({one.__name__: one for one in (Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict)})
