"""torch.nn.init: initial values, drawn from the generator of the tensor's context.

    duramen.init.kaiming_normal_(model.get_parameter("weight"), mode="fan_out", nonlinearity="relu")
"""

from __future__ import annotations

import ctypes
from typing import Any

from ._arithmetic import literal
from ._library import call, encoded, lib
from ._tensor import Tensor

__all__ = [
    "calculate_gain", "constant_", "dirac_", "eye_", "kaiming_normal_", "kaiming_uniform_", "normal_", "ones_",
    "orthogonal_", "sparse_", "trunc_normal_", "uniform_", "xavier_normal_", "xavier_uniform_", "zeros_",
]


def _text(name: str, arguments: dict[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={literal(value)}' for key, value in arguments.items())})"


def _apply(tensor: Tensor, name: str, **arguments: Any) -> Tensor:
    tensor.context.run(lib.duramen_tensor_fill_from_text, tensor.handle, *encoded(_text(name, arguments)))
    return tensor


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The gain that suits a nonlinearity."""
    out = ctypes.c_double()
    text = _text("calculate_gain", {"nonlinearity": nonlinearity, "param": param})
    call(lib.duramen_calculate_gain, *encoded(text), ctypes.byref(out))
    return out.value


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    return _apply(tensor, "uniform_", a=a, b=b)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    return _apply(tensor, "normal_", mean=mean, std=std)


def trunc_normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0) -> Tensor:
    return _apply(tensor, "trunc_normal_", mean=mean, std=std, a=a, b=b)


def constant_(tensor: Tensor, val: float) -> Tensor:
    return _apply(tensor, "constant_", val=val)


def ones_(tensor: Tensor) -> Tensor:
    return _apply(tensor, "ones_")


def zeros_(tensor: Tensor) -> Tensor:
    return _apply(tensor, "zeros_")


def eye_(tensor: Tensor) -> Tensor:
    return _apply(tensor, "eye_")


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    return _apply(tensor, "dirac_", groups=groups)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    return _apply(tensor, "xavier_uniform_", gain=gain)


def xavier_normal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    return _apply(tensor, "xavier_normal_", gain=gain)


def kaiming_uniform_(tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu") -> Tensor:
    return _apply(tensor, "kaiming_uniform_", a=a, mode=mode, nonlinearity=nonlinearity)


def kaiming_normal_(tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu") -> Tensor:
    return _apply(tensor, "kaiming_normal_", a=a, mode=mode, nonlinearity=nonlinearity)


def orthogonal_(tensor: Tensor, gain: float = 1) -> Tensor:
    return _apply(tensor, "orthogonal_", gain=gain)


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01) -> Tensor:
    return _apply(tensor, "sparse_", sparsity=sparsity, std=std)
