"""State dicts: ordered mappings from names to tensors and other values, with versions and metadata."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from . import _api
from ._handle import Handle, adopt, exchange, known
from ._library import call, encoded, lib, make, taken_string, taken_strings
from ._listing import Patterns, entries, list_options
from ._rename import RenameRules, Rule, rename_rules
from ._tensor import Tensor, lent_tensor, wrap_tensor

if TYPE_CHECKING:
    from ._context import Context


_KINDS = {"parameter": _api.KIND_PARAMETER, "buffer": _api.KIND_BUFFER, "extra_state": _api.KIND_EXTRA_STATE,
          "unknown": _api.KIND_UNKNOWN}


class Metadata(MutableMapping[str, str]):
    """The free texts of a state dict, as safetensors files have them."""

    def __init__(self, owner: StateDict) -> None:
        self._owner = owner

    def __getitem__(self, key: str) -> str:
        if key not in self:
            raise KeyError(key)
        return taken_string(make(lib.duramen_state_dict_metadata, self._owner.handle, *encoded(key)))

    def __setitem__(self, key: str, text: str) -> None:
        call(lib.duramen_state_dict_set_metadata, self._owner.handle, *encoded(key), *encoded(text))

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        call(lib.duramen_state_dict_set_metadata, self._owner.handle, *encoded(key), None, 0)

    def __iter__(self) -> Iterator[str]:
        return iter(taken_strings(make(lib.duramen_state_dict_metadata_keys, self._owner.handle)))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, key: object) -> bool:
        return key in list(iter(self))

    def __repr__(self) -> str:
        return repr(dict(self))


class Versions(MutableMapping[str, dict[str, Any]]):
    """The versions in PyTorch's form: `d._metadata["1"] == {"version": 2}`."""

    def __init__(self, owner: StateDict) -> None:
        self._owner = owner

    def __getitem__(self, path: str) -> dict[str, Any]:
        version = self._owner.versions()[path]
        return {} if version is None else {"version": version}

    def __setitem__(self, path: str, entry: Mapping[str, Any]) -> None:
        self._owner._set_versions({path: entry})

    def __delitem__(self, path: str) -> None:
        left = dict(self)
        del left[path]
        self._owner._metadata = left

    def __iter__(self) -> Iterator[str]:
        return iter(self._owner.versions())

    def __len__(self) -> int:
        return len(self._owner.versions())

    def __repr__(self) -> str:
        return repr(dict(self))


