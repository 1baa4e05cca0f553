"""Files: PyTorch's, .safetensors, NumPy's, GGUF; the format is told by the content."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Union

from . import _api
from ._dtype import BY_NUMBER, dtype, dtype_of
from ._handle import Handle, adopt
from ._library import call, encoded, integers, lent_text, lib, make, options, struct, taken_strings
from ._state_dict import StateDict, context_of, state_dict_of_value, wrap_state_dict
from ._tensor import Tensor, wrap_tensor
from ._value import Values, python_of

if TYPE_CHECKING:
    from ._context import Context

_FORMATS = {None: _api.FORMAT_AUTOMATIC, "safetensors": _api.FORMAT_SAFETENSORS, "torch": _api.FORMAT_TORCH,
            "npy": _api.FORMAT_NPY, "npz": _api.FORMAT_NPZ, "gguf": _api.FORMAT_GGUF, "dcp": _api.FORMAT_DCP}


_NOWHERE = 2**64 - 1

File = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, IO[bytes]]


class FileEntry(NamedTuple):
    """What a file holds under one name; of what is no tensor the dtype is None and the shape empty."""

    name: str
    dtype: dtype | None
    shape: tuple[int, ...]
    nbytes: int
    offset: int | None
    """Where the elements lie in the file, as they are; None where they do not, or where that is not known."""
    first_storage_index: int
    """The first entry on the same storage; else its own."""


def file_entry(row: Any) -> FileEntry:
    shape = tuple((ctypes.c_int64 * row.rank).from_address(row.shape)) if row.rank else ()
    return FileEntry(ctypes.string_at(row.name, row.name_length).decode("utf-8", "surrogatepass"), BY_NUMBER.get(row.dtype),
                     shape, row.nbytes, None if row.offset == _NOWHERE else row.offset, row.first_storage_index)


class Checkpoint(Handle):
    """An open file; its tensors share the mapped memory."""

    __slots__ = ("_context",)
    _release = "duramen_checkpoint_release"
    _context: Context

    def __init__(self, path: File, *, read: bool = False, verify: bool = False, dequantize: bool = False,
                 limits: Mapping[str, int] | None = None, context: Context | None = None) -> None:
        from ._context import Context as NewContext

        self._context = context or NewContext()
        flags = (_api.OPEN_READ if read else 0) | (_api.OPEN_VERIFY if verify else 0)
        bounds = limits_of(limits or {})
        how = options("duramen_open_options", flags=flags | (_api.OPEN_DEQUANTIZE if dequantize else 0),
                      limits=ctypes.addressof(bounds))
        given: Any = path
        if hasattr(given, "read") or isinstance(given, (bytes, bytearray, memoryview)):
            data = bytes(given.read() if hasattr(given, "read") else given)
            adopt(self, self._context.build(lib.duramen_checkpoint_from_memory, data, len(data), ctypes.byref(how)))
            return
        adopt(self, self._context.build(lib.duramen_checkpoint_open, *encoded(os.fsdecode(given)), ctypes.byref(how)))

    @property
    def format(self) -> str:
        return lent_text(lib.duramen_checkpoint_format, self.handle) or ""

    @property
    def metadata(self) -> dict[str, str]:
        """The metadata texts of a .safetensors file, of an index of shards, of a .gguf."""
        keys = taken_strings(make(lib.duramen_checkpoint_metadata_keys, self.handle))
        return {key: lent_text(lib.duramen_checkpoint_metadata, self.handle, *encoded(key)) or "" for key in keys}

    def property(self, key: str) -> str | None:
        """What the file says of itself, such as "version" or "byteorder"; None where it says nothing."""
        return lent_text(lib.duramen_checkpoint_property, self.handle, *encoded(key))

    def entries(self) -> list[FileEntry]:
        """What the file holds, in its order; no tensor is made for it and no element is touched."""
        first, count, stride = ctypes.c_void_p(), ctypes.c_size_t(), ctypes.c_size_t()
        call(lib.duramen_checkpoint_entries, self.handle, ctypes.byref(first), ctypes.byref(count), ctypes.byref(stride))
        kind = struct("duramen_file_entry")
        rows = (kind.from_address((first.value or 0) + i * stride.value) for i in range(count.value))
        return [file_entry(row) for row in rows]

    def tensor(self, name: str) -> Tensor:
        """One tensor, without those beside it; the same object each time."""
        return wrap_tensor(self._context.build(lib.duramen_checkpoint_tensor, self.handle, *encoded(name)), self._context)

    def content(self) -> Any:
        """Everything that the file holds: a StateDict where it is one, else dicts, lists, tensors, numbers."""
        if self.format == "safetensors":
            return self.state_dict()
        value = lib.duramen_checkpoint_content(self.handle)
        if is_state(value):
            state = state_dict_of_value(value, self._context)
            if state is not None:
                return state
        return python_of(value, self._context)

    def state_dict(self, select: str = "") -> StateDict:
        """The dict at a dotted path of the content; nested containers become dotted names."""
        address = self._context.build(lib.duramen_checkpoint_state_dict, self.handle, *encoded(select))
        return wrap_state_dict(address, self._context)


def limits_of(limits: Mapping[str, int]) -> Any:
    """The C struct of the limits; what is not given has a safe default."""
    names = [name for name, _ in _api.STRUCTS["duramen_limits"] if name.startswith("max_")]
    for name in limits:
        if name not in names:
            raise TypeError(f"limits are {', '.join(names)}, not {name!r}")
    return options("duramen_limits", **limits)


def is_state(value: int) -> bool:
    """Whether a value is a dict of tensors only, or of what PyTorch keeps with versions."""
    if lib.duramen_value_kind(value) != _api.VALUE_DICT:
        return False
    attributes = lib.duramen_value_attributes(value)
    if attributes and lib.duramen_value_find(attributes, b"_metadata", 9):
        return True
    kinds = (lib.duramen_value_kind(lib.duramen_value_item(value, i)) for i in range(lib.duramen_value_count(value)))
    return all(kind == _api.VALUE_TENSOR for kind in kinds)


def load(path: File, *, select: str | None = None, read: bool = False, verify: bool = False, dequantize: bool = False,
         limits: Mapping[str, int] | None = None, context: Context | None = None) -> Any:
    """What a file holds: a path, bytes, or an object with read().

    Its tensors share the mapped file; `read` reads it into memory instead. `select` takes the state dict at a dotted path,
    such as "model". `dequantize` makes float32 of GGUF's Q4_0 and Q8_0. `limits` refuse a file that claims more:
    max_depth, max_entries, max_header_bytes, max_tensor_bytes, max_total_bytes. No file can run code.
    """
    opened = Checkpoint(path, read=read, verify=verify, dequantize=dequantize, limits=limits, context=context)
    return opened.content() if select is None else opened.state_dict(select)


def save(data: Any, path: str | bytes | os.PathLike[str] | IO[bytes], *, format: str | None = None,
         metadata: Mapping[str, str] | None = None, durable: bool = True, max_shard_bytes: int = 0,
         context: Context | None = None) -> None:
    """Saves a state dict or any value; the file is whole or untouched. The ending tells the format.

    `path` may be an object with write(), which gets the bytes of a .pt unless `format` says otherwise. `metadata` are free
    texts of a safetensors file. With `max_shard_bytes` a state dict goes into several files with an index.
    """
    if format not in _FORMATS:
        raise ValueError(f"format is one of {', '.join(repr(name) for name in _FORMATS if name)} or None, not {format!r}")
    given: Any = path
    stream = given if hasattr(given, "write") else None
    target = "" if stream is not None else os.fsdecode(given)
    if stream is not None and format is None:
        format = "torch"
    how = options("duramen_save_options", format=_FORMATS[format], max_shard_bytes=max_shard_bytes,
                  durability=_api.DURABILITY_DURABLE if durable else _api.DURABILITY_ATOMIC)
    tensors_only = isinstance(data, Mapping) and all(isinstance(item, Tensor) or hasattr(item, "__array_interface__")
                                                     for item in data.values())
    safetensors = format == "safetensors" or format is None and target.endswith(".safetensors")
    where = context or (context_of(data) if isinstance(data, Mapping) else _context_inside(data))
    flat = safetensors or max_shard_bytes or format in ("npz", "gguf") or target.endswith((".npz", ".gguf"))
    if isinstance(data, StateDict) or flat and tensors_only or metadata is not None:
        state = data if isinstance(data, StateDict) and metadata is None else StateDict(data, metadata=metadata,
                                                                                       context=where)
        if stream is not None:
            _write(stream, where.build(lib.duramen_state_dict_to_bytes, state.handle, ctypes.byref(how)))
            return
        where.run(lib.duramen_state_dict_save, state.handle, *encoded(target), ctypes.byref(how))
        return
    with Values(where) as values:
        if stream is not None:
            _write(stream, where.build(lib.duramen_value_to_bytes, values.of(data), ctypes.byref(how)))
            return
        where.run(lib.duramen_value_save, values.of(data), *encoded(target), ctypes.byref(how))


def _write(stream: Any, value: int) -> None:
    try:
        nbytes = ctypes.c_size_t()
        first = lib.duramen_value_bytes(value, ctypes.byref(nbytes))
        stream.write(ctypes.string_at(first, nbytes.value))
    finally:
        lib.duramen_value_release(value)


def set_metadata(path: str | os.PathLike[str], key: str, text: str | None, *, context: Context | None = None) -> bool:
    """Sets a text of a .safetensors file's metadata, None removes it; whether the whole file was written anew."""
    from ._context import Context as NewContext

    rewritten = ctypes.c_uint32()
    given = (None, 0) if text is None else encoded(text)
    (context or NewContext()).run(lib.duramen_checkpoint_set_metadata, *encoded(os.fsdecode(path)), *encoded(key), *given,
                                  ctypes.byref(rewritten))
    return bool(rewritten.value)


