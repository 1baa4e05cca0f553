#!/usr/bin/env python3
"""duramen run: forward and gradients from files to files. The comparison with PyTorch is torch_test.py."""
import json
import struct
import subprocess

from tool import TOOL, ToolTest, array, as_json, duramen, good, main


class Run(ToolTest):
    def setUp(self):
        super().setUp()
        self.x = self.file("x.npy", array([1, 2, 3, 4, 5, 6], (2, 3)))
        self.y = self.folder / "y.npy"

    def shown(self, path):
        return as_json("show", "--json", path)["entries"][0]

    def test_forward(self):
        self.assertEqual(good("run", "ReLU()", "--input", self.x, "-o", self.y), "")
        self.assertEqual(self.shown(self.y)["values"], [[1, 2, 3], [4, 5, 6]])

    def test_weights_and_seeds_give_the_same(self):
        model = self.folder / "model.safetensors"
        good("init", "Linear(3, 2)", "--seed", 5, "-o", model)
        good("run", "Linear(3, 2)", "--weights", model, "--input", self.x, "-o", self.y)
        loaded = self.shown(self.y)
        good("run", "Linear(3, 2)", "--seed", 5, "--input", self.x, "-o", self.y, "--threads", 2)
        self.assertEqual(self.shown(self.y), loaded)
        self.assertEqual(loaded["shape"], [2, 2])
        good("run", "Linear(3, 2)", "--seed", 6, "--input", self.x, "-o", self.y)
        self.assertNotEqual(self.shown(self.y), loaded)

    def test_training_mode(self):
        good("run", "BatchNorm1d(3, affine=False)", "--train", "--input", self.x, "-o", self.y)
        values = self.shown(self.y)["values"]
        self.assertAlmostEqual(values[0][0], -1, places=4)
        good("run", "BatchNorm1d(3, affine=False)", "--input", self.x, "-o", self.y)
        self.assertAlmostEqual(self.shown(self.y)["values"][0][0], 1, places=4)

    def test_the_module_has_the_dtype_of_the_inputs(self):
        wide = self.file("wide.npy", array([1, 2, 3], (1, 3), "<f8"))
        good("run", "Linear(3, 2)", "--input", wide, "-o", self.y)
        self.assertEqual(self.shown(self.y)["dtype"], "float64")
        self.refused(1, "run", "Linear(3, 2)", "--dtype", "float32", "--input", wide, "-o", self.y)
        good("run", "Linear(3, 2, dtype=float64)", "--input", wide, "-o", self.y)
        self.refused(1, "run", "Linear(3, 2, dtype=float64)", "--input", self.x, "-o", self.y)
        good("run", "Linear(3, 2, dtype=float32)", "--dtype", "float64", "--input", wide, "-o", self.y)

    def test_gradients(self):
        w = self.file("w.npy", array([1, -1, 2, 0.5], (2, 2)))
        grads = self.folder / "grads"
        good("run", "Linear(3, 2)", "--input", self.x, "-o", self.y, "--grad-output", w, "--grads", grads)
        entries = {e["name"]: e["values"] for e in as_json("show", "--json", grads)["entries"]}
        self.assertEqual(set(entries), {"weight", "bias", "input.0"})
        self.assertEqual(entries["bias"], [3, -0.5])
        self.assertEqual(entries["weight"], [[9, 12, 15], [1, 0.5, 0]])
        self.assertEqual(as_json("info", "--json", grads)["format"], "safetensors")

    def test_the_ending_tells_the_format(self):
        expected = [[1, 2, 3], [4, 5, 6]]
        for name, format, entry in (("y.npz", "npz", "output"), ("y.safetensors", "safetensors", "output"),
                                    ("y.gguf", "gguf", "output"), ("y.pt", "torch", ""), ("y", "npy", "")):
            path = self.folder / name
            self.assertEqual(good("run", "ReLU()", "--input", self.x, "-o", path), "")
            found = as_json("show", "--json", path)
            self.assertEqual((found["format"], found["entries"][0]["name"], found["entries"][0]["values"]),
                             (format, entry, expected))
        message = self.refused(2, "run", "ReLU()", "--input", self.x, "-o", self.folder / "y.xyz")
        self.assertIn(".safetensors .pt .pth .bin .ckpt .npy .npz .gguf or / for dcp", message)
        self.assertFalse((self.folder / "y.xyz").exists())

    def test_outputs_inside_of_a_tuple(self):
        x = self.file("image.npy", array(list(range(16)), (1, 1, 4, 4)))
        pool = ("run", "MaxPool2d(2, return_indices=True)", "--input", x, "-o")
        for name, expected in (("y.npz", ["output.0", "output.1"]), ("y.safetensors", ["output.0", "output.1"]),
                               ("y.pt", ["0", "1"])):
            good(*pool, self.folder / name)
            found = {entry["name"]: entry["values"] for entry in as_json("show", "--json", self.folder / name)["entries"]}
            self.assertEqual(sorted(found), expected)
            self.assertEqual(list(found.values()), [[[[[5, 7], [13, 15]]]]] * 2)
        good(*pool, self.y)
        self.assertEqual(sorted(path.name for path in self.folder.glob("y.*.npy")), ["y.0.npy", "y.1.npy"])
        self.assertIn("standard output takes one .npy (got 2 outputs", self.refused(2, *pool, "-"))

    def test_standard_output(self):
        with open(self.y, "wb") as file:
            result = subprocess.run([TOOL, "run", "ReLU()", "--input", self.x, "-o", "-"], stdout=file)
        self.assertEqual(result.returncode, 0)
        self.assertEqual(self.shown(self.y), self.shown(self.x))

    def test_several_inputs_and_integers(self):
        target = self.file("t.npy", array([0, 2], (2,), "<i8"))
        one = self.file("one.npy", array([1], ()))
        grads = self.folder / "grads.safetensors"
        good("run", "CrossEntropyLoss()", "--input", self.x, "--input", target, "-o", self.y, "--grad-output", one,
             "--grads", grads)
        self.assertEqual(self.shown(self.y)["shape"], [])
        self.assertEqual([e["name"] for e in as_json("ls", "--json", grads)["entries"]], ["input.0"])

    def test_a_checkpoint_of_one_tensor_is_an_input(self):
        model = self.folder / "model.pt"
        good("init", "Linear(3, 2, bias=False)", "-o", model)
        good("run", "ReLU()", "--input", model, "-o", self.y)
        self.assertEqual(self.shown(self.y)["shape"], [2, 3])
        good("init", "Linear(3, 2)", "-o", model)
        self.assertIn("one tensor", self.refused(3, "run", "ReLU()", "--input", model, "-o", self.y))

    def test_what_does_not_fit(self):
        model = self.folder / "model.pt"
        good("init", "Linear(3, 4)", "-o", model)
        self.refused(1, "run", "Linear(3, 2)", "--weights", model, "--input", self.x, "-o", self.y)
        self.refused(1, "run", "Linear(4, 2)", "--input", self.x, "-o", self.y)
        self.refused(2, "run", "Linear(3, 2)", "--input", self.x, "-o", self.y, "--grads", self.folder / "g")
        self.refused(2, "run", "Linear(3, 2)", "--input", self.x, "-o", self.y, "--grad-output", self.x)
        self.refused(1, "run", "Linear(3, 2)", "--input", self.x, "-o", self.y, "--grad-output", self.x,
                     "--grads", self.folder / "g")
        self.refused(2, "run", "Linear(3, 2)", "--input", self.x, "-o", self.y, "--threads", 0)
        self.refused(2, "run", "Linear(3, 2)", "--input", self.x)
        self.refused(3, "run", "Linear(3, 2)", "--input", "/no/such.npy", "-o", self.y)
        self.refused(3, "run", "ReLU()", "--input", self.x, "-o", "/no/such/folder/y.npy")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["model.pt", "x.npy"])

    def test_the_output_is_an_npy_whatever_its_name(self):
        good("run", "ReLU()", "--input", self.x, "-o", self.folder / "y")
        content = (self.folder / "y").read_bytes()
        self.assertEqual(content[:8], b"\x93NUMPY\1\0")
        self.assertEqual(content[-24:], struct.pack("<6f", 1, 2, 3, 4, 5, 6))


main()
