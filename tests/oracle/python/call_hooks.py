"""Random hooks of calls: the same ones on both sides, which log what they get and give other inputs, outputs and gradients.

Everything is small integers, so that whatever order sums are taken in, the values are the same bits.
"""
import warnings

import duramen
import torch

from sides import require, rng_of, same, to_ours

KINDS = ["before_forward", "after_forward", "before_backward", "after_backward"]
DEEDS = ["none"] * 5 + ["double", "double", "negate", "raise", "shorten"]


def planned(rng, places):
    """What hooks to set: (number of the module, kind, deed, in front, with keywords, always)."""
    return [(rng.randrange(places), rng.choice(KINDS), rng.choice(DEEDS), rng.random() < 0.3, rng.random() < 0.3,
             rng.random() < 0.3) for _ in range(rng.randint(1, 5))]


def values(data):
    """What a hook got, in numbers."""
    if isinstance(data, (tuple, list)):
        return [values(item) for item in data]
    if isinstance(data, dict):
        return {key: values(item) for key, item in data.items()}
    return data.tolist() if hasattr(data, "tolist") else data


def done(deed, data):
    """What a hook gives for what it got."""
    if isinstance(data, tuple):
        return tuple(done(deed, item) for item in data)
    if not hasattr(data, "tolist"):
        return data
    return data * (2 if deed == "double" else -1)


class Side:
    """One side of a case: its network, its log."""

    def __init__(self, nn, net):
        self.log = []
        own = make_own(nn)
        self.own = own(net)
        self.modules = [module for _, module in self.own.named_modules()]

    def install(self, plan):
        for number, (place, *_) in enumerate(plan):
            self.set_hook(number, self.modules[place], *plan[number][1:])

    def set_hook(self, number, module, kind, deed, first, with_kwargs, always):
        def hook(module, *given):
            self.log.append((number, kind, values(given)))
            if deed == "raise":
                raise ZeroDivisionError(number)
            if deed == "none":
                return None
            changed = given[-1] if kind != "after_backward" else given[0]
            if kind == "before_forward" and with_kwargs:
                return (done(deed, given[0]), given[1]) if deed != "shorten" else given[0]
            if deed == "shorten":
                return changed[:-1] if "backward" in kind else None
            return done(deed, changed)

        options = {"prepend": first}
        if "forward" in kind:
            options["with_kwargs"] = with_kwargs
        if kind == "after_forward":
            options["always_call"] = always
        name = {"before_forward": "register_forward_pre_hook", "after_forward": "register_forward_hook",
                "before_backward": "register_full_backward_pre_hook", "after_backward": "register_full_backward_hook"}
        getattr(module, name[kind])(hook, **options)

    def run(self, x, keywords, gradient):
        """The outputs and the gradients, or the exception."""
        try:
            y, same_x, note = self.own(x, **keywords)
            out = [values(y), values(same_x), note, y.requires_grad]
            if y.requires_grad:
                y.backward(gradient)
        except (ZeroDivisionError, RuntimeError) as error:
            return [isinstance(error, RuntimeError), first_line(error)]
        return out + [values(p.grad) for p in self.own.parameters()] + [values(x.grad)]


def first_line(error):
    """PyTorch's texts, but for where it says the class of what a hook gave, and what it says of in-place operations."""
    text = str(error).splitlines()[0].split(", but got")[0]
    return "in place" if "inplace" in text or "in-place" in text else text


def make_own(nn):
    class Own(nn.Module):
        def __init__(self, net):
            super().__init__()
            self.net = net

        def forward(self, x, scale=1, note=None):
            return self.net(x) * scale, x, note

    return Own


def layers(rng):
    """The text of a small network; weights are set afterwards."""
    parts = [rng.choice(["Linear(2, 2)", "ReLU()", "Identity()", "Sequential(Linear(2, 2), ReLU(inplace=True))", "Flatten()"])
             for _ in range(rng.randint(1, 4))]
    if rng.random() < 0.1:
        parts[:0] = rng.choice([["ReLU(inplace=True)"], ["Flatten()", "ReLU(inplace=True)"]])
    return f"Sequential({', '.join(parts)})"


def run_case(seed, number):
    rng = rng_of(seed, "call_hooks", number)
    ctx = duramen.Context()
    text = layers(rng)
    theirs = eval(text, vars(torch.nn))  # noqa: S307, made above
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.copy_(torch.tensor([float(rng.randint(-3, 3)) for _ in range(parameter.numel())])
                            .reshape(parameter.shape))
            parameter.requires_grad_(rng.random() < 0.8)
    ours = ctx.module(text)
    for one, other in zip(ours.parameters(), theirs.parameters()):
        with ctx.no_grad():
            one.copy_(to_ours(ctx, other))
        one.requires_grad_(other.requires_grad)
    x = torch.tensor([[float(rng.randint(-3, 3)) for _ in range(2)]], requires_grad=rng.random() < 0.7)
    gradient = torch.tensor([[1.0, 2.0]])
    keywords = {name: value for name, value in (("scale", 2), ("note", "text")) if rng.random() < 0.5}
    sides = [Side(torch.nn, theirs), Side(duramen.nn, ours)]
    plan = planned(rng, len(sides[0].modules))
    require(len(sides[1].modules) == len(sides[0].modules), f"{text}: another number of modules")
    our_x = to_ours(ctx, x)
    our_x.requires_grad_(x.requires_grad)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = []
        for side, given, grad in ((sides[0], x, gradient), (sides[1], our_x, to_ours(ctx, gradient))):
            side.install(plan)
            results.append(side.run(given, keywords, grad))
    same(sides[1].log, sides[0].log, f"{text}, hooks {plan}: the log")
    same(results[1], results[0], f"{text}, hooks {plan}: the results")
    return isinstance(results[0][0], bool)
