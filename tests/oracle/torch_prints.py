#!/usr/bin/env python3
"""What the real PyTorch prints is read and printed the same: torch_prints.py LIBRARY.

Random trees of the registered types and of classes that are not registered (read as containers); then the same through
the lossless form. Exit 77: no PyTorch (an error where DURAMEN_REQUIRE_ALL=1).
"""
import ctypes
import json
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

TREES = 300
UNKNOWN_AS_CONTAINERS = 1


class TextOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("reserved", ctypes.c_uint32), ("flags", ctypes.c_uint64),
                ("scope", ctypes.c_void_p), ("arguments", ctypes.c_void_p)]


class Library:
    def __init__(self, path):
        self.c = ctypes.CDLL(path)
        self.c.duramen_error_message.restype = ctypes.c_char_p
        self.c.duramen_string_data.restype = ctypes.c_char_p
        self.context = self.out(self.c.duramen_context_create, None)

    def out(self, function, *arguments):
        """The object that the call gives, which may have more outputs than this one."""
        out, error = ctypes.c_void_p(), ctypes.c_void_p()
        more = [None] if function.__name__ == "duramen_module_from_text_with" else []
        if function(*arguments, ctypes.byref(out), *more, ctypes.byref(error)) != 0:
            raise ValueError(self.c.duramen_error_message(error, None).decode())
        return out

    def text(self, string):
        text = self.c.duramen_string_data(string, None).decode()
        self.c.duramen_string_release(string)
        return text

    def module(self, text, unknown):
        options = TextOptions(ctypes.sizeof(TextOptions), 0, UNKNOWN_AS_CONTAINERS if unknown else 0, None, None)
        data = text.encode()
        return self.out(self.c.duramen_module_from_text_with, self.context, data, ctypes.c_size_t(len(data)),
                        ctypes.byref(options))

    def again(self, text, unknown):
        """Read and printed; and the same by way of the lossless form."""
        module = self.module(text, unknown)
        printed = self.text(self.out(self.c.duramen_module_repr, module))
        lossless = self.text(self.out(self.c.duramen_module_text, module))
        self.c.duramen_module_release(module)
        module = self.module(lossless, False)
        printed_again = self.text(self.out(self.c.duramen_module_repr, module))
        self.c.duramen_module_release(module)
        return printed, printed_again

    def registered(self):
        description = json.loads(self.text(self.out(self.c.duramen_registry_describe)))
        return {module["name"] for module in description["modules"]}


def leaves(nn, torch):
    """Constructors by name; those that are not registered here are left out."""
    return {
        **{f"AdaptiveMaxPool{rank}d": lambda r, rank=rank: getattr(nn, f"AdaptiveMaxPool{rank}d")(r.choice([1, (None,) * rank]))
           for rank in (1, 2, 3)},
        **{name: lambda r, name=name: getattr(nn, name)(r.choice([2, (3,), (2, 3)]), stride=r.choice([None, 1]))
           for name in ("MaxPool1d", "AvgPool1d", "AvgPool2d", "MaxUnpool1d", "MaxUnpool3d", "Unfold")},
        **{name: lambda r, name=name: getattr(nn, name)(inplace=r.random() < 0.5)
           for name in ("ELU", "Hardtanh", "LeakyReLU", "Mish", "RReLU", "ReLU6", "SELU", "AlphaDropout", "Dropout2d")},
        **{name: lambda r, name=name: getattr(nn, name)(r.choice([0.25, 2, 1e-07, float("inf")]))
           for name in ("Hardshrink", "LocalResponseNorm", "CrossMapLRN2d", "ChannelShuffle", "Softplus", "ZeroPad2d")},
        "LPPool2d": lambda r: nn.LPPool2d(r.choice([1, 2.5]), 3, ceil_mode=r.random() < 0.5),
        "PReLU": lambda r: nn.PReLU(r.choice([1, 3])),
        "Threshold": lambda r: nn.Threshold(r.choice([0.1, -1]), 20),
        "Unflatten": lambda r: nn.Unflatten(1, r.choice([(2, 3), [4, -1]])),
        "UpsamplingBilinear2d": lambda r: nn.Sequential(nn.UpsamplingBilinear2d(r.choice([None, (3, 4)]))),
        "AdaptiveAvgPool2d": lambda r: nn.AdaptiveAvgPool2d(r.choice([1, (2, 3), (None, 4)])),
        "BatchNorm1d": lambda r: nn.BatchNorm1d(r.randint(1, 4), eps=r.choice([1e-5, 0.001])),
        "BatchNorm2d": lambda r: nn.BatchNorm2d(3, affine=r.random() < 0.5, momentum=r.choice([0.1, None])),
        "BatchNorm3d": lambda r: nn.BatchNorm3d(2, track_running_stats=False),
        "Conv2d": lambda r: nn.Conv2d(4, 8, r.choice([1, 3, (2, 3)]), padding=r.choice([0, 1, "same"]),
                                      bias=r.random() < 0.5, groups=r.choice([1, 2]),
                                      padding_mode=r.choice(["zeros", "circular"])),
        "CrossEntropyLoss": lambda r: nn.CrossEntropyLoss(),
        "Dropout": lambda r: nn.Dropout(r.choice([0.5, 0.1, 0]), inplace=r.random() < 0.3),
        "Embedding": lambda r: nn.Embedding(7, 3, padding_idx=r.choice([None, 2]), max_norm=r.choice([None, 1.5])),
        "Flatten": lambda r: nn.Flatten(r.randint(0, 2)),
        "GELU": lambda r: nn.GELU(r.choice(["none", "tanh"])),
        "Identity": lambda r: nn.Identity(),
        "LayerNorm": lambda r: nn.LayerNorm(r.choice([4, (2, 3)]), elementwise_affine=r.random() < 0.5),
        "Linear": lambda r: nn.Linear(r.randint(1, 5), r.randint(1, 5), bias=r.random() < 0.5),
        "LogSoftmax": lambda r: nn.LogSoftmax(r.choice([None, -1])),
        "MSELoss": lambda r: nn.MSELoss(),
        "MaxPool2d": lambda r: nn.MaxPool2d(r.choice([2, (2, 3)]), stride=r.choice([None, 1])),
        "ParameterDict": lambda r: nn.ParameterDict({"b": nn.Parameter(torch.zeros(2)), "a": torch.zeros(2, 3)}),
        "ParameterList": lambda r: nn.ParameterList([nn.Parameter(torch.zeros(r.choice([(), (2, 3)])))
                                                     for _ in range(r.randint(0, 3))]),
        "ReLU": lambda r: nn.ReLU(r.random() < 0.5),
        "SiLU": lambda r: nn.SiLU(r.random() < 0.5),
        "Sigmoid": lambda r: nn.Sigmoid(),
        "Softmax": lambda r: nn.Softmax(r.choice([None, 1])),
        "Tanh": lambda r: nn.Tanh(),
    }


