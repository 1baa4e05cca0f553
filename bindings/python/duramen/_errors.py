"""What a failed call raises: `Error`, with the status, the details and PyTorch's class."""

from __future__ import annotations

import builtins
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from . import _api

if TYPE_CHECKING:
    from ._load_report import LoadReport


class Status(int):
    """A status number that knows its name: `status == -2`, `status.name == "NOT_FOUND"`, `status == "NOT_FOUND"`."""

    name: str

    def __new__(cls, number: int, name: str) -> Status:
        self = super().__new__(cls, number)
        self.name = name
        return self

    def __eq__(self, other: object) -> bool:
        return self.name == other if isinstance(other, str) else int(self) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return int(self)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<Status {self.name} ({int(self)})>"


def _status(named: Status | str | int) -> Status:
    """A status by its name, such as "NOT_FOUND", or its number; ValueError for a name that there is not."""
    if isinstance(named, Status):
        return named
    numbers = {name.removeprefix("E_"): number for name, number in vars(_api).items() if name.startswith("E_")}
    if isinstance(named, int):
        return Status(named, next((name for name, number in numbers.items() if number == named), str(named)))
    if named not in numbers:
        raise ValueError(f"{named!r} is no status ({', '.join(numbers)})")
    return Status(numbers[named], named)


class Error(Exception):
    """A call of the library failed.

    The text is PyTorch's where PyTorch has one. An error that PyTorch raises as KeyError, TypeError, ... is an
    instance of that class, too; one of a file is an OSError, such as FileNotFoundError. One's own code may raise it: `raise duramen.Error("no such layer", "NOT_FOUND", {"path": p})`.
    """

    status: Status
    message: str
    details: dict[str, str]
    report: LoadReport | None

    def __init__(self, message: str, status: Status | str | int, details: Mapping[str, str] | None = None,
                 report: LoadReport | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = _status(status)
        self.details = dict(details or {})
        self.report = report
        if isinstance(self, OSError):
            self.filename = self.details.get("file")
            if "errno" in self.details:
                self.errno = int(self.details["errno"])
                self.strerror = os.strerror(self.errno)

    @property
    def torch_error(self) -> str | None:
        """The name of PyTorch's exception class, such as "KeyError"; None where PyTorch has no such error."""
        return self.details.get("torch_error")

    def __str__(self) -> str:
        return self.details.get("torch_message", self.message)

    def __reduce__(self) -> tuple[object, ...]:
        return rebuilt, (self.message, int(self.status), self.status.name, self.details)


def rebuilt(message: str, status: int, name: str, details: dict[str, str]) -> Error:
    return class_of(status, details)(message, Status(status, name), details)


class _AttributeError(Error, AttributeError):
    """PyTorch raises AttributeError here."""


class _IndexError(Error, IndexError):
    """PyTorch raises IndexError here."""


class _KeyError(Error, KeyError):
    """PyTorch raises KeyError here."""


class _NotImplementedError(Error, NotImplementedError):
    """PyTorch raises NotImplementedError here."""


class _RecursionError(Error, RecursionError):
    """PyTorch raises RecursionError here."""


class _RuntimeError(Error, RuntimeError):
    """PyTorch raises RuntimeError here."""


class _TypeError(Error, TypeError):
    """PyTorch raises TypeError here."""


class _ValueError(Error, ValueError):
    """PyTorch raises ValueError here."""


_CLASSES: dict[str | None, type[Error]] = {
    "AttributeError": _AttributeError,
    "IndexError": _IndexError,
    "KeyError": _KeyError,
    "NotImplementedError": _NotImplementedError,
    "RecursionError": _RecursionError,
    "RuntimeError": _RuntimeError,
    "TypeError": _TypeError,
    "ValueError": _ValueError,
}
for _class in _CLASSES.values():
    _class.__name__ = _class.__qualname__ = "Error"


def class_of(status: int, details: Mapping[str, str]) -> type[Error]:
    """`Error`, or the one that is also PyTorch's class, or for files Python's."""
    if status != _api.E_IO:
        return _CLASSES.get(details.get("torch_error"), Error)
    kind = type(OSError(int(details.get("errno", "0")), "")).__name__
    if kind not in _CLASSES:
        _CLASSES[kind] = type("Error", (Error, getattr(builtins, kind)), {"__module__": __name__})
    return _CLASSES[kind]
