#!/usr/bin/env python3
"""duramen rename and cast on what PyTorch and safetensors wrote; they read what comes out."""
import collections
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

use_one_with("torch", "safetensors")

import safetensors.torch  # noqa: E402
import torch  # noqa: E402
from safetensors import safe_open  # noqa: E402

from tool import as_json, good, main  # noqa: E402
from torch_files import TorchFiles  # noqa: E402

FLOATS = ["float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz",
          "float8_e5m2fnuz"]


class Rename(TorchFiles):
    def state(self):
        return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4)).state_dict()

    def test_in_place(self):
        state = self.state()
        path = self.saved(state)
        told = as_json("rename", path, "--rename", "add:net.", "--rename", "exact:net.0.bias=b", "--json")
        found = self.loaded("a.pt")
        expected = [{"net.0.bias": "b"}.get("net." + name, "net." + name) for name in state]
        self.assertEqual(list(found), expected)
        self.assertEqual(told["renamed"], dict(zip(state, expected)))
        for (old, tensor), new in zip(state.items(), expected):
            self.assertTrue(torch.equal(found[new], tensor), old)
        self.assertIsInstance(found, collections.OrderedDict)
        self.assertEqual(found._metadata["net.1"], state._metadata["1"])

    def test_a_dry_run_writes_nothing(self):
        path = self.saved(self.state())
        before = path.read_bytes()
        text = good("rename", path, "--rename", "strip:0.", "--dry-run")
        self.assertEqual(text, "0.weight -> weight\n0.bias -> bias\n2 of 7 names change\n")
        self.assertEqual(as_json("rename", path, "--regex", "^0=9", "--dry-run", "--json"),
                         {"renamed": {"0.weight": "9.weight", "0.bias": "9.bias"}, "entries": 7})
        self.assertEqual(path.read_bytes(), before)

    def test_collisions_are_refused(self):
        path = self.saved(self.state())
        before = path.read_bytes()
        for rule in ("exact:0.weight=0.bias", "glob:**.weight=w", "strip:0.weight"):
            message = self.refused(3, "rename", path, "--rename", rule)
            self.assertIn(str(path), message)
        self.assertEqual(path.read_bytes(), before)
        self.refused(2, "rename", path)
        self.refused(2, "rename", path, "--rename", "nonsense")
        self.refused(2, "rename", path, "--preset", "nonsense")

    def test_inside_a_file(self):
        model = torch.nn.Linear(3, 2)
        content = {"model": model.state_dict(), "epoch": 3, "more": [{"x": 1}]}
        path = self.saved(content)
        self.assertIn("0 of 3 names change (--select model ", good("rename", path, "--rename", "strip:w", "--dry-run"))
        good("rename", path, "--select", "model", "--rename", "add:fc.", "-o", self.folder / "b.pt")
        found = self.loaded("b.pt")
        self.assertEqual((list(found), found["epoch"], found["more"]), (["model", "epoch", "more"], 3, [{"x": 1}]))
        self.assertEqual(list(found["model"]), ["fc.weight", "fc.bias"])
        self.assertEqual(dict(found["model"]._metadata), {"": {"version": 1}, "fc": {"version": 1}})
        self.refused(2, "rename", path, "--select", "epoch", "--rename", "add:x")
        self.refused(2, "rename", self.saved({1: 2}, "c.pt"), "--rename", "add:x")
        self.refused(2, "rename", self.saved([1], "c.pt"), "--rename", "add:x")

    def test_safetensors_keep_their_metadata(self):
        path = self.folder / "a.bin"  # the content tells, not the name
        safetensors.torch.save_file({"module.x": torch.ones(2), "module.y": torch.zeros(3)}, path, {"format": "pt"})
        good("rename", path, "--preset", "data_parallel")
        with safe_open(path, "pt") as file:
            self.assertEqual((sorted(file.keys()), file.metadata()), (["x", "y"], {"format": "pt"}))

    def test_ties_stay(self):
        weight = torch.randn(3, 2)
        good("rename", self.saved({"a": weight, "b": weight}), "--rename", "add:x.")
        found = self.loaded("a.pt")
        self.assertEqual(found["x.a"].data_ptr(), found["x.b"].data_ptr())


