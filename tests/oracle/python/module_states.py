"""Every module type by its state: random constructor calls, valid and invalid, here and in PyTorch.

Both refuse with the same error, or both make modules with the same text, children, entries, bits, flags, versions and
attributes, and leave the generators in the same state.
"""
import warnings

import duramen
import torch

from module_state_cases import USUAL, draw_call, parameters_of
from sides import (Mismatch, build_ours, build_theirs, described_ours, described_theirs, require, rng_of, same, same_state)


def check_registry():
    """Every type of the registry that has no forward has calls here; the others have cases of their own."""
    lacking = [entry["name"] for entry in duramen.registry()["modules"]
               if not entry["forward"] and entry["name"] not in USUAL]
    require(not lacking, f"no calls in module_state_cases.py for the registered types {', '.join(lacking)}")


def types():
    """Names of the registered types that have calls here, without the lazy ones (lazy_states.py)."""
    return [entry["name"] for entry in duramen.registry()["modules"]
            if entry["name"] in USUAL and not entry["name"].startswith("Lazy")]


def tried_theirs(text, seed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return build_theirs(text, seed), None
        except Exception as error:  # noqa: BLE001, its class is what is compared
            return None, error


def tried_ours(ctx, text, seed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return build_ours(ctx, text, seed), None
        except duramen.Error as error:
            return None, error


def core(text):
    """The part of an error text of PyTorch's that must stand in ours: no base class before it, no overloads behind it."""
    line = text.splitlines()[0] if text else ""
    if "one of {" in line:  # a set, in any order
        line = line.partition("{")[0]
    return line.rpartition("__init__() ")[2].partition(" - got ")[0].partition(". Did you mean")[0].partition(" (<string>,")[0]


def same_error(ours, theirs):
    if theirs is None or ours is None:
        named = [f"{type(one).__name__}: {one}" if one else "makes a module" for one in (ours, theirs)]
        same(*named, "the outcome")
    same(ours.torch_error, type(theirs).__name__, f"the error class ({ours} | {theirs})")
    require(core(str(theirs)) in ours.message, f"the text of the error: ours {ours.message!r}, PyTorch {str(theirs)!r}")


def same_entries(ours, theirs):
    same(repr(ours), repr(theirs), "repr")
    same([(path, one.class_name, one.training) for path, one in ours.named_modules()],
         [(path, type(one).__name__, one.training) for path, one in theirs.named_modules()], "modules")
    for kind in ("parameters", "buffers"):
        same([(name, described_ours(one)) for name, one in getattr(ours, f"named_{kind}")()],
             [(name, described_theirs(one)) for name, one in getattr(theirs, f"named_{kind}")()], kind)
    same_state(ours.state_dict(), theirs.state_dict(), "state")
    for (path, own), (_, their) in zip(ours.named_modules(), theirs.named_modules()):
        slots = own.slots()
        for kind, mapping in (("parameters", their._parameters), ("buffers", their._buffers), ("modules", their._modules)):
            same([*slots[kind]], [*mapping], f"the places of {kind} of '{path}'")


def taken_ours(module, name):
    try:
        module.register_buffer(name, None)
    except duramen.Error:
        return True
    delattr(module, name)
    return False


def same_attributes(name, ours, theirs):
    """The names that no entry may have, because the module has them."""
    entries = {*theirs._parameters, *theirs._buffers, *theirs._modules}
    known = {*dir(theirs), *(one.name for one in parameters_of(name)), "__constants__", "name", "reset_parameters"} - entries
    taken = [one for one in sorted(known) if "." not in one and hasattr(theirs, one)]
    same([one for one in sorted(known) if taken_ours(ours, one)], taken, "attributes")


def run_call(rng, name, compare):
    """One random call of a type, and `compare(ctx, start, ours, theirs)`; returns whether both sides refused it."""
    text, start = draw_call(rng, name), rng.randrange(2**31)
    ctx = duramen.Context()
    try:
        theirs, their_error = tried_theirs(text, start)
        ours, our_error = tried_ours(ctx, text, start)
        if their_error or our_error:
            same_error(our_error, their_error)
            return True
        compare(ctx, start, ours, theirs)
        return False
    except Mismatch as mismatch:
        raise Mismatch(f"{text}: {mismatch}") from None


def run_case(seed, name, number):
    """One random call of a type; returns whether both sides refused it."""
    def compare(ctx, _, ours, theirs):
        require(ctx.get_rng_state() == torch.get_rng_state().numpy().tobytes(), "the generator's state afterwards")
        same_entries(ours, theirs)
        same_attributes(name, ours, theirs)

    return run_call(rng_of(seed, "states", name, number), name, compare)
