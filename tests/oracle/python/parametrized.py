"""torch.nn.utils.parametrizations on random modules: names, order, flags, values, printouts, loads, removal.

What LAPACK or BLAS computes (the vectors of spectral_norm, the base of orthogonal) is equal within rounding, the rest bit
for bit. Where there is a forward, it and its gradients are judged by rounding.py.
"""
import copy

import duramen
import torch

from rounding import Rule
from sides import Mismatch, build_ours, build_theirs, bytes_of, dtype_name, require, rng_of, same, to_ours, to_theirs

DRAWS = 12
NEAR = {"_u", "_v", "base", "original"}
MODULES = ["Linear({}, {})", "Linear({}, {}, bias=False)", "Conv2d({}, {}, (2, 3))", "Conv2d({}, {}, 1, dtype=float64)",
           "Linear({}, {}, dtype=float64)", "Linear({}, {}, dtype=bfloat16)", "Embedding({}, {})", "LayerNorm([{}, {}])"]


def weight_norm(rng):
    return f"dim={rng.choice([0, 0, 1, None, -1, -2, 3])}" if rng.random() < 0.6 else ""


def spectral_norm(rng):
    return ", ".join(one for one in (f"n_power_iterations={rng.choice([1, 2, 3, 0])}", f"eps={rng.choice([1e-12, 1e-3])}",
                                     f"dim={rng.choice([0, 1, -1, 2])}") if rng.random() < 0.4)


def orthogonal(rng):
    return ", ".join(one for one in (f"orthogonal_map={rng.choice(['matrix_exp', 'cayley', 'householder', 'svd'])!r}",
                                     f"use_trivialization={rng.choice([True, False])}") if rng.random() < 0.4)


KINDS = {"weight_norm": weight_norm, "spectral_norm": spectral_norm, "orthogonal": orthogonal}


def apply_theirs(kind, module, name, arguments):
    eval(f"function(module, name, {arguments})",  # noqa: S307, texts made by this program
         {"function": getattr(torch.nn.utils.parametrizations, kind), "module": module, "name": name})


def outcome(call):
    try:
        call()
        return None
    except duramen.Error as error:
        return error.torch_error
    except Exception as error:  # noqa: BLE001, its class is what is compared
        return type(error).__name__


def near(ours, theirs, what):
    theirs = theirs.detach()
    if not theirs.numel():
        return
    eps = torch.finfo(theirs.dtype).eps
    difference = to_theirs(ours).double().nan_to_num(7.0) - theirs.double().nan_to_num(7.0)
    error = float(difference.abs().max())
    require(error <= 400 * eps * max(1.0, float(theirs.abs().max())), f"{what}: off by {error}")


def same_tensors(kind, ours, theirs, what):
    ours, theirs = list(ours), list(theirs)
    same([name for name, _ in ours], [name for name, _ in theirs], f"{what}: names")
    for (name, a), (_, b) in zip(ours, theirs):
        same((str(a.dtype), tuple(a.shape), a.requires_grad, a.is_parameter),
             (dtype_name(b), tuple(b.shape), b.requires_grad, isinstance(b, torch.nn.Parameter)), f"{what}: {name}")
        if kind == "weight_norm" or name.rpartition(".")[2] not in NEAR:
            require(a.tobytes() == bytes_of(b), f"{what}: the bits of {name} differ")
        else:
            near(a, b, f"{what}: {name}")


def same_module(kind, ours, theirs, what):
    same(repr(ours), repr(theirs), f"{what}: repr")
    same_tensors(kind, ours.named_parameters(), theirs.named_parameters(), f"{what}: parameters")
    same_tensors(kind, ours.named_buffers(), theirs.named_buffers(), f"{what}: buffers")
    same([(name, one.class_name, one.training) for name, one in ours.named_modules()],
         [(name, type(one).__name__, one.training) for name, one in theirs.named_modules()], f"{what}: modules")
    a, b = ours.state_dict(), theirs.state_dict()
    same(list(a), list(b), f"{what}: keys")
    same(dict(a.versions()), {path: entry.get("version") for path, entry in b._metadata.items()}, f"{what}: versions")


def input_of(text, weight_shape, generator):
    if text.startswith("Embedding"):
        return torch.randint(0, weight_shape[0], (2, 3), generator=generator)
    if text.startswith("Conv2d"):
        return torch.randn(2, int(text.split("(")[1].split(",")[0]), 5, 6, generator=generator)
    if text.startswith("Linear"):
        return torch.randn(4, int(text.split("(")[1].split(",")[0]), generator=generator)
    return torch.randn(3, *weight_shape, generator=generator)


def run(module, given):
    module.zero_grad()
    out = module(given)
    (out * out).sum().backward()
    return {"output": out, **{f"gradient of {name}": one.grad for name, one in module.named_parameters()}}


