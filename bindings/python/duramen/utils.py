"""torch.nn.utils: weight_norm and spectral_norm, a tensor that is computed before each forward; gradients within bounds; parameters as
one vector.

    duramen.utils.weight_norm(layer)              # layer.weight_g, layer.weight_v
    duramen.utils.remove_weight_norm(layer)

The newer forms are those of duramen.parametrizations.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Union

from ._arithmetic import literal
from ._module import Module
from ._op import apply_to_tensors
from ._tensor import Tensor
from .parametrizations import is_parametrized, parametrize, remove_parametrizations

__all__ = ["clip_grad_norm_", "clip_grad_value_", "parameters_to_vector", "remove_spectral_norm", "remove_weight_norm", "spectral_norm",
           "vector_to_parameters", "weight_norm"]


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


Tensors = Union[Tensor, Iterable[Tensor]]


def _listed(parameters: Tensors) -> list[Tensor]:
    return [parameters] if isinstance(parameters, Tensor) else list(parameters)


def _gradients(parameters: list[Tensor]) -> list[Tensor]:
    return [one.grad for one in parameters if one.grad is not None]


def clip_grad_norm_(parameters: Tensors, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False) -> Tensor:
    """Scales the gradients so that their norm as one vector is at most max_norm; that norm as it was."""
    given = _listed(parameters)
    gradients, context = _gradients(given), given[0].context
    if not gradients:
        return context.zeros(())
    with context.no_grad():
        if norm_type == float("inf"):
            parts = [one.abs().max().reshape(1) for one in gradients]
        elif norm_type in (1, 2):
            parts = [(one.abs() if norm_type == 1 else one.square()).sum().reshape(1) for one in gradients]
        else:
            raise ValueError(f"norm_type is 1, 2 or inf, not {norm_type}")
        joined = apply_to_tensors(context, "cat(dim=0)", *parts)
        total: Tensor = joined.max() if norm_type == float("inf") else joined.sum() if norm_type == 1 else joined.sum().sqrt()
        if error_if_nonfinite and not abs(float(total)) < float("inf"):
            raise RuntimeError(f"The total norm of order {norm_type} for gradients is non-finite, so it cannot be clipped")
        scale = (total.new_full((), max_norm) / (total + 1e-6)).clamp(max=1.0)
        for one in gradients:
            one.mul_(scale.to(one.dtype))
    return total


def clip_grad_value_(parameters: Tensors, clip_value: float) -> None:
    """No element of the gradients is further from 0."""
    for one in _gradients(_listed(parameters)):
        with one.context.no_grad():
            one.copy_(one.clamp(-float(clip_value), float(clip_value)))


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    flat = [one.reshape(-1) for one in parameters]
    return apply_to_tensors(flat[0].context, "cat(dim=0)", *flat)


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """The values of one vector, in the order of the parameters."""
    start = 0
    for one in parameters:
        one.copy_(vec.detach()[start : start + one.numel()].reshape(*one.shape))
        start += one.numel()
