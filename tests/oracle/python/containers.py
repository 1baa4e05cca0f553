"""Random edits of containers on both sides: results, error classes, names and objects are equal after each of them.

Where PyTorch leaves an edit half done, ours has changed nothing; the case ends there, since the sides differ then.
"""
import collections

import duramen
import torch

from sides import Mismatch, build_ours, build_theirs, require, rng_of, same
from attributes import outcome
from trees import Builder, Pair, raised

KEYS = ["a", "b", "0", "1", "2", "3", "x.y", "", "z"]
SEVERAL = ("extend", "iadd", "update", "pairs", "ordered")  # PyTorch keeps what came before the entry that it refuses
METHODS = ["keys", "items", "train"]


class Edits:
    """One container of a class on both sides and the things that are put into it."""

    def __init__(self, ctx, rng, kind):
        self.ctx, self.rng, self.kind = ctx, rng, kind
        self.builder = Builder(ctx, rng)
        self.pool = [self.thing() for _ in range(4)]
        self.pair = self.start()

    def thing(self):
        """A module, a parameter, a tensor, a number or None, as the class takes them; sometimes what it does not take."""
        chance = self.rng.random()
        if self.kind.startswith("Parameter") and chance < 0.75 or chance < 0.06:
            made = self.rng.choice([self.builder.parameter, self.builder.tensor, lambda: (5, 5), lambda: ("t", "t")])()
        elif chance > 0.92:
            made = (None, None)
        else:
            text = self.rng.choice(["ReLU()", "Tanh()", "Linear(2, 1)", "Identity()"])
            seed = self.rng.randrange(2**40)
            made = (build_ours(self.ctx, text, seed), build_theirs(text, seed))
        return Pair(*made)

    def start(self):
        if self.kind == "Sequential" and self.rng.random() < 0.5:
            names = self.rng.sample(["a", "1", "3", "b", "0"], self.rng.randint(0, 4))
            text = f"Sequential(OrderedDict([{', '.join(f'({name!r}, ReLU())' for name in names)}]))"
        elif self.kind in ("Sequential", "ModuleList"):
            inner = ", ".join(self.rng.choices(["ReLU()", "Tanh()"], k=self.rng.randint(0, 5)))
            text = f"Sequential({inner})" if self.kind == "Sequential" else f"ModuleList([{inner}])"
        else:
            text = f"{self.kind}()"
        return Pair(build_ours(self.ctx, text, 1), build_theirs(text, 1))

    def edit(self):
        """One random edit as a name and a function of a container and a side of things."""
        rng, count = self.rng, len(self.pair.theirs)
        one, two = rng.choice(self.pool), rng.choice(self.pool)
        if isinstance(one.theirs, torch.nn.Parameter) and not self.kind.startswith("Parameter"):
            one = Pair(5, 5)  # as an item it would take the child's place among the parameters, and the names get a gap
        index = rng.randint(-count - 2, count + 2)
        cut = slice(*(rng.choice([None, rng.randint(-6, 6)]) for _ in range(2)), rng.choice([None, 1, 2, -1, -2, 0]))
        keys = KEYS + (METHODS if self.kind == "ModuleDict" else [])  # a value there would hide the method
        key, other = rng.choice(keys), rng.choice(keys)
        numbered = {
            "append": lambda m, side: m.append(side(one)),
            "extend": lambda m, side: m.extend([side(one), side(two)]),
            "get": lambda m, side: m[index],
            "cut": lambda m, side: m[cut],
            "set": lambda m, side: m.__setitem__(index, side(one)),
            "iadd": lambda m, side: m.__iadd__(m[:1]),
        }
        edits = {
            "Sequential": {**numbered, "insert": lambda m, side: m.insert(index, side(one)), "pop": lambda m, side: m.pop(index),
                           "delete": lambda m, side: m.__delitem__(index), "delete cut": lambda m, side: m.__delitem__(cut),
                           "add": lambda m, side: m + m[cut], "times": lambda m, side: m * (index % 3)},
            "ModuleList": {**numbered, "insert": lambda m, side: m.insert(index, side(one)), "pop": lambda m, side: m.pop(index),
                           "delete": lambda m, side: m.__delitem__(index), "delete cut": lambda m, side: m.__delitem__(cut),
                           "add": lambda m, side: m + [side(one)]},
            "ModuleDict": {"get": lambda m, side: m[key], "set": lambda m, side: m.__setitem__(key, side(one)),
                           "delete": lambda m, side: m.__delitem__(key), "pop": lambda m, side: m.pop(key),
                           "in": lambda m, side: key in m, "update": lambda m, side: m.update({key: side(one), other: side(two)}),
                           "pairs": lambda m, side: m.update([(key, side(one)), [other, side(two)]]),
                           "clear": lambda m, side: m.clear()},
            "ParameterList": {name: call for name, call in numbered.items()},
            "ParameterDict": {"get": lambda m, side: m[key], "set": lambda m, side: m.__setitem__(key, side(one)),
                              "delete": lambda m, side: m.__delitem__(key), "pop": lambda m, side: m.pop(key),
                              "popitem": lambda m, side: m.popitem(), "in": lambda m, side: key in m,
                              "default": lambda m, side: m.setdefault(key, side(one)), "copy": lambda m, side: m.copy(),
                              "update": lambda m, side: m.update({key: side(one), other: side(two)}),
                              "ordered": lambda m, side: m.update(collections.OrderedDict([(key, side(one)), (other, side(two))])),
                              "or": lambda m, side: m | {key: side(one)}, "clear": lambda m, side: m.clear()},
        }[self.kind]
        name = rng.choice(list(edits))
        self.note = f"{name} index {index} cut {cut} keys {key!r} {other!r}"
        return name, edits[name], index

    def spoils(self, name, index):
        """Whether PyTorch takes an edit that ours refuses."""
        theirs = self.pair.theirs
        if self.kind not in ("Sequential", "ModuleList"):
            return False
        count, names = len(theirs), set(theirs._modules)
        added = {"append": 1, "extend": 2, "iadd": len(theirs[:1]), "insert": 1}.get(name, 0)
        taken = any(str(count + i) in names for i in range(added))
        return taken or name == "insert" and self.kind == "ModuleList" and index > count

    def step(self):
        """One edit on both sides; returns whether the sides are still to be compared."""
        name, call, index = self.edit()
        before = shape_of_ours(self.pair.ours)
        spoils = self.spoils(name, index)
        results = []
        failed = [outcome(lambda: results.append(call(self.pair.ours, lambda pair: pair.ours)))]
        outcomes = [failed[0] and failed[0][0]]
        if spoils:
            require(outcomes[0] in ("KeyError", "IndexError", "TypeError", "AssertionError"),
                    f"{self.note}: not refused but {outcomes[0]}")
            same(shape_of_ours(self.pair.ours), before, f"{self.note}: after it was refused")
            return True
        failed.append(outcome(lambda: results.append(call(self.pair.theirs, lambda pair: pair.theirs))))
        outcomes.append(failed[1] and failed[1][0])
        if outcomes[0] == "TypeError" and outcomes[1] is None and name == "insert":
            return False  # what is no module is put into a ModuleList
        if name in SEVERAL and None not in outcomes:
            outcomes[0] = outcomes[1]  # refused by both, for another of the entries perhaps
        same(outcomes[0], outcomes[1], f"{self.note}: the error")
        if failed[1] and name not in SEVERAL:
            text = str(failed[1][1]).split(" for <class")[0]
            require(text in failed[0][1], f"{self.note}: the text\n  ours    {failed[0][1]}\n  PyTorch {failed[1][1]}")
        if outcomes[1] is not None:
            same(shape_of_ours(self.pair.ours), before, f"{self.note}: after {outcomes[1]}")
            if name in SEVERAL or raised(lambda: shape_of_theirs(self.pair.theirs)):
                return False
            return shape_of_theirs(self.pair.theirs) == before
        same(described(results[0]), described(results[1]), f"{self.note}: the result")
        return True