def compare_runs(ctx, text, ours, theirs, start):
    """Several inputs are judged as one: a lucky rounding of PyTorch's in one of them is no measure."""
    generator = torch.Generator().manual_seed(start)
    weight = next(one for name, one in theirs.named_parameters() if name.endswith(("weight", "original", "original1")))
    ours.load_state_dict({name: to_ours(ctx, one) for name, one in theirs.state_dict().items()})
    truth, rule = copy.deepcopy(theirs).double(), Rule()
    for _ in range(DRAWS):
        given = input_of(text, weight.shape, generator)
        given = given.to(weight.dtype) if given.is_floating_point() else given
        exact = run(truth, given.double() if given.is_floating_point() else given)
        wanted, got = run(theirs, given), run(ours, to_ours(ctx, given))
        same(list(got), list(wanted), "what a run gives")
        for name, value in got.items():
            rule.add(name, to_theirs(value), wanted[name].detach(), exact[name].detach())
    if weight.dtype in (torch.float32, torch.float64):
        rule.judge()


def text_of(rng, kind):
    sizes = rng.choice([(3, 4), (5, 5), (6, 2), (1, 3), (17, 9), (4, 33), (2, 1), (8, 20)])
    # The ones of a LayerNorm are no matrix of full rank.
    return rng.choice(MODULES[:-1] if kind == "orthogonal" else MODULES).format(*sizes)


def run_case(seed, number):
    rng = rng_of(seed, "parametrized", number)
    kind = list(KINDS)[number % len(KINDS)]
    text = text_of(rng, kind)
    arguments, name = KINDS[kind](rng), rng.choice(["weight"] * 6 + ["bias", "foo"])
    start = rng.randrange(2**31)
    what = f"{kind}({text}, {name!r}, {arguments}), seed {start}"
    ctx = duramen.Context()
    ours, theirs = build_ours(ctx, text, start), build_theirs(text, start)
    if rng.random() < 0.3:
        ours.eval(), theirs.eval()
    wanted = outcome(lambda: apply_theirs(kind, theirs, name, arguments))
    same(outcome(lambda: duramen.parametrizations.parametrize(ours, name, f"{kind}({arguments})")), wanted, f"{what}: the error")
    if wanted is not None:
        same(repr(ours), repr(build_theirs(text, start)), f"{what}: left alone")
        return True
    try:
        same_module(kind, ours, theirs, what)
        same(ctx.zeros((2,)).uniform_().tolist(), torch.rand(2).tolist(), "the next draws")
        more(ctx, rng, text, kind, name, arguments or name != "weight", ours, theirs, start)
    except Mismatch as mismatch:
        raise Mismatch(f"{what}: {mismatch}") from None
    return False


def more(ctx, rng, text, kind, name, arguments, ours, theirs, start):
    if kind != "orthogonal" and "LayerNorm" not in text:
        compare_runs(ctx, text, ours, theirs, start)
    same_module(kind, ours.deepcopy(), theirs, "the copy")
    ours.load_state_dict({key: to_ours(ctx, one) for key, one in theirs.state_dict().items()})
    if kind == "weight_norm":
        old = {key.replace(f"parametrizations.{name}.original0", f"{name}_g")
                  .replace(f"parametrizations.{name}.original1", f"{name}_v"): one + 1
               for key, one in theirs.state_dict().items()}
        theirs.load_state_dict(old)
        ours.load_state_dict({key: to_ours(ctx, one) for key, one in old.items()})
        same_module(kind, ours, theirs, "after the load of the old names")
    same_texts(ctx, rng, arguments, ours.deepcopy(), theirs)
    removed(rng, kind, name, ours, theirs)
    same(structure_of(ctx.module(ours.lossless_text())), structure_of(ours), "after removal: the text")


def structure_of(module):
    return (repr(module), [(name, tuple(one.shape), str(one.dtype), one.requires_grad) for name, one in module.named_parameters()],
            [(name, tuple(one.shape), str(one.dtype)) for name, one in module.named_buffers()],
            [(name, one.training) for name, one in module.named_modules()])


def same_texts(ctx, rng, arguments, ours, theirs):
    """The lossless text gives the tree again; so does what PyTorch prints, where it says everything."""
    if rng.random() < 0.3:
        next(ours.parameters()).requires_grad_(False)
    again = ctx.module(ours.lossless_text())
    same(structure_of(again), structure_of(ours), f"read back from {ours.lossless_text()!r}")
    same(again.lossless_text(), ours.lossless_text(), "its text")
    same(repr(ctx.module(repr(theirs))), repr(theirs), "the printout")
    if not arguments and next(theirs.parameters()).dtype == torch.float32:  # which is not printed
        same([(name, tuple(one.shape)) for name, one in ctx.module(repr(theirs)).state_dict().items()],
             [(name, tuple(one.shape)) for name, one in theirs.state_dict().items()], "the state from the printout")


def removed(rng, kind, name, ours, theirs):
    leave = kind != "orthogonal"
    if kind == "spectral_norm" and rng.random() < 0.3:
        leave = False
    torch.nn.utils.parametrize.remove_parametrizations(theirs, name, leave_parametrized=leave)
    duramen.parametrizations.remove_parametrizations(ours, name, leave_parametrized=leave)
    same(repr(ours), repr(theirs), "after removal: repr")
    for (a, one), (b, other) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        same(a, b, "after removal: names")
        near(one, other, f"after removal: {a}")
