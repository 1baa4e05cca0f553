"""torch.nn.utils.weight_norm and spectral_norm: a tensor that is computed before each forward.

    duramen.utils.weight_norm(layer)              # layer.weight_g, layer.weight_v
    duramen.utils.remove_weight_norm(layer)

The newer forms are those of duramen.parametrizations.
"""

from __future__ import annotations

from ._arithmetic import literal
from ._module import Module
from .parametrizations import is_parametrized, parametrize, remove_parametrizations

__all__ = ["remove_spectral_norm", "remove_weight_norm", "spectral_norm", "weight_norm"]


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """w = g v / |v|, from the parameters weight_g and weight_v."""
    return parametrize(module, name, f"utils.weight_norm(dim={literal(dim)})")


def spectral_norm(module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12,
                  dim: int | None = None) -> Module:
    """w / its largest singular value, from the parameter weight_orig and the buffers weight_u and weight_v."""
    return parametrize(module, name, f"utils.spectral_norm(n_power_iterations={literal(n_power_iterations)}, "
                                     f"eps={literal(float(eps))}, dim={literal(dim)})")


def _remove(module: Module, function: str, name: str, first: str) -> Module:
    if first not in dict(module.named_parameters(recurse=False)) or is_parametrized(module, name):
        raise ValueError(f"{function} of '{name}' not found in {module}")
    return remove_parametrizations(module, name)


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """The parameter of before, behind the others, with the value that it has."""
    return _remove(module, "weight_norm", name, f"{name}_g")


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """The parameter of before, behind the others, with the value that it has."""
    return _remove(module, "spectral_norm", name, f"{name}_orig")
