"""Operators by text; each text is parsed once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._handle import Handle, adopt
from ._library import encoded, lib, make, pointers

if TYPE_CHECKING:
    from ._context import Context
    from ._tensor import Tensor

_MOST = 512  # so many prepared texts are kept
_prepared: dict[str, Op] = {}


class Op(Handle):
    """An operator with its attributes."""

    __slots__ = ()
    _release = "duramen_op_release"


def prepared(text: str) -> Op:
    op = _prepared.get(text)
    if op is None:
        op = adopt(Op(), make(lib.duramen_op_from_text, *encoded(text)))
        if len(_prepared) >= _MOST:
            _prepared.clear()
        _prepared[text] = op
    return op


def apply(context: Context, text: str, arguments: tuple[Any, ...]) -> Any:
    """Any arguments, any nesting back."""
    from ._value import Values, python_of, release_value

    op = prepared(text)
    with Values(context) as values:
        out = context.build(lib.duramen_op_apply, op.handle, values.of(arguments))
    try:
        return python_of(out, context)
    finally:
        release_value(out)


def apply_to_tensors(context: Context, text: str, *tensors: Tensor) -> Tensor:
    """Tensors in, one tensor out."""
    from ._tensor import wrap_tensor

    op = prepared(text)
    handles, count = pointers([tensor.handle for tensor in tensors])
    return wrap_tensor(context.build(lib.duramen_op_apply_tensors, op.handle, handles, count), context)
