#!/usr/bin/env python3
"""Write the small files of tests/data/torch, safetensors and numpy with PyTorch, safetensors and NumPy.

Needs torch, numpy and safetensors. Running it again gives the same files with the same versions of them.
"""
import collections
import pathlib
import zipfile

import numpy
import torch
from safetensors.torch import save_file
from torch import nn

DATA = pathlib.Path(__file__).resolve().parent.parent / "tests" / "data"
DTYPES = (
    "float64 float32 float16 bfloat16 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu "
    "int64 int32 int16 int8 uint64 uint32 uint16 uint8 bool complex32 complex64 complex128"
).split()


def counted(module):
    """The module with parameters and buffers 0, 1, 2, … in order of their elements."""
    value = 0
    for tensor in [*module.parameters(), *module.buffers()]:
        with torch.no_grad():
            tensor.copy_(torch.arange(value, value + tensor.numel()).reshape(tensor.shape))
        value += tensor.numel()
    return module


def of_every_dtype():
    one_two = torch.tensor([[1.0, 2.0], [4.0, 8.0]])
    return {name: one_two.to(getattr(torch, name)) for name in DTYPES}


def views():
    base = torch.arange(24.0).reshape(4, 6)
    return collections.OrderedDict(
        base=base, transposed=base.t(), row=base[1], column=base[:, 2], steps=base[::2, 1::3],
        expanded=torch.full((1,), 7.0).expand(3, 4), same=base, scalar=torch.tensor(3.0), empty=torch.zeros(0, 3),
    )


def nested(module):
    optimizer = torch.optim.Adam(module.parameters(), lr=0.5)
    for parameter in module.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    counted(module)
    return {
        "state_dict": module.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "loss": 0.25, "best": None,
        "done": True, "name": "café", "big": 10**30, "negative": -(2**40), "raw": b"\x00\xff", "z": 1 + 2j,
        "list": [1, (2, "three")], "tags": {"a"}, "dtype": torch.float16, "size": torch.Size([2, 3]),
    }


class Constant(nn.Module):
    """With a tensor that its code holds, and one that is no state."""

    def __init__(self):
        super().__init__()
        self.inner = counted(nn.Linear(2, 1))
        self.beside = torch.ones(3)

    def forward(self, x):
        return self.inner(x) + torch.tensor([5.0])


def write_modules(folder, network):
    network.register_buffer("transient", torch.ones(2), persistent=False)
    network.tied = network[0]
    torch.save(network, folder / "module.pt")
    torch.jit.trace(Constant().eval(), torch.zeros(1, 2)).save(str(folder / "traced.pt"))


def arrays():
    return {"array": numpy.arange(6, dtype="f4").reshape(2, 3), "fortran": numpy.asfortranarray([[1, 2], [3, 4]]),
            "big": numpy.array([1, 2], ">i2"), "text": numpy.array(["a"]), "scalar": numpy.float32(1.5),
            "integer": numpy.int64(-3), "bool": numpy.bool_(True)}


def repack(source, target, method=zipfile.ZIP_STORED, replace=None):
    """Write the same records with another tool."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", method) as new:
        for info in old.infolist():
            name = info.filename.split("/", 1)[1]
            content = (replace or {}).get(name, old.read(info))
            new.writestr(zipfile.ZipInfo("x/" + name), content, method)


def main():
    folder = DATA / "torch"
    folder.mkdir(parents=True, exist_ok=True)
    network = counted(nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)))
    torch.save(network.state_dict(), folder / "state_dict.pt")
    torch.save(of_every_dtype(), folder / "dtypes.pt")
    torch.save(views(), folder / "views.pt")
    torch.save(nested(network), folder / "nested.pt")
    tied = nn.Parameter(torch.arange(4.0).reshape(2, 2))
    frozen = nn.Parameter(torch.ones(2), requires_grad=False)
    torch.save({"a": tied, "b": tied, "frozen": frozen}, folder / "parameters.pt")
    torch.save({"x": torch.arange(3)}, folder / "protocol4.pt", pickle_protocol=4)
    torch.save({"x": torch.arange(3)}, folder / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(torch.arange(3.0), folder / "tensor.pt")
    torch.jit.script(nn.ReLU()).save(str(folder / "script.pt"))
    write_modules(folder, network)
    torch.save(arrays(), folder / "arrays.pt")

    plain = folder / "plain.pt"
    torch.save({"i": torch.tensor([1, 2, 3], dtype=torch.int16), "b": torch.tensor([True, False])}, plain)
    repack(plain, folder / "deflated.pt", zipfile.ZIP_DEFLATED)
    swapped = torch.tensor([256, 512, 768], dtype=torch.int16).numpy().tobytes()
    repack(plain, folder / "big_endian.pt", replace={"byteorder": b"big", "data/0": swapped})
    plain.unlink()

    folder = DATA / "safetensors"
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: t for name, t in of_every_dtype().items() if name not in ("complex32", "complex128")}
    tensors.update({"scalar": torch.tensor(3.0), "empty": torch.zeros(2, 0), 'é"\\\n\x01': torch.zeros(1)})
    save_file(tensors, folder / "dtypes.safetensors", metadata={"format": "pt"})
    save_file({}, folder / "nothing.safetensors")

    folder = DATA / "numpy"
    folder.mkdir(parents=True, exist_ok=True)
    numbers = numpy.arange(6, dtype="int16").reshape(2, 3)
    numpy.save(folder / "matrix.npy", numbers)
    numpy.save(folder / "fortran.npy", numpy.asfortranarray(numbers.astype("float64")))
    numpy.save(folder / "big_endian.npy", numbers.astype(">c8"))
    numpy.save(folder / "scalar.npy", numpy.array(True))


if __name__ == "__main__":
    main()