class Cast(TorchFiles):
    def numbers(self):
        special = torch.tensor([0.0, -0.0, 1.0, -1.5, math.inf, -math.inf, math.nan, 65504.0, 65520.0, 1e30, -1e300,
                                448.0, 464.0, 480.0, 57344.0, 61440.0, 1e-8, 6e-8, 2.0 ** -149, 1e-320], dtype=torch.float64)
        return torch.cat([special, torch.randn(70000, generator=torch.Generator().manual_seed(2), dtype=torch.float64)])

    def expected(self, source, target):
        a, b = source.double(), target.double()
        both_nan = a.isnan() & b.isnan()
        changed = (a != b) & ~both_nan
        error = (a - b).abs()[changed & a.isfinite() & b.isfinite()]
        return {"count": source.numel(), "overflow": int((a.isfinite() & ~b.isfinite()).sum()),
                "underflow": int(((a != 0) & (b == 0) & ~a.isnan()).sum()), "changed": int(changed.sum()),
                "max_error": float(error.max()) if error.numel() else 0.0}

    def test_every_pair(self):
        for source in FLOATS:
            tensor = self.numbers().to(getattr(torch, source))
            path = self.saved({"x": tensor, "i": torch.arange(3), "c": torch.ones(2, dtype=torch.complex64), "s": "text"})
            for dtype in FLOATS:
                with self.subTest(source=source, dtype=dtype):
                    told = as_json("cast", path, "--dtype", dtype, "--json", "-o", self.folder / "b.pt")
                    found = self.loaded("b.pt")
                    expected = tensor.to(getattr(torch, dtype))
                    self.assertEqual(found["x"].dtype, expected.dtype)
                    # Beyond the range of float8_e4m3fn versions of PyTorch differ.
                    inside = tensor.double().abs() <= 448 if dtype == "float8_e4m3fn" else slice(None)
                    self.assertTrue(torch.allclose(found["x"].double()[inside], expected.double()[inside], 0, 0,
                                                   equal_nan=True))
                    self.assertEqual((found["i"].dtype, found["c"].dtype, found["s"]),
                                     (torch.int64, torch.complex64, "text"))
                    if source == dtype:
                        self.assertEqual(told["entries"], [])
                    else:
                        entry = told["entries"][0]
                        self.assertEqual((entry.pop("name"), entry.pop("from")), ("x", source))
                        self.assertEqual(entry, self.expected(tensor, found["x"]))

    def test_some_of_a_file(self):
        path = self.folder / "a.safetensors"
        state = {"a.weight": torch.randn(3, 4), "a.bias": torch.full((2,), 1e9), "n": torch.tensor(7)}
        safetensors.torch.save_file(state, path, {"format": "pt"})
        text = good("cast", path, "--dtype", "float16", "--exclude", "**.weight", "-o", self.folder / "b.safetensors")
        self.assertIn("of 2 elements 2 overflow", text)
        found = safetensors.torch.load_file(self.folder / "b.safetensors")
        self.assertEqual({name: found[name].dtype for name in found},
                         {"a.weight": torch.float32, "a.bias": torch.float16, "n": torch.int64})
        self.assertTrue(torch.equal(found["a.weight"], state["a.weight"]))
        with safe_open(self.folder / "b.safetensors", "pt") as file:
            self.assertEqual(file.metadata(), {"format": "pt"})

    def test_views_ties_and_parameters(self):
        base = torch.randn(4, 6)
        frozen = torch.nn.Parameter(torch.randn(2), requires_grad=False)
        path = self.saved({"t": base.T, "again": base.T, "step": base[::2, 1:], "p": torch.nn.Parameter(torch.randn(2)),
                           "f": frozen, "none": torch.zeros(0, 3), "scalar": torch.tensor(1.5)})
        good("cast", path, "--dtype", "bfloat16", "-o", self.folder / "b.pt")
        found = self.loaded("b.pt")
        self.assertTrue(torch.equal(found["t"], base.T.bfloat16()))
        self.assertTrue(torch.equal(found["step"], base[::2, 1:].bfloat16()))
        self.assertEqual(found["t"].data_ptr(), found["again"].data_ptr())
        self.assertIsInstance(found["p"], torch.nn.Parameter)
        self.assertEqual((found["p"].requires_grad, found["f"].requires_grad), (True, False))
        self.assertEqual((found["none"].shape, found["none"].dtype, found["scalar"].item()),
                         ((0, 3), torch.bfloat16, 1.5))

    def test_usage(self):
        path = self.saved({"x": torch.ones(2)})
        before = path.read_bytes()
        self.refused(2, "cast", path, "--dtype", "int8", "-o", self.folder / "b.pt")
        self.refused(2, "cast", path, "--dtype", "float33", "-o", self.folder / "b.pt")
        self.refused(2, "cast", path, "--dtype", "float16")
        self.assertEqual(as_json("cast", path, "--dtype", "float16", "--dry-run", "--json")["sum"]["changed"], 0)
        self.assertEqual(path.read_bytes(), before)


main()
