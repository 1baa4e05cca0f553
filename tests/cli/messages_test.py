#!/usr/bin/env python3
"""What the tool says where a newcomer stumbles: which file, option or name is meant instead."""
import json
import os
import struct
import subprocess

from tool import DATA, TOOL, ToolTest, as_json, duramen, good, main, text_opcode, torch_file, training_file


class WrongFile(ToolTest):
    def test_a_part_of_a_distributed_checkpoint(self):
        good("init", "Linear(4, 3)", "-o", self.folder / "x.pt")
        good("convert", self.folder / "x.pt", "-o", f"{self.folder}/dcp/")
        for name in ("__0_0.distcp", ".metadata"):
            self.assertIn("give the folder it is in", self.refused(3, "ls", self.folder / "dcp" / name))
        self.assertNotIn("give the folder", self.refused(3, "ls", self.folder / "dcp" / "__1_0.distcp"))
        good("ls", self.folder / "dcp")

    def test_an_index_on_standard_input(self):
        good("init", "Linear(4, 3)", "-o", self.folder / "x.pt")
        index = self.folder / "parts.safetensors.index.json"
        good("split", self.folder / "x.pt", "--max-shard-size", "20", "-o", index)
        expected = "duramen: error: stdin: this is an index of shards, which are files beside it (expected its path)\n"
        self.assertEqual(self.refused(3, "ls", "-", text=index.read_text()), expected)
        with open(index) as file:
            self.assertEqual(duramen("ls", "-", stdin=file).stderr, expected)

    def test_a_folder_or_nothing_on_standard_input(self):
        descriptor = os.open(self.folder, os.O_RDONLY)
        self.addCleanup(os.close, descriptor)
        result = duramen("ls", "-", stdin=descriptor)
        self.assertEqual((result.returncode, result.stderr), (3, "duramen: error: stdin: cannot be read: Is a directory\n"))
        self.assertEqual(self.refused(3, "ls", "-", text=""), "duramen: error: stdin: the file is empty\n")


class WrongName(ToolTest):
    def test_the_file_is_named(self):
        path = self.folder / "x.pt"
        good("init", "Linear(4, 3)", "-o", path)
        for command in (["show", path, "wieght"], ["extract", path, "wieght"], ["extract", path, "wieght", "bias"],
                        ["extract", path, "wieght", "-o", self.folder / "y.npy"], ["convert", path, "--select", "wieght", "-o", self.folder / "y.pt"],
                        ["rename", path, "--select", "wieght", "--rename", "add:a."]):
            self.assertEqual(self.refused(2, *command),
                             f"duramen: error: {path}: nothing is called 'wieght' (did you mean 'weight'?)\n", command)
        with open(path) as file:
            self.assertIn("error: stdin: nothing is called", duramen("show", "-", "wieght", stdin=file).stderr)

    def test_a_pattern(self):
        good("init", "Linear(4, 3)", "-o", self.folder / "x.pt")
        self.assertIn("(--include 'w*' takes it as a pattern)", self.refused(2, "show", self.folder / "x.pt", "w*"))


