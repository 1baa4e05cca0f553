"""Duramen: module trees, state dicts, training and checkpoint files as PyTorch has them, without PyTorch.

    ctx = duramen.Context(seed=0)
    model = ctx.module("Sequential(Linear(4, 3), ReLU())")
    model.load_state_dict(duramen.load("model.pt"))
    y = model(ctx.tensor(numpy_array))
"""

from __future__ import annotations

from . import _api, init, nn, optim, parametrizations, utils
from ._checkpoint import Checkpoint, FileEntry, TensorStream, edit_metadata, load, save, set_metadata
from ._containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from ._context import Context, registry
from ._dlpack import from_dlpack
from ._dtype import BY_NAME, dtype
from ._errors import Error, Status
from ._library import lib as _lib
from ._load_report import LoadItem, LoadReport
from ._module import Module
from ._optimizer import Optimizer, ParamGroup
from ._rename import Renamed, RenameRules, rename_presets
from ._state_dict import StateDict
from ._tensor import Buffer, Parameter, Tensor
from ._value import Opaque

float64, float32, float16, bfloat16 = (BY_NAME[name] for name in ("float64", "float32", "float16", "bfloat16"))
int64, int32, int16, int8 = (BY_NAME[name] for name in ("int64", "int32", "int16", "int8"))
uint64, uint32, uint16, uint8 = (BY_NAME[name] for name in ("uint64", "uint32", "uint16", "uint8"))
complex128, complex64, complex32 = (BY_NAME[name] for name in ("complex128", "complex64", "complex32"))
float8_e4m3fn, float8_e5m2 = BY_NAME["float8_e4m3fn"], BY_NAME["float8_e5m2"]
bool_ = BY_NAME["bool"]

__version__: str = _lib.duramen_version_string().decode()
api_level: int = _api.LEVEL

__all__ = [
    "Buffer", "Checkpoint", "Context", "Error", "FileEntry", "LoadItem", "LoadReport", "Module", "ModuleDict", "ModuleList", "Opaque",
    "Optimizer", "ParamGroup", "Parameter", "ParameterDict", "ParameterList", "Renamed", "RenameRules", "Sequential",
    "StateDict", "Status",
    "Tensor", "TensorStream", "api_level", "bfloat16", "bool_", "complex128", "complex32", "complex64", "dtype", "edit_metadata", "float16", "float32",
    "float64", "float8_e4m3fn", "float8_e5m2", "from_dlpack", "init", "int16", "int32", "int64", "int8", "load", "nn", "optim", "registry",
    "rename_presets", "save", "set_metadata", "uint16", "uint32", "uint64", "uint8",
]
