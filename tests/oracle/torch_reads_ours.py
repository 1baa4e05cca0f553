#!/usr/bin/env python3
"""The real PyTorch reads what this library saved: torch_reads_ours.py WRITER.

Each module is built here and there from the same text and seed, so every value must be equal bit for bit. Exit 77: no
PyTorch (an error where DURAMEN_REQUIRE_ALL=1).
"""
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

SEED = 20251
MODULES = [
    "Linear(4, 3)",
    "Linear(5, 2, bias=False)",
    "Linear(7, 6, dtype=float64)",
    "Linear(40, 9, dtype=bfloat16)",
    "Linear(25, 8, dtype=float16)",
    "BatchNorm1d(3)",
    "BatchNorm2d(5, affine=False)",
    "Sequential(Linear(6, 8), BatchNorm1d(8), ReLU(), Dropout(0.5), Linear(8, 3))",
    "ModuleDict({'b': Linear(2, 3), 'a': Sequential(BatchNorm1d(3), ModuleList([Linear(3, 1)]))})",
    "CrossEntropyLoss(weight=tensor([0.5, 1.0, 2.0]))",
    "Sequential()",
]
TRAINED = "Sequential(Linear(3, 5, dtype=float64), Tanh(), BatchNorm1d(5, dtype=float64), Linear(5, 2, dtype=float64))"
OPTIMIZERS = [
    "SGD(lr=0.125, momentum=0.5)",
    "Adam(lr=0.05)",
    "Adam(lr=0.01, betas=(0.4, 0.8), eps=1e-4, weight_decay=0.1, amsgrad=True, maximize=True)",
    "AdamW(lr=0.05, weight_decay=0.2)",
    "AdamW(fused=True, amsgrad=True)",
]


def same_bits(a, b):
    import torch

    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return torch.equal(a.contiguous().flatten().view(torch.uint8), b.contiguous().flatten().view(torch.uint8))


class Oracle:
    def __init__(self, writer, folder):
        self.writer, self.folder, self.checks = writer, Path(folder), 0

    def write(self, name, *arguments):
        path = str(self.folder / name)
        subprocess.run([self.writer, *map(str, arguments), path], check=True)
        return path

    def require(self, condition, text):
        self.checks += 1
        if not condition:
            raise SystemExit(f"FAILED: {text}")

    def equal_dicts(self, ours, theirs, label):
        self.require(list(ours) == list(theirs), f"{label}: keys {list(ours)} instead of {list(theirs)}")
        for key in theirs:
            self.require(same_bits(ours[key], theirs[key]), f"{label}: {key} differs")

    def build(self, text, seed):
        import collections

        import torch

        names = {**vars(torch.nn), "OrderedDict": collections.OrderedDict, "tensor": torch.tensor}
        names.update({dtype: getattr(torch, dtype) for dtype in ("float16", "bfloat16", "float64")})
        torch.manual_seed(seed)
        return eval(text, names)  # noqa: S307, the texts above

    def module(self, text):
        import safetensors.torch
        import torch

        theirs = self.build(text, SEED)
        ours = torch.load(self.write("module.pt", "module", text, SEED), weights_only=True)
        self.equal_dicts(ours, theirs.state_dict(), text)
        versions = {path: entry["version"] for path, entry in theirs.state_dict()._metadata.items()}
        self.require(
            {path: entry["version"] for path, entry in ours._metadata.items()} == versions, f"{text}: _metadata"
        )
        fresh = self.build(text, SEED + 1)
        fresh.load_state_dict(ours, strict=True)
        self.equal_dicts(fresh.state_dict(), theirs.state_dict(), f"{text} loaded")
        plain = safetensors.torch.load_file(self.write("module.safetensors", "module", text, SEED))
        expected = theirs.state_dict()
        self.equal_dicts(dict(sorted(plain.items())), dict(sorted(expected.items())), f"{text} safetensors")

    def tied(self):
        import torch

        ours = torch.load(self.write("tied.pt", "tied"), weights_only=True)
        encoder, decoder = ours["encoder.weight"], ours["decoder.weight"]
        self.require(encoder.data_ptr() == decoder.data_ptr(), "tied: one storage")
        self.require(ours["transposed"].stride() == (1, 3), "tied: strides of the view")
        self.require(torch.equal(ours["transposed"], encoder.T), "tied: values of the view")
        self.require(isinstance(encoder, torch.nn.Parameter) and encoder.requires_grad, "tied: a parameter stays one")
        with torch.no_grad():
            encoder.zero_()
        self.require(not decoder.any() and not ours["transposed"].any(), "tied: writes are shared")

    def close(self, ours, theirs, label):
        """Tensors anywhere inside within 1e-12 of their scale, all else equal."""
        import torch

        if torch.is_tensor(theirs):
            self.require(ours.dtype == theirs.dtype and ours.shape == theirs.shape, f"{label}: kind of tensor")
            limit = 1e-12 * float(theirs.abs().max()) if theirs.is_floating_point() else 0
            self.require(bool(((ours - theirs).abs() <= limit).all()), f"{label}: values")
        elif isinstance(theirs, dict):
            self.require(list(ours) == list(theirs), f"{label}: keys {list(ours)} instead of {list(theirs)}")
            for key in theirs:
                self.close(ours[key], theirs[key], f"{label}.{key}")
        else:
            same = type(ours) is type(theirs) and ours == theirs
            self.require(same, f"{label}: {ours!r} instead of {theirs!r}")

    def checkpoint(self, call):
        """Ours continues in PyTorch, PyTorch's continues here: two steps each, the same."""
        import torch

        name = call.split("(")[0]
        ours = torch.load(self.write("checkpoint.pt", "checkpoint", SEED, call), weights_only=True)
        model = self.build(TRAINED, SEED)
        start = {key: value.clone() for key, value in model.state_dict().items()}
        model.load_state_dict(ours["model"], strict=True)
        self.require(int(model[2].num_batches_tracked) == 2, f"{call}: counted batches")
        self.require(not torch.equal(model[0].weight, start["0.weight"]), f"{call}: training moved the weights")
        fresh = eval(f"torch.optim.{call.replace('(', '(model.parameters(), ', 1)}")  # noqa: S307, the calls below
        self.close(ours["optimizer"]["param_groups"][0], fresh.state_dict()["param_groups"][0], call)
        optimizer = getattr(torch.optim, name)(model.parameters(), lr=1.0)
        optimizer.load_state_dict(ours["optimizer"])
        saved = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": 2}
        torch.save(saved, self.folder / "theirs.pt")
        for example, target in ours["next"]:
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(model(example), target).backward()
            optimizer.step()
        resumed = torch.load(self.write("resumed.pt", "resume", name, self.folder / "theirs.pt"), weights_only=True)
        self.close(dict(resumed["model"]), dict(model.state_dict()), f"{call} resumed")
        self.close(resumed["optimizer"]["state"], optimizer.state_dict()["state"], f"{call} resumed state")
        groups = [one["optimizer"]["param_groups"][0] for one in (resumed, saved)]
        self.close(*groups, f"{call} resumed group")


def main():
    use_one_with("torch", "safetensors")
    import torch

    with tempfile.TemporaryDirectory() as folder:
        oracle = Oracle(sys.argv[1], folder)
        for text in MODULES:
            oracle.module(text)
        oracle.tied()
        for call in OPTIMIZERS:
            oracle.checkpoint(call)
        read = f"{len(MODULES)} modules and {1 + len(OPTIMIZERS)} checkpoints"
        print(f"torch {torch.__version__} read {read}, {oracle.checks} checks")


if __name__ == "__main__":
    main()
