"""Elements in and out: NumPy arrays, numbers, nested lists. NumPy is needed only where an array is."""

from __future__ import annotations

import ctypes
import struct
from typing import TYPE_CHECKING, Any

from . import _api, _dlpack
from ._dtype import BY_NAME, dtype, dtype_of
from ._errors import Error
from ._library import integers, lib, make, options
from ._tensor import Tensor, wrap_tensor

if TYPE_CHECKING:
    import numpy

    from ._context import Context

# How struct and NumPy write the types that Python can read.
_FORMATS = {"float64": "d", "float32": "f", "int64": "q", "int32": "i", "int16": "h", "int8": "b", "uint64": "Q",
            "uint32": "I", "uint16": "H", "uint8": "B", "bool": "?"}
_TYPESTRS = {"float64": "<f8", "float32": "<f4", "float16": "<f2", "int64": "<i8", "int32": "<i4", "int16": "<i2",
             "int8": "|i1", "uint64": "<u8", "uint32": "<u4", "uint16": "<u2", "uint8": "|u1", "bool": "|b1",
             "complex64": "<c8", "complex128": "<c16"}
_DESTROY = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_held: dict[int, Any] = {}


def _imported(context: Context, mode: int, kind: dtype, shape: Any, **where: Any) -> Tensor:
    sizes, rank = integers(shape)
    how = options("duramen_import_options", mode=mode, dtype=kind.number, rank=rank,
                  shape=ctypes.cast(sizes, ctypes.c_void_p), **where)
    return wrap_tensor(context.build(lib.duramen_tensor_import, ctypes.byref(how)), context)


def _copied(context: Context, kind: dtype, shape: Any, data: bytes) -> Tensor:
    place = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p)
    return _imported(context, _api.IMPORT_COPY, kind, shape, data=place, nbytes=len(data))


def tensor_of(context: Context, data: Any, wanted: Any = None) -> Tensor:
    """A copy of the data in fresh memory."""
    kind = None if wanted is None else dtype_of(wanted)
    if isinstance(data, Tensor):
        made = data.detach().clone()
    elif hasattr(data, "__array_interface__"):
        made = _copy_of_array(context, data)
    elif hasattr(data, "__dlpack__"):
        made = _dlpack.from_dlpack(data, context).clone()
    else:
        return _from_numbers(context, data, kind)
    return made if kind is None else made.to(kind)


def _kind_of_array(array: Any) -> dtype:
    kind = BY_NAME.get(array.dtype.name)
    if kind is None:
        raise TypeError(f"can't convert np.ndarray of type {array.dtype}")
    return kind


def _copy_of_array(context: Context, data: Any) -> Tensor:
    import numpy

    array = numpy.asarray(data)
    array = numpy.asarray(array, dtype=array.dtype.newbyteorder("="), order="C")
    place = ctypes.c_void_p(array.__array_interface__["data"][0])
    return _imported(context, _api.IMPORT_COPY, _kind_of_array(array), array.shape, data=place, nbytes=array.nbytes)


