"""Files both ways: what one side saves the other reads, bit for bit, with versions, ties and views."""
import collections
import math
import tempfile
from pathlib import Path

import duramen
import numpy
import safetensors.torch
import torch

from sides import (bytes_of, described_ours, described_theirs, dtype_name, first_places, require, rng_of, same, same_state,
                   to_ours)
from trees import Builder

DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
          torch.uint8, torch.bool, torch.complex64, torch.complex128, torch.uint16, torch.uint32, torch.uint64,
          torch.float8_e4m3fn, torch.float8_e5m2]


def tensor(rng, generator):
    """Any dtype, any layout."""
    shape = [rng.randint(0, 4) for _ in range(rng.randint(0, 3))]
    made = (torch.randn(shape, generator=generator) * 50).abs().clamp(max=100).to(rng.choice(DTYPES))
    if made.dim() > 1 and rng.random() < 0.4:
        made = made.transpose(0, 1)
    if made.dim() and made.shape[0] > 1 and rng.random() < 0.4:
        made = made[1:]
    return made


def value(rng, generator, depth, tensors):
    """A random nested value, as a checkpoint has them."""
    chance = rng.random()
    if depth and chance < 0.45:
        items = [value(rng, generator, depth - 1, tensors) for _ in range(rng.randint(0, 4))]
        kind = rng.choice(["list", "tuple", "dict", "ordered"])
        if kind == "list":
            return items
        if kind == "tuple":
            return tuple(items)
        keys = rng.sample(["a", "b", "lr", "ü", 0, 1, -7, ("t", 1), None, 2.5], len(items))
        return dict(zip(keys, items)) if kind == "dict" else collections.OrderedDict(zip(keys, items))
    if chance < 0.75:
        if tensors and rng.random() < 0.3:
            return rng.choice(tensors)
        tensors.append(tensor(rng, generator))
        return tensors[-1]
    return rng.choice([None, True, False, 0, -1, 2**40, 2**70, -(2**90), 0.1, -0.0, math.inf, "", "text", "ü𝄞", 1e300])


def same_value(ours, theirs, where):
    if isinstance(theirs, torch.Tensor):
        require(isinstance(ours, duramen.Tensor), f"{where} is {type(ours).__name__}, not a tensor")
        same(described_ours(ours), described_theirs(theirs), where)
    elif isinstance(theirs, dict):
        same([type(key).__name__ for key in ours], [type(key).__name__ for key in theirs], f"the keys of {where}")
        same(list(ours), list(theirs), f"the keys of {where}")
        for key in theirs:
            same_value(ours[key], theirs[key], f"{where}[{key!r}]")
    elif isinstance(theirs, (list, tuple)):
        same((type(ours), len(ours)), (type(theirs), len(theirs)), where)
        for i, (a, b) in enumerate(zip(ours, theirs)):
            same_value(a, b, f"{where}[{i}]")
    else:
        same((type(ours), repr(ours)), (type(theirs), repr(theirs)), where)


def ours_of(ctx, theirs, memo):
    """The same nested value with our tensors; what was one tensor stays one."""
    if isinstance(theirs, torch.Tensor):
        if id(theirs) not in memo:
            memo[id(theirs)] = ctx.from_dlpack(theirs) if theirs.numel() else to_ours(ctx, theirs)
        return memo[id(theirs)]
    if isinstance(theirs, dict):
        return type(theirs)((key, ours_of(ctx, item, memo)) for key, item in theirs.items())
    if isinstance(theirs, (list, tuple)):
        return type(theirs)(ours_of(ctx, item, memo) for item in theirs)
    return theirs


def nested_values(ctx, rng, folder):
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    theirs = {"root": value(rng, generator, 3, []), "one": torch.ones(1)}
    torch.save(theirs, folder / "theirs.pt")
    same_value(duramen.load(folder / "theirs.pt"), theirs, "what PyTorch saved")
    duramen.save(ours_of(ctx, theirs, {}), folder / "ours.pt", durable=False)
    back = torch.load(folder / "ours.pt", weights_only=True)
    same_value(ours_of(ctx, back, {}), theirs, "what was saved here")


