"""Classes of Python's that are derived from those of the library, written once and run with `torch.nn` and `duramen.nn`.

Random constructor calls of every class and of an empty class derived from it; and small programs: networks of derived
layers and containers with forwards, attributes, entries and extra state of their own are built, edited, printed, copied,
saved, loaded, converted and run.
"""
import copy
import pickle
import types
import warnings

import duramen
import torch

from module_state_cases import USUAL, draw_call
from module_states import core, same_entries
from sides import NAMES, Mismatch, require, rng_of, same, same_state, to_ours, to_theirs


def outcome(call):
    """What a call gives, or the class and text of what is raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call(), None
        except duramen.Error as error:
            return None, (error.torch_error, error.message)
        except Exception as error:  # noqa: BLE001, what is raised is compared
            return None, (type(error).__name__, str(error.args[0] if error.args else error))


def same_outcome(ours, theirs, what):
    """The classes are equal, and the text of PyTorch's stands in ours."""
    same(ours[1] and ours[1][0], theirs[1] and theirs[1][0], f"{what}: ({ours[1]} | {theirs[1]})")
    if theirs[1]:
        require(core(theirs[1][1]) in ours[1][1], f"{what}: the text\n  ours    {ours[1][1]}\n  PyTorch {theirs[1][1]}")


# Constructor calls.

def names_of_ours(ctx):
    dtypes = {name: getattr(duramen, name) for name in ("float16", "bfloat16", "float32", "float64")}
    return {**vars(duramen.nn), **dtypes, "tensor": ctx.tensor, "OrderedDict": NAMES["OrderedDict"],
            "zeros": lambda *shape: ctx.zeros(shape), "ones": lambda *shape: ctx.ones(shape)}


def derived_from(base):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return type(f"My{base.__name__}", (base,), {})


def run_call(seed, name, number):
    """One random call of a class of the library, or of one derived from it; returns whether both sides refused it."""
    rng = rng_of(seed, "derived", name, number)
    text = draw_call(rng, name)
    while "rand(" in text:  # whose draws are not those of the context
        text = draw_call(rng, name)
    start, make = rng.randrange(2**31), rng.choice([derived_from, derived_from, lambda base: base])
    ctx = duramen.Context(seed=start)
    torch.manual_seed(start)
    our_class, their_class = make(getattr(duramen.nn, name)), make(getattr(torch.nn, name))
    try:
        theirs = outcome(lambda: eval(text, {**NAMES, name: their_class}))  # noqa: S307, texts made by this program
        with ctx:
            ours = outcome(lambda: eval(text, {**names_of_ours(ctx), name: our_class}))  # noqa: S307
        if theirs[1]:  # the name of the class in it is the one below
            theirs = None, (theirs[1][0], theirs[1][1].replace("for My", "for "))
        same_outcome(ours, theirs, "the outcome")
        if theirs[1]:
            return True
        require(type(ours[0]) is our_class and isinstance(ours[0], getattr(duramen.nn, name)), "the Python class")
        if not name.startswith("Lazy"):
            same_entries(ours[0], theirs[0])
            same_entries(copy.deepcopy(ours[0]), outcome(lambda: copy.deepcopy(theirs[0]))[0])
        return False
    except Mismatch as mismatch:
        raise Mismatch(f"{text} of {their_class.__name__}: {mismatch}") from None


def types_of_calls():
    return [entry["name"] for entry in duramen.registry()["modules"] if entry["name"] in USUAL]


# Programs.

