"""What is done to a tree as a whole: values from another one, freezing by name, ties, all parameters as one vector."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, TypeVar

from . import _api
from ._handle import Handle
from ._library import call, encoded, lib, make, options
from ._listing import Patterns, joined, pattern_fields
from ._state_dict import StateDict, wrap_state_dict
from ._tensor import Tensor, handle_of, wrap_tensor

if TYPE_CHECKING:
    from ._context import Context

M = TypeVar("M", bound="Surgery")


class Surgery(Handle):
    """These methods of a module change nothing when they fail. Patterns are those of the listings."""

    __slots__ = ()
    if TYPE_CHECKING:
        @property
        def _context(self) -> Context: ...

    def copy_from(self: M, source: Surgery, *, buffers: str = "copy", include: Patterns = "",
                  exclude: Patterns = "") -> M:
        """Copies the values of all parameters and buffers of a tree of the same structure into this one's memory."""
        how = _blend(buffers, include, exclude)
        self._context.run(lib.duramen_module_copy_from, self.handle, source.handle, ctypes.byref(how))
        return self

    def lerp_(self: M, source: Surgery, weight: float, *, buffers: str = "copy", include: Patterns = "",
              exclude: Patterns = "") -> M:
        """Moves every parameter towards that of the source, as p.lerp_(q, weight); buffers: "copy", "lerp" or "skip"."""
        how = _blend(buffers, include, exclude)
        self._context.run(lib.duramen_module_lerp, self.handle, source.handle, weight, ctypes.byref(how))
        return self

    def freeze(self, include: Patterns = "", exclude: Patterns = "") -> int:
        """Clears requires_grad of the parameters that the patterns choose; how many these are."""
        return self._set_flags(lib.duramen_module_freeze, include, exclude)

    def unfreeze(self, include: Patterns = "", exclude: Patterns = "") -> int:
        """Sets requires_grad of the parameters that the patterns choose; how many these are."""
        return self._set_flags(lib.duramen_module_unfreeze, include, exclude)

    def _set_flags(self, function: Any, include: Patterns, exclude: Patterns) -> int:
        count = ctypes.c_size_t()
        call(function, self.handle, *encoded(joined(include)), *encoded(joined(exclude)), ctypes.byref(count))
        return count.value

    def tie(self, target: str, source: str) -> None:
        """Makes the parameter (or buffer) at `target` the same object as the one at `source`."""
        call(lib.duramen_module_tie, self.handle, *encoded(target), *encoded(source))

    def untie(self, target: str) -> bool:
        """Gives the parameter (or buffer) at `target` an object and memory of its own; False where it has them."""
        changed = ctypes.c_uint32()
        self._context.run(lib.duramen_module_untie, self.handle, *encoded(target), ctypes.byref(changed))
        return bool(changed.value)

    def flatten(self, *, trainable: bool = False, gradients: bool = False, copy: bool = False) -> Tensor:
        """torch.nn.utils.parameters_to_vector(m.parameters()); a view where they lie in one block, as after pack()."""
        flags = ((_api.FLAT_TRAINABLE if trainable else 0) | (_api.FLAT_GRADIENTS if gradients else 0)
                 | (_api.FLAT_COPY if copy else 0))
        return wrap_tensor(self._context.build(lib.duramen_module_flatten, self.handle, flags), self._context)

    def unflatten(self: M, vector: Tensor, *, trainable: bool = False, gradients: bool = False) -> M:
        """Copies the elements of a vector into the parameters (or their gradients)."""
        flags = (_api.FLAT_TRAINABLE if trainable else 0) | (_api.FLAT_GRADIENTS if gradients else 0)
        self._context.run(lib.duramen_module_unflatten, self.handle, handle_of(vector), flags)
        return self

    def pack(self, *, trainable: bool = False) -> Tensor:
        """Moves the parameters into one block of memory, and gives it as a vector."""
        flags = _api.FLAT_TRAINABLE if trainable else 0
        return wrap_tensor(self._context.build(lib.duramen_module_pack, self.handle, flags), self._context)

    def diff(self, other: Surgery, include: Patterns = "", exclude: Patterns = "") -> dict[str, Any]:
        """In what the states of two modules differ: StateDict.diff."""
        return state_of(self).diff(state_of(other), include, exclude)

    def digest(self, include: Patterns = "", exclude: Patterns = "") -> str:
        """A digest of the state's names, dtypes, shapes and values: StateDict.digest."""
        return state_of(self).digest(include, exclude)


_BUFFERS = {"copy": _api.BUFFERS_COPY, "lerp": _api.BUFFERS_LERP, "skip": _api.BUFFERS_SKIP}


def _blend(buffers: str, include: Patterns, exclude: Patterns) -> Any:
    if buffers not in _BUFFERS:
        raise ValueError(f"buffers: expected 'copy', 'lerp' or 'skip', got {buffers!r}")
    return options("duramen_blend_options", buffers=_BUFFERS[buffers],
                   **pattern_fields(include=include, exclude=exclude))


def state_of(module: Surgery) -> StateDict:
    return wrap_state_dict(make(lib.duramen_module_state_dict, module.handle, None, 0, 0), module._context)
