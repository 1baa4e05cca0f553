"""Random trees on both sides: registered, shared, tied, frozen, edited; listings and state are equal, a copy's, too."""
import copy
import itertools

import duramen
import torch

from sides import (Mismatch, build_ours, build_theirs, bytes_of, first_places, listed_ours, listed_theirs, require, rng_of,
                   same, same_state, to_theirs)

LEAVES = ["Linear(2, 3)", "Linear(3, 1, bias=False)", "BatchNorm1d(2)", "BatchNorm2d(3, affine=False)", "ReLU()", "Dropout(0.3)",
          "BatchNorm1d(4, track_running_stats=False)", "Identity()", "CrossEntropyLoss(weight=tensor([1.0, 2.0]))",
          "MSELoss()", "Flatten(0)", "Linear(2, 2, dtype=float64)"]
NAMES = ["weight", "bias", "a", "b", "layer", "encoder", "decoder", "0", "1", "norm", "x y", "ü", "head", "_hidden", "weight_g"]


class Pair:
    """One module on both sides."""

    def __init__(self, ours, theirs):
        self.ours, self.theirs = ours, theirs


class Builder:
    """Builds the same tree twice from random choices."""

    def __init__(self, ctx, rng):
        self.ctx, self.rng = ctx, rng
        self.modules, self.tensors = [], []

    def tensor(self):
        """The same uniform numbers on both sides."""
        shape, seed = tuple(self.rng.randint(0, 3) for _ in range(self.rng.randint(0, 3))), self.rng.randrange(2**40)
        torch.manual_seed(seed)
        theirs = torch.rand(shape)
        self.ctx.seed(seed)
        ours = self.ctx.empty(shape).uniform_()
        require(ours.tobytes() == bytes_of(theirs), f"uniform numbers of seed {seed}")
        if self.rng.random() < 0.2:
            ours, theirs = ours.to("float64"), theirs.double()
        return ours, theirs

    def parameter(self):
        """A new parameter, an old one again, or one on an old one's memory."""
        chance = self.rng.random()
        if self.tensors and chance < 0.25:
            return self.rng.choice(self.tensors)
        ours, theirs = self.tensor()
        if self.tensors and chance < 0.35:
            ours, theirs = self.rng.choice(self.tensors)
            ours, theirs = ours.detach(), theirs.detach()
        flag = self.rng.random() < 0.8
        self.tensors.append((duramen.Parameter(ours, flag), torch.nn.Parameter(theirs, flag)))
        return self.tensors[-1]

    def module(self, depth):
        """A leaf, a container, a plain module, or one that is in the tree already."""
        chance = self.rng.random()
        if self.modules and chance < 0.12:
            return self.rng.choice(self.modules)
        if depth == 0 or chance < 0.45:
            made = self.from_text(self.rng.choice(LEAVES))
        elif chance < 0.7:
            made = self.container(depth)
        else:
            made = self.plain(depth)
        self.modules.append(made)
        return made

    def from_text(self, text):
        seed = self.rng.randrange(2**63)
        return Pair(build_ours(self.ctx, text, seed), build_theirs(text, seed))

    def container(self, depth):
        kind = self.rng.choice(["Sequential", "ModuleList", "ModuleDict"])
        made = self.from_text(f"{kind}()")
        for i in range(self.rng.randint(0, 3)):
            child = self.module(depth - 1)
            if kind == "ModuleDict":
                name = self.rng.choice(["b", "a", "z", "layer"])
                made.ours[name], made.theirs[name] = child.ours, child.theirs
            else:
                made.ours.append(child.ours), made.theirs.append(child.theirs)
        return made

    def plain(self, depth):
        made = self.from_text("Module()")
        for name in self.rng.sample(NAMES, self.rng.randint(0, 6)):
            self.entry(made, name, depth)
        return made

    def entry(self, made, name, depth):
        kind, none = self.rng.choice(["parameter", "buffer", "child", "child"]), self.rng.random() < 0.12
        if kind == "parameter":
            ours, theirs = (None, None) if none else self.parameter()
            made.ours.register_parameter(name, ours), made.theirs.register_parameter(name, theirs)
        elif kind == "buffer":
            ours, theirs = (None, None) if none else self.tensor()
            kept = self.rng.random() < 0.6
            made.ours.register_buffer(name, ours, kept), made.theirs.register_buffer(name, theirs, persistent=kept)
        elif none:
            made.ours.add_module(name, None), made.theirs.add_module(name, None)
        else:
            child = self.module(depth - 1)
            made.ours.add_module(name, child.ours), made.theirs.add_module(name, child.theirs)

    def tree(self):
        made = self.plain(3) if self.rng.random() < 0.7 else self.container(3)
        for _ in range(self.rng.randint(0, 4)):
            self.edit(made)
        return made

    # Edits of a random module of the tree.

    def edit(self, root):
        path = self.rng.choice([name for name, _ in root.theirs.named_modules(remove_duplicate=False)])
        spot = Pair(root.ours.get_submodule(path), root.theirs.get_submodule(path))
        self.rng.choice([self.freeze, self.tie, self.remove, self.switch, self.assign, self.convert, self.gradients])(spot)

    def freeze(self, spot):
        flag = self.rng.random() < 0.5
        spot.ours.requires_grad_(flag), spot.theirs.requires_grad_(flag)

    def tie(self, spot):
        """One parameter under a second name."""
        owners = [(name, owner) for name, owner in spot.theirs.named_modules() if owner._parameters]
        named = list(spot.theirs.named_parameters())
        if owners and named:
            path, owner = self.rng.choice(owners)
            slot, source = self.rng.choice(list(owner._parameters)), self.rng.choice(named)[0]
            setattr(spot.ours.get_submodule(path), slot, spot.ours.get_parameter(source))
            setattr(owner, slot, spot.theirs.get_parameter(source))

    def remove(self, spot):
        slots = [*spot.theirs._parameters, *spot.theirs._buffers, *spot.theirs._modules]
        if slots and type(spot.theirs).__name__ == "Module":
            name = self.rng.choice(slots)
            delattr(spot.ours, name), delattr(spot.theirs, name)

    def switch(self, spot):
        mode = self.rng.random() < 0.5
        spot.ours.train(mode), spot.theirs.train(mode)

    def assign(self, spot):
        """`module.name = value`, allowed or not; the error's class must be the same."""
        name = self.rng.choice([*spot.theirs._parameters, *spot.theirs._buffers, *spot.theirs._modules, "fresh"])
        ours, theirs = self.rng.choice([self.parameter(), self.tensor(), (None, None)])
        if name == "fresh" and not isinstance(theirs, torch.nn.Parameter):
            return
        same(raised(lambda: setattr(spot.ours, name, ours)), raised(lambda: setattr(spot.theirs, name, theirs)),
             f"assigning {type(theirs).__name__} to {name}")

    def convert(self, spot):
        method = self.rng.choice(["double", "float", "half", "bfloat16"])
        getattr(spot.ours, method)(), getattr(spot.theirs, method)()

    def gradients(self, spot):
        for ours, theirs in zip(spot.ours.parameters(), spot.theirs.parameters()):
            if theirs.dtype == torch.float32 and self.rng.random() < 0.5:
                ours.grad, theirs.grad = self.ctx.ones(ours.shape), torch.ones(theirs.shape)
        if self.rng.random() < 0.5:
            none = self.rng.random() < 0.5
            spot.ours.zero_grad(none), spot.theirs.zero_grad(none)


