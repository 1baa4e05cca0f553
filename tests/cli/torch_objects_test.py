#!/usr/bin/env python3
"""The tool beside PyTorch: files of its older forms, whole modules, TorchScript, objects around tensors."""
import collections
import hashlib
import io
import os
import pathlib
import pickle
import struct
import sys
import tarfile
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

use_one_with("torch", "numpy")

import numpy  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

from tool import ToolTest, as_json, duramen, good, main  # noqa: E402

warnings.simplefilter("ignore")
LEGACY = {"_use_new_zipfile_serialization": False}


def tensors_of(value, path=""):
    if isinstance(value, torch.Tensor):
        yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    for key, item in items:
        yield from tensors_of(item, f"{path}.{key}" if path else str(key))


def sha256(tensor):
    plain = tensor.detach().resolve_conj().resolve_neg().contiguous()
    return hashlib.sha256(plain.flatten().view(torch.uint8).numpy().tobytes() if plain.numel() else b"").hexdigest()


class Net(nn.Module):
    """Buffers of every kind, ties, shared modules, None, attributes that lead back."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.norm = nn.BatchNorm2d(2)
        self.relu = nn.ReLU()
        self.lstm = nn.LSTM(2, 2, num_layers=2)
        self.attention = nn.MultiheadAttention(2, 1)
        self.again = self.conv
        self.list = nn.ModuleList([nn.Linear(2, 2, bias=False), nn.Identity()])
        self.tied = nn.Linear(2, 2)
        self.tied.weight = self.list[0].weight
        self.none = None
        self.scale = nn.Parameter(torch.ones(2), requires_grad=False)
        self.register_buffer("transient", torch.ones(3), persistent=False)
        self.register_buffer("nothing", None)
        self.plain = torch.zeros(4)
        self.parents = [self]
        self.config = {"a": [1, "two"]}


class Scripted(nn.Module):
    def __init__(self):
        super().__init__()
        self.beside = torch.ones(4)
        self.w = nn.Parameter(torch.ones(1), requires_grad=False)
        self.register_buffer("b", torch.ones(2))
        self.layers = nn.ModuleList([nn.Linear(1, 1), nn.BatchNorm1d(1)])
        self.names = {"a": 1}

    def forward(self, x):
        return self.layers[0](x) + self.beside.sum() + self.b.sum() + self.w


def save_tar(content, path, **options):
    """As PyTorch wrote its files before version 0.2."""
    things = {}

    class Pickler(pickle.Pickler):
        def persistent_id(self, thing):
            if not isinstance(thing, torch.Tensor):
                return None
            things.setdefault(id(thing), thing)
            return str(id(thing))

    members = {name: io.BytesIO() for name in ("sys_info", "pickle", "tensors", "storages")}
    pickle.dump({"protocol_version": 1000, "little_endian": True}, members["sys_info"], 2)
    Pickler(members["pickle"], 2).dump(content)
    storages = {tensor.untyped_storage().data_ptr(): tensor for tensor in things.values()}
    pickle.dump(len(storages), members["storages"], 2)
    for key, tensor in storages.items():
        storage = tensor.untyped_storage()
        pickle.dump((key, "cpu", getattr(torch, tensor.storage()._pickle_storage_type())), members["storages"], 2)
        members["storages"].write(struct.pack("<q", storage.nbytes() // tensor.itemsize) + bytes(storage.tolist()))
    pickle.dump([], members["storages"], 2)
    pickle.dump(len(things), members["tensors"], 2)
    for key, tensor in things.items():
        pickle.dump((key, tensor.untyped_storage().data_ptr(), torch.FloatTensor), members["tensors"], 2)
        numbers = (*tensor.shape, *tensor.stride(), tensor.storage_offset())
        members["tensors"].write(struct.pack(f"<ii{len(numbers)}q", tensor.dim(), 0, *numbers))
    with tarfile.open(path, "w:", **options) as archive:
        for name, member in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = member.tell(), 1480000000.5
            member.seek(0)
            archive.addfile(info, member)


class Files(ToolTest):
    def listed(self, name="x.pt"):
        return as_json("ls", "--json", "--hash", self.folder / name)

    def same(self, expected, name="x.pt"):
        entries = [(e["name"], e["dtype"], e["shape"], e["strides"], e["sha256"]) for e in self.listed(name)["entries"]]
        self.assertEqual(entries, [(path, str(t.dtype)[6:], list(t.shape), list(t.stride()), sha256(t))
                                   for path, t in tensors_of(expected)])

    def saved(self, value, **options):
        torch.save(value, self.folder / "x.pt", **options)

    def test_the_stream_before_the_zip(self):
        base = torch.arange(24.0).reshape(4, 6)
        content = collections.OrderedDict(
            base=base, t=base.t(), row=base[1], steps=base[::2, 1::3], none=None, n=3, e=torch.zeros(0, 3),
            p=nn.Parameter(torch.ones(2)), nested={"list": [torch.ones(1), (torch.zeros(2, 2),)]})
        for dtype in ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64",
                      "complex64", "complex128", "float8_e4m3fn", "uint16"):
            content[dtype] = torch.tensor([0, 1, 5]).to(getattr(torch, dtype))
        for protocol in range(1, 6):
            self.saved(content, pickle_protocol=protocol, **LEGACY)
            self.same(content)
        listed = self.listed()
        aliases = {entry["name"]: entry["aliases"] for entry in listed["entries"]}
        self.assertEqual([aliases[name] for name in ("base", "t", "row", "steps", "p")], [None, *["base"] * 3, None])
        self.assertEqual([v for v in listed["values"] if v["path"] == "n"], [{"path": "n", "kind": "int", "value": 3}])

    def test_the_tar_before_the_stream(self):
        base = torch.arange(24.0).reshape(4, 6)
        content = collections.OrderedDict(
            base=base, t=base.t(), row=base[1], steps=base[::2, 1::3], i=torch.arange(3), d=torch.ones(2).double(),
            b=torch.tensor([1, 2], dtype=torch.uint8), n=3, nested=[torch.ones(1), None])
        content["same"] = base
        for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT):
            save_tar(content, self.folder / "x.pt", format=form)
            self.same(torch.load(self.folder / "x.pt", weights_only=False))
        aliases = {entry["name"]: entry["aliases"] for entry in self.listed()["entries"]}
        self.assertEqual([aliases[name] for name in ("t", "row", "i", "same")], ["base", "base", None, "base"])
        with tarfile.open(self.folder / "y.pt", "w") as archive:
            archive.add(self.folder / "x.pt", "x.pt")
        self.assertIn("not PyTorch's", self.refused(3, "ls", self.folder / "y.pt"))

    def test_an_optimizer_in_the_stream(self):
        net = nn.Linear(2, 3)
        net(torch.ones(1, 2)).sum().backward()
        adam = torch.optim.Adam(net.parameters())
        adam.step()
        content = {"model": net.state_dict(), "optimizer": adam.state_dict(), "epoch": 3}
        self.saved(content, **LEGACY)
        self.same(content)

    def test_every_truncation_of_a_stream(self):
        self.saved({"x": torch.ones(2), "y": torch.arange(3)}, **LEGACY)
        content = (self.folder / "x.pt").read_bytes()
        for size in range(0, len(content), 7):
            self.refused(3, "ls", self.file("cut.pt", content[:size]))

    def test_whole_modules(self):
        net = Net()
        for options in ({}, LEGACY, {"pickle_protocol": 1}, {"pickle_protocol": 4}, {"pickle_protocol": 5, **LEGACY}):
            self.saved(net, **options)
            self.same(net.state_dict())
            self.saved({"model": net, "epoch": 3}, **options)
            self.same({"model": dict(net.state_dict())})
        values = {v["path"]: (v["kind"], v["value"]) for v in self.listed()["values"]}
        self.assertEqual(values["model"], ("module", f"{Net.__module__}.Net"))
        self.assertEqual(values["model.relu"], ("module", "torch.nn.modules.activation.ReLU"))
        self.assertEqual(values["model.conv.in_channels"], ("int", 1))
        self.assertEqual(values["model.config.a.1"], ("str", "two"))
        self.assertEqual(values["model.transient"], ("tensor", "float32 of [3]"))
        self.assertEqual(values["epoch"], ("int", 3))

    def test_modules_of_many_kinds(self):
        for net in (nn.Sequential(), nn.Transformer(4, 1, 1, 1, 8), nn.ParameterList([torch.ones(2)]),
                    nn.ParameterDict({"a": torch.ones(1)}), nn.DataParallel(nn.Linear(1, 1)),
                    nn.utils.weight_norm(nn.Linear(2, 2)), nn.utils.spectral_norm(nn.Linear(2, 2)),
                    nn.GRU(2, 2, bidirectional=True), nn.EmbeddingBag(3, 2), nn.Linear(2, 2).half(),
                    nn.Linear(2, 2).to(torch.float8_e4m3fn)):
            self.saved(net)
            self.same(net.state_dict())

    def test_a_whole_module_loads(self):
        net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.BatchNorm1d(3))
        text = "Sequential(Linear(4, 3), ReLU(), BatchNorm1d(3))"
        self.saved(net)
        good("check", text, self.folder / "x.pt")
        self.assertEqual(duramen("check", text.replace("3)", "2)"), self.folder / "x.pt").returncode, 1)
        torch.jit.script(net).save(str(self.folder / "s.pt"))
        good("check", text, self.folder / "s.pt")

    def test_torchscript(self):
        path = str(self.folder / "x.pt")
        for net in (Scripted(), nn.Sequential(nn.Conv1d(1, 2, 1), nn.BatchNorm1d(2), nn.LSTM(1, 2)), nn.ReLU()):
            torch.jit.script(net).save(path)
            self.same(torch.jit.load(path).state_dict())
        torch.jit.trace(Scripted().eval(), torch.zeros(1, 1)).save(path)
        self.same(torch.jit.load(path).state_dict())
        kinds = {v["path"]: v["kind"] for v in self.listed()["values"]}
        self.assertEqual((kinds[""], kinds["layers.0"], kinds["CONSTANTS.0"]), ("module", "module", "tensor"))

    def test_arrays_and_numbers_of_numpy(self):
        arrays = {dtype: numpy.arange(3).astype(dtype) for dtype in (
            "b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")}
        arrays |= {"fortran": numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)), "scalar": numpy.array(2.5)}
        content = {**arrays, "big": arrays["i4"].astype(">i4"), "text": numpy.array(["a"])}
        expected = {**arrays, "big": arrays["i4"]}
        for protocol in (2, 3, 4, 5):
            self.saved(content, pickle_protocol=protocol)
            self.same({name: torch.from_numpy(array) for name, array in expected.items()})
        numbers = {"f4": numpy.float32(1.5), "f2": numpy.float16(0.5), "i8": numpy.int64(-3), "u8": numpy.uint64(2**63),
                   "b1": numpy.bool_(True)}
        self.saved(numbers)
        self.assertEqual({v["path"]: v["value"] for v in self.listed()["values"]}, {
            "f4": 1.5, "f2": 0.5, "i8": -3, "u8": 2**63, "b1": True})

    def test_conjugated_and_negated_views(self):
        x = torch.randn(3, 2, dtype=torch.complex64, generator=torch.Generator().manual_seed(1))
        for content in ({"conj": x.conj(), "x": x}, {"neg": x.conj().imag}):
            for options in ({}, LEGACY):
                self.saved(content, **options)
                hashes = {entry["name"]: entry["sha256"] for entry in self.listed()["entries"]}
                self.assertEqual(hashes, {name: sha256(tensor) for name, tensor in content.items()})

    @unittest.skipUnless(os.environ.get("DURAMEN_TEST_LARGE") == "1", "takes 5 GB of memory and of disk")
    def test_beyond_4_gib(self):
        big = torch.zeros(2**32 + 24, dtype=torch.uint8)
        big[-3:] = torch.tensor([1, 2, 3])
        content = {"big": big, "after": torch.arange(4.0)}
        for options in ({}, LEGACY):
            self.saved(content, **options)
            entries = as_json("ls", "--json", self.folder / "x.pt")["entries"]
            self.assertEqual([entry["nbytes"] for entry in entries], [2**32 + 24, 16])
            good("extract", self.folder / "x.pt", "after", "-o", self.folder / "after.npy")
            self.assertEqual(numpy.load(self.folder / "after.npy").tolist(), [0, 1, 2, 3])
            (self.folder / "x.pt").unlink()

    def test_what_has_no_memory_is_named(self):
        self.saved({"coo": torch.eye(2).to_sparse(), "csr": torch.eye(2).to_sparse_csr(),
                    "meta": torch.empty(2, device="meta"), "storage": torch.ones(2).untyped_storage(),
                    "quantized": torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8), "x": torch.ones(1)})
        listed = self.listed()
        self.assertEqual([entry["name"] for entry in listed["entries"]], ["x"])
        self.assertEqual({value["kind"] for value in listed["values"]}, {"opaque"})
        self.assertEqual(len(listed["values"]), 5)


main()