def described(result):
    """What an edit gives, in words that both sides share."""
    if isinstance(result, (duramen.Module, torch.nn.Module)):
        kind = result.class_name if isinstance(result, duramen.Module) else type(result).__name__
        return kind, shape(result) if hasattr(result, "__len__") else None
    if isinstance(result, (duramen.Tensor, torch.Tensor)):
        return type(result).__name__, tuple(result.shape)
    if isinstance(result, tuple):
        return tuple(described(one) for one in result)
    return result


def shape(module):
    return shape_of_ours(module) if isinstance(module, duramen.Module) else shape_of_theirs(module)


def shape_of_ours(module):
    slots = module.slots()
    return ([list(slots[kind]) for kind in ("parameters", "buffers", "modules")], len(module),
            [described(one) for one in (module if not isinstance(module, (duramen.ModuleDict, duramen.ParameterDict))
                                        else list(module.items()))],
            [(name, tuple(one.shape), one.requires_grad) for name, one in module.named_parameters()], list(module.state_dict()),
            repr(module))


def shape_of_theirs(module):
    return ([list(getattr(module, kind)) for kind in ("_parameters", "_buffers", "_modules")], len(module),
            [described(one) for one in (module if not isinstance(module, (torch.nn.ModuleDict, torch.nn.ParameterDict))
                                        else list(module.items()))],
            [(name, tuple(one.shape), one.requires_grad) for name, one in module.named_parameters()], list(module.state_dict()),
            repr(module))


KINDS = ["Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"]


def run_case(seed, number):
    """Returns how many edits were compared."""
    rng = rng_of(seed, "containers", number)
    edits = Edits(duramen.Context(), rng, KINDS[number % len(KINDS)])
    history = []
    try:
        for count in range(12):
            goes_on = edits.step()
            history.append(edits.note)
            if not goes_on:
                return count
            same(shape(edits.pair.ours), shape(edits.pair.theirs), "afterwards")
        return count
    except Mismatch as mismatch:
        raise Mismatch(f"{edits.kind} {history}\nthen {edits.note}\n{mismatch}\n{edits.pair.theirs!r}") from None
