"""Random trees interpolated, copied, frozen and flattened on both sides, and selections of their listings."""
import copy
import math
import re

import duramen
import torch

from sides import bytes_of, listed_ours, listed_theirs, require, rng_of, same, to_ours
from trees import Builder, Pair, compare

WORDS = ["weight", "bias", "0", "1", "layer", "a", "b", "running_*", "*", "**", "**.", "?", "w*", "*ei*", "enc*"]
WEIGHTS = [0.0, 0.001, 0.3, 0.4999999, 0.5, 0.7, 0.999, 1.0, -0.4, -3.0, 2.5]
DTYPES = [None, None, None, "float32", "float64", "int64", "bfloat16"]


def pattern_of(rng):
    """One or two alternatives of a few components."""
    def one():
        parts = [rng.choice(WORDS) for _ in range(rng.randint(1, 3))]
        return "".join(part if part.endswith("**.") or i + 1 == len(parts) else part + "." for i, part in enumerate(parts))
    return "|".join(one() for _ in range(rng.choice([1, 1, 2])))


def regex_of(pattern):
    """The same as a regular expression."""
    out, i = "", 0
    while i < len(pattern):
        at_start = i == 0 or pattern[i - 1] in ".|"
        if at_start and pattern.startswith("**.", i):
            out, i = out + r"(?:.*\.)?", i + 3
        elif pattern.startswith("**", i):
            out, i = out + ".*", i + 2
        else:
            out, i = out + {"*": r"[^.]*", "?": r"[^.]", "|": "|"}.get(pattern[i], re.escape(pattern[i])), i + 1
    return re.compile(f"(?:{out})\\Z", re.DOTALL)


def chosen(name, include, exclude):
    return (not include or regex_of(include).match(name)) and not (exclude and regex_of(exclude).match(name))


def check_selection(pair, rng):
    include, exclude = (pattern_of(rng) if rng.random() < 0.7 else "" for _ in range(2))
    dtype, flag, twice = rng.choice(DTYPES), rng.choice([None, None, True, False]), rng.random() < 0.5
    how = {"prefix": rng.choice(["", "p.q"]), "remove_duplicate": not twice}

    def theirs(pairs, flagged):
        return [(name, one) for name, one in pairs if chosen(name, include, exclude)
                and dtype in (None, str(one.dtype).removeprefix("torch."))
                and (not flagged or flag in (None, one.requires_grad))]

    what = f"include={include!r}, exclude={exclude!r}, dtype={dtype}, requires_grad={flag}, {how}"
    same(listed_ours(pair.ours.named_parameters(include=include, exclude=exclude, dtype=dtype, requires_grad=flag, **how)),
         listed_theirs(theirs(pair.theirs.named_parameters(**how), True)), f"parameters, {what}")
    same(listed_ours(pair.ours.named_buffers(include=include, exclude=exclude, dtype=dtype, **how)),
         listed_theirs(theirs(pair.theirs.named_buffers(**how), False)), f"buffers, {what}")
    same([name for name, _ in pair.ours.named_modules(include=include, exclude=exclude)],
         [name for name, _ in pair.theirs.named_modules() if chosen(name, include, exclude)], f"modules, {what}")
    same(pair.ours.state_dict().select(include, exclude, dtype=dtype),
         [name for name, _ in theirs(pair.theirs.state_dict().items(), False)], f"state, {what}")


def fill(ctx, pair):
    """New numbers in every parameter and buffer, the same on both sides."""
    theirs = [*pair.theirs.parameters(), *pair.theirs.buffers()]
    for ours, other in zip([*pair.ours.parameters(), *pair.ours.buffers()], theirs):
        with torch.no_grad():
            other.copy_((torch.randn(other.shape) * 3).to(other.dtype))
        ours.copy_(to_ours(ctx, other))


def shares_memory(theirs):
    """Whether two objects of the tree lie on one memory."""
    places = [one.untyped_storage().data_ptr() for one in {id(one): one for one in (*theirs.parameters(), *theirs.buffers())}
              .values() if one.numel()]
    return len(set(places)) < len(places)


@torch.no_grad()
def blend_theirs(target, source, weight, buffers):
    def move(mine, other, interpolates):
        if interpolates and (mine.is_floating_point() or mine.is_complex()):
            mine.lerp_(other, weight)
        else:
            mine.copy_(other)

    parameters = {id(one) for one in target.parameters()}
    for mine, other in zip(target.parameters(), source.parameters()):
        move(mine, other, True)
    for mine, other in zip(target.buffers(), source.buffers()):
        if buffers != "skip" and id(mine) not in parameters:
            move(mine, other, buffers == "lerp")


