"""What PyTorch's tensors offer as operators and methods, by the library's operators of the same names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._handle import Handle

if TYPE_CHECKING:
    from ._context import Context
    from ._tensor import Tensor


def literal(number: Any) -> str:
    """A Python number as the operators' text form has it."""
    if isinstance(number, float) and (number != number or number in (float("inf"), float("-inf"))):
        return f"float('{number}')"
    return repr(number)


class Arithmetic(Handle):
    """The operators of a tensor; plain numbers on the other side promote as in PyTorch."""

    __slots__ = ()
    _context: Context
    __array_ufunc__ = None  # NumPy leaves `array * tensor` to us

    def _op(self, text: str, *others: Tensor) -> Tensor:
        from ._op import apply_to_tensors

        return apply_to_tensors(self._context, text, self, *others)  # type: ignore[arg-type]

    def _binary(self, name: str, other: Any, attributes: str = "") -> Any:
        if isinstance(other, Arithmetic):
            return self._op(f"{name}({attributes})" if attributes else name, other)  # type: ignore[arg-type]
        if isinstance(other, (bool, int, float)):
            return self._op(f"{name}(other={literal(other)}{', ' if attributes else ''}{attributes})")
        return NotImplemented

    def __add__(self, other: Any) -> Any:
        return self._binary("add", other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._binary("sub", other)

    def __rsub__(self, other: Any) -> Any:
        return self._op("neg")._binary("add", other)

    def __mul__(self, other: Any) -> Any:
        return self._binary("mul", other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self._binary("div", other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._op("reciprocal")._binary("mul", other)

    def __matmul__(self, other: Any) -> Any:
        return self._binary("matmul", other) if isinstance(other, Arithmetic) else NotImplemented

    def __pow__(self, other: Any) -> Any:
        return self._binary("pow", other)

    def __eq__(self, other: object) -> Any:
        """Element by element, as all comparisons; `a is b` asks for the object."""
        return self._binary("eq", other)

    def __ne__(self, other: object) -> Any:
        return self._binary("ne", other)

    def __lt__(self, other: Any) -> Any:
        return self._binary("lt", other)

    def __le__(self, other: Any) -> Any:
        return self._binary("le", other)

    def __gt__(self, other: Any) -> Any:
        return self._binary("gt", other)

    def __ge__(self, other: Any) -> Any:
        return self._binary("ge", other)

    __hash__ = object.__hash__

    def __neg__(self) -> Tensor:
        return self._op("neg")

    def __abs__(self) -> Tensor:
        return self._op("abs")

    def __iadd__(self, other: Any) -> Any:
        return self._in_place("add", other)

    def __isub__(self, other: Any) -> Any:
        return self._in_place("sub", other)

    def __imul__(self, other: Any) -> Any:
        return self._in_place("mul", other)

    def __itruediv__(self, other: Any) -> Any:
        return self._in_place("div", other)

    def _in_place(self, name: str, other: Any) -> Any:
        """Computes aside and copies back; not recorded, so refused where gradients would be lost."""
        result = self._binary(name, other)
        if result is NotImplemented:
            return result
        if result.requires_grad and self._context.is_grad_enabled():
            raise RuntimeError("an operation in place cannot be recorded for backward (use ctx.no_grad())")
        return self.copy_(result)  # type: ignore[attr-defined]

    def add(self, other: Any, *, alpha: Any = 1) -> Any:
        return self._binary("add", other, "" if alpha == 1 else f"alpha={literal(alpha)}")

    def sub(self, other: Any, *, alpha: Any = 1) -> Any:
        return self._binary("sub", other, "" if alpha == 1 else f"alpha={literal(alpha)}")

    def mul(self, other: Any) -> Any:
        return self._binary("mul", other)

    def div(self, other: Any, *, rounding_mode: str | None = None) -> Any:
        return self._binary("div", other, "" if rounding_mode is None else f"rounding_mode={rounding_mode!r}")

    def matmul(self, other: Tensor) -> Tensor:
        return self._op("matmul", other)

    def mm(self, mat2: Tensor) -> Tensor:
        return self._op("mm", mat2)

    def pow(self, exponent: Any) -> Any:
        return self._binary("pow", exponent)

    def neg(self) -> Tensor:
        return self._op("neg")

    def abs(self) -> Tensor:
        return self._op("abs")

    def exp(self) -> Tensor:
        return self._op("exp")

    def log(self) -> Tensor:
        return self._op("log")

    def sqrt(self) -> Tensor:
        return self._op("sqrt")

    def square(self) -> Tensor:
        return self._op("square")

    def relu(self) -> Tensor:
        return self._op("relu")

    def tanh(self) -> Tensor:
        return self._op("tanh")

    def sigmoid(self) -> Tensor:
        return self._op("sigmoid")

    def softmax(self, dim: int) -> Tensor:
        return self._op(f"softmax(dim={dim})")

    def log_softmax(self, dim: int) -> Tensor:
        return self._op(f"log_softmax(dim={dim})")

    def clamp(self, min: Any = None, max: Any = None) -> Tensor:
        return self._op(f"clamp(min={literal(min)}, max={literal(max)})")

    def sum(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        return self._op(f"sum(dim={dimensions(dim)}, keepdim={keepdim})")

    def mean(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        return self._op(f"mean(dim={dimensions(dim)}, keepdim={keepdim})")

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        return self._op(f"argmax(dim={dim}, keepdim={keepdim})")

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        return self._op(f"flatten(start_dim={start_dim}, end_dim={end_dim})")

    def view(self, *shape: Any) -> Tensor:
        from ._tensor import spread

        return self._op(f"view({', '.join(map(str, spread(shape)))})" if spread(shape) else "view([])")

    def squeeze(self, dim: int | None = None) -> Tensor:
        return self._op(f"squeeze(dim={dim})")

    def unsqueeze(self, dim: int) -> Tensor:
        return self._op(f"unsqueeze(dim={dim})")

    def t(self) -> Tensor:
        return self._op("t")

    @property
    def T(self) -> Tensor:
        return self.permute(*reversed(range(self.ndim)))  # type: ignore[attr-defined, no-any-return]


def dimensions(dim: Any) -> str:
    return f"[{', '.join(map(str, dim))}]" if isinstance(dim, (tuple, list)) else str(dim)
