#!/usr/bin/env python3
"""The tool beside NumPy and PyTorch: arrays both ways, printed tensors, forward and gradients."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

use_one_with("torch", "numpy", "safetensors")

import numpy  # noqa: E402
import torch  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

from tool import ToolTest, as_json, good, main  # noqa: E402

DTYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8",
          "bool", "complex64", "complex128"]


def some_arrays(dtype):
    generator = numpy.random.default_rng(7)
    for shape in ((), (1,), (7,), (2, 3), (3, 1, 4), (0,), (2, 0, 3), (1, 1)):
        array = (generator.standard_normal(shape) * 50).astype(dtype)
        yield array
        yield numpy.asfortranarray(array)
        if array.ndim > 1:
            yield array[::2]
            yield array.swapaxes(0, 1)


class Arrays(ToolTest):
    def test_what_numpy_saved(self):
        for dtype in DTYPES:
            for array in some_arrays(dtype):
                for order in "<>":
                    numpy.save(self.folder / "x.npy", array.astype(array.dtype.newbyteorder(order)))
                    shown = as_json("show", "--json", "--full", self.folder / "x.npy")["entries"][0]
                    self.assertEqual((shown["dtype"], shown["shape"]), (dtype, list(array.shape)))
                    expected = array.tolist()
                    if numpy.iscomplexobj(array):
                        expected = numpy.stack([array.real, array.imag], -1).tolist()
                    self.assertEqual(shown["values"], json.loads(json.dumps(expected)) if dtype not in
                                     ("float32", "complex64", "float16") else self.short(array))

    def short(self, array):
        parts = numpy.stack([array.real, array.imag], -1) if numpy.iscomplexobj(array) else array

        def spelled(part):
            return [spelled(p) for p in part] if part.ndim else float(str(numpy.float32(part)))
        return spelled(parts)

    def test_what_numpy_reads(self):
        for dtype in DTYPES:
            for array in some_arrays(dtype):
                numpy.save(self.folder / "x.npy", array)
                good("run", "Identity()", "--input", self.folder / "x.npy", "-o", self.folder / "y.npy")
                self.assertEqual((self.folder / "y.npy").read_bytes(), (self.folder / "x.npy").read_bytes())

    def test_every_version_of_the_format(self):
        array = numpy.arange(6, dtype="float32").reshape(2, 3)
        for version in ((1, 0), (2, 0), (3, 0)):
            with open(self.folder / "x.npy", "wb") as file:
                numpy.lib.format.write_array(file, array, version)
            self.assertEqual(as_json("show", "--json", self.folder / "x.npy")["entries"][0]["values"], array.tolist())

    def test_what_is_no_tensor_is_refused(self):
        for array in (numpy.array(["a"]), numpy.array([None, {}], dtype=object), numpy.zeros(2, "M8[s]"),
                      numpy.zeros(2, [("a", "f4")]), numpy.zeros(2, "V3"), numpy.zeros(2, numpy.longdouble)):
            numpy.save(self.folder / "x.npy", array, allow_pickle=True)
            self.refused(3, "ls", self.folder / "x.npy")


class Printed(ToolTest):
    def printed(self, tensor, *flags):
        torch.save(tensor, self.folder / "x.pt")
        return good("show", *flags, self.folder / "x.pt").split("\n", 1)[1][:-1]

    def some_tensors(self):
        generator = torch.Generator().manual_seed(3)
        nan, inf = float("nan"), float("inf")
        for values in ([1.0], [1.0, 2.5], [1e-5, 1.0], [1e9, 2e9], [1e9 + 0.5], [nan, 1.0], [inf, -inf, 2.0], [nan],
                       [0.0], [0.0, -0.0], [1000.0, 1.0, 0.5], [1001.0, 1.0], [1e-4, 2e-4], [123456.0, 5.0], [-1.25]):
            yield torch.tensor(values)
            yield torch.tensor(values, dtype=torch.float64)
        for shape in ((), (3, 4), (2, 3, 4), (40,), (3, 40), (1, 1, 1, 2), (0,), (0, 3), (2, 0), (1000,), (1001,),
                      (50, 30), (7, 200), (200, 7), (5, 2, 3, 50), (12, 12, 12)):
            floats = torch.randn(shape, generator=generator)
            yield floats
            yield floats * 1e5
            for dtype in (torch.float64, torch.float16, torch.bfloat16, torch.complex64, torch.complex128):
                yield floats.to(dtype) * (1 + 2j if dtype.is_complex else 1)
            for dtype in (torch.int64, torch.int8, torch.uint8, torch.bool):
                yield torch.randint(0, 100, shape, generator=generator).to(dtype)

    def test_tensors_print_as_in_torch(self):
        count = 0
        for tensor in self.some_tensors():
            self.assertEqual(self.printed(tensor), repr(tensor))
            count += 1
        self.assertGreater(count, 200)

    def test_in_full(self):
        tensor = torch.arange(1200).reshape(30, 40)
        torch.set_printoptions(profile="full")
        try:
            self.assertEqual(self.printed(tensor, "--full"), repr(tensor))
        finally:
            torch.set_printoptions(profile="default")

    def test_statistics(self):
        tensor = torch.randn(1000, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
        torch.save(tensor, self.folder / "x.pt")
        stats = as_json("show", "--stats", "--json", self.folder / "x.pt")["entries"][0]["stats"]
        self.assertEqual((stats["min"], stats["max"]), (tensor.min().item(), tensor.max().item()))
        self.assertAlmostEqual(stats["mean"], tensor.mean().item(), places=14)


class Computed(ToolTest):
    CASES = [
        ("Linear(5, 3)", (4, 5)),
        ("Linear(5, 3, bias=False)", (2, 4, 5)),
        ("Sequential(Linear(5, 8), ReLU(), Linear(8, 2), Tanh())", (6, 5)),
        ("Sequential(Linear(5, 4), BatchNorm1d(4), Sigmoid())", (6, 5)),
    ]

    def built(self, text, dtype):
        torch.manual_seed(11)
        torch.set_default_dtype(dtype)
        try:
            return eval(text, vars(torch.nn))
        finally:
            torch.set_default_dtype(torch.float32)

    def compare(self, text, shape, dtype, train):
        module = self.built(text, dtype).train(train)
        torch.save(module.state_dict(), self.folder / "m.pt")
        x = torch.randn(shape, generator=torch.Generator().manual_seed(5), dtype=dtype, requires_grad=True)
        y = module(x)
        w = torch.randn(y.shape, generator=torch.Generator().manual_seed(6), dtype=dtype)
        (y * w).sum().backward()
        numpy.save(self.folder / "x.npy", x.detach().numpy())
        numpy.save(self.folder / "w.npy", w.numpy())
        good("run", text, "--weights", self.folder / "m.pt", "--input", self.folder / "x.npy", "-o",
             self.folder / "y.npy", "--grad-output", self.folder / "w.npy", "--grads", self.folder / "g",
             *(["--train"] if train else []))
        close = {"rtol": 1e-4, "atol": 1e-5} if dtype == torch.float32 else {"rtol": 1e-10, "atol": 1e-12}
        torch.testing.assert_close(torch.from_numpy(numpy.load(self.folder / "y.npy")), y.detach(), **close)
        expected = {name: p.grad for name, p in module.named_parameters()} | {"input.0": x.grad}
        torch.testing.assert_close(load_file(self.folder / "g"), expected, **close)

    def test_forward_and_gradients(self):
        for text, shape in self.CASES:
            for dtype in (torch.float32, torch.float64):
                for train in (False, True):
                    with self.subTest(text=text, dtype=dtype, train=train):
                        self.compare(text, shape, dtype, train)

    def test_several_outputs(self):
        x = torch.randn(1, 2, 4, 4, generator=torch.Generator().manual_seed(5), requires_grad=True)
        values, indices = torch.nn.functional.max_pool2d(x, 2, return_indices=True)
        w = torch.randn(values.shape, generator=torch.Generator().manual_seed(6))
        (values * w).sum().backward()
        numpy.save(self.folder / "x.npy", x.detach().numpy())
        numpy.save(self.folder / "w.npy", w.numpy())
        good("run", "MaxPool2d(2, return_indices=True)", "--input", self.folder / "x.npy", "-o", self.folder / "y.npy",
             "--grad-output", self.folder / "w.npy", "--grads", self.folder / "g")
        numpy.testing.assert_array_equal(numpy.load(self.folder / "y.0.npy"), values.detach().numpy())
        numpy.testing.assert_array_equal(numpy.load(self.folder / "y.1.npy"), indices.numpy())
        self.assertFalse((self.folder / "y.npy").exists())
        self.assertTrue(torch.equal(load_file(self.folder / "g")["input.0"], x.grad))

    def test_initial_values_and_dropout_follow_the_seed(self):
        text = "Sequential(Linear(6, 50), Dropout(0.5))"
        module = self.built(text, torch.float32)
        x = torch.ones(3, 6)
        numpy.save(self.folder / "x.npy", x.numpy())
        good("run", text, "--seed", 11, "--train", "--input", self.folder / "x.npy", "-o", self.folder / "y.npy")
        y = module(x).detach()
        torch.testing.assert_close(torch.from_numpy(numpy.load(self.folder / "y.npy")), y, rtol=1e-6, atol=1e-6)


main()