def check_blend(ctx, pair, rng):
    source = Pair(pair.ours.deepcopy(), copy.deepcopy(pair.theirs))
    torch.manual_seed(rng.randrange(2**40))
    fill(ctx, source)
    weight, buffers = rng.choice([*WEIGHTS, rng.uniform(-1, 2)]), rng.choice(["copy", "lerp", "skip"])
    if rng.random() < 0.2:
        pair.ours.copy_from(source.ours, buffers=buffers)
        for mine, other in zip(pair.theirs.parameters(), source.theirs.parameters()):
            mine.data.copy_(other)
        if buffers != "skip":
            for mine, other in zip(pair.theirs.buffers(), source.theirs.buffers()):
                mine.data.copy_(other)
    else:
        pair.ours.lerp_(source.ours, weight, buffers=buffers)
        blend_theirs(pair.theirs, source.theirs, weight, buffers)
    mine = [one.tobytes() for one in (*pair.ours.parameters(), *pair.ours.buffers())]
    other = [bytes_of(one) for one in (*pair.theirs.parameters(), *pair.theirs.buffers())]
    require(mine == other, f"the bits after a blend with weight {weight}, buffers {buffers}")


def check_vectors(ctx, pair, rng):
    """Whether the parameters lie on one memory afterwards, as PyTorch's do not."""
    theirs = list(pair.theirs.parameters())
    if not theirs:
        return False
    expected = torch.nn.utils.parameters_to_vector(theirs)
    packed = rng.random() < 0.3 and len({one.dtype for one in theirs}) == 1
    if packed:
        require(pair.ours.pack().tobytes() == bytes_of(expected), "the bits of the block")
    vector = pair.ours.flatten()
    same((str(vector.dtype), tuple(vector.shape)), (str(expected.dtype).removeprefix("torch."), tuple(expected.shape)), "vector")
    require(vector.tobytes() == bytes_of(expected), "the bits of the vector")
    torch.manual_seed(rng.randrange(2**40))
    fresh = torch.randn(expected.shape, dtype=expected.dtype)
    pair.ours.unflatten(to_ours(ctx, fresh))
    place = 0
    for one in theirs:
        one.data.copy_(fresh[place:place + one.numel()].view_as(one))
        place += one.numel()
    require([one.tobytes() for one in pair.ours.parameters()] == [bytes_of(one) for one in theirs], "the bits from a vector")
    return packed


def check_flags(pair, rng):
    include, exclude, flag = pattern_of(rng), rng.choice(["", pattern_of(rng)]), rng.random() < 0.5
    wanted = {id(one) for module in {id(m): (name, m) for name, m in reversed(list(pair.theirs.named_modules()))}.values()
              for name, one in module[1].named_parameters(prefix=module[0], recurse=False, remove_duplicate=False)
              if chosen(name, include, exclude)}
    found = (pair.ours.unfreeze if flag else pair.ours.freeze)(include, exclude)
    for one in pair.theirs.parameters():
        if id(one) in wanted:
            one.requires_grad_(flag)
    same(found, len(wanted), f"parameters chosen by {include!r} without {exclude!r}")


def check_comparisons(ctx, pair, rng):
    """A copy is no different; one number is found."""
    other = pair.ours.deepcopy()
    same(pair.ours.diff(other)["differences"], [], "a copy")
    same(pair.ours.digest(), other.digest(), "the digest of a copy")
    state = [(name, one) for name, one in other.state_dict().items() if one.numel() and one.dtype.is_floating_point]
    if not state:
        return
    name, tensor = rng.choice(state)
    before = to_theirs_float(tensor)
    tensor.fill_(0.25)
    distance = (before - 0.25).abs().max().item()
    found = {entry["name"]: entry for entry in pair.ours.diff(other)["differences"]}
    if distance > 0:
        require(name in found and math.isclose(found[name]["max_abs"], distance, rel_tol=1e-12),
                f"{name} differs by {distance}: {found}")
        require(pair.ours.digest() != other.digest(), "the digest of a tree that differs")


def to_theirs_float(tensor):
    from sides import to_theirs

    return to_theirs(tensor).double()


def run_case(seed, number):
    rng = rng_of(seed, "surgery", number)
    ctx = duramen.Context()
    pair = Builder(ctx, rng).tree()
    for _ in range(3):
        check_selection(pair, rng)
    check_flags(pair, rng)
    packed = False
    if not shares_memory(pair.theirs):
        check_blend(ctx, pair, rng)
        packed = check_vectors(ctx, pair, rng)
    check_comparisons(ctx, pair, rng)
    return 1 if packed else compare(pair.ours, pair.theirs)