def tensor_on(context: Context, array: Any) -> Tensor:
    """A tensor on an array's own memory; that of a read-only array is read-only here, too."""
    kind = _kind_of_array(array)
    if not array.dtype.isnative or any(stride % array.itemsize for stride in array.strides):
        raise ValueError("an array of another byte order or with strides between elements cannot be shared; copy it")
    if array.flags.writeable and kind != "bool":
        return _dlpack.from_dlpack(array, context)
    strides, _ = integers([stride // array.itemsize for stride in array.strides])
    mode = _api.IMPORT_VIEW if array.flags.writeable else _api.IMPORT_VIEW_CONST
    span = array.itemsize + sum((n - 1) * s for n, s in zip(array.shape, array.strides)) if array.size else 0
    key = id(holder := [array])
    _held[key] = holder
    try:
        return _imported(context, mode, kind, array.shape, strides=ctypes.cast(strides, ctypes.c_void_p),
                         data=array.__array_interface__["data"][0], nbytes=span,
                         destroy=ctypes.cast(_drop, ctypes.c_void_p), user=key)
    except Error:
        del _held[key]
        raise


def _let_go(key: int, held: dict[int, Any] = _held) -> None:
    held.pop(key, None)


_drop = _DESTROY(_let_go)
ctypes.pythonapi.Py_IncRef(ctypes.py_object(_drop))  # tensors may outlive this module


def _from_numbers(context: Context, data: Any, kind: dtype | None) -> Tensor:
    """Nested lists of numbers, with PyTorch's choice of the type."""
    shape: list[int] = []
    level = [data]
    while level and isinstance(level[0], (list, tuple)):
        sizes = {len(row) if isinstance(row, (list, tuple)) else -1 for row in level}
        if len(sizes) != 1:
            raise ValueError("the lists have different lengths")
        shape.append(sizes.pop())
        level = [item for row in level for item in row]
    numbers = [item.item() if hasattr(item, "item") else item for item in level]
    for item in numbers:
        if not isinstance(item, (bool, int, float, complex)):
            raise TypeError(f"a number, nested lists of numbers or an array is expected, not {type(item).__name__}")
    if any(isinstance(item, complex) for item in numbers):
        packed = struct.pack(f"={2 * len(numbers)}d", *(part for z in map(complex, numbers) for part in (z.real, z.imag)))
        made, natural = _copied(context, BY_NAME["complex128"], shape, packed), BY_NAME["complex64"]
    elif not numbers or any(isinstance(item, float) for item in numbers):
        packed = struct.pack(f"={len(numbers)}d", *numbers)
        made, natural = _copied(context, BY_NAME["float64"], shape, packed), context.get_default_dtype()
    elif all(isinstance(item, bool) for item in numbers):
        made = _copied(context, BY_NAME["bool"], shape, struct.pack(f"={len(numbers)}?", *numbers))
        natural = made.dtype
    else:
        name = "uint64" if kind == "uint64" else "int64"
        made = _copied(context, BY_NAME[name], shape, struct.pack(f"={len(numbers)}{_FORMATS[name]}", *numbers))
        natural = made.dtype
    return made.to(kind or natural)


def bytes_of(tensor: Tensor, kind: dtype) -> bytes:
    """The elements in C order, converted."""
    nbytes = tensor.nbytes if kind == tensor.dtype else tensor.numel() * kind.itemsize
    buffer = ctypes.create_string_buffer(max(nbytes, 1))
    tensor.context.run(lib.duramen_tensor_read, tensor.handle, kind.number, buffer, nbytes)
    return buffer.raw[:nbytes]


def numbers_of(tensor: Tensor) -> list[Any]:
    """The elements in C order as Python numbers."""
    kind = tensor.dtype
    if kind.is_complex:
        parts = memoryview(bytes_of(tensor, BY_NAME["complex128"])).cast("d").tolist()
        return [complex(real, imag) for real, imag in zip(parts[::2], parts[1::2])]
    if kind not in _FORMATS:
        kind = BY_NAME["float64"]
    view: Any = memoryview(bytes_of(tensor, kind))
    out: list[Any] = view.cast(_FORMATS[kind]).tolist()
    return out


def nested_of(tensor: Tensor) -> Any:
    """The elements as nested lists; a number for no dimension."""
    out = numbers_of(tensor)
    shape = tensor.shape
    for i in range(len(shape) - 1, 0, -1):
        rows = 1
        for size in shape[:i]:
            rows *= size
        out = [out[row * shape[i] : (row + 1) * shape[i]] for row in range(rows)]
    return out if shape else out[0]


class _Memory:
    """What a NumPy array holds on to: a tensor's memory, described as NumPy wants it."""

    __slots__ = ("__array_interface__", "_address", "_delete")

    def __init__(self, address: int, typestr: str, itemsize: int) -> None:
        self._address, self._delete = address, _dlpack.delete
        managed = _dlpack.Managed.from_address(address)
        view = managed.tensor
        shape = tuple(view.shape[: view.ndim]) if view.ndim else ()
        strides = tuple(stride * itemsize for stride in view.strides[: view.ndim]) if view.ndim else ()
        self.__array_interface__ = {
            "version": 3, "typestr": typestr, "shape": shape, "strides": strides,
            "data": ((view.data or 0) + view.byte_offset, bool(managed.flags & _dlpack.READ_ONLY))}

    def __del__(self) -> None:
        self._delete(_dlpack_managed, self._address)


_dlpack_managed = _dlpack.Managed


def array_of(tensor: Tensor) -> numpy.ndarray[Any, Any]:
    """A NumPy array on the tensor's memory; read-only where a write would escape a recorded graph."""
    import numpy

    typestr = _TYPESTRS.get(tensor.dtype)
    if typestr is None:
        raise TypeError(f"Got unsupported ScalarType {tensor.dtype}")
    if tensor.numel() == 0:
        return numpy.empty(tensor.shape, typestr)
    source = tensor.detach() if tensor.requires_grad else tensor
    array = numpy.asarray(_Memory(make(lib.duramen_tensor_to_dlpack, source.handle), typestr, tensor.dtype.itemsize))
    if tensor.requires_grad:
        array.flags.writeable = False
    return array
