"""How close is right, where both sides round: the float64 run is the truth.

float32: the error is at most twice PyTorch's own, and two units in the last place of the tensor's scale. PyTorch's own is
the largest that it makes for this tensor in the draws of the case, relative to the scale. float64: 1e-12 of the scale. A tensor
that is zero but for rounding (a bias before a batch norm) has the scale of the whole case.
"""
import math

import torch

from sides import require

ZERO = 1e-10


def scale_of(truth):
    finite = truth[torch.isfinite(truth)]
    return float(finite.abs().max()) if finite.numel() else 0.0


def ulp(scale):
    return math.ldexp(1.0, math.frexp(scale)[1] - 1 - 23) if scale > 0 else 0.0


def error(values, truth):
    """The largest error; specials must be the same specials."""
    values, truth = values.double(), truth.double()
    special = ~torch.isfinite(truth)
    require(torch.equal(torch.nan_to_num(values[special], nan=7.0), torch.nan_to_num(truth[special], nan=7.0)),
            "infinities or NaN where the other side has numbers")
    rest = (values - truth)[~special]
    return float(rest.abs().max()) if rest.numel() else 0.0


class Rule:
    """Collects named tensors of all draws, then judges; `worst` is the largest part of an allowance that was used."""

    def __init__(self):
        self.rows = []
        self.worst = 0.0

    def add(self, name, ours, theirs, truth):
        require(tuple(ours.shape) == tuple(truth.shape), f"{name}: shape {tuple(ours.shape)}, not {tuple(truth.shape)}")
        if not truth.dtype.is_floating_point:
            require(torch.equal(ours, theirs), f"{name}: {ours.tolist()} instead of {theirs.tolist()}")
            return
        require(ours.dtype == theirs.dtype, f"{name}: {ours.dtype}, not {theirs.dtype}")
        self.rows.append((name, error(ours, truth), error(theirs, truth), scale_of(truth), ours.dtype))

    def judge(self):
        case = max((row[3] for row in self.rows), default=0.0)
        torchs = {}
        rows = [(name, a, b, scale if scale >= ZERO * case else case, dtype) for name, a, b, scale, dtype in self.rows]
        for name, _, theirs, scale, _ in rows:
            torchs[name] = max(torchs.get(name, 0.0), theirs / scale if scale else 0.0)
        for name, ours, _, scale, dtype in rows:
            allowed = 1e-12 * scale if dtype == torch.float64 else 2 * torchs[name] * scale + 2 * ulp(scale)
            if ours > allowed:
                require(False, f"{name}: the error {ours:.3g} is beyond {allowed:.3g} "
                               f"(PyTorch's {torchs[name] * scale:.3g}, scale {scale:.3g}, {dtype})")
            self.worst = max(self.worst, ours / allowed if allowed else 0.0)
        return self.worst
