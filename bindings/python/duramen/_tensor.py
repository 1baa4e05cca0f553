"""Tensors: the names and rules of torch.Tensor. Each operation runs in the context of its first tensor."""

from __future__ import annotations

import ctypes
from builtins import bool as Bool, float as Float, int as Int  # in the class those names are methods
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Sequence

from . import _api
from ._dtype import BY_NUMBER, dtype as DType, dtype_of
from ._handle import adopt, known
from ._library import INT64_MAX, call, counted, integers, lib, make, options, pointers, taken_string
from ._listing import Listing
from ._methods import Methods

if TYPE_CHECKING:
    import numpy as np

    from ._context import Context


class GradFn(str):
    """What computed a tensor; the name is PyTorch's, such as "AddmmBackward0"."""

    def name(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return f"<{self}>"


class Tensor(Methods):
    """Elements in memory: views share it. `handle` tells tensors apart, `storage_id` memories."""

    __slots__ = ("_bound",)
    _release = "duramen_tensor_release"
    _bound: Context | Listing  # a listing that lends the tensor, which it has no reference to

    def __new__(cls, *_: Any, **__: Any) -> Any:
        if cls is Tensor:
            raise TypeError("a tensor is made by a context: ctx.tensor(data)")
        return super().__new__(cls)

    @property
    def _context(self) -> Context:
        bound = self._bound
        return bound.context if isinstance(bound, Listing) else bound

    @_context.setter
    def _context(self, context: Context) -> None:
        self._bound = context

    @property
    def context(self) -> Context:
        return self._context

    @property
    def shape(self) -> tuple[Int, ...]:
        return counted(lib.duramen_tensor_shape, self.handle)

    def size(self, dim: Int | None = None) -> Any:
        return self.shape if dim is None else self.shape[dim]

    @property
    def dtype(self) -> DType:
        return BY_NUMBER[lib.duramen_tensor_dtype(self.handle)]

    @property
    def ndim(self) -> Int:
        return int(lib.duramen_tensor_rank(self.handle))

    def dim(self) -> Int:
        return self.ndim

    def numel(self) -> Int:
        return int(lib.duramen_tensor_numel(self.handle))

    @property
    def nbytes(self) -> Int:
        return int(lib.duramen_tensor_nbytes(self.handle))

    @property
    def itemsize(self) -> Int:
        return self.dtype.itemsize

    def element_size(self) -> Int:
        return self.dtype.itemsize

    @property
    def device(self) -> str:
        return "cpu"

    def nelement(self) -> Int:
        return self.numel()

    def ndimension(self) -> Int:
        return self.ndim

    def is_floating_point(self) -> Bool:
        return self.dtype.is_floating_point

    def is_complex(self) -> Bool:
        return self.dtype.is_complex

    def equal(self, other: Tensor) -> Bool:
        """Whether size and elements are the same."""
        return self.shape == other.shape and all(spread_out(self.eq(other).tolist()))

    def allclose(self, other: Tensor, rtol: Float = 1e-05, atol: Float = 1e-08) -> Bool:
        """Whether |self - other| <= atol + rtol |other| everywhere; equal infinities are close, NaN is not."""
        close = ((self - other).abs().le(other.abs() * rtol + atol)).to("uint8") + self.eq(other).to("uint8")
        return all(spread_out(close.tolist()))

    def new_zeros(self, *size: Any, dtype: Any = None) -> Tensor:
        return self._context.zeros(spread(size), self.dtype if dtype is None else dtype)

    def new_ones(self, *size: Any, dtype: Any = None) -> Tensor:
        return self._context.ones(spread(size), self.dtype if dtype is None else dtype)

    def new_full(self, size: Sequence[Int], fill_value: Float, dtype: Any = None) -> Tensor:
        return self._context.full(size, fill_value, self.dtype if dtype is None else dtype)

    def new_empty(self, *size: Any, dtype: Any = None) -> Tensor:
        return self._context.empty(spread(size), self.dtype if dtype is None else dtype)

    def new_tensor(self, data: Any, dtype: Any = None) -> Tensor:
        return self._context.tensor(data, self.dtype if dtype is None else dtype)

    def type_as(self, other: Tensor) -> Tensor:
        return self.to(other.dtype)

    def stride(self, dim: Int | None = None) -> Any:
        strides = counted(lib.duramen_tensor_strides, self.handle)
        return strides if dim is None else strides[dim]

    def storage_offset(self) -> Int:
        return int(lib.duramen_tensor_offset(self.handle))

    def is_contiguous(self) -> Bool:
        return bool(lib.duramen_tensor_is_contiguous(self.handle))

    @property
    def storage_id(self) -> Int:
        """Equal for tensors that share memory."""
        return int(lib.duramen_tensor_storage_id(self.handle))

    @property
    def is_parameter(self) -> Bool:
        return bool(lib.duramen_tensor_is_parameter(self.handle))

    @property
    def _version(self) -> Int:
        return int(lib.duramen_tensor_version(self.handle))

    def data_ptr(self) -> Int:
        """The address of the first element, for reading."""
        return int(make(lib.duramen_tensor_data_const, self.handle) or 0) if self.numel() else 0

    @property
    def requires_grad(self) -> Bool:
        return bool(lib.duramen_tensor_requires_grad(self.handle))

    @requires_grad.setter
    def requires_grad(self, requires_grad: Bool) -> None:
        call(lib.duramen_tensor_set_requires_grad, self.handle, int(requires_grad))

    def requires_grad_(self, requires_grad: Bool = True) -> Tensor:
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> Bool:
        return bool(lib.duramen_tensor_is_leaf(self.handle))

    @property
    def grad_fn(self) -> GradFn | None:
        name = make(lib.duramen_tensor_grad_fn_name, self.handle)
        return None if name is None else GradFn(taken_string(name))

    @property
    def grad(self) -> Tensor | None:
        address = make(lib.duramen_tensor_grad, self.handle)
        return None if address is None else wrap_tensor(address, self._context)

    @grad.setter
    def grad(self, grad: Tensor | None) -> None:
        if grad is not None and not isinstance(grad, Tensor):
            raise TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type(grad).__name__}")
        call(lib.duramen_tensor_set_grad, self.handle, None if grad is None else handle_of(grad))

    @grad.deleter
    def grad(self) -> None:
        self.grad = None

    def backward(self, gradient: Tensor | None = None, retain_graph: Bool | None = None, create_graph: Bool = False,
                 inputs: Tensor | Iterable[Tensor] | None = None) -> None:
        """Adds the gradient to the `grad` of every leaf that this was computed from."""
        chosen = [] if inputs is None else [inputs] if isinstance(inputs, Tensor) else list(inputs)
        if inputs is not None and not chosen:
            raise RuntimeError("'inputs' argument to backward cannot be empty.")
        keep = create_graph if retain_graph is None else retain_graph
        handles, count = pointers([handle_of(one) for one in chosen])
        how = options("duramen_backward_options",
                      flags=(_api.BACKWARD_RETAIN_GRAPH if keep else 0)
                      | (_api.BACKWARD_CREATE_GRAPH if create_graph else 0),
                      inputs=ctypes.cast(handles, ctypes.c_void_p) if chosen else None, input_count=count)
        self._context.run(lib.duramen_tensor_backward, self.handle,
                          None if gradient is None else handle_of(gradient), ctypes.byref(how))

    def _view(self, function: Any, *arguments: Any) -> Tensor:
        return wrap_tensor(self._context.build(function, self.handle, *arguments), self._context)

    def detach(self) -> Tensor:
        return self._view(lib.duramen_tensor_detach)

    @property
    def data(self) -> Tensor:
        return self.detach()

    def clone(self) -> Tensor:
        return self._view(lib.duramen_tensor_clone)

    def contiguous(self) -> Tensor:
        return self._view(lib.duramen_contiguous)

    def to(self, *args: Any, dtype: Any = None, device: Any = None, non_blocking: Bool = False, copy: Bool = False,
           memory_format: Any = None) -> Tensor:
        """The tensor itself when it has the dtype, else a converted copy.

        Takes what PyTorch's takes: a dtype, the device, both, or a tensor to be like; `non_blocking` and the format mean nothing here."""
        flags = [one for one in args if isinstance(one, Bool)]  # non_blocking and copy
        wanted = dtype_among(*args, device, dtype) or self.dtype
        if (copy or flags[1:] == [True]) and wanted == self.dtype:
            return self.clone()
        return self._view(lib.duramen_to_dtype, wanted.number)

    def double(self) -> Tensor:
        return self.to("float64")

    def float(self) -> Tensor:
        return self.to("float32")

    def half(self) -> Tensor:
        return self.to("float16")

    def bfloat16(self) -> Tensor:
        return self.to("bfloat16")

    def long(self) -> Tensor:
        return self.to("int64")

    def int(self) -> Tensor:
        return self.to("int32")

    def bool(self) -> Tensor:
        return self.to("bool")

    def cpu(self) -> Tensor:
        return self

    # In-place writes are never recorded. On a leaf they count as under no_grad(), so that filling a parameter needs no
    # ceremony; PyTorch refuses them there. What was computed and requires grad refuses them here too.
    def _overwrite(self, function: Any, *arguments: Any) -> Tensor:
        if self.is_leaf and self.requires_grad:
            with self._context.no_grad():
                self._context.run(function, self.handle, *arguments)
        else:
            self._context.run(function, self.handle, *arguments)
        return self

    def copy_(self, src: Any) -> Tensor:
        """Overwrites the elements, converted and broadcast."""
        source = src if isinstance(src, Tensor) else self._context.tensor(src)
        return self._overwrite(lib.duramen_tensor_copy_from, source.handle)

    def fill_(self, value: Any) -> Tensor:
        if isinstance(value, Tensor):
            return self.copy_(value)
        if isinstance(value, complex) or (isinstance(value, int) and abs(value) > 2**53):
            return self.copy_(self._context.tensor(value))
        return self._overwrite(lib.duramen_tensor_fill, ctypes.c_double(value))

    def zero_(self) -> Tensor:
        return self.fill_(0)

    def uniform_(self, from_: Float = 0.0, to: Float = 1.0) -> Tensor:
        return self._overwrite(lib.duramen_tensor_fill_uniform, ctypes.c_double(from_), ctypes.c_double(to))

    def normal_(self, mean: Float = 0.0, std: Float = 1.0) -> Tensor:
        return self._overwrite(lib.duramen_tensor_fill_normal, ctypes.c_double(mean), ctypes.c_double(std))

    def permute(self, *dims: Any) -> Tensor:
        return self._view(lib.duramen_permute, *integers(spread(dims)))

    def reshape(self, *shape: Any) -> Tensor:
        return self._view(lib.duramen_reshape, *integers(spread(shape)))

    def expand(self, *sizes: Any) -> Tensor:
        return self._view(lib.duramen_expand, *integers(spread(sizes)))

    def transpose(self, dim0: Int, dim1: Int) -> Tensor:
        return self._view(lib.duramen_transpose, dim0, dim1)

    def __getitem__(self, index: Any) -> Tensor:
        """Integers, slices with a step of at least 1, None and Ellipsis; always a view."""
        view, dim = self, 0
        for part in full_index(index, self.ndim):
            if part is None:
                view = view._view(lib.duramen_unsqueeze, dim)
            elif isinstance(part, slice):
                view, dim = view._sliced(dim, part), dim + 1
                continue
            else:
                view = view._view(lib.duramen_select, dim, part)
                continue
            dim += 1
        return view if view is not self else self._view(lib.duramen_slice, 0, 0, INT64_MAX, 1) if dim else self

    def _sliced(self, dim: Int, part: slice) -> Tensor:
        start = 0 if part.start is None else part.start.__index__()
        stop = INT64_MAX if part.stop is None else part.stop.__index__()
        step = 1 if part.step is None else part.step.__index__()
        if step <= 0:
            raise ValueError("step must be greater than zero")
        if (start, stop, step) == (0, INT64_MAX, 1):
            return self
        return self._view(lib.duramen_slice, dim, start, stop, step)

    def __setitem__(self, index: Any, value: Any) -> None:
        self[index].fill_(value)

    def __len__(self) -> Int:
        if self.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return (self[i] for i in range(self.shape[0]))

    def item(self) -> Any:
        """The only element as a Python number."""
        kind = self.dtype
        out = ctypes.c_double()
        call(lib.duramen_tensor_item, self.handle, None, 0, ctypes.byref(out))
        if kind.is_floating_point:
            return out.value
        from ._array import numbers_of

        return numbers_of(self)[0]

    def __float__(self) -> Float:
        return float(self.to("float64").item())

    def __int__(self) -> Int:
        return int(self.item())

    def __index__(self) -> Int:
        if self.dtype.is_floating_point or self.dtype.is_complex:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __bool__(self) -> Bool:
        if self.numel() != 1:
            raise RuntimeError("Boolean value of Tensor with no values is ambiguous" if self.numel() == 0 else
                               "Boolean value of Tensor with more than one value is ambiguous")
        return bool(self.item() != 0)

    def tolist(self) -> Any:
        from ._array import nested_of

        return nested_of(self)

    def tobytes(self) -> bytes:
        """The elements in C order, little-endian."""
        from ._array import bytes_of

        return bytes_of(self, self.dtype)

    def numpy(self, *, force: Bool = False) -> np.ndarray[Any, Any]:
        """A NumPy array on the same memory, read-only for a tensor that requires grad (which PyTorch refuses)."""
        from ._array import array_of

        return array_of(self)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
        array = self.numpy()
        if dtype is not None and array.dtype != dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    def __dlpack__(self, *, stream: Any = None, max_version: tuple[Int, Int] | None = None,
                   dl_device: Any = None, copy: Any = None) -> Any:
        from ._dlpack import capsule_of

        return capsule_of(self, max_version, dl_device, copy)

    def __dlpack_device__(self) -> tuple[Int, Int]:
        return int(lib.duramen_tensor_device_type(self.handle)), 0

    def __copy__(self) -> Tensor:
        """Another tensor on the same memory."""
        return Parameter(self, self.requires_grad) if self.is_parameter else self.detach().requires_grad_(self.requires_grad)

    def __reduce_ex__(self, protocol: Any) -> Any:
        from ._pickle import reduced_tensor

        return reduced_tensor(self)

    def __deepcopy__(self, memo: dict[Any, Any]) -> Tensor:
        if not self.is_leaf:
            raise RuntimeError("Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
                               "protocol at the moment.")
        copied = self.detach().clone()
        if self.is_parameter:
            return Parameter(copied, self.requires_grad)
        return copied.requires_grad_(self.requires_grad)

    def __repr__(self) -> str:
        from ._repr import shown

        return shown(self)

    def __format__(self, spec: str) -> str:
        """One element as the number that it is: f"{loss:.4f}"."""
        number = self.numel() == 1 if spec else self.ndim == 0 and not self.is_parameter
        return format(self.item(), spec) if number else super().__format__(spec)


