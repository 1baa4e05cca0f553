"""Random constructor calls of module types, valid and invalid: what each argument usually is, by class, and what is odd.

A class is added by a line in USUAL; parameters that the line does not name get values by their default.
"""
import inspect
import itertools

import torch

from layer_state_cases import LAYERS

BOOLS = ["True", "False"]
INTS = ["1", "2", "3", "5", "7"]
REALS = ["0.5", "0.25", "1", "2.0", "1e-05", "0.1", "3", "-0.5"]
SIZES = ["1", "2", "3", "(2,)", "(1, 2)", "(3, 2, 1)", "[2, 3]", "(2, 2, 2, 2)"]
OPTIONAL_SIZES = [*SIZES, "None", "(None, 2)"]
SHARES = ["0.0", "0.1", "0.5", "0.75", "1", "1.0", "True", "0"]
DTYPES = ["None", "float32", "float64", "float16", "bfloat16"]

# What hardly anyone means, and Python takes all the same, or does not.
ODD = ["True", "False", "None", "0", "-1", "2", "-0.0", "1.0", "1.5", "1e22", "1e-07", "float('nan')", "float('inf')", "-2.5",
       "'a'", "''", "'2'", "'sum'", "()", "[]", "(1,)", "[2]", "(1, 2)", "[1, 2, 3]", "(0, -1)", "(2, 0.5)", "('a', 1)",
       "(None, None)", "(True, False)", "{}", "{'a': 1}", "1j", "0j", "[[1], (2.5, 'b')]", "\"it's\""]

POOL = {"kernel_size": SIZES, "stride": OPTIONAL_SIZES, "padding": ["0", *SIZES], "divisor_override": ["None", *INTS],
        "output_size": OPTIONAL_SIZES}
UPSAMPLE = {"size": OPTIONAL_SIZES, "scale_factor": [*REALS, "(2, 3)", "(0.5, '2')", "True", "None", "'1_0.5'", "[2]", "'x'"],
            "mode": ["'nearest'", "'bilinear'", "'it\\'s'", "None"], "align_corners": ["None", *BOOLS],
            "recompute_scale_factor": ["None", *BOOLS]}
FRACTIONAL = {"kernel_size": SIZES, "output_size": ["None", *SIZES],
              "output_ratio": ["0.5", "(0.5, 0.25)", "(0.5, 0.25, 0.1)", "[0.3, 0.9]", "1.5", "(0.5, 2)", "None", "(0.5,)"],
              "_random_samples": ["None", "zeros(2, 3)", "Parameter(ones(2))", "ReLU()", "rand(1)"]}


def of_ranks(name, ranks, usual):
    return {f"{name}{rank}d": usual for rank in ranks}


MODES = ["'tanh'", "'relu'", "'x'"]
RECURRENT = {"mode": ["'LSTM'", "'GRU'", "'RNN_TANH'", "'RNN_RELU'", "'x'"], "input_size": INTS, "hidden_size": INTS,
             "num_layers": ["1", "2", "3"], "dropout": SHARES, "proj_size": ["0", "1", "2"], "nonlinearity": MODES}
MODULES = ["ReLU()", "Linear(2, 3)", "LayerNorm(4)", "Sequential(Linear(2, 2), Tanh())"]
BLOCKS = ["TransformerEncoderLayer(4, 2, 3)", "TransformerDecoderLayer(4, 1, 3, bias=False)", *MODULES]
TRANSFORMER = {"d_model": ["4", "8"], "nhead": ["1", "2", "4"], "dim_feedforward": ["0", "3", "5"], "dropout": SHARES,
               "activation": ["'relu'", "'gelu'", "GELU()", "ReLU()", "Linear(4, 4)", "'tanh'"], "layer_norm_eps": REALS}


