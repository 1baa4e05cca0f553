"""Element types: texts that are equal to PyTorch's names, such as `duramen.float32 == "float32"`."""

from __future__ import annotations

from typing import Any

from . import _api
from ._library import lib


class dtype(str):
    """An element type; `str(t)` is PyTorch's name without "torch."."""

    number: int

    def __new__(cls, name: str, number: int) -> dtype:
        self = super().__new__(cls, name)
        self.number = number
        return self

    @property
    def bits(self) -> int:
        return int(lib.duramen_dtype_bits(self.number))

    @property
    def itemsize(self) -> int:
        return (self.bits + 7) // 8

    @property
    def is_floating_point(self) -> bool:
        return self.startswith(("float", "bfloat"))

    @property
    def is_complex(self) -> bool:
        return self.startswith("complex")

    @property
    def is_signed(self) -> bool:
        return not self.startswith(("uint", "quint", "bool"))

    def __repr__(self) -> str:
        return f"duramen.{self}"

    def __reduce__(self) -> tuple[object, ...]:
        return dtype_of, (str(self),)


BY_NUMBER: dict[int, dtype] = {}
for _name, _number in list(vars(_api).items()):
    if _name.startswith("DTYPE_") and _number != _api.DTYPE_INVALID:
        BY_NUMBER[_number] = dtype(_name.removeprefix("DTYPE_").lower(), _number)
BY_NAME: dict[str, dtype] = {str(one): one for one in BY_NUMBER.values()}
_PYTHON: dict[Any, str] = {float: "float64", int: "int64", bool: "bool", complex: "complex128"}


def dtype_of(given: Any) -> dtype:
    """The dtype that is meant: one of ours, a name, a class of Python, a dtype of NumPy or PyTorch."""
    if isinstance(given, dtype):
        return given
    name = _PYTHON.get(given) or getattr(given, "name", None) or getattr(given, "__name__", None) or str(given)
    data = name.encode("utf-8", "surrogatepass")
    number = lib.duramen_dtype_from_name(data, len(data))
    if number == _api.DTYPE_INVALID:
        raise TypeError(f"{given!r} is not a dtype (nor the device 'cpu', the only one)")
    return BY_NUMBER[number]
