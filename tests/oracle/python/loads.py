"""Random loads: dicts with missing, unexpected and misshapen entries, other dtypes, without versions; strict or not."""
import collections
import warnings

import duramen
import torch

from sides import Mismatch, described_ours, described_theirs, require, rng_of, same, same_state, to_ours
from trees import Builder

OTHER = [torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.float32, torch.bool]


def damaged(state, rng):
    """A dict made from a module's state by random changes."""
    out = collections.OrderedDict((name, value.clone()) for name, value in state.items())
    if rng.random() < 0.8:
        out._metadata = state._metadata.copy()
        for path in [path for path in out._metadata if rng.random() < 0.1]:
            del out._metadata[path]
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        change(out, rng)
    if rng.random() < 0.2:
        names = list(out)
        rng.shuffle(names)
        for name in names:
            out.move_to_end(name)
    return out


def change(out, rng):
    names = list(out)
    name = rng.choice(names) if names else None
    kind = rng.choice(["drop", "add", "shape", "dtype", "scalar", "value", "suffix"])
    if kind == "add" or name is None:
        out[rng.choice(["zz", "0.extra", "9.weight", "layer", "a.b.c", "_extra_state", "weight.x", "encoder."])] = torch.ones(2)
    elif kind == "drop":
        del out[name]
    elif kind == "shape":
        out[name] = torch.ones([rng.randint(0, 4) for _ in range(rng.randint(0, 3))])
    elif kind == "dtype":
        out[name] = out[name].to(rng.choice(OTHER))
    elif kind == "scalar":
        out[name] = torch.ones(rng.choice([(), (1,), (2,), (0,)]))
    elif kind == "value":
        out[name] = out[name] + 1 if out[name].dtype != torch.bool else out[name]
    else:
        out[name + rng.choice([".x", "_", "."])] = torch.zeros(1)


def our_dict(ctx, state):
    made = duramen.StateDict([(name, to_ours(ctx, value)) for name, value in state.items()], context=ctx)
    made._set_versions(getattr(state, "_metadata", None))
    return made


def outcome(call):
    """What a load gives: the two lists, or the error's class and whole text."""
    try:
        report = call()
        return list(report.missing_keys), list(report.unexpected_keys)
    except duramen.Error as error:
        return error.torch_error, str(error)
    except Exception as error:  # noqa: BLE001, what PyTorch raises is what is compared
        return type(error).__name__, str(error)


def fingerprint(module):
    return [(name, one.handle, described_ours(one)) for name, one in module.state_dict(keep_vars=True).items()]


def run_case(seed, number):
    """Returns whether the load was refused."""
    rng = rng_of(seed, "loads", number)
    ctx = duramen.Context()
    place = rng.getstate()
    target = Builder(ctx, rng).tree()
    if rng.random() < 0.8:
        other = type(rng)()
        other.setstate(place)
        source = Builder(ctx, other).tree().theirs.state_dict()
    else:
        source = Builder(ctx, rng).tree().theirs.state_dict()
    state = damaged(source, rng)
    strict, assign = rng.random() < 0.5, rng.random() < 0.3
    before = fingerprint(target.ours)
    handles = collections.Counter(handle for _, handle, _ in before)
    untied = [name for name, handle, _ in before if handles[handle] == 1]
    identity = [(name, one.handle) for name, one in target.ours.named_parameters(remove_duplicate=False)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = outcome(lambda: target.theirs.load_state_dict(state, strict=strict, assign=assign))
        ours = outcome(lambda: target.ours.load_state_dict(our_dict(ctx, state), strict=strict, assign=assign))
    try:
        same(ours, theirs, "the outcome")
        refused = isinstance(theirs[0], str)
        if refused:
            require(fingerprint(target.ours) == before, "a refused load left a trace")
        elif assign:
            same_values(target, untied)
        else:
            same_state(target.ours.state_dict(keep_vars=True), target.theirs.state_dict(keep_vars=True), "after the load")
            same([(name, one.handle) for name, one in target.ours.named_parameters(remove_duplicate=False)], identity,
                 "the objects")
        return refused
    except Mismatch as mismatch:
        raise Mismatch(f"{mismatch}\nstrict={strict}, assign={assign}, keys {list(state)}\ninto {target.theirs!r}") from None


def same_values(target, untied):
    """With assign the values, dtypes and flags of what was not tied: ties survive here and not in PyTorch."""
    ours, theirs = (side.state_dict(keep_vars=True) for side in (target.ours, target.theirs))
    same(list(ours), list(theirs), "the names after assign")
    same([(name, described_ours(ours[name])) for name in untied], [(name, described_theirs(theirs[name])) for name in untied],
         "after assign")
