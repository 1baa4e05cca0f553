"""DLPack capsules in and out, without a copy.

A capsule that nobody took calls the deleter when it goes; the deleters are the library's own, for any thread.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

from ._library import lib, make
from ._tensor import Tensor, wrap_tensor

if TYPE_CHECKING:
    from ._context import Context

# Instances of our own: ctypes.pythonapi is shared with whoever else sets types there.
_python = ctypes.PyDLL(None)
_new = _python.PyCapsule_New
_new.restype, _new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_set_name = _python.PyCapsule_SetName
_set_name.argtypes = [ctypes.py_object, ctypes.c_char_p]
_name_of = _python.PyCapsule_GetName
_name_of.restype, _name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
_pointer_of = _python.PyCapsule_GetPointer
_pointer_of.restype, _pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
# In a destructor the capsule has no references left, so it is seen as an address only.
_dying = ctypes.PyDLL(None)
_dying.PyCapsule_IsValid.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
_dying.PyCapsule_GetPointer.restype = ctypes.c_void_p
_dying.PyCapsule_GetPointer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]

# The capsules keep the addresses of these texts.
_VERSIONED, _LEGACY = b"dltensor_versioned", b"dltensor"
_USED_VERSIONED, _USED_LEGACY = b"used_dltensor_versioned", b"used_dltensor"
READ_ONLY = 1


class _DLTensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32),
                ("ndim", ctypes.c_int32), ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8),
                ("lanes", ctypes.c_uint16), ("shape", ctypes.POINTER(ctypes.c_int64)),
                ("strides", ctypes.POINTER(ctypes.c_int64)), ("byte_offset", ctypes.c_uint64)]


class Managed(ctypes.Structure):
    """DLManagedTensorVersioned."""

    _fields_ = [("major", ctypes.c_uint32), ("minor", ctypes.c_uint32), ("manager_ctx", ctypes.c_void_p),
                ("deleter", ctypes.c_void_p), ("flags", ctypes.c_uint64), ("tensor", _DLTensor)]


class _ManagedLegacy(ctypes.Structure):
    """DLManagedTensor."""

    _fields_ = [("tensor", _DLTensor), ("manager_ctx", ctypes.c_void_p), ("deleter", ctypes.c_void_p)]


_DELETER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


def delete(kind: Any, address: int) -> None:
    """Gives a managed struct back."""
    deleter = kind.from_address(address).deleter
    if deleter:
        _DELETER(deleter)(address)


def _destroy(capsule: int, dying: Any = _dying, forms: Any = ((_VERSIONED, Managed), (_LEGACY, _ManagedLegacy)),
             delete: Any = delete) -> None:
    for name, kind in forms:
        if dying.PyCapsule_IsValid(capsule, name):
            delete(kind, dying.PyCapsule_GetPointer(capsule, name))


_DESTRUCTOR = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(_destroy)
ctypes.pythonapi.Py_IncRef(ctypes.py_object(_DESTRUCTOR))  # capsules may outlive this module


def capsule_of(tensor: Tensor, max_version: tuple[int, int] | None, device: Any, copy: Any) -> Any:
    """A capsule on the tensor's memory."""
    if tensor.requires_grad:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    if device is not None and tuple(device) != (1, 0):
        raise BufferError(f"the tensor is on the CPU, not on device {device}")
    if copy:
        tensor = tensor.clone()
    if max_version is not None and max_version[0] >= 1:
        return _new(make(lib.duramen_tensor_to_dlpack, tensor.handle), _VERSIONED, ctypes.cast(_DESTRUCTOR, ctypes.c_void_p))
    return _new(make(lib.duramen_tensor_to_dlpack_legacy, tensor.handle), _LEGACY,
                ctypes.cast(_DESTRUCTOR, ctypes.c_void_p))


def capsule_from(source: Any) -> Any:
    """The capsule that an object gives, of version 1 where it can."""
    if type(source).__name__ == "PyCapsule":
        return source
    device = source.__dlpack_device__() if hasattr(source, "__dlpack_device__") else (1, 0)
    if int(device[0]) != 1:
        raise BufferError(f"only the CPU's memory can be used, not that of device {tuple(device)}")
    try:
        return source.__dlpack__(max_version=(1, 0))
    except TypeError:
        return source.__dlpack__()


def from_dlpack(source: Any, context: Context | None = None) -> Tensor:
    """A tensor on the memory of another library's array, or of a capsule, which is used up."""
    if context is None:
        from ._context import Context

        context = Context()
    capsule = capsule_from(source)
    name = _name_of(capsule)
    if name == _VERSIONED:
        take, used = lib.duramen_tensor_from_dlpack_take, _USED_VERSIONED
    elif name == _LEGACY:
        take, used = lib.duramen_tensor_from_dlpack_legacy_take, _USED_LEGACY
    else:
        raise ValueError(f"a capsule called {name!r} is not a DLPack tensor, or was used before")
    address = make(take, _pointer_of(capsule, name))
    _set_name(capsule, used)
    return wrap_tensor(address, context)
