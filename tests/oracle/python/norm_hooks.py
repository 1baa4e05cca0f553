"""torch.nn.utils.weight_norm and spectral_norm on random modules: names, order, flags, values, metadata, forwards, loads,
removal.

Initial values are equal bit for bit; forwards and gradients are judged by rounding.py.
"""
import copy
import os
import tempfile
import warnings

import duramen
import torch

import parametrized
from parametrized import near, outcome, same_module
from rounding import Rule
from sides import Mismatch, build_ours, build_theirs, require, rng_of, same, to_ours, to_theirs

DRAWS = 12
MODULES = ["Linear({}, {})", "Linear({}, {}, bias=False)", "Conv2d({}, {}, (2, 3))", "Conv2d({}, {}, 1, dtype=float64)",
           "ConvTranspose2d({}, {}, 2)", "Linear({}, {}, dtype=float64)", "Linear({}, {}, dtype=bfloat16)",
           "Embedding({}, {})", "LayerNorm([{}, {}])", "LSTM({}, {})"]


def weight_norm(rng):
    return f"dim={rng.choice([0, 0, 1, None, -1, -2, 3])}" if rng.random() < 0.6 else ""


def spectral_norm(rng):
    return ", ".join(one for one in (f"n_power_iterations={rng.choice([1, 2, 3, 0])}", f"eps={rng.choice([1e-12, 1e-3])}",
                                     f"dim={rng.choice([None, 0, 1, -1, 2])}") if rng.random() < 0.4)


STATE_ONLY = ("LayerNorm", "LSTM", "ConvTranspose2d")
KINDS = {"weight_norm": weight_norm, "spectral_norm": spectral_norm}


def apply_theirs(kind, module, name, arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        eval(f"function(module, name, {arguments})",  # noqa: S307, texts made by this program
             {"function": getattr(torch.nn.utils, kind), "module": module, "name": name})


def apply_ours(kind, module, name, arguments):
    duramen.parametrizations.parametrize(module, name, f"torch.nn.utils.{kind}({arguments})")


def copy_of(module):
    """PyTorch cannot copy the computed tensor; the next forward makes another."""
    plain = {key: value for key, value in vars(module).items() if isinstance(value, torch.Tensor)}
    for key in plain:
        del module.__dict__[key]
    copied = copy.deepcopy(module)
    module.__dict__.update(plain)
    return copied


def settle(theirs):
    """The first directions are random: u . W v may be almost 0, which makes any rounding large."""
    for hook in theirs._forward_pre_hooks.values():
        if hasattr(hook, "n_power_iterations"):
            for _ in range(20):
                hook.compute_weight(theirs, do_power_iteration=True)


def compare_runs(ctx, text, ours, theirs, name, start):
    generator = torch.Generator().manual_seed(start)
    settle(theirs)
    shape = theirs.weight.shape
    ours.load_state_dict({key: to_ours(ctx, one) for key, one in theirs.state_dict().items()})
    truth, rule = copy_of(theirs).double(), Rule()
    dtype = next(theirs.parameters()).dtype
    for _ in range(DRAWS):
        given = parametrized.input_of(text, shape, generator)
        given = given.to(dtype) if given.is_floating_point() else given
        exact = parametrized.run(truth, given.double() if given.is_floating_point() else given)
        wanted, got = parametrized.run(theirs, given), parametrized.run(ours, to_ours(ctx, given))
        same(list(got), list(wanted), "what a run gives")
        for key, value in got.items():
            rule.add(key, to_theirs(value), wanted[key].detach(), exact[key].detach())
    if dtype in (torch.float32, torch.float64):
        rule.judge()
    for (key, one), (_, other) in zip(ours.named_buffers(), theirs.named_buffers(), strict=True):
        near(one, other, f"after the runs: {key}")


def run_case(seed, number):
    rng = rng_of(seed, "norm_hooks", number)
    kind = list(KINDS)[number % len(KINDS)]
    sizes = rng.choice([(3, 4), (5, 5), (6, 2), (1, 3), (17, 9), (4, 33), (2, 1), (8, 20)])
    text = rng.choice(MODULES).format(*sizes)
    own = "weight_hh_l0" if text.startswith("LSTM") else "weight"
    arguments, name = KINDS[kind](rng), rng.choice([own] * 6 + ["bias", "foo", "training", "forward"])
    start = rng.randrange(2**31)
    what = f"utils.{kind}({text}, {name!r}, {arguments}), seed {start}"
    ctx = duramen.Context()
    ours, theirs = build_ours(ctx, text, start), build_theirs(text, start)
    if rng.random() < 0.3:
        ours.eval(), theirs.eval()
    if rng.random() < 0.2:
        ours.requires_grad_(False), theirs.requires_grad_(False)
    wanted = outcome(lambda: apply_theirs(kind, theirs, name, arguments))
    same(outcome(lambda: apply_ours(kind, ours, name, arguments)), wanted, f"{what}: the error")
    if wanted is not None:
        same(list(ours.state_dict()), list(build_theirs(text, start).state_dict()), f"{what}: left alone")
        return True
    try:
        same_module("weight_norm", ours, theirs, what)
        same(ctx.zeros((2,)).uniform_().tolist(), torch.rand(2).tolist(), "the next draws")
        more(ctx, rng, text, kind, name, arguments, ours, theirs, start)
    except Mismatch as mismatch:
        raise Mismatch(f"{what}: {mismatch}") from None
    return False


def more(ctx, rng, text, kind, name, arguments, ours, theirs, start):
    same(outcome(lambda: apply_ours(kind, ours, name, arguments)), "RuntimeError", "a second one")
    compare_metadata(ctx, ours, theirs)
    if all(one.requires_grad for one in theirs.parameters()) and not any(one in text for one in STATE_ONLY):
        compare_runs(ctx, text, ours, theirs, name, start)
    ours.load_state_dict({key: to_ours(ctx, one) for key, one in theirs.state_dict().items()})
    same_module("weight_norm", ours.deepcopy(), theirs, "the copy")
    if kind == "spectral_norm" and theirs.state_dict()[f"{name}_orig"].dtype == torch.float64:
        compare_old_loads(ctx, name, ours, theirs)
    for one in (ours, ours.deepcopy()):
        again = ctx.module(one.lossless_text())
        same(parametrized.structure_of(again), parametrized.structure_of(ours), f"read back from {one.lossless_text()!r}")
        same(again.lossless_text(), ours.lossless_text(), "its text")
    removed(kind, name, ours, theirs)
    same(parametrized.structure_of(ctx.module(ours.lossless_text())), parametrized.structure_of(ours), "after removal: the text")


def compare_metadata(ctx, ours, theirs):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "state.pt")
        duramen.save(ours.state_dict(), path)
        same(torch.load(path)._metadata, theirs.state_dict()._metadata, "metadata")
        torch.save(theirs.state_dict(), path)
        state = duramen.load(path)
        duramen.save(state, path)
        same(torch.load(path)._metadata, theirs.state_dict()._metadata, "metadata of what was loaded")
        ours.load_state_dict(state)


