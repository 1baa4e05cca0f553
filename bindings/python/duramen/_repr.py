"""What a tensor prints: PyTorch's form, four digits, the edges of a large tensor, aligned columns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Callable

from ._array import nested_of
from ._errors import Error

if TYPE_CHECKING:
    from ._tensor import Tensor

DIGITS, WIDTH, EDGE, MOST = 4, 80, 3, 1000
_GAP = object()  # where elements are left out


def is_uninitialized(tensor: Tensor) -> bool:
    """Of a lazy module, without a shape yet."""
    try:
        return tensor.shape is None
    except Error as error:
        return error.status == "STATE"


def shown(tensor: Tensor) -> str:
    if is_uninitialized(tensor):
        return f"<Uninitialized{'Parameter' if tensor.is_parameter else 'Buffer'}>"
    prefix = "tensor("
    kind, default = tensor.dtype, tensor._context.get_default_dtype()
    notes = []
    if tensor.numel() == 0:
        text = "[]"
        if tensor.ndim != 1:
            notes.append(f"size={tensor.shape}")
        if kind != default:
            notes.append(f"dtype={kind!r}")
    else:
        cut = tensor.numel() > MOST
        data = _edges(tensor) if cut else nested_of(tensor)
        text = _block(data, len(prefix), tensor.ndim, _formatter(kind, _flat(data)))
        natural = {"float32": "complex64", "float64": "complex128", "float16": "complex32"}.get(default)
        if kind not in (default, natural, "int64", "bool"):
            notes.append(f"dtype={kind!r}")
    if tensor.grad_fn is not None:
        notes.append(f"grad_fn={tensor.grad_fn!r}")
    elif tensor.requires_grad:
        notes.append("requires_grad=True")
    text = _with_notes(prefix + text, notes, len(prefix))
    return f"Parameter containing:\n{text}" if tensor.is_parameter else text


def _with_notes(text: str, notes: list[str], indent: int) -> str:
    used = len(text) - text.rfind("\n") + 1
    for note in notes:
        if used + len(note) + 2 > WIDTH:
            text += f",\n{' ' * indent}{note}"
            used = indent + len(note)
        else:
            text += f", {note}"
            used += len(note) + 2
    return text + ")"


def _edges(tensor: Tensor) -> Any:
    """Nested lists of the first and the last elements of each dimension, with gaps between."""
    if tensor.ndim == 0:
        return nested_of(tensor)
    size = tensor.shape[0]
    places = [*range(EDGE), *range(size - EDGE, size)] if size > 2 * EDGE else range(size)
    rows = [_edges(tensor[i]) for i in places] if tensor.ndim > 1 else [tensor[i].item() for i in places]
    return [*rows[:EDGE], _GAP, *rows[EDGE:]] if size > 2 * EDGE else rows


def _flat(data: Any) -> list[Any]:
    if isinstance(data, list):
        return [one for part in data for one in _flat(part)]
    return [] if data is _GAP else [data]


class _Format:
    """How the numbers of one tensor are written, and how wide they are at most."""

    def __init__(self, write: Callable[[Any], str], width: int) -> None:
        self.write = write
        self.width = width


def _formatter(kind: Any, numbers: list[Any]) -> _Format:
    if kind.is_complex:
        real = _floats([one.real for one in numbers])
        imag = _floats([one.imag for one in numbers])

        def both(value: complex) -> str:
            second = f"{imag.write(value.imag)}j".lstrip()
            return real.write(value.real) + (second if second[0] in "+-" else f"+{second}")

        return _Format(both, real.width + imag.width + 1)
    if kind.is_floating_point:
        return _floats(numbers)
    width = max(len(str(one)) for one in numbers)
    return _Format(lambda value: str(value).rjust(width), width)


def _floats(numbers: list[float]) -> _Format:
    """Whole numbers get a point only; a wide range, very large and very small ones an exponent."""
    plain = [one for one in numbers if math.isfinite(one) and one != 0]
    whole = all(one == math.ceil(one) for one in plain)
    if not plain:
        form, width = ".0f", 1
    else:
        low, high = min(map(abs, plain)), max(map(abs, plain))
        exponent = high / low > 1000 or high > 1e8 or not whole and low < 1e-4
        form = f".{DIGITS}e" if exponent else ".0f" if whole else f".{DIGITS}f"
        width = max(len(format(one, form)) + (form == ".0f") for one in plain)

    def write(value: float) -> str:
        text = format(value, form)
        return (f"{text}." if form == ".0f" and math.isfinite(value) else text).rjust(width)

    return _Format(write, width)


def _block(data: Any, indent: int, dims: int, form: _Format) -> str:
    if dims == 0:
        return form.write(data)
    if dims == 1:
        words = [" ..." if one is _GAP else form.write(one) for one in data]
        a_line = max(1, (WIDTH - indent) // (form.width + 2))
        lines = [", ".join(words[i : i + a_line]) for i in range(0, len(words), a_line)]
        return f"[{(',' + chr(10) + ' ' * (indent + 1)).join(lines)}]"
    parts = ["..." if one is _GAP else _block(one, indent + 1, dims - 1, form) for one in data]
    return f"[{(',' + chr(10) * (dims - 1) + ' ' * (indent + 1)).join(parts)}]"
