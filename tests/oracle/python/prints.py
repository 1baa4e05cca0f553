"""Random tensors on both sides print the same text."""
import math
import unittest.mock

import duramen
import torch

from sides import rng_of, same, to_ours

DTYPES = ["float32"] * 4 + ["float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool", "complex64", "complex128"]


def values(rng, count):
    """Numbers of one kind: small, large, whole, of a wide range, with zeros, infinities and NaN among them."""
    kind = rng.choice(["unit", "whole", "wide", "tiny", "huge", "zero", "big whole"])
    make = {"unit": lambda: rng.uniform(-1, 1), "whole": lambda: float(rng.randint(-20, 20)),
            "wide": lambda: rng.uniform(-1, 1) * 10 ** rng.randint(-3, 4), "tiny": lambda: rng.uniform(-1, 1) * 1e-6,
            "huge": lambda: rng.uniform(-1, 1) * 1e9, "zero": lambda: 0.0,
            "big whole": lambda: float(rng.randint(-10**6, 10**6))}[kind]
    special = [math.inf, -math.inf, math.nan, 0.0] if rng.random() < 0.3 else []
    return [rng.choice(special) if special and rng.random() < 0.2 else make() for _ in range(count)]


def tensor(rng):
    """A tensor of PyTorch's: of any shape, also without elements, and sometimes too large to be printed whole."""
    shape = [rng.randint(0, 5) if rng.random() < 0.2 else rng.randint(1, 9) for _ in range(rng.randint(0, 3))]
    if rng.random() < 0.15:
        shape = rng.choice([[1001], [40, 30], [7, 6, 30], [2, 600], [1000], [3, 2, 200]])
    dtype, count = getattr(torch, rng.choice(DTYPES)), math.prod(shape)
    numbers = torch.tensor(values(rng, count), dtype=torch.float64)
    if dtype.is_complex:
        made = torch.complex(numbers, torch.tensor(values(rng, count), dtype=torch.float64)).to(dtype)
    else:
        whole = numbers.nan_to_num(0, 100, -100).clamp(-1e6, 1e6)
        made = numbers.to(dtype) if dtype.is_floating_point else whole.to(torch.int64).to(dtype)
    return made.reshape(shape)


def run_case(seed, number):
    rng = rng_of(seed, "prints", number)
    ctx = duramen.Context()
    theirs = tensor(rng)
    ours = to_ours(ctx, theirs)
    if theirs.dtype.is_floating_point and rng.random() < 0.4:
        if rng.random() < 0.5:
            ours, theirs = duramen.Parameter(ours), torch.nn.Parameter(theirs)
        else:
            ours, theirs = (one.requires_grad_().reshape(-1) for one in (ours, theirs))
    with unittest.mock.patch.object(duramen.dtype, "__repr__", lambda one: f"torch.{one}"):  # lines break by the width
        same(repr(ours), repr(theirs), f"the text of {tuple(theirs.shape)} {theirs.dtype}")
    return 1
