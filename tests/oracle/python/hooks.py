"""Random hooks: the same ones on both sides, which log what they are told and edit what they may."""
import collections
import warnings

import duramen
import torch
from torch.nn.modules import module as torch_module

from loads import damaged, fingerprint, our_dict, outcome, same_values
from sides import Mismatch, described_ours, described_theirs, require, rng_of, same, same_state, to_ours
from trees import Builder

KINDS = ["before_load", "before_load", "after_load", "before_state", "after_state", "old_after_state"]
EDITS = {"old_after_state": ["rename", "drop", "give", "give", "none"], "before_load": ["rename", "rename", "drop", "insert", "add", "clear", "none"],
         "after_load": ["add", "clear", "none"], "after_state": ["rename", "drop", "insert", "none"], "before_state": ["none"]}


def planned(rng, modules):
    """What hooks to set: (place of the module, kind, edits). Names are without the module's prefix."""
    plan = []
    for _ in range(rng.randint(1, 4)):
        place, kind = rng.randrange(len(modules)), rng.choice(KINDS)
        names = list(modules[place].state_dict()) + ["junk", "weight", "a.b", "_extra_state", "0.weight"]
        edits = [(rng.choice(EDITS[kind]), rng.choice(names), rng.choice(names), rng.randrange(3))
                 for _ in range(rng.randint(0, 2))]
        plan.append((place, kind, edits))
    return plan


class Side:
    """One side of a case: its modules, its log, its tensors to insert."""

    def __init__(self, modules, tensors):
        self.modules, self.tensors, self.log = modules, tensors, []

    def edit_dict(self, state, prefix, edits):
        for what, name, other, number in edits:
            if what == "rename" and prefix + name in state:
                state[prefix + other] = state.pop(prefix + name)
            elif what == "drop":
                state.pop(prefix + name, None)
            elif what == "insert":
                state[prefix + name] = self.tensors[number]

    @staticmethod
    def edit_lists(lists, prefix, edits):
        for what, name, _, number in edits:
            if what == "add":
                lists[number % len(lists)].append(prefix + name)
            elif what == "clear":
                lists[number % len(lists)].clear()

    def install(self, plan):
        """Sets the hooks; gives the handles."""
        return [getattr(self, kind)(number, self.modules[place], edits)
                for number, (place, kind, edits) in enumerate(plan)]

    def before_load(self, number, module, edits):
        def hook(module, state, prefix, metadata, strict, missing, unexpected, errors):
            lists = [missing, unexpected, errors]
            self.log.append((number, prefix, list(state), metadata.get("version"), strict, *map(list, lists)))
            self.edit_dict(state, prefix, edits)
            self.edit_lists(lists, prefix, edits)

        return module.register_load_state_dict_pre_hook(hook)

    def after_load(self, number, module, edits):
        def hook(module, keys):
            lists = [keys.missing_keys, keys.unexpected_keys]
            self.log.append((number, *map(list, lists)))
            self.edit_lists(lists, "", edits)

        return module.register_load_state_dict_post_hook(hook)

    def before_state(self, number, module, edits):
        return module.register_state_dict_pre_hook(
            lambda module, prefix, keep_vars: self.log.append((number, prefix, keep_vars)))

    def after_state(self, number, module, edits):
        def hook(module, state, prefix, metadata):
            self.log.append((number, prefix, list(state), metadata.get("version")))
            self.edit_dict(state, prefix, edits)

        return module.register_state_dict_post_hook(hook)

    def old_after_state(self, number, module, edits):
        """One of the old kind: gives another dict, the same one, or nothing."""
        def hook(module, state, prefix, metadata):
            self.log.append((number, prefix, list(state), metadata.get("version")))
            self.edit_dict(state, prefix, edits)
            return {"given by": number} if ("give" in [what for what, *_ in edits]) else state if number % 2 else None

        return module._register_state_dict_hook(hook)


def modules_of(module):
    """Every module once a path, in one order on both sides."""
    return [one for _, one in module.named_modules(remove_duplicate=False)]


def run_case(seed, number):
    """Returns whether the load was refused."""
    rng = rng_of(seed, "hooks", number)
    ctx = duramen.Context()
    place = rng.getstate()
    target = Builder(ctx, rng).tree()
    other = type(rng)()
    other.setstate(place)
    state = damaged(Builder(ctx, other).tree().theirs.state_dict(), rng)
    tensors = [torch.ones(2), torch.zeros(1), torch.full((2, 2), 3.0)]
    theirs = Side(modules_of(target.theirs), tensors)
    ours = Side(modules_of(target.ours), [to_ours(ctx, tensor) for tensor in tensors])
    plan = planned(rng, theirs.modules)
    how = {"strict": rng.random() < 0.5, "assign": rng.random() < 0.3}
    try:
        refused = loaded(ctx, target, (ours, theirs), plan, state, how)
        if not how["assign"]:  # after which ties differ
            registered(ctx, rng, (ours, theirs))
        return refused
    except Mismatch as mismatch:
        raise Mismatch(f"{mismatch}\nhooks {plan}, {how}, keys {list(state)}\ninto {target.theirs!r}") from None