# class -> parameter -> what it usually is. "*": of every parameter without a line of its own.
USUAL = {
    **of_ranks("ConstantPad", (1, 2, 3), {"padding": SIZES, "value": REALS}),
    **{key: usual for kind in ("Zero", "Reflection", "Replication", "Circular")
       for key, usual in of_ranks(f"{kind}Pad", (1, 2, 3), {"padding": SIZES}).items()},
    **dict.fromkeys(["RReLU", "ReLU6", "Hardsigmoid", "Mish", "Hardswish", "ELU", "CELU", "SELU", "Hardshrink", "LeakyReLU",
                     "LogSigmoid", "Softplus", "Softshrink", "Softsign", "Tanhshrink", "Softmax2d"], {}),
    "Threshold": {"threshold": REALS, "value": REALS},
    "Hardtanh": {"min_val": ["-1", "0.5", "0", "'a'"], "max_val": ["1", "0.75", "6.0", "2", "'b'"],
                 "min_value": ["None", *REALS], "max_value": ["None", *REALS]},
    "PReLU": {"num_parameters": ["1", "3", "0", "-1", "(2, 3)", "[2, True]", "()", "(True, 2)", "(2, 0.5)", "(0, -2)"],
              "init": [*REALS, "1e30", "1e39", "70000", "float('inf')", "3.4028235e38", "0.1"]},
    **dict.fromkeys(["GLU", "Softmin"], {"dim": ["None", "0", "1", "-1"]}),
    **of_ranks("MaxPool", (1, 3), POOL),
    **of_ranks("AvgPool", (1, 2, 3), POOL),
    **of_ranks("AdaptiveMaxPool", (1, 2, 3), POOL),
    **of_ranks("AdaptiveAvgPool", (1, 3), POOL),
    **of_ranks("LPPool", (1, 2, 3), {**POOL, "norm_type": [*REALS, "0", "0.0", "False", "0j"]}),
    **of_ranks("MaxUnpool", (1, 2, 3), POOL),
    **of_ranks("FractionalMaxPool", (2, 3), FRACTIONAL),
    **dict.fromkeys(["Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"], {"p": SHARES}),
    "Unflatten": {"dim": INTS, "unflattened_size": ["(2, 3)", "[2, 3]", "(2, True)", "(2, 0.5)", "()", "[3, None]"]},
    **dict.fromkeys(["Fold", "Unfold"], {"*": SIZES}),
    **dict.fromkeys(["PixelShuffle", "PixelUnshuffle", "ChannelShuffle"], {"*": INTS}),
    **dict.fromkeys(["Upsample", "UpsamplingNearest2d", "UpsamplingBilinear2d"], UPSAMPLE),
    **dict.fromkeys(["LocalResponseNorm", "CrossMapLRN2d"], {"size": INTS}),
    **dict.fromkeys(["CosineSimilarity", "PairwiseDistance"], {}),
    **LAYERS,
    **dict.fromkeys(["RNN", "LSTM", "GRU", "RNNBase"], RECURRENT),
    **dict.fromkeys(["RNNCell", "LSTMCell", "GRUCell", "RNNCellBase"],
                    {"input_size": INTS, "hidden_size": INTS, "bias": BOOLS, "num_chunks": INTS, "nonlinearity": MODES}),
    "MultiheadAttention": {"embed_dim": ["4", "6", "8"], "num_heads": ["1", "2", "4"], "kdim": ["None", *INTS],
                           "vdim": ["None", *INTS], "dropout": SHARES},
    **dict.fromkeys(["TransformerEncoderLayer", "TransformerDecoderLayer"], TRANSFORMER),
    **dict.fromkeys(["TransformerEncoder", "TransformerDecoder"],
                    {"encoder_layer": BLOCKS, "decoder_layer": BLOCKS, "num_layers": ["0", "1", "2", "3"], "norm": ["None", *MODULES]}),
    "Transformer": {**TRANSFORMER, "num_encoder_layers": ["0", "1", "2"], "num_decoder_layers": ["0", "1", "2"],
                    "custom_encoder": ["None", "None", *MODULES], "custom_decoder": ["None", "None", *MODULES]},
    "LazyLinear": {"out_features": INTS},
    **{f"Lazy{kind}{rank}d": {"out_channels": ["2", "4", "6"], "kernel_size": SIZES, "groups": ["1", "2"], "stride": SIZES,
                              "padding": ["0", "1", "'same'", "'valid'"], "output_padding": SIZES, "dilation": SIZES,
                              "padding_mode": ["'zeros'", "'circular'"]}
       for kind in ("Conv", "ConvTranspose") for rank in (1, 2, 3)},
    **{f"Lazy{kind}{rank}d": {"eps": REALS, "momentum": ["None", *REALS]} for kind in ("BatchNorm", "InstanceNorm") for rank in (1, 2, 3)},
    "Container": {"*": ["None", *MODULES, "3", "'a'"]},
    "DataParallel": {"module": [*MODULES, *BLOCKS], "device_ids": ["None", "[0]", "3"], "output_device": ["None", "0"], "dim": INTS},
}
# Where PyTorch counts the arguments of another function, or takes any keyword.
UNSPOILT = ["RNN", "LSTM", "GRU", "Container"]
# Arguments that hardly any call may leave out: their defaults are large.
NEEDED = {"Transformer": ["d_model", "nhead", "dim_feedforward", "num_encoder_layers", "num_decoder_layers"],
          "TransformerEncoderLayer": ["dim_feedforward"], "TransformerDecoderLayer": ["dim_feedforward"]}