def raised(call):
    try:
        call()
    except duramen.Error as error:
        return error.torch_error
    except Exception as error:  # noqa: BLE001, its class is what is compared
        return type(error).__name__
    return None


def modules_of(pairs, identity):
    pairs = list(pairs)
    return ([(name, one.class_name if isinstance(one, duramen.Module) else type(one).__name__) for name, one in pairs],
            first_places(identity(one) for _, one in pairs))


def compare(ours, theirs):
    """Everything that can be asked; returns how many answers were compared."""
    count = 0
    for prefix, recurse, dedupe in itertools.product(("", "p.q"), (True, False), (True, False)):
        flags = {"prefix": prefix, "recurse": recurse, "remove_duplicate": dedupe}
        for what in ("named_parameters", "named_buffers"):
            same(listed_ours(getattr(ours, what)(**flags)), listed_theirs(getattr(theirs, what)(**flags)), f"{what}({flags})")
        if recurse:
            flags.pop("recurse")
            same(modules_of(ours.named_modules(**flags), lambda one: one.handle),
                 modules_of(theirs.named_modules(**flags), id), f"named_modules({flags})")
        count += 3
    same(modules_of(ours.named_children(), lambda one: one.handle), modules_of(theirs.named_children(), id), "children")
    for recurse in (True, False):
        for what in ("parameters", "buffers"):
            same(listed_ours(("", one) for one in getattr(ours, what)(recurse)),
                 listed_theirs(("", one) for one in getattr(theirs, what)(recurse)), f"{what}(recurse={recurse})")
    for what in ("modules", "children"):
        same(modules_of((("", one) for one in getattr(ours, what)()), lambda one: one.handle),
             modules_of((("", one) for one in getattr(theirs, what)()), id), what)
    count += 6 + compare_memos(ours, theirs)
    for prefix, keep in itertools.product(("", "m."), (False, True)):
        same_state(ours.state_dict(prefix=prefix, keep_vars=keep), theirs.state_dict(prefix=prefix, keep_vars=keep),
                   f"state_dict(prefix={prefix!r}, keep_vars={keep})")
        count += 1
    same(repr(ours), repr(theirs), "repr")
    flags = [[(name, one.training) for name, one in side.named_modules(remove_duplicate=False)] for side in (ours, theirs)]
    same(*flags, "training")
    for (name, x), (_, y) in zip(ours.named_parameters(), theirs.named_parameters()):
        require((x.grad is None) == (y.grad is None), f"the gradient of {name}")
        require(y.grad is None or bytes_of(to_theirs(x.grad)) == bytes_of(y.grad), f"the bits of the gradient of {name}")
    slots = ours.slots()
    for kind, mine in (("_parameters", "parameters"), ("_buffers", "buffers"), ("_modules", "modules")):
        same([(n, one is None) for n, one in slots[mine].items()],
             [(n, one is None) for n, one in getattr(theirs, kind).items()], kind)
    same(sorted(slots["non_persistent"]), sorted(theirs._non_persistent_buffers_set), "non-persistent buffers")
    return count + 8