def loaded(ctx, target, sides, plan, state, how):
    ours, theirs = sides
    before = fingerprint(target.ours)
    handles_of = collections.Counter(handle for _, handle, _ in before)
    untied = [name for name, handle, _ in before if handles_of[handle] == 1]
    handles = ours.install(plan), theirs.install(plan)
    exports = [side.state_dict(prefix="p.", keep_vars=True) for side in (target.ours, target.theirs)]
    same(ours.log, theirs.log, "what the hooks of a state dict were told")
    if isinstance(exports[1], collections.OrderedDict):
        same_state(*exports, "with hooks")
    else:
        same(*[{key: item if isinstance(item, int) else "tensor" for key, item in one.items()} for one in exports],
             "what a hook gave instead of the dict")
    ours.log.clear()
    theirs.log.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcomes = (outcome(lambda: target.ours.load_state_dict(our_dict(ctx, state), **how)),
                    outcome(lambda: target.theirs.load_state_dict(state, **how)))
    same(ours.log, theirs.log, "what the hooks of a load were told")
    same(*outcomes, "the outcome")
    for handle in (*handles[0], *handles[1]):
        handle.remove()
    if isinstance(outcomes[1][0], str):
        require(fingerprint(target.ours) == before, "a refused load left a trace")
        return True
    if how["assign"]:
        same_values(target, untied)
    else:
        same_state(target.ours.state_dict(keep_vars=True), target.theirs.state_dict(keep_vars=True), "after the load")
    return False


class Registrations:
    """The same registration hooks and registrations on both sides; PyTorch's are process-wide."""

    def __init__(self, modules, parameter, tensor, child, replaced):
        self.modules, self.log = modules, []
        self.values = {"parameter": parameter, "buffer": tensor, "module": child}
        self.replaced = replaced

    def hook(self, kind):
        def hook(module, name, value):
            self.log.append((kind, type(module).__name__ if isinstance(module, torch.nn.Module) else module.class_name,
                             name, value is None))
            return self.values[kind] if name in self.replaced else None

        return hook

    def register(self, steps):
        for place, how, kind, name, none in steps:
            if self.modules[place] not in set(self.modules[0].modules()):
                continue  # replaced by then: no longer below the module with the hooks
            value = None if none else self.values[kind]
            try:
                if how == "register":
                    getattr(self.modules[place], f"register_{kind}")(name, value)
                else:
                    setattr(self.modules[place], name, value)
            except Exception as error:  # noqa: BLE001, what is raised is compared
                self.log.append(type(error).__name__ if not isinstance(error, duramen.Error) else error.torch_error)


def registered(ctx, rng, sides):
    ours, theirs = sides
    count = len(theirs.modules)
    kinds = ["parameter", "buffer", "module"]
    steps = [(rng.randrange(count), rng.choice(["register", "assign"]), rng.choice(kinds),
              rng.choice(["weight", "bias", "a", "b", "new", "running_mean"]), rng.random() < 0.2) for _ in range(8)]
    replaced = set(rng.sample(["weight", "bias", "a", "b", "new", "running_mean"], 2))
    mine = Registrations(ours.modules, duramen.Parameter(ctx.ones((2,))), ctx.zeros((1,)), ctx.module("ReLU()"), replaced)
    other = Registrations(theirs.modules, torch.nn.Parameter(torch.ones(2)), torch.zeros(1), torch.nn.ReLU(), replaced)
    handles = [getattr(torch_module, f"register_module_{kind}_registration_hook")(other.hook(kind)) for kind in kinds]
    handles += [getattr(ours.modules[0], f"register_{kind}_registration_hook")(mine.hook(kind)) for kind in kinds]
    try:
        mine.register(steps)
        other.register(steps)
    finally:
        for handle in handles:
            handle.remove()
    same(mine.log, other.log, f"what registration hooks were told, steps {steps}")
    listings = [[(name, describe(one)[:4]) for name, one in side.modules[0].named_parameters(remove_duplicate=False)]
                for side, describe in ((ours, described_ours), (theirs, described_theirs))]
    same(*listings, "the parameters registered through hooks")
