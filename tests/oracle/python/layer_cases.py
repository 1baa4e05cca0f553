"""One generator for each registered module type: random arguments and inputs. A type without one fails the run."""
import dataclasses


@dataclasses.dataclass
class Input:
    """An argument of forward: real numbers, int (below `high`), or prob (rows that sum to 1)."""

    shape: tuple
    kind: str = "real"
    high: int = 0
    grad: bool = True
    dim: int = 1


@dataclasses.dataclass
class Case:
    """A constructor call and what it is called with; no inputs: the module has no forward."""

    text: str
    inputs: list
    has_forward: bool = True


GENERATORS = {}


def generator(*names):
    def add(function):
        GENERATORS.update({name: function for name in names})
        return function
    return add


def arguments(*parts, **keywords):
    return ", ".join([*map(str, parts), *(f"{name}={value!r}" for name, value in keywords.items())])


def some(rng, **choices):
    """Each keyword with probability 1/2, with one of its values."""
    return {name: rng.choice(values) for name, values in choices.items() if rng.random() < 0.5}


def batch(rng, low=1, high=9):
    return rng.randint(low, high)


@generator("Module")
def module(name, rng):
    return Case("Module()", [], has_forward=False)


@generator("Linear")
def linear(name, rng):
    i, o = rng.choice([1, 3, 8, 17, 64, 130]), rng.choice([1, 2, 5, 16, 33])
    lead = rng.choice([(), (batch(rng),), (batch(rng), 3), (40,)])
    return Case(f"Linear({arguments(i, o, **some(rng, bias=[False, True]))})", [Input((*lead, i))])


@generator("NonDynamicallyQuantizableLinear")
def unquantized_linear(name, rng):
    return Case(f"{name}(3, 2)", [Input((batch(rng), 3))])


@generator("DataParallel")
def data_parallel(name, rng):
    return Case("DataParallel(Linear(3, 2))", [Input((batch(rng), 3))])


@generator("BatchNorm1d", "BatchNorm2d", "BatchNorm3d")
def batch_norm(name, rng):
    c, rank = rng.randint(1, 6), int(name[-2])
    shape = (batch(rng, 2), c, *(rng.randint(2, 4) for _ in range(rank)))
    if rank == 1 and rng.random() < 0.5:
        shape = (batch(rng, 3), c)
    options = some(rng, eps=[1e-3, 1e-5], momentum=[None, 0.3], affine=[False, True], track_running_stats=[False, True])
    return Case(f"{name}({arguments(c, **options)})", [Input(shape)])


@generator("LayerNorm")
def layer_norm(name, rng):
    shape = [rng.randint(2, 20) for _ in range(rng.randint(1, 2))]
    options = some(rng, eps=[1e-3, 1e-5], elementwise_affine=[False, True], bias=[False, True])
    return Case(f"LayerNorm({arguments(shape if len(shape) > 1 else shape[0], **options)})",
                [Input((batch(rng), rng.randint(1, 3), *shape))])


@generator("Conv2d")
def conv2d(name, rng):
    groups = rng.choice([1, 1, 2])
    i, o = groups * rng.randint(1, 3), groups * rng.randint(1, 4)
    kernel = rng.choice([1, 2, 3, (3, 1), (2, 3)])
    options = some(rng, stride=[1, 2, (2, 1)], padding=[0, 1, (1, 2), "same", "valid"], dilation=[1, 2], bias=[False, True],
                   padding_mode=["zeros"])
    if options.get("padding") == "same":
        options["stride"] = 1
    if groups > 1:
        options["groups"] = groups
    lead = (batch(rng, 1, 4),) if rng.random() < 0.8 else ()
    return Case(f"Conv2d({arguments(i, o, kernel, **options)})", [Input((*lead, i, rng.randint(6, 11), rng.randint(6, 11)))])


@generator("MaxPool2d")
def max_pool(name, rng):
    kernel = rng.choice([2, 3, (2, 3)])
    options = some(rng, stride=[1, 2, (2, 1)], padding=[0, 1], dilation=[1, 2], ceil_mode=[False, True])
    lead = (batch(rng, 1, 3),) if rng.random() < 0.8 else ()
    return Case(f"MaxPool2d({arguments(kernel, **options)})", [Input((*lead, rng.randint(1, 3), rng.randint(6, 9), rng.randint(6, 9)))])


@generator("AdaptiveAvgPool2d")
def adaptive_pool(name, rng):
    size = rng.choice([1, 3, (2, 3), (None, 2), (4, None)])
    return Case(f"AdaptiveAvgPool2d({arguments(size)})", [Input((batch(rng, 1, 3), rng.randint(1, 3), rng.randint(3, 9), rng.randint(3, 9)))])