def states(ctx, rng, folder):
    pair = Builder(ctx, rng).tree()
    torch.save(pair.theirs.state_dict(), folder / "theirs.pt")
    loaded = duramen.load(folder / "theirs.pt")
    require(isinstance(loaded, duramen.StateDict), "a state that PyTorch saved is a state dict")
    same_state(loaded, pair.theirs.state_dict(), "a state that PyTorch saved")
    duramen.save(pair.ours.state_dict(), folder / "ours.pt", durable=False)
    back = torch.load(folder / "ours.pt", weights_only=True)
    same_state(pair.ours.state_dict(), back, "a state that was saved here")


def plain_tensors(ctx, rng, folder):
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    theirs = {f"t{i}.{rng.choice('abc')}": tensor(rng, generator).contiguous().clone() for i in range(rng.randint(0, 6))}
    theirs = {name: one for name, one in theirs.items() if one.dtype != torch.complex128}
    safetensors.torch.save_file(theirs, folder / "theirs.safetensors", metadata={"by": "PyTorch"})
    loaded = duramen.load(folder / "theirs.safetensors")
    same(dict(loaded.metadata), {"by": "PyTorch"}, "metadata")
    same({name: described_ours(one) for name, one in loaded.items()},
         {name: described_theirs(one) for name, one in theirs.items()}, "what safetensors saved")
    duramen.save({name: to_ours(ctx, one) for name, one in theirs.items()}, folder / "ours.safetensors", durable=False,
                 context=ctx)
    back = safetensors.torch.load_file(folder / "ours.safetensors")
    same({name: (dtype_name(one), tuple(one.shape), bytes_of(one)) for name, one in back.items()},
         {name: (dtype_name(one), tuple(one.shape), bytes_of(one)) for name, one in theirs.items()}, "what was saved here")


def ties(ctx, rng, folder):
    """Views of one memory stay views of one memory."""
    base = torch.randn(4, 6, generator=torch.Generator().manual_seed(rng.randrange(2**31)))
    theirs = collections.OrderedDict(a=base, b=base.T, c=base[1:3, ::2], d=base, e=base.clone())
    ours = ours_of(ctx, collections.OrderedDict(a=base, e=theirs["e"]), {})
    ours = collections.OrderedDict(a=ours["a"], b=ours["a"].T, c=ours["a"][1:3, ::2], d=ours["a"], e=ours["e"])
    torch.save(theirs, folder / "theirs.pt")
    duramen.save(ours, folder / "ours.pt", durable=False)
    loaded, back = duramen.load(folder / "theirs.pt"), torch.load(folder / "ours.pt", weights_only=True)
    for name in theirs:
        same(described_ours(loaded[name]), described_theirs(theirs[name]), name)
        same((tuple(back[name].stride()), bytes_of(back[name])), (tuple(theirs[name].stride()), bytes_of(theirs[name])), name)
    shared = first_places(one.untyped_storage().data_ptr() for one in theirs.values())
    same(first_places(one.storage_id for one in loaded.values()), shared, "memories of what PyTorch saved")
    same(first_places(one.untyped_storage().data_ptr() for one in back.values()), shared, "memories of what was saved here")


def arrays(ctx, rng, folder):
    """NumPy's own files, in C and Fortran order."""
    theirs = tensor(rng, torch.Generator().manual_seed(rng.randrange(2**31)))
    if str(theirs.dtype) in ("torch.bfloat16", "torch.float8_e4m3fn", "torch.float8_e5m2"):
        theirs = theirs.float()
    numpy.save(folder / "theirs.npy", theirs.numpy())
    same(described_ours(duramen.load(folder / "theirs.npy")), described_theirs(theirs), "what NumPy saved")
    duramen.save(to_ours(ctx, theirs), folder / "ours.npy", durable=False)
    back = numpy.load(folder / "ours.npy", allow_pickle=False)
    same((back.dtype.name, back.shape, back.tobytes()), (dtype_name(theirs), tuple(theirs.shape), bytes_of(theirs)),
         "what was saved here")


KINDS = [arrays, nested_values, states, plain_tensors, ties]


def run_case(seed, number):
    rng = rng_of(seed, "files", number)
    with tempfile.TemporaryDirectory() as folder:
        KINDS[number % len(KINDS)](duramen.Context(), rng, Path(folder))
