"""Every registered module type: text, initial values bit for bit, forward and gradients by the rule of rounding.py."""
import copy

import duramen
import torch

from layer_cases import GENERATORS
from rounding import Rule
from sides import Mismatch, build_ours, build_theirs, require, rng_of, same, same_state, to_ours, to_theirs

DRAWS = 3
MORE_DRAWS = 24  # where a few do not tell how large PyTorch's own error is; the rule stays the same


def check_registry():
    """Every type of the registry that runs has a generator here, but for the lazy ones, which become those."""
    lacking = [entry["name"] for entry in duramen.registry()["modules"]
               if entry["forward"] and entry["name"] not in GENERATORS and not entry["name"].startswith("Lazy")]
    require(not lacking, f"no generator in layer_cases.py for the registered types {', '.join(lacking)}")


def draw(spec, generator):
    if spec.kind == "int":
        return torch.randint(0, spec.high, spec.shape, generator=generator)
    values = torch.randn(spec.shape, generator=generator)
    return values.softmax(spec.dim) if spec.kind == "prob" else values


def flat(result):
    """The tensors of nested tuples, in order."""
    return [one for item in result for one in flat(item)] if isinstance(result, (tuple, list)) else [result]


class Run:
    """One forward and backward on one side: what came out, by name."""

    def __init__(self, module, inputs, weights):
        outputs = flat(module(*inputs))
        self.tensors = {f"output {i}": out for i, out in enumerate(outputs)}
        terms = [(out * w).sum() for out, w in zip(outputs, weights) if out.requires_grad]
        if terms:
            total = terms[0]
            for term in terms[1:]:
                total = total + term
            total.backward()
        for i, one in enumerate(inputs):
            if one.requires_grad:
                self.tensors[f"gradient of input {i}"] = one.grad
        for name, one in module.named_parameters():
            self.tensors[f"gradient of {name}"] = one.grad
        for name, one in module.named_buffers():
            self.tensors[f"buffer {name}"] = one
        for name, one in module.named_parameters():
            self.tensors[f"parameter {name}"] = one


def torch_run(module, plain, seed, weights, dtype):
    torch.manual_seed(seed)
    module.zero_grad()
    inputs = [one.detach().to(dtype) if one.is_floating_point() else one for one in plain]
    for one, source in zip(inputs, plain):
        if source.requires_grad:
            one.requires_grad_()
    return Run(module, inputs, [w.to(dtype) for w in weights]).tensors


def our_run(ctx, module, plain, seed, weights, dtype):
    module.zero_grad()
    inputs = [to_ours(ctx, one.to(dtype) if one.is_floating_point() else one) for one in plain]
    for one, source in zip(inputs, plain):
        if source.requires_grad:
            one.requires_grad_()
    ctx.seed(seed)
    return Run(module, inputs, [to_ours(ctx, w.to(dtype)) for w in weights]).tensors


def one_draw(ctx, case, sides, rules, generator, seed):
    ours, theirs, truth, double = sides
    plain = [draw(spec, generator) for spec in case.inputs]
    for one, spec in zip(plain, case.inputs):
        one.requires_grad_(spec.grad and spec.kind == "real")
    with torch.no_grad():
        torch.manual_seed(seed)
        outputs = flat(copy.deepcopy(theirs)(*plain))
    weights = [torch.randn(out.shape, generator=generator) for out in outputs]
    exact = torch_run(truth, plain, seed, weights, torch.float64)
    single = torch_run(theirs, plain, seed, weights, torch.float32)
    for rule, module, dtype, reference in ((rules[0], ours, torch.float32, single), (rules[1], double, torch.float64, exact)):
        got = our_run(ctx, module, plain, seed, weights, dtype)
        same(list(got), list(reference), "what a run gives")
        for name, value in got.items():
            wanted = reference[name]
            require((value is None) == (wanted is None), f"{name} is {'None' if value is None else 'there'}")
            if value is not None:
                rule.add(name, to_theirs(value), wanted.detach(), exact[name].detach())


def run_case(seed, name, number):
    """One random case of a type; returns the largest used part of an allowance.

    What breaks the rule in a few draws is judged by many: an error of ours stays, a lucky draw of PyTorch's does not.
    """
    try:
        return run_draws(seed, name, number, DRAWS)
    except Mismatch as mismatch:
        if "is beyond" not in str(mismatch):
            raise
        return run_draws(seed, name, number, MORE_DRAWS)


def run_draws(seed, name, number, draws):
    rng = rng_of(seed, "layers", name, number)
    case = GENERATORS[name](name, rng)
    start = rng.randrange(2**31)
    ctx = duramen.Context(num_threads=rng.choice([1, 1, 2]))
    try:
        ours, theirs = build_ours(ctx, case.text, start), build_theirs(case.text, start)
        same(repr(ours), repr(theirs), "repr")
        same_state(ours.state_dict(), theirs.state_dict(), "initial values")
        same([n for n, _ in ours.named_buffers()], [n for n, _ in theirs.named_buffers()], "buffers")
        if not case.has_forward:
            refuses_forward(ctx, ours, theirs)
            return 0.0
        return forward_and_backward(ctx, case, (ours, theirs), start, draws)
    except Mismatch as mismatch:
        raise Mismatch(f"{case.text}: {mismatch}") from None


def refuses_forward(ctx, ours, theirs):
    errors = []
    for call in (lambda: ours(ctx.ones((2, 2))), lambda: theirs(torch.ones(2, 2))):
        try:
            call()
            errors.append("nothing")
        except duramen.Error as error:
            errors.append(error.torch_error)
        except Exception as error:  # noqa: BLE001, its class is what is compared
            errors.append(type(error).__name__)
    same(errors[0], errors[1], "the error of forward")


def forward_and_backward(ctx, case, sides, start, draws):
    ours, theirs = sides
    generator = torch.Generator().manual_seed(start)
    worst = 0.0
    for mode in (True, False):
        ours.train(mode), theirs.train(mode)
        ours.load_state_dict({name: to_ours(ctx, one) for name, one in theirs.state_dict().items()})
        truth = copy.deepcopy(theirs).double()
        double = build_ours(ctx, case.text, start)
        double.load_state_dict(ours.state_dict().snapshot())
        double.double().train(mode)
        rules = Rule(), Rule()
        for i in range(draws):
            one_draw(ctx, case, (ours, theirs, truth, double), rules, generator, start + 1 + i)
        worst = max(worst, *(rule.judge() for rule in rules))
    return worst
