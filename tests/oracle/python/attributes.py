"""Random assignments, deletions and registrations of one module on both sides: what is raised, with its text, and what is
there afterwards are equal. The module is of a class of one's own with attributes of the class, or of one of the library."""
import duramen
import torch

from sides import Mismatch, build_ours, build_theirs, require, rng_of, same
from trees import Builder, Pair

NAMES = ["a", "b", "c", "weight", "bias", "running_mean", "label", "forward", "train", "_hidden", "state"]
ODD = ["x.y", "", 3, None]


class Ours(duramen.Module):
    label = "of the class"

    def state(self):
        return None


class Theirs(torch.nn.Module):
    label = "of the class"

    def state(self):
        return None


def outcome(call):
    """The class and the text of what is raised, or None."""
    try:
        call()
    except duramen.Error as error:
        return error.torch_error, error.message
    except Exception as error:  # noqa: BLE001, that is what is compared
        return type(error).__name__, str(error.args[0] if error.args else error)
    return None


def same_outcome(ours, theirs, what):
    """The classes are equal, and ours says what PyTorch says; a class of PyTorch's modules is named without its place."""
    same(ours and ours[0], theirs and theirs[0], what)
    if theirs:
        text = theirs[1].replace("torch.nn.modules.linear.", "").replace("'Theirs'", "'Ours'")
        text = text.split(" (got ")[0] if "can't contain" in text else text
        require(text.split("(")[0].rstrip() in ours[1] or "torch.nn.modules" in theirs[1] or "torch.nn.modules" in ours[1],
                f"{what}: the text\n  ours    {ours[1]}\n  PyTorch {theirs[1]}")


def kind_of(thing):
    if isinstance(thing, (duramen.Parameter, torch.nn.Parameter)):
        return "Parameter"
    if isinstance(thing, (duramen.Tensor, torch.Tensor)):
        return "Tensor", tuple(thing.shape)
    if isinstance(thing, (duramen.Module, torch.nn.Module)):
        return "Module"
    return "callable" if callable(thing) else thing


def shape_of(module, slots):
    found = {}
    for name in NAMES:
        try:
            found[name] = kind_of(getattr(module, name))
        except AttributeError:
            found[name] = "none"
    return slots, found, list(module.state_dict())


def slots_of_theirs(module):
    return [[(name, one is None) for name, one in getattr(module, kind).items()]
            for kind in ("_parameters", "_buffers", "_modules")] + [sorted(module._non_persistent_buffers_set)]


def slots_of_ours(module):
    slots, read = module.slots(), slots_of_theirs(module)
    own = [[(name, one is None) for name, one in slots[kind].items()] for kind in ("parameters", "buffers", "modules")]
    same(own + [sorted(slots["non_persistent"])], read, "slots() and the maps by PyTorch's names")
    return read


def value(rng, builder, ctx):
    kind = rng.choice(["parameter", "parameter", "tensor", "buffer", "transient", "module", "module", "none", "int", "text", "list"])
    if kind in ("buffer", "transient"):
        ours, theirs = builder.tensor()
        return Pair(duramen.Buffer(ours, persistent=kind == "buffer"), torch.nn.Buffer(theirs, persistent=kind == "buffer"))
    if kind == "module":
        return Pair(build_ours(ctx, "Linear(1, 1)", 7), build_theirs("Linear(1, 1)", 7))
    made = {"parameter": builder.parameter, "tensor": builder.tensor, "none": lambda: (None, None), "int": lambda: (3, 3),
            "text": lambda: ("t", "t"), "list": lambda: ([1], [1])}[kind]()
    return Pair(*made)


def edit(rng, one, name):
    """A name for what is done, and the same on either side."""
    kind = rng.choice(["assign"] * 4 + ["delete", "parameter", "buffer", "transient", "child"])
    keep = kind != "transient"
    calls = {"assign": lambda m, side: setattr(m, str(name), side(one)), "delete": lambda m, side: delattr(m, str(name)),
             "parameter": lambda m, side: m.register_parameter(name, side(one)),
             "child": lambda m, side: m.add_module(name, side(one))}
    return kind, calls.get(kind, lambda m, side: m.register_buffer(name, side(one), keep))


def run_case(seed, number):
    rng = rng_of(seed, "attributes", number)
    ctx = duramen.Context()
    builder = Builder(ctx, rng)
    text = rng.choice(["Linear(2, 2)", "BatchNorm1d(2)", "Module()", "own", "own"])
    pair = Pair(Ours(ctx), Theirs()) if text == "own" else Pair(build_ours(ctx, text, 1), build_theirs(text, 1))
    history = []
    try:
        for _ in range(12):
            name = rng.choice(ODD) if rng.random() < 0.08 else rng.choice(NAMES)
            one = value(rng, builder, ctx)
            kind, call = edit(rng, one, name)
            history.append(f"{kind} {name!r} {kind_of(one.theirs)}")
            if kind == "assign" and (name in ("forward", "train", "state", "x.y", "") or not isinstance(name, str)):
                continue  # a method that is hidden, or a name that no check sees: a difference is of no use
            hidden = kind == "assign" and name == "label" and isinstance(one.theirs, torch.nn.Parameter)
            same_outcome(outcome(lambda: call(pair.ours, lambda p: p.ours)),
                         outcome(lambda: call(pair.theirs, lambda p: p.theirs)), history[-1])
            if hidden:  # PyTorch has taken the attribute of the object away before it refuses
                return len(history)
            same(shape_of(pair.ours, slots_of_ours(pair.ours)), shape_of(pair.theirs, slots_of_theirs(pair.theirs)),
                 f"after {history[-1]}")
        return len(history)
    except Mismatch as mismatch:
        raise Mismatch(f"{text}: {history}\n{mismatch}") from None