@generator("Embedding")
def embedding(name, rng):
    n, d = rng.randint(3, 20), rng.randint(1, 9)
    options = some(rng, padding_idx=[0, -1, n - 1])
    return Case(f"Embedding({arguments(n, d, **options)})", [Input((batch(rng), rng.randint(1, 7)), "int", n, grad=False)])


@generator("Identity", "Tanh", "Sigmoid", "SiLU")
def unary(name, rng):
    return Case(f"{name}()", [Input(tuple(rng.randint(1, 7) for _ in range(rng.randint(0, 3))))])


@generator("LeakyReLU")
def leaky_relu(name, rng):
    return Case(f"LeakyReLU({arguments(**some(rng, negative_slope=[0.3, 0, 1, -0.5]))})", [Input((batch(rng), 13))])


@generator("Softmax2d")
def softmax2d(name, rng):
    return Case("Softmax2d()", [Input((*rng.choice([(), (2,)]), rng.randint(1, 5), 3, 4))])


@generator("ReLU", "ReLU6")
def relu(name, rng):
    return Case(f"{name}()", [Input((batch(rng), 13))])


@generator("GELU")
def gelu(name, rng):
    return Case(f"GELU({arguments(**some(rng, approximate=['none', 'tanh']))})", [Input((batch(rng), 13))])


@generator("Softmax", "LogSoftmax", "Softmin")
def softmax(name, rng):
    shape = tuple(rng.randint(2, 9) for _ in range(rng.randint(1, 3)))
    return Case(f"{name}({arguments(dim=rng.randrange(-len(shape), len(shape)))})", [Input(shape)])


@generator("Flatten")
def flatten(name, rng):
    shape = (2, 3, 4, 2)
    start = rng.randint(0, 3)
    options = {"start_dim": start, "end_dim": rng.randint(start, 3)} if rng.random() < 0.6 else {}
    return Case(f"Flatten({arguments(**options)})", [Input(shape)])


@generator("Dropout")
def dropout(name, rng):
    return Case(f"Dropout({arguments(rng.choice([0.0, 0.1, 0.5, 1.0]))})", [Input((batch(rng), 25))])


@generator("CrossEntropyLoss")
def cross_entropy(name, rng):
    n, c, rest = batch(rng), rng.randint(2, 6), rng.choice([(), (), (3,), (2, 2)])
    options = some(rng, reduction=["mean", "sum", "none"], label_smoothing=[0.1, 0.0])
    text = arguments(**options)
    if rng.random() < 0.5:
        text += f"{', ' if text else ''}weight=tensor({[round(rng.uniform(0.2, 2), 3) for _ in range(c)]})"
    if rng.random() < 0.3:
        target = Input((n, c, *rest), "prob", grad=False)
    else:
        target = Input((n, *rest), "int", c, grad=False)
        if rng.random() < 0.3:
            text += f"{', ' if text else ''}ignore_index={rng.randrange(c)}"
    return Case(f"CrossEntropyLoss({text})", [Input((n, c, *rest)), target])


@generator("NLLLoss", "NLLLoss2d")
def nll(name, rng):
    n, c = batch(rng), rng.randint(2, 6)
    return Case(f"{name}({arguments(**some(rng, reduction=['mean', 'sum', 'none']))})",
                [Input((n, c)), Input((n,), "int", c, grad=False)])


@generator("MSELoss", "L1Loss")
def distance(name, rng):
    shape = (batch(rng), rng.randint(1, 7))
    return Case(f"{name}({arguments(**some(rng, reduction=['mean', 'sum', 'none']))})", [Input(shape), Input(shape)])


@generator("Sequential")
def sequential(name, rng):
    width = rng.randint(2, 9)
    return Case(f"Sequential(Linear({width}, 7), BatchNorm1d(7), ReLU(), Dropout(0.3), Linear(7, 3), Tanh())",
                [Input((batch(rng, 3), width))])


@generator("ModuleList")
def module_list(name, rng):
    return Case(f"ModuleList([{', '.join(['Linear(2, 3)', 'Tanh()', 'BatchNorm1d(2)'][: rng.randint(0, 3)])}])", [], False)


@generator("ModuleDict")
def module_dict(name, rng):
    return Case(rng.choice(["ModuleDict()", "ModuleDict({'b': Linear(2, 3), 'a': ReLU()})",
                            "ModuleDict([['x', Linear(1, 1)], ['y', Sequential(Linear(1, 2))]])"]), [], False)


@generator("ParameterList")
def parameter_list(name, rng):
    return Case(rng.choice(["ParameterList()", "ParameterList([zeros(2), ones(2, 3)])"]), [], False)


@generator("ParameterDict")
def parameter_dict(name, rng):
    return Case(rng.choice(["ParameterDict()", "ParameterDict({'b': zeros(2), 'a': ones(2, 3)})"]), [], False)