class Parameter(Tensor):
    """A leaf on the memory of `data` that modules register, as torch.nn.Parameter(data)."""

    __slots__ = ()

    def __new__(cls, data: Any, requires_grad: bool = True) -> Any:
        if not isinstance(data, Tensor):
            raise TypeError(f"a duramen tensor is expected, not {type(data).__name__}")
        return wrap_tensor(make(lib.duramen_parameter_create, data.handle, 1 if requires_grad else 0), data._context)

    def __init__(self, *_: Any, **__: Any) -> None:
        """Nothing is left to do."""


class Buffer(Tensor):
    """A tensor that registers itself as a buffer when it is assigned to a module, as torch.nn.Buffer(data)."""

    __slots__ = ("persistent",)
    persistent: Bool

    def __new__(cls, data: Any, *, persistent: Bool = True) -> Any:
        if not isinstance(data, Tensor):
            raise TypeError(f"a duramen tensor is expected, not {type(data).__name__}")
        made: Buffer = object.__new__(cls)
        made._context, made.persistent = data._context, persistent
        return adopt(made, make(lib.duramen_tensor_detach, data._context.handle, data.handle))

    def __init__(self, *_: Any, **__: Any) -> None:
        """Nothing is left to do."""


def wrap_tensor(address: int, context: Context) -> Tensor:
    """The Python object of a tensor; takes over the caller's reference."""
    found = known(address)
    if found is not None:
        lib.duramen_tensor_release(address)
        return found  # type: ignore[no-any-return]
    made: Tensor = object.__new__(Parameter if lib.duramen_tensor_is_parameter(address) else Tensor)
    made._context = context
    return adopt(made, address)


