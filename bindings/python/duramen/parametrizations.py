"""torch.nn.utils.parametrizations: a tensor of a module that is computed from others.

    duramen.parametrizations.weight_norm(layer, "weight", dim=0)
    layer.weight                                  # computed anew
    duramen.parametrizations.remove_parametrizations(layer, "weight")
"""

from __future__ import annotations

from typing import Any

from ._arithmetic import literal
from ._library import encoded, lib
from ._module import Module

__all__ = ["is_parametrized", "orthogonal", "remove_parametrizations", "spectral_norm", "weight_norm"]


def parametrize(module: Module, name: str, text: str) -> Module:
    """By text: "weight_norm(dim=0)"."""
    module._context.run(lib.duramen_module_parametrize, module.handle, *encoded(name), *encoded(text))
    return module


def _parametrize(module: Module, name: str, function: str, **arguments: Any) -> Module:
    given = ", ".join(f"{key}={literal(value)}" for key, value in arguments.items())
    return parametrize(module, name, f"{function}({given})")


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """w = g v / |v|."""
    return _parametrize(module, name, "weight_norm", dim=dim)


def spectral_norm(module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12,
                  dim: int | None = None) -> Module:
    """w / its largest singular value."""
    return _parametrize(module, name, "spectral_norm", n_power_iterations=n_power_iterations, eps=float(eps), dim=dim)


def orthogonal(module: Module, name: str = "weight", orthogonal_map: str | None = None, *,
               use_trivialization: bool = True) -> Module:
    """A matrix with orthonormal columns or rows; it has no forward yet."""
    return _parametrize(module, name, "orthogonal", orthogonal_map=orthogonal_map,
                        use_trivialization=use_trivialization)


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    children = dict(module.named_children()).get("parametrizations")
    if children is None or not module.class_name.startswith("Parametrized"):
        return False
    return tensor_name is None or tensor_name in dict(children.named_children())


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """The tensor is the module's own again: with its value, or that of the one which it was computed from."""
    module._context.run(lib.duramen_module_remove_parametrizations, module.handle, *encoded(tensor_name),
                       int(leave_parametrized))
    return module