class StateDict(Handle, MutableMapping[str, Any]):
    """Names in their order, each with a tensor or another value."""

    __slots__ = ("_context",)
    _release = "duramen_state_dict_release"
    _context: Context

    def __init__(self, data: Mapping[str, Any] | Iterable[tuple[str, Any]] = (), *,
                 metadata: Mapping[str, str] | None = None, context: Context | None = None) -> None:
        if context is None:
            context = context_of(data)
        self._context = context
        adopt(self, make(lib.duramen_state_dict_create))
        for name, item in data.items() if isinstance(data, Mapping) else data:
            self[name] = item
        self._set_versions(getattr(data, "_metadata", None))
        if metadata is None and isinstance(data, StateDict):
            metadata = data.metadata
        self.metadata.update(metadata or {})

    def _set_versions(self, versions: Any) -> None:
        for path, entry in (versions or {}).items():
            version = entry.get("version") if isinstance(entry, Mapping) else entry
            if version is not None:
                call(lib.duramen_state_dict_set_version, self.handle, *encoded(path), version)

    def __getitem__(self, name: str) -> Any:
        from ._value import python_of, release_value

        if name not in self:
            raise KeyError(name)
        value = make(lib.duramen_state_dict_get_value, self.handle, *encoded(name))
        try:
            return python_of(value, self._context)
        finally:
            release_value(value)

    def __setitem__(self, name: str, item: Any) -> None:
        from ._value import Values

        if not isinstance(item, Tensor) and (hasattr(item, "__array_interface__") or hasattr(item, "__dlpack__")):
            item = self._context.tensor(item)
        if isinstance(item, Tensor):
            call(lib.duramen_state_dict_set_tensor, self.handle, *encoded(name), item.handle)
            return
        with Values(self._context) as values:
            call(lib.duramen_state_dict_set_value, self.handle, *encoded(name), values.of(item))

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        call(lib.duramen_state_dict_remove, self.handle, *encoded(name))

    def __len__(self) -> int:
        return int(lib.duramen_state_dict_count(self.handle))

    def __iter__(self) -> Iterator[str]:
        return iter([entry.name.decode() for entry in entries(lib.duramen_state_dict_list, self.handle, None)])

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        data, length = encoded(name)
        if b"\0" in data:
            return False
        out, error = ctypes.c_void_p(), ctypes.c_void_p()
        if lib.duramen_state_dict_get_value(self.handle, data, length, ctypes.byref(out), ctypes.byref(error)):
            lib.duramen_error_release(error)
            return False
        lib.duramen_value_release(out)
        return True

    def _items(self) -> list[tuple[str, Any]]:
        from ._value import python_of

        return [(entry.name.decode(), lent_tensor(entry.tensor, self._context) if entry.tensor
                 else python_of(entry.value, self._context))
                for entry in entries(lib.duramen_state_dict_list, self.handle, None)]

    def select(self, include: Patterns = "", exclude: Patterns = "", *, kind: str | None = None,
               dtype: Any = None) -> list[str]:
        """The names that the patterns choose ("encoder.**.weight"; `*` stays within a component), in their order.

        kind: "parameter", "buffer", "extra_state" or "unknown", which entries from files are."""
        kinds = 0 if kind is None else _KINDS[kind]
        how = list_options(kinds, include=include, exclude=exclude, dtype=dtype)
        return [entry.name.decode() for entry in entries(lib.duramen_state_dict_list, self.handle, ctypes.byref(how))]

    def items(self) -> Any:
        return dict(self._items()).items()

    def values(self) -> Any:
        return [item for _, item in self._items()]

    def keys(self) -> Any:
        return dict.fromkeys(self).keys()

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def versions(self) -> dict[str, int | None]:
        """The version of each module, by its path; "" is the root."""
        out: dict[str, int | None] = {}
        for path in taken_strings(make(lib.duramen_state_dict_version_paths, self.handle)):
            version, error = ctypes.c_int64(), ctypes.c_void_p()
            if lib.duramen_state_dict_version(self.handle, *encoded(path), ctypes.byref(version), ctypes.byref(error)):
                lib.duramen_error_release(error)
                out[path] = None
            else:
                out[path] = version.value
        return out

    def set_version(self, path: str, version: int) -> None:
        call(lib.duramen_state_dict_set_version, self.handle, *encoded(path), version)

    @property
    def _metadata(self) -> Versions | None:
        """The versions in PyTorch's form; None when there are none."""
        return Versions(self) if lib.duramen_state_dict_has_versions(self.handle) else None

    @_metadata.setter
    def _metadata(self, versions: Mapping[str, Any] | None) -> None:
        made = StateDict(self._items(), metadata=dict(self.metadata), context=self._context)
        made._set_versions(versions)
        exchange(self, made)

    @property
    def metadata(self) -> Metadata:
        """The free texts of a safetensors file."""
        return Metadata(self)

    def copy(self) -> StateDict:
        """Another dict with the same tensors."""
        return wrap_state_dict(make(lib.duramen_state_dict_copy, self.handle), self._context)

    __copy__ = copy

    def __reduce_ex__(self, protocol: Any) -> Any:
        from ._pickle import reduced_state

        return reduced_state(self)

    def snapshot(self) -> StateDict:
        """Another dict with copies of the tensors; ties stay ties."""
        return wrap_state_dict(self._context.build(lib.duramen_state_dict_snapshot, self.handle), self._context)

    def __deepcopy__(self, memo: dict[Any, Any]) -> StateDict:
        return self.snapshot()

    def strip_prefix(self, prefix: str) -> StateDict:
        """Takes the prefix off every name that has it, in place; returns the dict itself."""
        call(lib.duramen_state_dict_strip_prefix, self.handle, *encoded(prefix))
        return self

    def rename(self, rules: RenameRules | Rule | Iterable[Rule]) -> StateDict:
        """Another dict with the same tensors under the names that the rules give; two that become one are an error."""
        made = rename_rules(rules)
        return wrap_state_dict(made.run(lambda: make(lib.duramen_state_dict_rename, self.handle, made.handle)),
                               self._context)

    def tensor(self, name: str) -> Tensor:
        """The tensor of a name; an error names the nearest one."""
        address = make(lib.duramen_state_dict_get_tensor, self.handle, *encoded(name))
        return wrap_tensor(address, self._context)

    def diff(self, other: StateDict, include: Patterns = "", exclude: Patterns = "") -> dict[str, Any]:
        """In what two dicts differ: {"equal", "equal_entries", "differences"}, each difference with "name" and "what"
        (of "only_a", "only_b", "value", "shape", "dtype", "elements"), and where elements were compared "max_abs"."""
        import json

        how = list_options(include=include, exclude=exclude)
        found = self._context.build(lib.duramen_state_dict_diff, self.handle, other.handle, ctypes.byref(how))
        try:
            text = taken_string(make(lib.duramen_diff_json, found))
        finally:
            lib.duramen_diff_release(found)
        out: dict[str, Any] = json.loads(text)
        for entry in out["differences"]:
            if entry["max_abs"] == "inf":
                entry["max_abs"] = math.inf
        return out

    def digest(self, include: Patterns = "", exclude: Patterns = "") -> str:
        """32 hexadecimal digits of the tensors' names, dtypes, shapes and values; neither the order of the entries nor
        the format of a file counts."""
        how = list_options(include=include, exclude=exclude)
        return taken_string(self._context.build(lib.duramen_state_dict_digest, self.handle, ctypes.byref(how)))

    def __repr__(self) -> str:
        return f"StateDict({self._items()!r})"