def unknown_leaves(nn, torch):
    class Odd(nn.Module):
        def __init__(self, text):
            super().__init__()
            self.text = text

        def extra_repr(self):
            return self.text

    class Weights(nn.ParameterList):
        pass

    texts = ["64 -> 32", "a=1, f(x), [3, 4]", "it's (odd", "first\nsecond: (a): b\n  third)", "p=None, act=<gelu at 0x7f>"]
    return [
        lambda r: Odd(r.choice(texts)),
        lambda r: Weights([nn.Parameter(torch.zeros(3, 4)) for _ in range(r.randint(1, 3))]),
        lambda r: nn.TransformerEncoderLayer(8, 2),
        lambda r: nn.LSTM(4, 3, num_layers=2, batch_first=True),
        lambda r: nn.MultiheadAttention(8, 2),
        lambda r: nn.Upsample(scale_factor=2, mode="nearest"),
    ]


class Trees:
    def __init__(self, registered, known_only):
        import torch
        from torch import nn

        self.nn, self.known_only = nn, known_only
        made = leaves(nn, torch)
        self.leaves = [made[name] for name in sorted(set(made) & registered)]
        if not known_only:
            self.leaves += unknown_leaves(nn, torch)

    def containers(self):
        nn = self.nn

        class Block(nn.Module):
            def extra_repr(self):
                return "64, stride=(1, 1)"

        class Layers(nn.ModuleList):
            pass

        return [nn.Sequential, nn.ModuleList, nn.ModuleDict] + ([] if self.known_only else [Block, Layers])

    def tree(self, r, depth):
        if depth == 0 or r.random() < 0.3:
            return r.choice(self.leaves)(r)
        out = r.choice(self.containers())()
        children = [None if r.random() < 0.1 else self.tree(r, depth - 1) for _ in range(r.randint(0, 4))]
        if isinstance(out, self.nn.ModuleList):
            same = [self.nn.Linear(2, 2) for _ in range(r.choice([0, 0, 3, 12]))]
            out.extend([child for child in children if child is not None] + same)
            return out
        for i, child in enumerate(children):
            out.register_module(r.choice([str(i), f"layer{i}", f"conv-{i}", f"a b{i}", f"f(x){i}"]), child)
        return out


def main():
    use_one_with("torch")
    library = Library(sys.argv[1])
    registered = library.registered()
    checks = 0
    for known_only in (True, False):
        trees = Trees(registered, known_only)
        for seed in range(TREES):
            printed = str(trees.tree(random.Random(seed), 4))
            try:
                results = library.again(printed, not known_only)
            except ValueError as error:
                raise SystemExit(f"FAILED: {error}\n{printed}")
            for result in results:
                checks += 1
                if result != printed:
                    raise SystemExit(f"FAILED: PyTorch prints\n{printed}\nhere\n{result}")
    print(f"{checks} printouts are the same, of {len(trees.leaves)} kinds of leaves")


if __name__ == "__main__":
    main()
