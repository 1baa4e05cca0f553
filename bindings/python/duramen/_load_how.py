"""How a load treats what does not fit, as the C interface takes it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

from . import _api
from ._library import encoded, options, struct
from ._rename import rename_rules

_MISMATCHED = {"error": 0, "skip": _api.LOAD_SKIP_MISMATCHED, "slice": _api.LOAD_SLICE_MISMATCHED}
_DTYPE = {"convert": 0, "require": _api.LOAD_REQUIRE_DTYPE}
_TIED = {"error": 0, "allow": _api.LOAD_ALLOW_TIED}
_WORDS = {"missing": _api.LOAD_ALLOW_MISSING, "unexpected": _api.LOAD_ALLOW_UNEXPECTED,
          "skip": _api.LOAD_SKIP_MISMATCHED, "slice": _api.LOAD_SLICE_MISMATCHED, "require": _api.LOAD_REQUIRE_DTYPE}


def _chosen(name: str, choices: Mapping[str, int], value: str) -> int:
    if value not in choices:
        raise ValueError(f"{name}: {value!r} is none of {', '.join(choices)}")
    return choices[value]


def _bits(words: str) -> int:
    bits = 0
    for word in words.split():
        bits |= _chosen("policies", _WORDS, word)
    return bits


class LoadHow:
    """A duramen_load_options, and what it points to."""

    def __init__(self, strict: bool = True, *, assign: bool = False, adopt: bool = False, rename: Any = None,
                 mismatched: str = "error", dtype: str = "convert", tied: str = "error",
                 policies: Mapping[str, str] | None = None) -> None:
        policy = 0 if strict else _api.LOAD_ALLOW_MISSING | _api.LOAD_ALLOW_UNEXPECTED
        policy |= (_api.LOAD_ASSIGN if assign else 0) | (_api.LOAD_ADOPT if adopt else 0)
        policy |= _chosen("mismatched", _MISMATCHED, mismatched) | _chosen("dtype", _DTYPE, dtype)
        policy |= _chosen("tied", _TIED, tied)
        self._rules = None if rename is None else rename_rules(rename)
        self._patterns = [encoded(pattern) for pattern in policies or {}]
        named = struct("duramen_load_policy")
        self._policies = (named * len(self._patterns))(*(
            named(struct_size=ctypes.sizeof(named), pattern=pattern, pattern_length=length, policy=_bits(words))
            for (pattern, length), words in zip(self._patterns, (policies or {}).values())))
        self._options = options("duramen_load_options", policy=policy, policy_count=len(self._patterns),
                                rename=self._rules.handle if self._rules else None,
                                policies=ctypes.addressof(self._policies) if self._patterns else None)
        self.options = ctypes.byref(self._options)

    def run(self, body: Callable[[], Any]) -> Any:
        return self._rules.run(body) if self._rules else body()
