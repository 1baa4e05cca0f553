"""Rename rules: names of one program turned into those of another, for a state dict or on the way into a module."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Union

from . import _api
from ._context import current_context
from ._errors import Error
from ._handle import Handle, adopt
from ._library import call, encoded, lent_text, lib, make, options, taken_string, taken_strings

Rule = Union[str, Callable[[str], "str | None"]]

_RENAME = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t,
                           ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_void_p))
_DESTROY = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_STOPPED = -1000
_KINDS = {name.removeprefix("RENAME_").lower(): getattr(_api, name)
          for name in ("RENAME_STRIP", "RENAME_ADD", "RENAME_REPLACE", "RENAME_EXACT", "RENAME_GLOB", "RENAME_PRESET")}


class Renamed(NamedTuple):
    """A name that rules change, and which."""

    old: str
    new: str
    rule: str


class _Function:
    """A Python function as a rule; what it raises waits here until the call that renames has come back."""

    def __init__(self, function: Callable[[str], str | None]) -> None:
        self.function = function
        self.raised: BaseException | None = None
        self.rename = _RENAME(self._rename)

    def _rename(self, user: int, name: int, length: int, out: Any, error: Any) -> int:
        try:
            renamed = self.function(ctypes.string_at(name, length).decode())
            if renamed is not None:
                out[0] = make(lib.duramen_string_create, *encoded(renamed))
            return 0
        except BaseException as raised:
            self.raised = raised
            return _STOPPED


class RenameRules(Handle):
    """A list of rules, applied in its order: texts such as "strip:module." (see docs/loading.md) and functions, which
    get a name and return the new one, or None for a name that stays."""

    __slots__ = ("_functions",)
    _release = "duramen_rename_rules_release"

    def __init__(self, *rules: Rule) -> None:
        adopt(self, make(lib.duramen_rename_rules_create))
        self._functions: list[_Function] = []
        for rule in rules:
            self.add(rule)

    def add(self, rule: Rule, name: str | None = None) -> RenameRules:
        """Adds a rule at the end; `name` is what reports call a function."""
        if isinstance(rule, str):
            call(lib.duramen_rename_rules_add_text, self.handle, *encoded(rule))
            return self
        if not callable(rule):
            raise TypeError(f"a rule is a text or a function, got {type(rule).__name__}")
        held = _Function(rule)
        label, length = encoded(name or str(getattr(rule, "__name__", "function")))
        # The functions live as long as this object, which outlives every call that uses it.
        callback = options("duramen_rename_callback", name=label, name_length=length,
                           rename=ctypes.cast(held.rename, ctypes.c_void_p).value)
        call(lib.duramen_rename_rules_add_callback, self.handle, ctypes.byref(callback))
        self._functions.append(held)
        return self

    def add_kind(self, kind: str, old: str, new: str = "") -> RenameRules:
        """Adds a rule by its kind ("strip", "add", "replace", "exact", "glob", "preset"); texts are taken as they are."""
        if kind not in _KINDS:
            raise ValueError(f"no kind of rule is called {kind!r} (expected {', '.join(_KINDS)})")
        call(lib.duramen_rename_rules_add, self.handle, _KINDS[kind], *encoded(old), *(encoded(new) if new else (None, 0)))
        return self

    def preview(self, state_dict: Mapping[str, Any]) -> list[Renamed]:
        """The names that change; nothing is renamed."""
        from ._state_dict import state_dict_from

        state = state_dict_from(state_dict, current_context())
        report = self.run(lambda: make(lib.duramen_rename_rules_preview, self.handle, state.handle))
        try:
            getters = (lib.duramen_load_report_origin, lib.duramen_load_report_name, lib.duramen_load_report_rule)
            return [Renamed(*(lent_text(getter, report, i) or "" for getter in getters))
                    for i in range(lib.duramen_load_report_count(report, 0))]
        finally:
            lib.duramen_load_report_release(report)

    def run(self, body: Callable[[], Any]) -> Any:
        """Runs a call that uses the rules; an exception of one of the functions goes on from here."""
        try:
            return body()
        except Error as error:
            for held in self._functions:
                raised, held.raised = held.raised, None
                if raised is not None:
                    raise raised from error
            raise

    def __len__(self) -> int:
        return int(lib.duramen_rename_rules_count(self.handle))

    def __iter__(self) -> Any:
        return iter(taken_strings(make(lib.duramen_rename_rules_list, self.handle)))

    def __repr__(self) -> str:
        return f"RenameRules({', '.join(map(repr, self))})"


def rename_rules(rules: RenameRules | Rule | Iterable[Rule]) -> RenameRules:
    """What a caller may give as rules: a list of them, or one."""
    if isinstance(rules, RenameRules):
        return rules
    if isinstance(rules, str) or callable(rules):
        return RenameRules(rules)
    return RenameRules(*rules)


def rename_presets() -> dict[str, str]:
    """The presets, and what each does."""
    return {name: taken_string(make(lib.duramen_rename_preset_describe, *encoded(name)))
            for name in taken_strings(make(lib.duramen_rename_preset_list))}