def compare_old_loads(ctx, name, ours, theirs):
    """State of before version 1: the weight itself, and no v."""
    u, v, weight = (theirs.state_dict()[f"{name}{end}"] for end in ("_u", "_v", "_orig"))
    hook = next(hook for hook in theirs._forward_pre_hooks.values())
    matrix = hook.reshape_weight_to_matrix(weight)
    sigma = torch.dot(u, torch.mv(matrix, v))
    old = {key: one for key, one in theirs.state_dict().items() if key != f"{name}_v"}
    old[name] = weight / sigma
    for lacking in (f"{name}_u", name):
        less = {key: one for key, one in old.items() if key != lacking}
        same(missing_of(ours, {key: to_ours(ctx, one) for key, one in less.items()}), missing_of(theirs, less),
             f"an old state without {lacking}")
    ours.load_state_dict({key: to_ours(ctx, one) for key, one in old.items()})
    theirs.load_state_dict(old)
    got = to_theirs(ours.state_dict()[f"{name}_v"])
    require(abs(float(torch.dot(u, torch.mv(matrix, got)) - sigma)) <= 1e-9 * abs(float(sigma)), "an old state: sigma")
    if matrix.shape[0] >= matrix.shape[1] and float(torch.linalg.cond(matrix)) < 1e3:
        wanted = theirs.state_dict()[f"{name}_v"]
        require(torch.allclose(got, wanted, rtol=1e-6, atol=1e-8 * float(wanted.abs().max())), "an old state: v")
    ours.load_state_dict({key: to_ours(ctx, one) for key, one in theirs.state_dict().items()})


def missing_of(module, state):
    result = module.load_state_dict(state, strict=False)
    return list(result.missing_keys), list(result.unexpected_keys)


def removed(kind, name, ours, theirs):
    other = next(one for one in KINDS if one != kind)
    for utils, module in ((torch.nn.utils, theirs), (duramen.utils, ours)):
        same(outcome(lambda: getattr(utils, f"remove_{other}")(module, name)), "ValueError", "removing the other kind")
        getattr(utils, f"remove_{kind}")(module, name)
        same(outcome(lambda: getattr(utils, f"remove_{kind}")(module, name)), "ValueError", "removing it again")
    same(repr(ours), repr(theirs), "after removal: repr")
    same(list(ours.state_dict()), list(theirs.state_dict()), "after removal: keys")
    same(dict(ours.state_dict().versions()), {path: one["version"] for path, one in theirs.state_dict()._metadata.items()},
         "after removal: versions")
    for (a, one), (b, two) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        same((a, one.requires_grad), (b, two.requires_grad), "after removal: names and flags")
        near(one, two, f"after removal: {a}")
