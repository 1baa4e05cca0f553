"""The two sides of a comparison: the same text and seed build a module here and in PyTorch; what they hold is compared.

Nothing here tolerates anything: bits are bits. Where rounding may differ, `rounding.py` has the rule.
"""
import collections
import random

import duramen
import torch

NAMES = {**vars(torch.nn), "OrderedDict": collections.OrderedDict, "tensor": torch.tensor,
         "NonDynamicallyQuantizableLinear": torch.nn.modules.linear.NonDynamicallyQuantizableLinear,
         "Parameter": torch.nn.Parameter, "zeros": torch.zeros, "ones": torch.ones, "rand": torch.rand,
         **{name: getattr(torch, name) for name in ("float16", "bfloat16", "float32", "float64")}}


class Mismatch(Exception):
    """The sides differ; the text says where."""


def require(condition, text):
    if not condition:
        raise Mismatch(text)


def same(ours, theirs, what):
    require(ours == theirs, f"{what}:\n  ours    {ours!r}\n  PyTorch {theirs!r}")


def rng_of(seed, *places):
    """Random choices that depend on the seed and the place only, so that any case can be run alone."""
    return random.Random(f"{seed}/{'/'.join(map(str, places))}")


def build_theirs(text, seed, **names):
    torch.manual_seed(seed)
    return eval(text, {**NAMES, **names})  # noqa: S307, texts made by this program


def build_ours(ctx, text, seed, **names):
    ctx.seed(seed)
    return ctx.module(text, **names)


def dtype_name(tensor):
    return str(tensor.dtype).removeprefix("torch.")


def bytes_of(tensor):
    """The bytes of a PyTorch tensor in C order."""
    flat = tensor.detach().clone(memory_format=torch.contiguous_format).reshape(-1)
    return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""


def to_ours(ctx, tensor):
    """A copy of a PyTorch tensor."""
    return ctx.from_dlpack(tensor.detach().clone()).clone() if tensor.numel() else ctx.empty(tuple(tensor.shape),
                                                                                           dtype_name(tensor))


def to_theirs(tensor):
    """A copy of one of our tensors."""
    return torch.from_dlpack(tensor.detach().clone()).clone()


def described_ours(tensor):
    return None if tensor is None else (str(tensor.dtype), tuple(tensor.shape), tensor.requires_grad,
                                        tensor.is_parameter, tensor.tobytes())


def described_theirs(tensor):
    return None if tensor is None else (dtype_name(tensor), tuple(tensor.shape), tensor.requires_grad,
                                        isinstance(tensor, torch.nn.Parameter), bytes_of(tensor))


def first_places(keys):
    """For each key the position of the first equal one: which entries are one object, or on one memory."""
    seen = {}
    return [seen.setdefault(key, i) for i, key in enumerate(keys)]


def listed_ours(pairs):
    pairs = list(pairs)
    return ([(name, described_ours(tensor)) for name, tensor in pairs],
            first_places(tensor.handle for _, tensor in pairs), first_places(tensor.storage_id for _, tensor in pairs))


def listed_theirs(pairs):
    pairs = list(pairs)
    storages = [tensor.untyped_storage().data_ptr() or ("empty", id(tensor.untyped_storage())) for _, tensor in pairs]
    return ([(name, described_theirs(tensor)) for name, tensor in pairs],
            first_places(id(tensor) for _, tensor in pairs), first_places(storages))


def state_of_ours(state):
    return listed_ours((name, item) for name, item in state.items()), dict(state.versions())


def state_of_theirs(state):
    versions = {path: entry.get("version") for path, entry in state._metadata.items()}
    return listed_theirs(state.items()), versions


def same_state(ours, theirs, what):
    """Keys, bits, flags and versions; a short text even for a large difference."""
    a, b = state_of_ours(ours), state_of_theirs(theirs)
    if a != b:
        same([name for name, _ in a[0][0]], [name for name, _ in b[0][0]], f"{what}: keys")
        same(a[1], b[1], f"{what}: versions")
        for (name, x), (_, y) in zip(a[0][0], b[0][0]):
            same(x[:4], y[:4], f"{what}: {name}")
            require(x[4] == y[4], f"{what}: the bits of {name} differ")
        same(a[0][1:], b[0][1:], f"{what}: which entries are one object, one memory")
