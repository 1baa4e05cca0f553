"""The shared library: found, loaded, its functions made callable when they are first used.

`call` and `make` are the two forms of a fallible call; both turn a status into an exception.
"""

from __future__ import annotations

import ctypes
import os
from typing import Any, Callable, Sequence

from . import _api, _errors

_TYPES: dict[str, Any] = {
    "i": ctypes.c_int32, "I": ctypes.c_uint32, "q": ctypes.c_int64, "Q": ctypes.c_uint64, "B": ctypes.c_uint8,
    "Z": ctypes.c_size_t, "d": ctypes.c_double, "S": ctypes.c_char_p, "P": ctypes.c_void_p, "v": None,
}
SIZE_MAX = ctypes.c_size_t(-1).value
INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1


def _place() -> str:
    """$DURAMEN_LIBRARY; else the library inside the package; else the build of the tree that this file lies in; else the system's."""
    name = f"libduramen.so.{_api.EPOCH}"
    package = os.path.dirname(os.path.abspath(__file__))
    tree = os.path.dirname(os.path.dirname(os.path.dirname(package)))
    inside, built = os.path.join(package, name), os.path.join(tree, "build", "release", "capi", name)
    return os.environ.get("DURAMEN_LIBRARY") or next((path for path in (inside, built) if os.path.exists(path)), name)


def _open() -> ctypes.CDLL:
    try:
        return ctypes.CDLL(_place())
    except OSError as error:
        raise ImportError(f"duramen: {error} (set DURAMEN_LIBRARY to the path of libduramen.so.{_api.EPOCH}; what the library itself "
                          "needs is, on Debian 12: apt install libopenblas0 libhwy1 libsimdjson14 libdeflate0)") from None


class Library:
    """The functions of the library as attributes, with their types."""

    def __init__(self, loaded: ctypes.CDLL) -> None:
        self._loaded = loaded

    def __getattr__(self, name: str) -> Any:
        result, _, parameters = _api.FUNCTIONS[name].partition(":")
        function = getattr(self._loaded, name)
        function.restype = _TYPES[result]
        function.argtypes = [_TYPES[letter] for letter in parameters]
        self.__dict__[name] = function
        return function


_structs: dict[str, type[ctypes.Structure]] = {}


def struct(name: str) -> Any:
    """The ctypes class of a struct."""
    if name not in _structs:
        fields = [(field, _TYPES[letter]) for field, letter in _api.STRUCTS[name]]
        _structs[name] = type(name, (ctypes.Structure,), {"_fields_": fields})
    return _structs[name]


def options(name: str, /, **fields: Any) -> Any:
    """An options struct with its size set; what is not given is zero, the default."""
    made = struct(name)(**fields)
    made.struct_size = ctypes.sizeof(made)
    return made


def text_at(address: int | None, length: int) -> str:
    """The text behind an address. What is no UTF-8, as in the error of a file with such a name, is shown as "\\xff"."""
    return ctypes.string_at(address, length).decode(errors="backslashreplace") if address else ""


def lent_text(function: Any, *arguments: Any) -> str | None:
    """The text that a function lends, whose last parameter is the place of the length."""
    length = ctypes.c_size_t()
    address = function(*arguments, ctypes.byref(length))
    return text_at(address, length.value) if address is not None else None


def encoded(text: str) -> tuple[bytes, int]:
    """A text as the two arguments of a C function; what is not UTF-8 is left to the library to refuse."""
    if not isinstance(text, str):
        raise TypeError(f"a str is expected, not {type(text).__name__}")
    data = text.encode("utf-8", "surrogatepass")
    return data, len(data)


def integers(numbers: Sequence[int]) -> tuple[Any, int]:
    """Sizes or positions as the two arguments of a C function."""
    return (ctypes.c_int64 * len(numbers))(*numbers), len(numbers)


def pointers(addresses: Sequence[int | None]) -> tuple[Any, int]:
    """Handles as the two arguments of a C function."""
    return (ctypes.c_void_p * len(addresses))(*addresses), len(addresses)


def call(function: Any, *arguments: Any) -> None:
    """Calls a function whose last parameter is the error."""
    error = ctypes.c_void_p()
    if function(*arguments, ctypes.byref(error)):
        raise taken_error(error.value)


def make(function: Any, *arguments: Any) -> Any:
    """Calls a function whose last parameters are a handle and the error; returns the handle, or None for NULL."""
    out, error = ctypes.c_void_p(), ctypes.c_void_p()
    if function(*arguments, ctypes.byref(out), ctypes.byref(error)):
        raise taken_error(error.value)
    return out.value


def counted(function: Any, tensor: int) -> tuple[int, ...]:
    """The integers of a function that writes an array and its count, such as a shape."""
    buffer, count, error = (ctypes.c_int64 * 8)(), ctypes.c_size_t(), ctypes.c_void_p()
    if function(tensor, buffer, 8, ctypes.byref(count), ctypes.byref(error)):
        lib.duramen_error_release(error)
        buffer = (ctypes.c_int64 * count.value)()
        call(function, tensor, buffer, count.value, ctypes.byref(count))
    return tuple(buffer[: count.value])


def taken_string(handle: int) -> str:
    """The text of a duramen_string, which is released."""
    try:
        return lent_text(lib.duramen_string_data, handle) or ""
    finally:
        lib.duramen_string_release(handle)


def taken_strings(handle: int) -> list[str]:
    """The texts of a duramen_string_list, which is released."""
    try:
        count = lib.duramen_string_list_count(handle)
        return [lent_text(lib.duramen_string_list_item, handle, i) or "" for i in range(count)]
    finally:
        lib.duramen_string_list_release(handle)


# What makes a LoadReport of a duramen_load_report that an error lends; set by the module that knows reports.
lent_report: Callable[[int], Any] | None = None

# What Python functions that the library called have raised, by the error object that they left.
raised: dict[int, BaseException] = {}


def taken_error(handle: int | None) -> BaseException:
    """The exception for an error object, which is released."""
    if handle in raised:
        lib.duramen_error_release(handle)
        return raised.pop(handle)
    if handle is None:
        return _errors.Error("the library gave no error object", status_of(_api.E_INTERNAL), {})
    try:
        details = {lent_text(lib.duramen_error_detail_key, handle, i) or "":
                   lent_text(lib.duramen_error_detail_value, handle, i) or ""
                   for i in range(lib.duramen_error_detail_count(handle))}
        message = lent_text(lib.duramen_error_message, handle) or ""
        report = lib.duramen_error_load_report(handle)
        made = lent_report(report) if report and lent_report else None
        status = status_of(lib.duramen_error_status(handle))
        return _errors.class_of(status, details)(message, status, details, made)
    finally:
        lib.duramen_error_release(handle)


def status_of(number: int) -> _errors.Status:
    return _errors.Status(number, lib.duramen_status_name(number).decode())


lib = Library(_open())
# The same for calls that end at once: other threads of Python wait meanwhile.
fast = Library(ctypes.PyDLL(lib._loaded._name, handle=lib._loaded._handle))
call(lib.duramen_check_compat, _api.LEVEL, _api.EPOCH)
