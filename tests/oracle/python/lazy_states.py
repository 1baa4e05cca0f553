"""Lazy modules on both sides: random constructor calls, the placeholders, then an input, and what it makes of them."""
import duramen
import torch

from module_states import run_call, same_attributes, same_entries, same_error
from sides import dtype_name, require, rng_of, same, to_ours

LAZY = ["LazyLinear", *(f"Lazy{kind}{rank}d" for kind in ("Conv", "ConvTranspose", "BatchNorm", "InstanceNorm") for rank in (1, 2, 3))]


def placeholder_of_ours(tensor):
    try:
        shape = tuple(tensor.shape)
    except duramen.Error as error:
        require("uninitialized parameter" in error.message, f"the text of {error}")
        shape = None
    return str(tensor.dtype), shape, tensor.requires_grad, tensor.is_parameter


def placeholder_of_theirs(tensor):
    shape = None if torch.nn.parameter.is_lazy(tensor) else tuple(tensor.shape)
    return dtype_name(tensor), shape, tensor.requires_grad, isinstance(tensor, torch.nn.Parameter)


def same_placeholders(ours, theirs):
    same(repr(ours), repr(theirs), "repr before an input")
    same(ours.class_name, type(theirs).__name__, "the class before an input")
    for kind in ("parameters", "buffers"):
        same([(name, placeholder_of_ours(one)) for name, one in getattr(ours, f"named_{kind}")()],
             [(name, placeholder_of_theirs(one)) for name, one in getattr(theirs, f"named_{kind}")()], f"{kind} before an input")
    same([*ours.state_dict()], [*theirs.state_dict()], "keys before an input")


def input_of(rng, name):
    """Mostly one that fits."""
    rank = int(name[-2]) if name[-1] == "d" else 1
    ranks = [rank + 2, rank + 1] if "Conv" in name else [rank + 2] if "Norm" in name else [1, 2, 3]
    wanted = rng.choice(ranks) if rng.random() < 0.9 else rng.randint(1, 5)
    return torch.zeros([rng.choice([1, 2, 4, 6]) for _ in range(wanted)])


def tried(function, error_class):
    try:
        function()
    except error_class as error:
        return error
    return None


def initialized(seed, ctx, ours, theirs, given):
    torch.manual_seed(seed)
    ctx.seed(seed)
    their_error = tried(lambda: theirs._infer_parameters(theirs, (given,)), Exception)
    our_error = tried(lambda: ours.initialize_parameters(to_ours(ctx, given)), duramen.Error)
    if their_error or our_error:
        same_error(our_error, their_error)
        return
    require(ctx.get_rng_state() == torch.get_rng_state().numpy().tobytes(), "the generator's state after an input")
    same_entries(ours, theirs)


def run_case(seed, name, number):
    """One random call of a lazy type and one input; returns whether both sides refused the call."""
    rng = rng_of(seed, "lazy", name, number)

    def compare(ctx, start, ours, theirs):
        same_placeholders(ours, theirs)
        same_attributes(name, ours, theirs)
        initialized(start, ctx, ours, theirs, input_of(rng, name))

    return run_call(rng, name, compare)