def wrap_state_dict(address: int, context: Context) -> StateDict:
    """A new dict of the library, whose reference is taken over."""
    made = StateDict.__new__(StateDict)
    made._context = context
    return adopt(made, address)


def as_state_dict(address: int, context: Context) -> StateDict:
    """A dict that Python may have seen already, in a hook; takes over the caller's reference."""
    found = known(address)
    if found is None:
        return wrap_state_dict(address, context)
    lib.duramen_state_dict_release(address)
    return found  # type: ignore[no-any-return]


def lent_state_dict(address: int, context: Context) -> StateDict:
    return as_state_dict(lib.duramen_state_dict_retain(address), context)


def context_of(data: Any) -> Context:
    """The context of the first tensor, else a new one."""
    from ._context import Context

    if isinstance(data, StateDict):
        return data._context
    for item in data.values() if isinstance(data, Mapping) else ():
        if isinstance(item, Tensor):
            return item.context
    return Context()


def state_dict_from(data: Any, context: Context) -> StateDict:
    """A state dict of any mapping; PyTorch's `_metadata` gives the versions."""
    if isinstance(data, StateDict):
        return data
    if not isinstance(data, Mapping):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(data)}.")
    return StateDict(data, context=context)


def state_dict_of_value(value: int, context: Context) -> StateDict | None:
    """The state dict that a dict value is; None when a key is no text. Containers inside stay what they are."""
    from ._value import python_of

    count = lib.duramen_value_count(value)
    if any(lib.duramen_value_kind(lib.duramen_value_key(value, i)) != _api.VALUE_TEXT for i in range(count)):
        return None
    kinds = {lib.duramen_value_kind(lib.duramen_value_item(value, i)) for i in range(count)}
    if not kinds & {_api.VALUE_LIST, _api.VALUE_TUPLE, _api.VALUE_DICT}:
        return wrap_state_dict(make(lib.duramen_state_dict_from_value, value, None, 0), context)
    made = StateDict(context=context)
    for i in range(count):
        made[python_of(lib.duramen_value_key(value, i), context)] = python_of(lib.duramen_value_item(value, i), context)
    attributes = python_of(lib.duramen_value_attributes(value), context)
    made._set_versions(attributes.get("_metadata"))
    return made