class WrongTarget(ToolTest):
    def setUp(self):
        super().setUp()
        self.model = self.folder / "x.pt"
        good("init", "Linear(4, 3)", "-o", self.model)

    def test_endings(self):
        for verb in (["convert", self.model], ["init", "Linear(4, 3)"]):
            for name in ("x", "x.onnx", "folder.d/x"):
                message = self.refused(2, *verb, "-o", self.folder / name)
                self.assertIn("(expected .safetensors .pt .pth .bin .ckpt .npy .npz .gguf or / for dcp; --to FORMAT", message)
            good(*verb, "--to", "npz", "-o", self.folder / "x.onnx")
            self.assertEqual(as_json("ls", "--json", self.folder / "x.onnx")["format"], "npz")
            self.assertIn("--to FORMAT", self.refused(2, *verb, "-o", "-"))
            for name in ("pt", "pth", "bin", "ckpt", "torch"):
                good(*verb, "--to", name, "-o", self.folder / "y")
                self.assertEqual(as_json("ls", "--json", self.folder / "y")["format"], "torch")
            self.assertIn("--to", self.refused(2, *verb, "--to", "x.pt", "-o", self.folder / "y"))

    def test_a_folder(self):
        (self.folder / "there").mkdir()
        self.assertIn("there/ for dcp", self.refused(2, "convert", self.model, "-o", self.folder / "there"))

    def test_init_to_standard_output(self):
        out = subprocess.run([TOOL, "init", "Linear(4, 3)", "--to", "torch", "-o", "-"], capture_output=True, check=True)
        path = self.file("y.pt", out.stdout)
        self.assertEqual(good("diff", self.model, path), "0 differ, 2 are the same\n")
        text = "Net(\n  (fc): Linear(in_features=4, out_features=3, bias=True)\n)"
        out = subprocess.run([TOOL, "init", text, "--unknown-as-containers", "--to", "safetensors", "-o", "-"],
                             capture_output=True, check=True)
        self.assertEqual(len(as_json("ls", "--json", self.file("z", out.stdout))["entries"]), 2)

    def test_values(self):
        training_file(self.folder / "t.pt")
        pickle = b"\x80\2}(" + text_opcode(b"a") + b"cbuiltins\nNotImplemented\n" + text_opcode(b"n") + b"Nu."
        torch_file(self.folder / "n.pt", pickle)
        for name in ("x.npz", "x.gguf", "x.pt"):
            result = duramen("convert", self.folder / "n.pt", "-o", self.folder / name)
            self.assertIn("(--drop-values leaves out what is no tensor)", result.stderr, name)
            self.assertEqual(result.returncode, 3)
            good("convert", self.folder / "n.pt", "--drop-values", "-o", self.folder / name)
        self.assertIn("--drop-values", self.refused(3, "convert", self.folder / "t.pt", "-o", self.folder / "x.safetensors"))

    def tensors(self, **entries):
        header, end = {}, 0
        for name, (dtype, shape, nbytes) in entries.items():
            header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + nbytes]}
            end += nbytes
        text = json.dumps(header).encode()
        return self.file("x", struct.pack("<Q", len(text)) + text + bytes(end))

    def test_types(self):
        good("cast", self.model, "--dtype", "bfloat16", "-o", self.folder / "b.pt")
        message = self.refused(3, "convert", self.folder / "b.pt", "-o", self.folder / "x.npz")
        self.assertIn("NumPy has no dtype bfloat16 (duramen cast writes another type", message)
        good("cast", self.folder / "b.pt", "--dtype", "float32", "-o", self.folder / "x.npz")
        message = self.refused(3, "convert", self.tensors(x=("BF16", [1], 2)), "-o", self.folder / "x.npy")
        self.assertTrue(message.rstrip().endswith("NumPy has no dtype bfloat16 (duramen cast writes another type)"), message)

    def test_no_cast_where_none_helps(self):
        help_text = "(duramen convert --exclude leaves entries out)"
        for dtype, shape, nbytes in (("U16", [1], 2), ("BOOL", [1], 1), ("C64", [1], 8), ("F32", [1] * 5, 4)):
            path = self.tensors(x=(dtype, shape, nbytes), y=("F32", [1], 4))
            message = self.refused(3, "convert", path, "-o", self.folder / "x.gguf")
            self.assertIn(help_text, message)
            good("convert", path, "--exclude", "x", "-o", self.folder / "x.gguf")

    def test_ties(self):
        tied = DATA / "torch" / "module.pt"
        message = self.refused(3, "convert", tied, "-o", self.folder / "x.gguf")
        self.assertIn("(--clone-ties gives each a copy, --drop-ties leaves all but one out)", message)
        good("convert", tied, "--clone-ties", "-o", self.folder / "x.gguf")
        good("convert", tied, "--drop-ties", "-o", self.folder / "y.gguf")
        names = [len(as_json("ls", "--json", self.folder / name)["entries"]) for name in ("x.gguf", "y.gguf")]
        self.assertEqual(names, [9, 7])

    def test_metadata_that_a_format_has_not(self):
        self.refused(3, "convert", self.model, "--set-metadata", "a=b", "-o", self.folder / "y.pt")
        self.assertIn("no metadata 'a'", self.refused(2, "convert", self.model, "--unset-metadata", "a", "-o",
                                                      self.folder / "y.pt"))


class Sizes(ToolTest):
    def shards(self, size):
        good("split", self.folder / "x.pt", "--max-shard-size", size, "-o", self.folder / "s.safetensors.index.json")
        return as_json("info", "--json", self.folder / "s.safetensors.index.json")["shards"]

    def test_forms(self):
        good("init", "Sequential(Linear(500, 1, bias=False), Linear(500, 1, bias=False), Linear(500, 1, bias=False))", "-o",
             self.folder / "x.pt")
        for size, count in (("2kb", 3), ("2000", 3), ("2KB", 3), ("2k", 3), ("2.0k", 3), ("4kb", 2), ("4 KiB", 2),
                            ("0.004mb", 2), ("6KB", 1), ("6kib", 1), ("1g", 1), ("1.5GB", 1), ("1T", 1), ("1TiB", 1)):
            self.assertEqual(self.shards(size), count, size)

    def test_what_is_none(self):
        good("init", "Linear(4, 3)", "-o", self.folder / "x.pt")
        for size in ("0", "-1", "GB", "1XB", "1 0", "1e9", "nan", "inf", "99999999999999TB"):
            message = self.refused(2, "split", self.folder / "x.pt", "-o", self.folder / "s.safetensors.index.json",
                                   f"--max-shard-size={size}")
            self.assertIn("5GB, 1.5g (a GB has 10^9 bytes) or 500MiB (a MiB has 2^20)", message)


class WholeModules(ToolTest):
    """A state dict is what becomes of a module that was pickled whole, or of a script."""
    FLAT = ["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked",
            "tied.weight", "tied.bias"]

    def keys(self, path):
        return list(as_json("extract", path))

    def test_of_every_verb(self):
        module, out = DATA / "torch" / "module.pt", self.folder / "out.pt"
        for command in (["convert"], ["convert", "--exclude", "nothing"], ["cast", "--dtype", "float16"], ["merge"],
                        ["extract"]):
            good(*command, module, "-o", out)
            self.assertEqual(self.keys(out), self.FLAT, command)
        good("convert", "--include", "tied.*", module, "-o", out)
        self.assertEqual(self.keys(out), ["tied.weight", "tied.bias"])
        good("extract", module, "tied", "-o", out)
        self.assertEqual(self.keys(out), ["tied.weight", "tied.bias"])
        good("rename", module, "--rename", "add:net.", "-o", out)
        self.assertEqual(self.keys(out), [f"net.{name}" for name in self.FLAT])
        good("cast", DATA / "torch" / "traced.pt", "--dtype", "float16", "-o", out)
        self.assertEqual(self.keys(out), ["inner.weight", "inner.bias"])

    def test_a_module_is_not_replaced_by_its_state(self):
        path = self.file("x.pt", (DATA / "torch" / "module.pt").read_bytes())
        before = path.read_bytes()
        self.assertIn("-o FILE", self.refused(2, "rename", path, "--rename", "add:net."))
        self.assertEqual(path.read_bytes(), before)


if __name__ == "__main__":
    main()
