"""torch.nn.init with random shapes, layouts, dtypes and arguments: values, what the generator draws next, errors, warnings.

Bits are bits, but for orthogonal_ (LAPACK) and the rare element of trunc_normal_ whose logarithm decides by its last bit.
"""
import inspect
import warnings

import duramen
import torch

from sides import bytes_of, require, rng_of, same, to_theirs

DTYPES = ["float32", "float32", "float64", "float16", "bfloat16"]
OTHER_DTYPES = ["int64", "uint8", "bool", "complex64"]
NONLINEARITIES = ["linear", "conv1d", "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu", "bogus"]
NOTHING = ["ones_", "zeros_", "eye_"]
NAMES_OF_ALL = [name for name in torch.nn.init.__all__ if name.endswith("_")]


def number(rng, low=-3.0, high=3.0):
    return rng.choice([rng.uniform(low, high), float(rng.randint(round(low), round(high))), rng.randint(round(low), round(high))])


def positive(rng):
    return rng.choice([rng.uniform(0.01, 3), 1, 0.5, rng.choice([0, 0.0, -1.0, 1e-3])])


def truncation(rng):
    """Bounds near the mean: far away PyTorch itself may draw forever."""
    mean, std = number(rng, -2, 2), rng.choice([1, 0.5, rng.uniform(0.2, 2)])
    a = mean + std * rng.uniform(-3, 2)
    made = {"mean": mean, "std": std, "a": a, "b": a + std * rng.uniform(0.2, 3)}
    return made if rng.random() < 0.8 else {}


def arguments_of(rng, name):
    """Keyword arguments of a function, some left out."""
    if name == "uniform_":
        a = number(rng)
        made = {"a": a, "b": a + positive(rng)}
    elif name == "normal_":
        made = {"mean": number(rng), "std": positive(rng)}
    elif name == "trunc_normal_":
        return truncation(rng)
    elif name == "constant_":
        return {"val": rng.choice([number(rng, -300, 300), True, 1e6, float("inf"), 70000])}
    elif name == "dirac_":
        made = {"groups": rng.choice([1, 1, 2, 3])}
    elif name.startswith("kaiming"):
        made = {"a": rng.choice([0, 5**0.5, 0.1, number(rng), None]), "mode": rng.choice(["fan_in", "fan_out", "FAN_IN", "fan"]),
                "nonlinearity": rng.choice(NONLINEARITIES)}
    elif name in NOTHING:
        return {}
    elif name == "sparse_":
        return {"sparsity": rng.choice([rng.random(), number(rng, -1, 2)]), "std": positive(rng)}
    else:
        made = {"gain": positive(rng)}
    return {key: value for key, value in made.items() if rng.random() < 0.7}


def shape_of(rng, name):
    rank = 2 if name in ("eye_", "sparse_") else rng.randint(2, 5)
    if name == "dirac_":
        rank = rng.randint(3, 5)
    if rng.random() < 0.05:
        rank = rng.randint(0, 3)
    shape = [rng.choice([1, 2, 3, 4, 6]) for _ in range(rank)]
    if rank and rng.random() < 0.3:
        shape[0] = rng.randint(7, 40)
    if rank and rng.random() < 0.05:
        shape[rng.randrange(rank)] = 0
    return shape


def layout_of(rng, rank):
    """A view to take of a contiguous tensor: permuted, or every other element."""
    if rank >= 2 and rng.random() < 0.25:
        order = list(range(rank))
        rng.shuffle(order)
        return lambda t: t.permute(*order)
    if rank >= 1 and rng.random() < 0.1:
        return lambda t: t[::2]
    return lambda t: t


def outcome(call):
    try:
        call()
        return None
    except duramen.Error as error:
        return error.torch_error
    except Exception as error:  # noqa: BLE001, its class is what is compared
        return type(error).__name__


def text_of(name, arguments):
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"


def run_case(seed, number_of_case):
    rng = rng_of(seed, "inits", number_of_case)
    name = NAMES_OF_ALL[number_of_case % len(NAMES_OF_ALL)]
    arguments = arguments_of(rng, name)
    shape, dtype = shape_of(rng, name), rng.choice(DTYPES)
    if rng.random() < 0.05 and 0 not in shape and name != "trunc_normal_":
        dtype = rng.choice(OTHER_DTYPES)
    view, start = layout_of(rng, len(shape)), rng.randrange(2**31)
    what = f"{text_of(name, arguments)} on {dtype}{shape}, seed {start}"
    theirs = view(torch.ones(shape, dtype=getattr(torch, dtype)))
    ctx = duramen.Context()
    ours = view(ctx.ones(tuple(shape), dtype))
    if dtype in DTYPES and theirs.is_contiguous() and rng.random() < 0.3:
        theirs, ours = torch.nn.Parameter(theirs), duramen.Parameter(ours)
    torch.manual_seed(start)
    ctx.seed(start)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        wanted = outcome(lambda: getattr(torch.nn.init, name)(theirs, **arguments))
    with warnings.catch_warnings(record=True) as warned_here:
        warnings.simplefilter("always")
        same(outcome(lambda: getattr(duramen.init, name)(ours, **arguments)), wanted, f"{what}: the error")
    same(len(warned_here), len(warned), f"{what}: warnings")
    if wanted is not None:
        return True
    if name == "orthogonal_":
        scale = float(theirs.detach().abs().max()) if theirs.numel() else 0
        error = float((to_theirs(ours) - theirs.detach()).abs().max()) if theirs.numel() else 0
        require(error <= 100 * torch.finfo(theirs.dtype).eps * scale, f"{what}: off by {error}")
    else:
        require(ours.tobytes() == bytes_of(theirs), f"{what}:\n  ours    {ours.tolist()}\n  PyTorch {theirs.tolist()}")
    after = ctx.zeros((3,))
    same(after.uniform_().tolist(), torch.rand(3).tolist(), f"{what}: the next draws")
    return False


def check_registry():
    """Every function of torch.nn.init is there, with PyTorch's arguments and defaults."""
    ours = {entry["name"]: entry["parameters"] for entry in duramen.registry()["initializers"]}
    same(sorted(ours), sorted(NAMES_OF_ALL), "the functions")
    for name, parameters in ours.items():
        theirs = list(inspect.signature(getattr(torch.nn.init, name)).parameters.values())[1:]
        same([one["name"] for one in parameters], [one.name for one in theirs], f"{name}: arguments")
        for one, wanted in zip(parameters, theirs):
            default = None if wanted.default is inspect.Parameter.empty else repr(wanted.default)
            same(one["default"], default, f"{name}: the default of {one['name']}")
    gains()


def gains():
    for nonlinearity in NONLINEARITIES:
        for param in (None, 0.2, 3, 1e10, True, "x"):
            values = []
            for function in (duramen.init.calculate_gain, torch.nn.init.calculate_gain):
                try:
                    values.append(float(function(nonlinearity, param)))
                except ValueError:
                    values.append("ValueError")
            same(*values, f"calculate_gain({nonlinearity!r}, {param!r})")
