"""Training runs of 20 steps: the float64 run is the truth, and our error is at most twice PyTorch's.

An error of a run is the root mean square over all elements, relative to the values' own: single elements of a small run
are chance, the whole is not. Two units in the last place are allowed besides, since each of the steps rounds every parameter
once on both sides. The float64 runs differ by 1e-12 at most.
"""
import math
import tempfile
from pathlib import Path

import duramen
import torch

from sides import Mismatch, build_ours, build_theirs, require, rng_of, same, to_ours, to_theirs

STEPS = 20
MODELS = [
    ("Sequential(Linear(5, 16), Tanh(), Linear(16, 3))", "CrossEntropyLoss()"),
    ("Sequential(Linear(5, 12), Sigmoid(), Linear(12, 8, bias=False), Tanh(), Linear(8, 3))", "CrossEntropyLoss(label_smoothing=0.1)"),
    # No bias before the batch norm: its gradient is rounding only, and Adam would divide it by itself.
    ("Sequential(Linear(5, 16, bias=False), BatchNorm1d(16), Tanh(), Dropout(0.25), Linear(16, 3))", "CrossEntropyLoss()"),
    ("Sequential(Linear(5, 24), ReLU(), Linear(24, 3))", "MSELoss()"),
]


def sgd(rng):
    options = {"lr": rng.choice([0.01, 0.05, 0.1])}
    if rng.random() < 0.7:
        options["momentum"] = rng.choice([0.5, 0.9])
        if rng.random() < 0.4:
            options["nesterov"] = True
        elif rng.random() < 0.5:
            options["dampening"] = 0.1
    if rng.random() < 0.5:
        options["weight_decay"] = rng.choice([1e-4, 0.01])
    if rng.random() < 0.1:
        options["maximize"] = True
    return options


def adam(rng):
    options = {"lr": rng.choice([0.001, 0.01])}
    if rng.random() < 0.4:
        options["betas"] = rng.choice([(0.8, 0.99), (0.9, 0.9)])
    if rng.random() < 0.4:
        options["weight_decay"] = 0.01
    if rng.random() < 0.4:
        options["amsgrad"] = True
    if rng.random() < 0.3:
        options["eps"] = 1e-6
    return options


# What a registered optimizer is constructed with; one without an entry fails the run.
OPTIMIZERS = {"SGD": sgd, "Adam": adam, "AdamW": adam}


def check_registry():
    lacking = [entry["name"] for entry in duramen.registry()["optimizers"] if entry["name"] not in OPTIMIZERS]
    require(not lacking, f"no options in training.py for the registered optimizers {', '.join(lacking)}")


class Task:
    """A model, a loss, an optimizer with one or two groups, and batches, drawn from the case's random numbers."""

    def __init__(self, seed, name, number):
        rng = rng_of(seed, "training", name, number)
        self.model, self.loss = MODELS[number % len(MODELS)]
        self.name, self.options, self.second = name, OPTIMIZERS[name](rng), rng.random() < 0.4
        self.start, self.change = rng.randrange(2**31), rng.choice([None, 0.5])
        generator = torch.Generator().manual_seed(self.start)
        self.x = [torch.randn(24, 5, generator=generator) for _ in range(STEPS)]
        self.y = [torch.randn(24, 3, generator=generator) if "MSE" in self.loss else
                  torch.randint(0, 3, (24,), generator=generator) for _ in range(STEPS)]

    def groups(self, parameters):
        """One group, or two with other options in the second."""
        parameters = list(parameters)
        if not self.second:
            return parameters
        return [{"params": parameters[:2]}, {"params": parameters[2:], "lr": self.options["lr"] / 2, "weight_decay": 0.0}]

    def text(self):
        return f"{self.name}({', '.join(f'{key}={value!r}' for key, value in self.options.items())})"

    def theirs(self, dtype, steps=STEPS):
        model, loss = build_theirs(self.model, self.start).to(dtype), build_theirs(self.loss, self.start)
        optimizer = getattr(torch.optim, self.name)(self.groups(model.parameters()), **self.options)
        run = TorchRun(self, model, loss, optimizer, dtype)
        run.steps(0, steps)
        return run

    def ours(self, dtype, steps=STEPS):
        ctx = duramen.Context()
        model, loss = build_ours(ctx, self.model, self.start).to(dtype), build_ours(ctx, self.loss, self.start)
        run = OurRun(self, ctx, model, loss, ctx.optimizer(self.text(), self.groups(model.parameters())))
        run.steps(0, steps)
        return run


