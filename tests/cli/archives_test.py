#!/usr/bin/env python3
"""The tool on NumPy's archives and on GGUF files: listed, shown, converted; NumPy and safetensors read what comes out."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

use_one_with("numpy", "safetensors")

import numpy  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402

from tool import DATA, ToolTest, as_json, good, main  # noqa: E402

DTYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8", "bool"]


def some_arrays():
    generator = numpy.random.default_rng(2)
    return {f"layer {i}.{dtype}": (generator.standard_normal((2, i)) * 9).astype(dtype) for i, dtype in enumerate(DTYPES)}


class Archives(ToolTest):
    def test_what_numpy_saved_is_listed_and_converted(self):
        arrays = some_arrays()
        for save in (numpy.savez, numpy.savez_compressed):
            save(self.folder / "x.npz", **arrays)
            listed = as_json("ls", "--json", self.folder / "x.npz")
            self.assertEqual(listed["format"], "npz")
            self.assertEqual([(e["name"], e["dtype"], e["shape"]) for e in listed["entries"]],
                             [(name, str(array.dtype), list(array.shape)) for name, array in arrays.items()])
            good("convert", self.folder / "x.npz", "-o", self.folder / "y.safetensors")
            for name, array in load_file(self.folder / "y.safetensors").items():
                self.assertEqual((array.dtype, array.tobytes()), (arrays[name].dtype, arrays[name].tobytes()))
            good("convert", self.folder / "y.safetensors", "-o", self.folder / "y.npz")
            with numpy.load(self.folder / "y.npz") as again:
                self.assertEqual(set(again.files), set(arrays))
                for name in arrays:
                    self.assertEqual((again[name].dtype, again[name].tobytes()), (arrays[name].dtype, arrays[name].tobytes()))

    def test_inflated_arrays_are_not_used_in_the_files_place(self):
        numpy.savez_compressed(self.folder / "x.npz", a=numpy.arange(100), b=numpy.arange(4.0))
        facts = as_json("info", "--json", self.folder / "x.npz")
        self.assertEqual((facts["format"], facts["producer"], facts["mapped"]), ("npz", "numpy.savez", 0))

    def test_objects_beside_arrays_stay_inert(self):
        numpy.savez(self.folder / "x.npz", o=numpy.array([None, {}], dtype=object), a=numpy.arange(3))
        self.assertIn("o = numpy.ndarray", good("ls", self.folder / "x.npz"))
        self.assertEqual(as_json("show", "--json", self.folder / "x.npz", "a")["entries"][0]["values"], [0, 1, 2])


class Gguf(ToolTest):
    def test_a_file_is_listed_shown_and_converted(self):
        path = DATA / "gguf" / "all.gguf"
        listed = as_json("ls", "--json", path)
        self.assertEqual(listed["format"], "gguf")
        self.assertIn(("tensor.f32", [2, 3]), [(e["name"], e["shape"]) for e in listed["entries"]])
        self.assertEqual(as_json("show", "--json", path, "tensor.f32")["entries"][0]["values"], [[1, 2, 3], [4, 5, 6]])
        facts = as_json("info", "--json", path)
        self.assertEqual((facts["version"], facts["byteorder"], facts["mapped"]), ("3", "little", 9))
        good("convert", path, "-o", self.folder / "x.gguf")
        self.assertEqual((self.folder / "x.gguf").read_bytes(), path.read_bytes())

    def test_safetensors_both_ways(self):
        numpy.savez(self.folder / "x.npz", a=numpy.arange(12, dtype="float32").reshape(3, 4), b=numpy.arange(3))
        for kind in ("gguf", "safetensors", "gguf", "npz"):
            good("convert", self.folder / "x.npz", "-o", self.folder / f"y.{kind}")
            good("convert", self.folder / f"y.{kind}", "-o", self.folder / "x.npz")
        with numpy.load(self.folder / "x.npz") as again:
            self.assertEqual(again["a"].tolist(), numpy.arange(12).reshape(3, 4).tolist())
            self.assertEqual(again["b"].dtype, numpy.dtype("int64"))


main()
