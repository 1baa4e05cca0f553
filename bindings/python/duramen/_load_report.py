"""What a load found: PyTorch's two lists of names, and more."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple

from . import _api, _library
from ._dtype import BY_NUMBER, dtype
from ._library import lent_text, lib, make, taken_string


class LoadItem(NamedTuple):
    """One thing that a load reports."""

    kind: str
    name: str
    text: str
    nearest: str
    expected_shape: tuple[int, ...]
    actual_shape: tuple[int, ...]
    expected_dtype: dtype | None
    actual_dtype: dtype | None
    origin: str
    rule: str
    is_error: bool


class _IncompatibleKeys(NamedTuple):
    missing_keys: list[str]
    unexpected_keys: list[str]


class LoadReport(_IncompatibleKeys):
    """A pair (missing_keys, unexpected_keys) as in PyTorch; `items` and the other lists say more."""

    loaded: int
    items: list[LoadItem]
    suggestion: str
    suggestion_count: int
    _messages: tuple[str, str]
    _description: str

    def _names(self, kind: str) -> list[str]:
        return [item.name for item in self.items if item.kind == kind]

    @property
    def shape_mismatches(self) -> list[LoadItem]:
        return [item for item in self.items if item.kind == "shape_mismatch"]

    @property
    def dtype_mismatches(self) -> list[LoadItem]:
        """Entries that are converted."""
        return [item for item in self.items if item.kind == "dtype_mismatch"]

    @property
    def not_tensors(self) -> list[str]:
        return self._names("not_a_tensor")

    @property
    def defaulted(self) -> list[str]:
        """Missing, and filled by a rule of the class (num_batches_tracked)."""
        return self._names("defaulted")

    @property
    def failed(self) -> list[LoadItem]:
        return [item for item in self.items if item.kind == "failed"]

    @property
    def tied(self) -> dict[str, str]:
        """Further names of one parameter or buffer, each with the first."""
        return {item.name: item.nearest for item in self.items if item.kind == "tied"}

    @property
    def ignored(self) -> list[str]:
        """Below a child that is None."""
        return self._names("ignored")

    @property
    def renamed(self) -> list[LoadItem]:
        """`origin` is the name in the dict, `rule` what changed it."""
        return [item for item in self.items if item.kind == "renamed"]

    @property
    def sliced(self) -> list[LoadItem]:
        """Of another shape, copied where both have elements."""
        return [item for item in self.items if item.kind == "sliced"]

    def describe(self) -> str:
        """The whole report for a reader, in several lines."""
        return self._description

    def torch_message(self, strict: bool = True) -> str:
        """PyTorch's text for the whole load, several lines; "" when there is nothing to say."""
        return self._messages[1 if strict else 0]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            others = len(self.shape_mismatches) + len(self.sliced)
            return f"<All keys matched, {others} of other shapes: see describe()>" if others else "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"

    __str__ = __repr__


_KINDS = {getattr(_api, name): name.removeprefix("LOAD_ITEM_").lower()
          for name in dir(_api) if name.startswith("LOAD_ITEM_")}


_SHOWN = 20  # names of each kind in a description


def _shape(function: Any, report: int, index: int) -> tuple[int, ...]:
    rank = ctypes.c_size_t()
    address = function(report, index, ctypes.byref(rank))
    return tuple((ctypes.c_int64 * rank.value).from_address(address)) if address and rank.value else ()


def _item(report: int, index: int) -> LoadItem:
    kind = lib.duramen_load_report_kind(report, index)
    return LoadItem(
        _KINDS.get(kind, f"kind_{kind}"),
        lent_text(lib.duramen_load_report_name, report, index) or "",
        lent_text(lib.duramen_load_report_text, report, index) or "",
        lent_text(lib.duramen_load_report_nearest, report, index) or "",
        _shape(lib.duramen_load_report_expected_shape, report, index),
        _shape(lib.duramen_load_report_actual_shape, report, index),
        BY_NUMBER.get(lib.duramen_load_report_expected_dtype(report, index)),
        BY_NUMBER.get(lib.duramen_load_report_actual_dtype(report, index)),
        lent_text(lib.duramen_load_report_origin, report, index) or "",
        lent_text(lib.duramen_load_report_rule, report, index) or "",
        bool(lib.duramen_load_report_is_error(report, index)))


def lent_report(address: int) -> LoadReport:
    """A report read out; the library's object stays with its holder."""
    items = [_item(address, i) for i in range(lib.duramen_load_report_count(address, 0))]
    report = LoadReport([item.name for item in items if item.kind == "missing"],
                        [item.name for item in items if item.kind == "unexpected"])
    report.items = items
    report.loaded = lib.duramen_load_report_loaded(address)
    lax, strict = (taken_string(make(lib.duramen_load_report_torch_message, address, flag)) for flag in (0, 1))
    report._messages = (lax, strict)
    report.suggestion = lent_text(lib.duramen_load_report_suggestion, address) or ""
    report.suggestion_count = lib.duramen_load_report_suggestion_count(address)
    report._description = taken_string(make(lib.duramen_load_report_describe, address, _SHOWN))
    return report


def taken_report(address: int) -> LoadReport:
    try:
        return lent_report(address)
    finally:
        lib.duramen_load_report_release(address)


_library.lent_report = lent_report
