"""The classes of torch.nn: `duramen.nn.Linear(4, 3)`, to be built, derived from and asked for by isinstance.

    class Net(nn.Sequential):
        def __init__(self):
            super().__init__(nn.Linear(4, 3), nn.ReLU())

Each takes PyTorch's arguments, and `context=`; without it, a module belongs to the context of its arguments, to that of
`with ctx:`, or to one that each thread has. `duramen.registry()` describes the arguments.
"""

from __future__ import annotations

from . import _layer, _layers, init, parametrizations, utils
from ._containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from ._layers import *  # noqa: F403
from ._module import CLASSES, Module
from ._tensor import Buffer, Parameter

__all__ = ["Buffer", "Module", "ModuleDict", "ModuleList", "Parameter", "ParameterDict", "ParameterList", "Sequential", "init",
           "parametrizations", "utils"]
__all__ += _layers.__all__

for _name in _layers.__all__:
    _class = CLASSES[_name] = getattr(_layers, _name)
    setattr(_class, "__init__", _layer.checked(vars(_class)["__init__"]))  # noqa: B010
    _class.__module__ = __name__