def compare_memos(ours, theirs):
    """named_modules with a memo: what is in it is left out, and what is met is added unless duplicates are kept."""
    pairs = list(zip((one for _, one in ours.named_modules()), (one for _, one in theirs.named_modules())))
    chosen = pairs[1::3]
    for keep in (True, False):
        memos = {one for one, _ in chosen}, {one for _, one in chosen}
        same(modules_of(ours.named_modules(memos[0], "p", keep), lambda one: one.handle),
             modules_of(theirs.named_modules(memos[1], "p", keep), id), f"named_modules with a memo, {keep}")
        same([one in memos[0] for one, _ in pairs], [one in memos[1] for _, one in pairs], "the memo")
    return 4


def compare_paths(ours, theirs, rng):
    """get_… and set_submodule by paths that are there, that are not, and that are misspelt."""
    paths = [name for name, _ in (*theirs.named_modules(remove_duplicate=False), *theirs.named_parameters(),
                                  *theirs.named_buffers())]
    paths += [*(path[:-1] for path in paths), *(path + ".x" for path in paths), "", ".", "a..b", "weight.", "train", "forward"]
    for path in rng.sample(paths, min(12, len(paths))):
        for what in ("get_submodule", "get_parameter", "get_buffer"):
            same(raised(lambda: getattr(ours, what)(path)), raised(lambda: getattr(theirs, what)(path)), f"{what}({path!r})")
    ctx = ours._context
    for path in rng.sample(paths, min(6, len(paths))):
        strict, none = rng.random() < 0.5, rng.random() < 0.1
        one = Pair(None if none else build_ours(ctx, "Linear(1, 1)", 3), None if none else build_theirs("Linear(1, 1)", 3))
        same(raised(lambda: ours.set_submodule(path, one.ours, strict)),
             raised(lambda: theirs.set_submodule(path, one.theirs, strict)), f"set_submodule({path!r}, strict={strict})")
    return 42


def compare_cycle(pair, rng):
    """A module below itself: listings without duplicates are PyTorch's; what would never end names the path."""
    ours, theirs = pair.ours, pair.theirs
    names = [name for name, _ in theirs.named_modules()]
    low = rng.choice(names)
    high = rng.choice([name for name in names if low == name or name == "" or low.startswith(name + ".")])
    owner = ours.get_submodule(low)
    owner.add_module("up", ours.get_submodule(high))
    theirs.get_submodule(low).add_module("up", theirs.get_submodule(high))
    try:
        same(listed_ours(ours.named_parameters()), listed_theirs(theirs.named_parameters()), "named_parameters of a cycle")
        same(listed_ours(ours.named_buffers("p")), listed_theirs(theirs.named_buffers("p")), "named_buffers of a cycle")
        same(modules_of(ours.named_modules(), lambda one: one.handle), modules_of(theirs.named_modules(), id), "named_modules")
        for call in (lambda m: list(m.named_parameters(remove_duplicate=False)), lambda m: m.state_dict(),
                     lambda m: list(m.named_modules(remove_duplicate=False)), lambda m: m.load_state_dict({}, strict=False),
                     lambda m: m.train(), lambda m: m.apply(lambda one: None)):
            same(raised(lambda: call(ours)), raised(lambda: call(theirs)), "what a cycle is refused with")
        try:
            ours.state_dict()
        except duramen.Error as error:
            path = error.details["path"]
            require(path.rpartition(".")[2] == "up" and ours.get_submodule(path) is ours.get_submodule(high), f"the path {path}")
    finally:
        del owner.up  # or it is never freed
    return 10


def run_case(seed, number):
    rng = rng_of(seed, "trees", number)
    ctx = duramen.Context()
    pair = Builder(ctx, rng).tree()
    try:
        count = compare(pair.ours, pair.theirs)
        count += compare(pair.ours.deepcopy(), copy.deepcopy(pair.theirs))
        if "up" not in dict(pair.theirs.named_children()) and number % 4 == 0:
            count += compare_cycle(Pair(pair.ours.deepcopy(), copy.deepcopy(pair.theirs)), rng)
        return count + compare_paths(pair.ours, pair.theirs, rng)
    except Mismatch as mismatch:
        raise Mismatch(f"{mismatch}\nthe tree is {pair.theirs!r}") from None
