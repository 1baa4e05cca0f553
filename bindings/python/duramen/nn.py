"""The classes of torch.nn: `duramen.nn.Linear(4, 3)`, to be built, derived from and asked for by isinstance.

    class Net(nn.Sequential):
        def __init__(self):
            super().__init__(nn.Linear(4, 3), nn.ReLU())

Each takes PyTorch's arguments, and `context=`; without it, a module belongs to the context of its arguments, to that of
`with ctx:`, or to one that each thread has. `duramen.registry()` describes the arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import init, parametrizations, utils
from ._containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from ._module import Module
from ._tensor import Buffer, Parameter

__all__ = ["Buffer", "Module", "ModuleDict", "ModuleList", "Parameter", "ParameterDict", "ParameterList", "Sequential", "init",
           "parametrizations", "utils"]
if TYPE_CHECKING:
    from . import _layers
    from ._layers import *  # noqa: F403

    __all__ += _layers.__all__
else:
    _OTHERS = __all__
    del __all__  # whole once the layers are there

    def __getattr__(name: str) -> Any:
        """The layers, many classes, are made when one of them is first asked for."""
        here = globals()
        if name == "__all__" or not name.startswith("__"):
            from . import _layers

            here.update({one: getattr(_layers, one) for one in _layers.__all__}, __all__=_OTHERS + _layers.__all__)
        if name not in here:
            raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
        return here[name]

    def __dir__() -> list[str]:
        return sorted({*globals(), *__getattr__("__all__")})
