"""Random prefixes taken off: consume_prefix_in_state_dict_if_present and a load there, a rename rule on the way in here."""
import collections
import warnings

import duramen
import torch
from torch.nn.modules.utils import consume_prefix_in_state_dict_if_present

from loads import our_dict, outcome
from sides import Mismatch, require, rng_of, same, same_state
from trees import Builder

PREFIXES = ["module.", "_orig_mod.", "net.", "0.", "mod", "weight"]


def prefixed(module, prefix, rng):
    """The state of a module under a prefix, as a wrapper has it, with entries and versions beside it now and then."""
    state = module.state_dict(prefix=prefix)
    versions = collections.OrderedDict()
    if rng.random() < 0.7:
        versions[""] = {"version": rng.choice([1, 3])}
    versions.update(state._metadata)
    out = collections.OrderedDict((name, value.clone()) for name, value in state.items())
    if rng.random() < 0.3:
        out[rng.choice(["extra", "0.weight", "weight", "a.b"])] = torch.ones(2)
        versions["a"] = {"version": 5}
    if rng.random() < 0.8:
        out._metadata = versions
    return out


def stripped(state, prefix):
    """What PyTorch makes of the dict; None when an entry would be overwritten, which is an error here."""
    out = collections.OrderedDict(state)
    if hasattr(state, "_metadata"):
        out._metadata = state._metadata.copy()
    names = [name[len(prefix):] if name.startswith(prefix) else name for name in state]
    if len(set(names)) < len(names) or "" in names:
        return None
    consume_prefix_in_state_dict_if_present(out, prefix)
    return out


def chained(names, prefix):
    """Whether a stripped name is that of another one that is still to be stripped: PyTorch then loses an entry."""
    rest = {name[len(prefix):] for name in names if name.startswith(prefix)}
    return any(name in rest for name in names if name.startswith(prefix))


def run_case(seed, number):
    """Returns whether the rule was refused because of a collision."""
    rng = rng_of(seed, "renames", number)
    ctx = duramen.Context()
    place = rng.getstate()
    target = Builder(ctx, rng).tree()
    other = type(rng)()
    other.setstate(place)
    prefix = rng.choice(PREFIXES)
    state = prefixed(Builder(ctx, other).tree().theirs, prefix, rng)
    ours = our_dict(ctx, state)
    expected = stripped(state, prefix)
    rule = f"strip:{prefix}"
    try:
        if expected is None:
            refused = outcome(lambda: target.ours.load_state_dict(ours, rename=rule))
            require("both become" in refused[1] or "empty name" in refused[1], f"not refused: {refused}")
            return True
        renamed = ours.rename(rule)
        require(len(renamed) == len(state), "an entry is lost")
        if chained([*state, *getattr(state, "_metadata", ())], prefix):
            return False
        same(sorted(renamed), sorted(expected), "the names")
        if hasattr(state, "_metadata") and prefix.endswith(".") and any(name.startswith(prefix) for name in state):
            same(renamed.versions(), {path: entry.get("version") for path, entry in expected._metadata.items()}, "the versions")
        strict = rng.random() < 0.5
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = outcome(lambda: target.theirs.load_state_dict(expected, strict=strict))
            same(sorted_lists(outcome(lambda: target.ours.load_state_dict(ours, strict=strict, rename=rule))),
                 sorted_lists(theirs), "the outcome")
        if not isinstance(theirs[0], str):
            same_state(target.ours.state_dict(keep_vars=True), target.theirs.state_dict(keep_vars=True), "after the load")
        return False
    except Mismatch as mismatch:
        raise Mismatch(f"{mismatch}\n{rule}, keys {list(state)}\ninto {target.theirs!r}") from None


def sorted_lists(result):
    """PyTorch moves what it strips to the end; the order of the names is not compared."""
    return tuple(sorted(part) if isinstance(part, list) else len(part) for part in result)