def classes(nn):
    """The classes of the programs, of either library."""
    class Scaled(nn.Linear):
        """Layer with a parameter, a buffer, an attribute and a forward of its own."""
        def __init__(self, size, factor):
            super().__init__(size, size, bias=factor > 1)
            self.factor = factor
            self.register_buffer("seen", None)
            self.inner = nn.Linear(size, 1)

        def forward(self, x):
            return super().forward(x) * self.factor + self.inner(x)

        def extra_repr(self):
            return f"{super().extra_repr()}, factor={self.factor}"

    class Norm(nn.BatchNorm1d):
        _version = 5

        def get_extra_state(self):
            return {"eps": self.tag}

        def set_extra_state(self, state):
            self.tag = state["eps"]

    class Silent(nn.Tanh):
        pass

    class Residual(nn.Sequential):
        def forward(self, x):
            return super().forward(x) + x

    class Fixed(nn.Sequential):
        """Made without arguments, so that a slice cannot be."""
        def __init__(self):
            super().__init__(nn.Linear(2, 2), Silent())
            self.depth = len(self)

    class Items(nn.ModuleList):
        def forward(self, x):
            for one in self:
                x = one(x)
            return x

    class Mute(nn.ModuleList):
        pass

    class Table(nn.ModuleDict):
        def forward(self, x):
            return self["first"](x)

    class Weights(nn.ParameterList):
        label = "weights"

    class Named(nn.ParameterDict):
        def total(self):
            return len(self)

    class Root(nn.Module):
        def __init__(self, *parts):
            super().__init__()
            self.body = Residual(*parts)
            self.names = ["a", "b"]

        def forward(self, x):
            return self.body(x)

    made = {name: one for name, one in locals().items() if name != "nn"}
    for name, one in made.items():
        one.__qualname__ = f"{name}_of_{nn.__name__.replace('.', '_')}"
        globals()[one.__qualname__] = one  # where pickle finds it
    return types.SimpleNamespace(**made)


class Side:
    """One library: its namespace, its classes, how it makes tensors."""

    def __init__(self, nn, tensor):
        self.nn, self.tensor, self.of = nn, tensor, classes(nn)

    def parameter(self, values):
        return self.nn.Parameter(self.tensor(values))

    def norm(self, tag):
        made = self.of.Norm(2)
        made.tag = tag
        return made

    def part(self, kind, number):
        """One member of a network that takes and gives (n, 2)."""
        return {"scaled": lambda: self.of.Scaled(2, number), "norm": lambda: self.norm(number), "silent": self.of.Silent,
                "plain": lambda: self.nn.Linear(2, 2), "fixed": self.of.Fixed,
                "residual": lambda: self.of.Residual(self.nn.Linear(2, 2), self.of.Scaled(2, number)),
                "items": lambda: self.of.Items([self.of.Silent(), self.of.Scaled(2, number)]),
                "table": lambda: self.of.Table({"first": self.of.Scaled(2, 2), "mute": self.of.Mute([self.nn.ReLU()])}),
                "root": lambda: self.of.Root(self.of.Silent(), self.nn.Linear(2, 2))}[kind]()

    def bag(self, kind):
        """A container of parameters."""
        if kind == "weights":
            return self.of.Weights([self.parameter([1.0, 2.0]), self.tensor([3.0]), "text"])
        return self.of.Named({"b": self.parameter([1.0]), "a": self.tensor([3.0, 4.0])})


PARTS = ["scaled", "norm", "silent", "plain", "fixed", "residual", "items", "table", "root"]
WHOLES = ["Residual", "Items", "Root", "Sequential", "Fixed"]
STEPS = ["append", "insert", "slice", "slice of part", "delete", "set", "attribute", "parameter", "bag", "copy", "copy", "load",
         "convert", "train", "run", "run", "mute", "add", "freeze", "pickle", "pickle", "shallow copy"]


def built(side, whole, kinds):
    parts = [side.part(kind, number) for number, kind in enumerate(kinds, 1)]
    if whole == "Items":
        return side.of.Items(parts)
    if whole == "Fixed":
        made = side.of.Fixed()
        return made.extend(parts)
    return side.nn.Sequential(*parts) if whole == "Sequential" else getattr(side.of, whole)(*parts)


def taken(side, model, step, rng, x):
    """One step of a program; gives what is compared besides the state, or a module that takes the model's place."""
    container = model.body if hasattr(model, "body") else model
    kind, number, index = rng.choice(PARTS), rng.randint(1, 3), rng.randrange(max(1, len(container)))
    cut = slice(*sorted(rng.randint(0, 3) for _ in range(2)))
    if step == "append":
        container.append(side.part(kind, number))
    elif step == "insert":
        container.insert(index, side.part(kind, number))
    elif step == "slice":
        return described(container[cut])
    elif step == "slice of part":
        return described(container[index][:1])
    elif step == "delete":
        del container[index]
    elif step == "set":
        container[index] = side.part(kind, number)
    elif step == "attribute":
        container[index].note = [number]
        return container[index].note, hasattr(container[index], "factor"), type(container[index]).__name__
    elif step == "parameter":
        model.own = side.parameter([float(number)])
    elif step == "bag":
        holder = next((one for one in model.modules() if isinstance(one, (side.of.Scaled, side.of.Root))), None)
        bag = side.bag(rng.choice(["weights", "named"]))
        if holder is not None:  # a container would take it for a member
            holder.bag = bag
        return described(bag), len(bag), getattr(bag, "label", None), described(bag[:1])
    elif step == "copy":
        return copy.deepcopy(model)
    elif step == "pickle":
        return pickle.loads(pickle.dumps(model))  # noqa: S301, its own bytes
    elif step == "shallow copy":
        return copy.copy(model)
    elif step == "load":
        state = copy.deepcopy(model).state_dict()
        return [list(names) for names in model.load_state_dict(state)]
    elif step == "convert":
        return described(model.double()), described(model.float())
    elif step == "train":
        model.train(number == 1)
    elif step == "mute":
        return side.of.Mute([side.nn.ReLU()])(x)
    elif step == "add":
        return described(container + container[:0]) if isinstance(container, side.nn.ModuleList) else described(container * 2)
    elif step == "freeze":
        container[index].requires_grad_(False)
    else:
        return "output", model(x)
    return None


