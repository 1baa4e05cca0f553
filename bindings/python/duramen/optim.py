"""torch.optim: written by tools/registry.py from the registry of the library.

    optimizer = duramen.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ._optimizer import Optimizer, given

__all__ = ["Adam", "AdamW", "SGD", "Optimizer"]


class Adam(Optimizer):
    """Steps scaled by running means of the gradient and its square.

    lr: learning rate
    betas: factors of the running means of gradient and square
    eps: added to the denominator
    weight_decay: weight decay (L2 penalty)
    amsgrad: divide by the largest mean of squares so far
    foreach: accepted; every step is fused
    maximize: go up instead of down
    capturable: only False, or with fused=True
    differentiable: only False
    fused: accepted; every step is fused
    decoupled_weight_decay: decay as AdamW does
    """

    __slots__ = ()

    def __init__(self, params: Iterable[Any], lr: float = 0.001, betas: Sequence[Any] = (0.9, 0.999),
                 eps: float = 1e-08, weight_decay: float = 0, amsgrad: bool = False, *, foreach: bool | None = None,
                 maximize: bool = False, capturable: bool = False, differentiable: bool = False,
                 fused: bool | None = None, decoupled_weight_decay: bool = False) -> None:
        super().__init__(*given(params, "Adam", lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad,
                         foreach=foreach, maximize=maximize, capturable=capturable, differentiable=differentiable,
                         fused=fused, decoupled_weight_decay=decoupled_weight_decay))


class AdamW(Optimizer):
    """Adam with weight decay beside the gradient.

    lr: learning rate
    betas: factors of the running means of gradient and square
    eps: added to the denominator
    weight_decay: share of the parameter taken off, times lr
    amsgrad: divide by the largest mean of squares so far
    maximize: go up instead of down
    foreach: accepted; every step is fused
    capturable: only False, or with fused=True
    differentiable: only False
    fused: accepted; every step is fused
    """

    __slots__ = ()

    def __init__(self, params: Iterable[Any], lr: float = 0.001, betas: Sequence[Any] = (0.9, 0.999),
                 eps: float = 1e-08, weight_decay: float = 0.01, amsgrad: bool = False, *, maximize: bool = False,
                 foreach: bool | None = None, capturable: bool = False, differentiable: bool = False,
                 fused: bool | None = None) -> None:
        super().__init__(*given(params, "AdamW", lr=lr, betas=betas, eps=eps, weight_decay=weight_decay,
                         amsgrad=amsgrad, maximize=maximize, foreach=foreach, capturable=capturable,
                         differentiable=differentiable, fused=fused))


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if wanted.

    lr: learning rate
    momentum: momentum factor
    dampening: dampening for momentum
    weight_decay: weight decay (L2 penalty)
    nesterov: Nesterov momentum
    maximize: go up instead of down
    foreach: accepted; every step is fused
    differentiable: only False
    fused: accepted; every step is fused
    """

    __slots__ = ()

    def __init__(self, params: Iterable[Any], lr: float = 0.001, momentum: float = 0, dampening: float = 0,
                 weight_decay: float = 0, nesterov: bool = False, *, maximize: bool = False,
                 foreach: bool | None = None, differentiable: bool = False, fused: bool | None = None) -> None:
        super().__init__(*given(params, "SGD", lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
                         nesterov=nesterov, maximize=maximize, foreach=foreach, differentiable=differentiable,
                         fused=fused))