def by_default(parameter):
    """Usual values of a parameter, by what its default is."""
    if parameter.name == "device":
        return ["None", "'cpu'"]
    if parameter.name == "dtype":
        return DTYPES
    kinds = {bool: BOOLS, int: INTS, float: REALS, str: [repr(parameter.default)]}
    return kinds.get(type(parameter.default), ["None"])


def parameters_of(name):
    """Those of the constructor that PyTorch's class has, inherited or not."""
    if name in ("RNN", "LSTM", "GRU"):
        places = [one for one in parameters_of("RNNBase") if one.name != "mode"]
        mode = inspect.Parameter("nonlinearity", inspect.Parameter.POSITIONAL_OR_KEYWORD, default="tanh")
        return [*places[:3], mode, *places[3:]] if name == "RNN" else places
    if name == "Container":
        return [inspect.Parameter(one, inspect.Parameter.KEYWORD_ONLY, default=None) for one in ("a", "b", "c")]
    function = getattr(torch.nn, name).__init__
    if function is torch.nn.Module.__init__:
        return []
    return [one for one in itertools.islice(inspect.signature(function).parameters.values(), 1, None)
            if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]


def value_of(rng, name, parameter, oddness):
    """Text of one argument."""
    usual = USUAL[name].get(parameter.name) or USUAL[name].get("*") or by_default(parameter)
    is_general = parameter.name in ("device", "dtype", "div_value")  # a small div_value makes gigabytes
    return rng.choice(ODD) if not is_general and rng.random() < oddness else rng.choice(usual)


def spoilt(rng, positional, keywords):
    """One fault in the call itself: an argument too few, too many, unknown, or given twice."""
    fault = rng.randrange(4)
    if fault == 0 and (positional or keywords):
        (positional if positional else keywords).pop()
    elif fault == 1:
        positional.extend(["None"] * rng.choice([1, 1, 9]))
    elif fault == 2:
        keywords.append(rng.choice(["unknown=1", "kernel_sizes=2", "self=3", "p_=0.5"]))
    elif keywords:
        keywords.append(keywords[0])


def draw_call(rng, name):
    """Text of a call of class `name`: arguments by position and keyword; some odd in most of a third of the calls."""
    oddness = rng.choice([0.0, 0.0, 0.3, 0.7])
    given = [(one, value_of(rng, name, one, oddness)) for one in parameters_of(name)
             if one.default is one.empty or one.name in NEEDED.get(name, ()) or rng.random() < 0.5]
    places = parameters_of(name)
    leading = 0
    while (leading < len(given) and given[leading][0].name == places[leading].name
           and given[leading][0].kind is not given[leading][0].KEYWORD_ONLY):
        leading += 1
    split = rng.randint(0, leading)
    positional = [text for _, text in given[:split]]
    keywords = [f"{one.name}={text}" for one, text in given[split:]]
    rng.shuffle(keywords)
    if name not in UNSPOILT and rng.random() < 0.08:
        spoilt(rng, positional, keywords)
    return f"{name}({', '.join([*positional, *keywords])})"