def described(module):
    return repr(module), type(module).__name__, list(module.state_dict())


def compared(results, sides, step):
    """The results of a step are equal; gives the models to go on with."""
    ours, theirs = results
    if isinstance(theirs, torch.nn.Module):
        same(type(ours).__name__, type(theirs).__name__, f"{step}: the class")
        return ours, theirs
    if isinstance(theirs, tuple) and theirs[0] == "output":
        found, wanted = to_theirs(ours[1]), theirs[1].detach()
        require(torch.allclose(found, wanted, rtol=1e-4, atol=1e-5), f"{step}: {found.tolist()}, not {wanted.tolist()}")
    else:
        same(ours, theirs, step)
    return sides


def same_models(ours, theirs):
    same(repr(ours), repr(theirs), "repr")
    same([(path, one.class_name, type(one).__name__, one.training) for path, one in ours.named_modules()],
         [(path, type(one).__name__, type(one).__name__, one.training) for path, one in theirs.named_modules()], "modules")
    same([(name, one.requires_grad) for name, one in ours.named_parameters()],
         [(name, one.requires_grad) for name, one in theirs.named_parameters()], "parameters")
    states = [{name: item for name, item in module.state_dict().items() if "_extra_state" in name} for module in (ours, theirs)]
    same(*states, "extra state")


def rounded_alike(ours, theirs):
    """The running statistics, whose bits a forward rounds, and the rest."""
    for (name, one), (other_name, other) in zip(ours.state_dict().items(), theirs.state_dict().items()):
        same(name, other_name, "a key")
        if "_extra_state" not in name:
            same((str(one.dtype), tuple(one.shape)), (str(other.dtype).removeprefix("torch."), tuple(other.shape)), name)
            require(torch.allclose(to_theirs(one), other, rtol=1e-4, atol=1e-5), f"the values of {name}")


def run_program(seed, number):
    """Returns how many steps were compared."""
    rng = rng_of(seed, "derived", number)
    start = rng.randrange(2**31)
    ctx = duramen.Context(seed=start)
    whole, kinds = rng.choice(WHOLES), rng.choices(PARTS, k=rng.randint(1, 3))
    history = [whole, kinds]
    torch.manual_seed(start)
    x = torch.randn((3, 2), generator=torch.Generator().manual_seed(start))
    mine, other = Side(duramen.nn, ctx.tensor), Side(torch.nn, torch.tensor)
    try:
        with ctx:
            models = built(mine, whole, kinds), built(other, whole, kinds)
            same_state_without_extra(*models)
            for count in range(8):
                same_models(*models)
                rounded_alike(*models)
                step, place = rng.choice(STEPS), rng.getstate()
                history.append(step)
                results = []
                for side, model, given in ((mine, models[0], to_ours(ctx, x)), (other, models[1], x)):
                    rng.setstate(place)
                    results.append(outcome(lambda: taken(side, model, step, rng, given)))
                same_outcome(*results, step)
                if results[0][1] and step in ("insert", "delete", "set"):
                    return count
                models = compared([result for result, _ in results], models, step) if not results[0][1] else models
        return count
    except Mismatch as mismatch:
        raise Mismatch(f"{history}: {mismatch}") from None


def same_state_without_extra(ours, theirs):
    states = [module.state_dict() for module in (ours, theirs)]
    for state in states:
        for name in [name for name in state if "_extra_state" in name]:
            del state[name]
    same_state(*states, "initial values")