class TorchRun:
    """A run in PyTorch, which can be continued."""

    def __init__(self, task, model, loss, optimizer, dtype):
        self.task, self.model, self.loss, self.optimizer, self.dtype = task, model, loss, optimizer, dtype
        self.losses = []

    def cast(self, tensor):
        return tensor.to(self.dtype) if tensor.is_floating_point() else tensor

    def steps(self, first, last):
        for i in range(first, last):
            torch.manual_seed(self.task.start + i)
            self.optimizer.zero_grad()
            loss = self.loss(self.model(self.cast(self.task.x[i])), self.cast(self.task.y[i]))
            loss.backward()
            self.optimizer.step()
            self.losses.append(loss.item())
            lower_rate(self.optimizer, self.task, i)

    def values(self):
        return [one.detach().double() for one in self.model.state_dict().values() if one.is_floating_point()]


class OurRun:
    """The same with the library."""

    def __init__(self, task, ctx, model, loss, optimizer):
        self.task, self.ctx, self.model, self.loss, self.optimizer = task, ctx, model, loss, optimizer
        self.losses = []

    def steps(self, first, last):
        dtype = next(self.model.parameters()).dtype
        for i in range(first, last):
            x, y = (to_ours(self.ctx, one) for one in (self.task.x[i], self.task.y[i]))
            self.ctx.seed(self.task.start + i)
            self.optimizer.zero_grad()
            y = y.to(dtype) if y.dtype.is_floating_point else y
            loss = self.loss(self.model(x.to(dtype)), y)
            loss.backward()
            self.optimizer.step()
            self.losses.append(loss.item())
            lower_rate(self.optimizer, self.task, i)

    def values(self):
        return [to_theirs(one).double() for one in self.model.state_dict().values() if one.dtype.is_floating_point]


def lower_rate(optimizer, task, step):
    """Some runs change the learning rate halfway, as a scheduler does."""
    if task.change and step == STEPS // 2:
        for group in optimizer.param_groups:
            group["lr"] = group["lr"] * task.change


def distance(values, truth):
    """Root mean square of the difference, and of the truth."""
    pairs = [(a.flatten(), b.flatten()) for a, b in zip(values, truth)]
    a, b = torch.cat([x for x, _ in pairs]), torch.cat([y for _, y in pairs])
    return float((a - b).square().mean().sqrt()), float(b.square().mean().sqrt())


def judge(what, ours, theirs, truth):
    """Returns the used part of the allowance."""
    (mine, scale), (their, _) = distance(ours, truth), distance(theirs, truth)
    allowed = 2 * their + 2 * scale * 2.0**-23
    require(mine <= allowed, f"{what}: the error {mine:.3g} is beyond {allowed:.3g} (PyTorch's {their:.3g})")
    return mine / allowed


def judge_double(what, ours, theirs):
    mine, scale = distance(ours, theirs)
    require(mine <= 1e-12 * scale, f"{what}: float64 runs differ by {mine:.3g}, {mine / scale:.3g} of the values")


def tensors(numbers):
    return [torch.tensor(numbers, dtype=torch.float64)]


def run_case(seed, name, number):
    task = Task(seed, name, number)
    try:
        truth, theirs, ours, double = task.theirs(torch.float64), task.theirs(torch.float32), task.ours("float32"), task.ours("float64")
        judge_double("parameters", double.values(), truth.values())
        judge_double("losses", tensors(double.losses), tensors(truth.losses))
        worst = max(judge("parameters", ours.values(), theirs.values(), truth.values()),
                    judge("losses", tensors(ours.losses), tensors(theirs.losses), tensors(truth.losses)))
        return max(worst, judge("parameters after changing sides", change_sides(task).values(), theirs.values(), truth.values()))
    except Mismatch as mismatch:
        raise Mismatch(f"{task.text()} on {task.model} with {task.loss}: {mismatch}") from None


def change_sides(task):
    """Half of the run in PyTorch, saved by it; the rest here, from the file."""
    half = STEPS // 2
    first = task.theirs(torch.float32, half)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "half.pt"
        torch.save({"model": first.model.state_dict(), "optimizer": first.optimizer.state_dict()}, path)
        saved = duramen.load(path)
        run = task.ours("float32", 0)
        run.model.load_state_dict(saved["model"])
        run.optimizer.load_state_dict(saved["optimizer"])
        same_options(run.optimizer.state_dict(), first.optimizer.state_dict())
        run.steps(half, STEPS)
    return run


def same_options(ours, theirs):
    same(sorted(ours["state"]), sorted(theirs["state"]), "the optimizer's state")
    for mine, other in zip(ours["param_groups"], theirs["param_groups"]):
        for key in set(mine) & set(other):
            a, b = mine[key], other[key]
            require(a == b or isinstance(a, float) and math.isclose(a, b), f"option {key}: {a!r} and {b!r}")