def lent_tensor(address: int, context: Context) -> Tensor:
    """The Python object of a tensor that somebody else holds."""
    return wrap_tensor(lib.duramen_tensor_retain(address), context)


def dtype_among(*given: Any) -> DType | None:
    """The dtype that the arguments of a `to` mean: dtypes, the device, tensors to be like, flags."""
    wanted = None
    for one in given:
        if isinstance(one, Tensor):
            wanted = one.dtype
        elif str(one).partition(":")[0] in _OTHER_DEVICES:
            raise ValueError(f"only the device 'cpu' is there (got {one!r})")
        elif one is not None and not isinstance(one, Bool) and str(one) not in ("cpu", "cpu:0"):
            wanted = dtype_of(one)
    return wanted


_OTHER_DEVICES = ("cuda", "hip", "hpu", "ipu", "meta", "mps", "mtia", "xla", "xpu")


def handle_of(tensor: Any) -> int:
    if not isinstance(tensor, Tensor):
        raise TypeError(f"a duramen tensor is expected, not {type(tensor).__name__}")
    return tensor.handle


def spread(numbers: tuple[Any, ...]) -> Sequence[int]:
    """`f(1, 2)` and `f((1, 2))` mean the same."""
    if len(numbers) == 1 and isinstance(numbers[0], (tuple, list)):
        return tuple(numbers[0])
    return numbers


def spread_out(nested: Any) -> Iterator[Any]:
    """The numbers of a nested list."""
    if not isinstance(nested, list):
        yield nested
        return
    for one in nested:
        yield from spread_out(one)


def full_index(index: Any, ndim: int) -> list[Any]:
    """The parts of an index, with an Ellipsis spelled out."""
    parts = list(index) if isinstance(index, tuple) else [index]
    used = 0
    for i, part in enumerate(parts):
        if part is None or part is Ellipsis or isinstance(part, slice):
            used += isinstance(part, slice)
        elif isinstance(part, bool) or not hasattr(part, "__index__") or getattr(part, "shape", ()) != ():
            raise TypeError(f"an index of {type(part).__name__} is not offered (int, slice, None, Ellipsis)")
        else:
            parts[i] = part.__index__()
            used += 1
    if used > ndim:
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    dots = [i for i, part in enumerate(parts) if part is Ellipsis]
    if len(dots) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    if dots:
        parts[dots[0] : dots[0] + 1] = [slice(None)] * (ndim - used)
    return parts
