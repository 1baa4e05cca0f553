"""How close is right, where both sides round: the float64 run is the truth.

All draws of a case count as one tensor of that name. float32: the error is at most twice PyTorch's own, and two units in the
last place of the tensor's scale, its largest element. float64: 1e-12 of the scale. A tensor that is zero but for rounding (a
bias before a batch norm) has the scale of the whole case.
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
    """Collects named tensors of all draws, then judges."""

    def __init__(self):
        self.rows = {}

    def add(self, name, ours, theirs, truth):
        require(tuple(ours.shape) == tuple(truth.shape), f"{name}: shape {tuple(ours.shape)}, not {tuple(truth.shape)}")
        if not truth.dtype.is_floating_point:
            require(torch.equal(ours, theirs), f"{name}: {ours.tolist()} instead of {theirs.tolist()}")
            return
        require(ours.dtype == theirs.dtype, f"{name}: {ours.dtype}, not {theirs.dtype}")
        row = self.rows.setdefault((name, ours.dtype), [0.0, 0.0, 0.0])
        found = error(ours, truth), error(theirs, truth), scale_of(truth)
        row[:] = [max(old, new) for old, new in zip(row, found)]

    def judge(self):
        """Returns the largest part of an allowance that was used."""
        case, worst = max((row[2] for row in self.rows.values()), default=0.0), 0.0
        for (name, dtype), (ours, theirs, scale) in self.rows.items():
            scale = scale if scale >= ZERO * case else case
            allowed = 1e-12 * scale if dtype == torch.float64 else 2 * theirs + 2 * ulp(scale)
            require(ours <= allowed, f"{name}: the error {ours:.3g} is beyond {allowed:.3g} (PyTorch's {theirs:.3g}, scale "
                                     f"{scale:.3g}, {dtype})")
            worst = max(worst, ours / allowed if allowed else 0.0)
        return worst
