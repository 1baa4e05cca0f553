"""What pickle and copy.copy make of tensors, state dicts and modules.

A module is its Python class, the text of its bare self, the entries of its maps, its flag and its attributes; hooks stay
behind. A tensor is its values and flags; tensors and modules that stand at several places of one pickle are one object
again. All that is read belongs to the current context.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from . import _own
from ._context import current_context
from ._errors import Error
from ._library import call, encoded, lib
from ._repr import is_uninitialized

if TYPE_CHECKING:
    from ._module import Module
    from ._state_dict import StateDict
    from ._tensor import Tensor

CONTAINERS = ("Sequential", "ModuleList", "ModuleDict")


def reduced_tensor(tensor: Tensor) -> Any:
    return read_tensor, (tensor.tobytes(), str(tensor.dtype), tensor.shape, tensor.requires_grad, tensor.is_parameter)


def read_tensor(data: bytes, kind: str, shape: Any, requires_grad: bool, is_parameter: bool) -> Any:
    from ._array import _copied
    from ._dtype import dtype_of
    from ._tensor import Parameter

    made = _copied(current_context(), dtype_of(kind), shape, data)
    return Parameter(made, requires_grad) if is_parameter else made.requires_grad_(requires_grad)


def reduced_state(state: StateDict) -> Any:
    versions = [(path, version) for path, version in state.versions().items() if version is not None]
    return read_state, (list(state.items()), versions, dict(state.metadata))


def read_state(items: Any, versions: Any, metadata: Any) -> Any:
    from ._state_dict import StateDict

    made = StateDict(items, metadata=metadata, context=current_context())
    for path, version in versions:
        made.set_version(path, version)
    return made


# Modules.

def entries_of(module: Module) -> Any:
    """Those of a container whose entries may be of any kind; None for another."""
    from ._containers import ParameterDict, ParameterList

    return list(module) if isinstance(module, ParameterList) else list(module.items()) if isinstance(module, ParameterDict) else None


def handle_or_none(one: Any) -> int | None:
    return None if one is None else one.handle


def _has_norms(module: Module) -> bool:
    """Whether utils.weight_norm or spectral_norm computes one of its tensors."""
    for name in module.slots()["parameters"]:
        start, _, end = name.rpartition("_")
        if end in ("g", "orig"):
            with contextlib.suppress(ValueError):
                module._computed(start)
                return True
    return False


def text_of(module: Module) -> str:
    """What builds a module of its class, its entries aside."""
    native = module._native()
    if module.class_name.startswith("Parametrized"):
        raise RuntimeError("Serialization of parametrized modules is only supported through state_dict()")
    is_filled = native.__name__ in CONTAINERS or entries_of(module) is not None
    if type(module) is native and not is_filled:
        return module.lossless_text()
    if _has_norms(module):
        raise RuntimeError("Serialization of a class of one's own with utils.weight_norm or spectral_norm is only supported "
                           "through state_dict()")
    record = _own.record_of(module.handle)
    if type(module) is not native and record is not None and record.text is not None:
        return record.text
    if native.__name__ == "Module":
        return ""
    return f"{native.__name__}()" if is_filled else module.lossless_text()


def reduced_module(module: Module) -> Any:
    return read_module, (type(module), text_of(module)), state_of(module)


def state_of(module: Module) -> dict[str, Any]:
    """Dots stand for what a lazy module does not know yet: another one makes the same."""
    slots = module.slots()
    for kind in ("parameters", "buffers"):
        slots[kind] = {name: ... if one is not None and is_uninitialized(one) else one for name, one in slots[kind].items()}
    return {**slots, "training": module.training, "attributes": dict(module.__dict__), "entries": entries_of(module)}


def read_module(kind: type[Module], text: str) -> Module:
    """One with entries of its own, as its class makes them, and the generator where it was."""
    context = current_context()
    made = kind.__new__(kind)
    place = context.get_rng_state()
    try:
        made._build(context, text, {})
    finally:
        context.set_rng_state(place)
    return made


def set_state(module: Module, state: dict[str, Any]) -> None:
    """Gives a new module the entries, flag and attributes of another."""
    from ._containers import ParameterDict

    kept = [name for kind in ("parameters", "buffers") for name, one in state[kind].items() if one is ...]
    for entries in list(module.slots().values())[:3]:
        for name in entries:
            if name not in kept:
                call(lib.duramen_module_remove, module.handle, *encoded(name))
    if state["entries"] is not None:
        put: Any = module
        (put.update if isinstance(module, ParameterDict) else put.extend)(state["entries"])
        return _finished(module, {**state, "attributes": {name: one for name, one in state["attributes"].items()
                                                          if name not in put._keys_now()}})
    for name, one in state["parameters"].items():
        if name not in kept:
            call(lib.duramen_module_register_parameter, module.handle, *encoded(name), handle_or_none(one))
    for name, one in state["buffers"].items():
        if name not in kept:
            call(lib.duramen_module_register_buffer, module.handle, *encoded(name), handle_or_none(one),
                 int(name not in state["non_persistent"]))
    for name, one in state["modules"].items():
        call(lib.duramen_module_register_child, module.handle, *encoded(name), handle_or_none(one))
    return _finished(module, state)


def _finished(module: Module, state: dict[str, Any]) -> None:
    if state["training"] != module.training:
        module.training = state["training"]
    if state["attributes"]:
        module.__dict__.update(state["attributes"])
        module._attach()


def copied(module: Module) -> Module:
    """copy.copy: another module of the same class with the same entries."""
    with module._context:
        made = read_module(type(module), text_of(module))
    set_state(made, state_of(module))
    return made