def edit_metadata(path: str | os.PathLike[str], texts: Mapping[str, str | None], *, context: Context | None = None) -> bool:
    """Several texts at once, as set_metadata: all are changed or none."""
    from ._context import Context as NewContext

    where = context or NewContext()
    rewritten = ctypes.c_uint32()
    with Values(where) as values:
        where.run(lib.duramen_checkpoint_edit_metadata, *encoded(os.fsdecode(path)), values.of(dict(texts)), ctypes.byref(rewritten))
    return bool(rewritten.value)


class TensorStream(Handle):
    """A .safetensors or a .pt that is written tensor by tensor: declare all, write each, finish."""

    __slots__ = ("_context",)
    _release = "duramen_tensor_stream_release"
    _context: Context

    def __init__(self, path: str | os.PathLike[str], *, context: Context | None = None) -> None:
        from ._context import Context as NewContext

        self._context = context or NewContext()
        adopt(self, make(lib.duramen_tensor_stream_create, *encoded(os.fsdecode(path)), None))

    def declare(self, name: str, dtype: Any, shape: Sequence[int]) -> None:
        call(lib.duramen_tensor_stream_declare, self.handle, *encoded(name), dtype_of(dtype).number, *integers(shape))

    def set_metadata(self, key: str, text: str) -> None:
        call(lib.duramen_tensor_stream_set_metadata, self.handle, *encoded(key), *encoded(text))

    def write(self, name: str, tensor: Any) -> None:
        given = tensor if isinstance(tensor, Tensor) else self._context.tensor(tensor)
        self._context.run(lib.duramen_tensor_stream_write, self.handle, *encoded(name), given.handle)

    def finish(self) -> None:
        self._context.run(lib.duramen_tensor_stream_finish, self.handle)


def _context_inside(data: Any) -> Context:
    from ._context import Context as NewContext

    return data.context if isinstance(data, Tensor) else NewContext()
