"""More of torch.Tensor's methods: the rest of the library's operators, and what they give together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._arithmetic import Arithmetic, dimensions, literal

if TYPE_CHECKING:
    from ._tensor import Tensor


class Methods(Arithmetic):
    __slots__ = ()

    def _parts(self, text: str) -> tuple[Any, ...]:
        """What an operator of several outputs gives."""
        from ._op import apply

        return tuple(apply(self._context, text, (self,)))

    # One element by one.

    def absolute(self) -> Tensor:
        return self._op("abs")

    def negative(self) -> Tensor:
        return self._op("neg")

    def positive(self) -> Tensor:
        return self._op("positive")

    def sign(self) -> Tensor:
        return self._op("sign")

    def sgn(self) -> Tensor:
        return self._op("sgn")

    def rsqrt(self) -> Tensor:
        return self._op("rsqrt")

    def reciprocal(self) -> Tensor:
        return self._op("reciprocal")

    # With a number or another tensor.

    def subtract(self, other: Any, *, alpha: Any = 1) -> Any:
        return self.sub(other, alpha=alpha)

    def multiply(self, other: Any) -> Any:
        return self.mul(other)

    def divide(self, other: Any, *, rounding_mode: str | None = None) -> Any:
        return self.div(other, rounding_mode=rounding_mode)

    def true_divide(self, other: Any) -> Any:
        return self._binary("true_divide", other)

    def floor_divide(self, other: Any) -> Any:
        return self._binary("floor_divide", other)

    __floordiv__ = floor_divide

    def clip(self, min: Any = None, max: Any = None) -> Tensor:
        return self.clamp(min, max)

    def eq(self, other: Any) -> Any:
        return self._binary("eq", other)

    def ne(self, other: Any) -> Any:
        return self._binary("ne", other)

    def lt(self, other: Any) -> Any:
        return self._binary("lt", other)

    def le(self, other: Any) -> Any:
        return self._binary("le", other)

    def gt(self, other: Any) -> Any:
        return self._binary("gt", other)

    def ge(self, other: Any) -> Any:
        return self._binary("ge", other)

    def maximum(self, other: Tensor) -> Tensor:
        return self._op("maximum", other)

    def minimum(self, other: Tensor) -> Tensor:
        return self._op("minimum", other)

    def masked_fill(self, mask: Tensor, value: Any) -> Tensor:
        if isinstance(value, Arithmetic):
            return self._op("masked_fill", mask, value)  # type: ignore[arg-type]
        return self._op(f"masked_fill(value={literal(value)})", mask)

    def add_(self, other: Any) -> Any:
        return self._in_place("add", other)

    def sub_(self, other: Any) -> Any:
        return self._in_place("sub", other)

    def mul_(self, other: Any) -> Any:
        return self._in_place("mul", other)

    def div_(self, other: Any) -> Any:
        return self._in_place("div", other)

    # Matrices.

    def bmm(self, mat2: Tensor) -> Tensor:
        return self._op("bmm", mat2)

    def mv(self, vec: Tensor) -> Tensor:
        return self._op("mv", vec)

    def dot(self, tensor: Tensor) -> Tensor:
        return self._op("dot", tensor)

    def outer(self, vec2: Tensor) -> Tensor:
        return self._op("outer", vec2)

    # Over dimensions.

    def amax(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        return self._op(f"amax(dim={dimensions(dim)}, keepdim={keepdim})")

    def amin(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        return self._op(f"amin(dim={dimensions(dim)}, keepdim={keepdim})")

    def argmin(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        return self._op(f"argmin(dim={dim}, keepdim={keepdim})")

    def max(self, dim: Any = None, keepdim: bool = False) -> Any:
        """The largest element; of a dimension the pair (values, indices); with a tensor the larger of both."""
        return self._extreme("max", dim, keepdim)

    def min(self, dim: Any = None, keepdim: bool = False) -> Any:
        """The smallest element; of a dimension the pair (values, indices); with a tensor the smaller of both."""
        return self._extreme("min", dim, keepdim)

    def _extreme(self, name: str, dim: Any, keepdim: bool) -> Any:
        if isinstance(dim, Arithmetic):
            return self._op(name, dim)  # type: ignore[arg-type]
        return self._op(name) if dim is None else self._parts(f"{name}(dim={dim}, keepdim={keepdim})")

    def var(self, dim: Any = None, *, correction: Any = 1, keepdim: bool = False) -> Tensor:
        return self._op(f"var(dim={dimensions(dim)}, correction={literal(correction)}, keepdim={keepdim})")

    def std(self, dim: Any = None, *, correction: Any = 1, keepdim: bool = False) -> Tensor:
        return self._op(f"std(dim={dimensions(dim)}, correction={literal(correction)}, keepdim={keepdim})")

    def norm(self) -> Tensor:
        """The square root of the sum of squares of all elements."""
        return self._op("square")._op("sum")._op("sqrt")

    # Views and parts.

    def narrow(self, dim: int, start: int, length: int) -> Tensor:
        return self._op(f"narrow({dim}, {start}, {length})")

    def select(self, dim: int, index: int) -> Tensor:
        return self._op(f"select({dim}, {index})")

    def swapaxes(self, axis0: int, axis1: int) -> Tensor:
        return self._op(f"swapaxes({axis0}, {axis1})")

    def swapdims(self, dim0: int, dim1: int) -> Tensor:
        return self._op(f"swapdims({dim0}, {dim1})")

    def unflatten(self, dim: int, sizes: Any) -> Tensor:
        return self._op(f"unflatten({dim}, {dimensions(sizes)})")

    def broadcast_to(self, size: Any) -> Tensor:
        return self._op(f"broadcast_to({dimensions(size)})")

    def expand_as(self, other: Tensor) -> Tensor:
        return self.broadcast_to(other.shape)

    def view_as(self, other: Tensor) -> Tensor:
        return self.view(other.shape)

    def index_select(self, dim: int, index: Tensor) -> Tensor:
        return self._op(f"index_select(dim={dim})", index)

    def split(self, split_size: Any, dim: int = 0) -> tuple[Any, ...]:
        return self._parts(f"split({dimensions(split_size)}, dim={dim})")

    def chunk(self, chunks: int, dim: int = 0) -> tuple[Any, ...]:
        return self._parts(f"chunk({chunks}, dim={dim})")

    def unbind(self, dim: int = 0) -> tuple[Any, ...]:
        return self._parts(f"unbind(dim={dim})")

    # What is true. Of bool tensors the sum is "or", the product "and".

    def _logical(self, name: str, other: Any, in_place: bool = False) -> Any:
        if not isinstance(other, (bool, Arithmetic)):
            return NotImplemented
        if any(getattr(one, "dtype", "bool") != "bool" for one in (self, other)):
            raise TypeError("the operators ~, &, | and ^ are there for bool tensors only")
        return self._in_place(name, other) if in_place else self._binary(name, other)

    def __invert__(self) -> Any:
        return self._logical("ne", True)

    def __and__(self, other: Any) -> Any:
        return self._logical("mul", other)

    def __or__(self, other: Any) -> Any:
        return self._logical("add", other)

    def __xor__(self, other: Any) -> Any:
        return self._logical("ne", other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __iand__(self, other: Any) -> Any:
        return self._logical("mul", other, in_place=True)

    def __ior__(self, other: Any) -> Any:
        return self._logical("add", other, in_place=True)

    def __ixor__(self, other: Any) -> Any:
        return self._logical("ne", other, in_place=True)

    def logical_not(self) -> Tensor:
        return self.eq(0)  # type: ignore[no-any-return]

    def logical_and(self, other: Tensor) -> Tensor:
        return self.ne(0) & other.ne(0)  # type: ignore[no-any-return]

    def logical_or(self, other: Tensor) -> Tensor:
        return self.ne(0) | other.ne(0)  # type: ignore[no-any-return]

    def logical_xor(self, other: Tensor) -> Tensor:
        return self.ne(0) ^ other.ne(0)  # type: ignore[no-any-return]

    def any(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Whether an element is not 0."""
        return self._truth(self.ne(0).sum(dim, keepdim).ne(0))

    def all(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Whether no element is 0."""
        return self._truth(self.eq(0).sum(dim, keepdim).eq(0))

    def _truth(self, found: Any) -> Tensor:
        """PyTorch says it in uint8 of a tensor of uint8."""
        return found.to("uint8") if getattr(self, "dtype", None) == "uint8" else found  # type: ignore[no-any-return]
