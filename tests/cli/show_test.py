#!/usr/bin/env python3
"""duramen show and info. That tensors print as PyTorch prints them is torch_test.py."""
import json
import struct

from tool import DATA, ToolTest, array, as_json, good, main, safetensors


class Show(ToolTest):
    def test_values(self):
        path = self.file("x.npy", array([1.5, 0.1, float("nan"), float("-inf")], (2, 2)))
        self.assertEqual(as_json("show", "--json", path)["entries"], [
            {"name": "", "dtype": "float32", "shape": [2, 2], "values": [[1.5, 0.1], ["nan", "-inf"]]}])
        self.assertEqual(good("show", path), "float32 [2, 2]\ntensor([[1.5000, 0.1000],\n        [   nan,   -inf]])\n")

    def test_integers_are_exact(self):
        path = self.file("x.npy", array([2**63 - 1, -2**63], (2,), "<i8"))
        self.assertEqual(as_json("show", "--json", path)["entries"][0]["values"], [2**63 - 1, -2**63])
        self.assertIn("9223372036854775807", good("show", path))
        stats = as_json("show", "--json", "--stats", path)["entries"][0]["stats"]
        self.assertEqual((stats["min"], stats["max"]), (-2**63, 2**63 - 1))

    def test_large_tensors_show_their_edges(self):
        path = self.file("x.npy", array(range(2000), (2000,)))
        self.assertIn("...", good("show", path))
        self.assertNotIn("...", good("show", "--full", path))
        self.assertIsNone(as_json("show", "--json", path)["entries"][0]["values"])
        self.assertEqual(as_json("show", "--json", "--full", path)["entries"][0]["values"], list(range(2000)))

    def test_lists_of_no_elements_are_not_written_out(self):
        for shape, values in (((3, 0), [[]] * 3), ((0, 10**12), []), ((10**12, 0), None)):
            path = self.file("x.npy", array([], shape))
            for options in ([], ["--full"]):
                shown = as_json("show", "--json", *options, path)["entries"][0]
                self.assertEqual((shown["shape"], shown["values"]), (list(shape), values))
            self.assertIn("size=", good("show", path))

    def test_statistics(self):
        path = self.file("x.npy", array([1, 0, float("nan"), float("inf"), -3], (5,)))
        stats = as_json("show", "--json", "--stats", path)["entries"][0]["stats"]
        self.assertEqual(stats, {"count": 5, "min": -3, "max": "inf", "mean": "inf", "nan": 1, "inf": 1, "zero": 1})
        path = self.file("y.npy", array([], (0,)))
        stats = as_json("show", "--json", "--stats", path)["entries"][0]["stats"]
        self.assertEqual((stats["count"], stats["min"], stats["mean"]), (0, None, None))
        self.assertIn("count 0", good("show", "--stats", path))

    def test_names_choose(self):
        path = DATA / "torch" / "nested.pt"
        everything = as_json("show", "--json", path)
        names = [entry["name"] for entry in everything["entries"]]
        one = as_json("show", "--json", path, names[-1])
        self.assertEqual([entry["name"] for entry in one["entries"]], [names[-1]])
        value = everything["values"][0]
        self.assertEqual(as_json("show", "--json", path, value["path"])["values"], [value])
        above = names[-1].rpartition(".")[0]
        self.assertIn(names[-1], [e["name"] for e in as_json("show", "--json", path, above)["entries"]])
        message = self.refused(2, "show", path, names[-1][:-1] + "x")
        self.assertIn(f"did you mean '{names[-1]}'", message)

    def test_every_dtype(self):
        path = DATA / "safetensors" / "dtypes.safetensors"
        entries = {entry["name"]: entry for entry in as_json("show", "--json", path)["entries"]}
        self.assertEqual(entries["bfloat16"]["values"], [[1, 2], [4, 8]])
        self.assertEqual(entries["float8_e4m3fn"]["values"], [[1, 2], [4, 8]])
        self.assertEqual(entries["bool"]["values"], [[True] * 2] * 2)
        self.assertEqual(entries["complex64"]["values"][0][0], [1, 0])
        self.assertIn("dtype=torch.bfloat16", good("show", path, "bfloat16"))

    def test_names_cannot_drive_a_terminal(self):
        path = self.file("x", safetensors(["a\x1b[31mb"]))
        self.assertNotIn("\x1b", good("show", path))
        self.assertNotIn("\x1b", good("info", path))


class Info(ToolTest):
    def test_safetensors(self):
        header = json.dumps({"__metadata__": {"format": "pt", "by": "a\x1bb"},
                             "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                             "b": {"dtype": "I64", "shape": [3], "data_offsets": [8, 32]}}).encode()
        header += b" " * (-len(header) % 8)
        path = self.file("x", struct.pack("<Q", len(header)) + header + bytes(32))
        info = as_json("info", "--json", path)
        self.assertEqual(info["metadata"], {"format": "pt", "by": "a\x1bb"})
        self.assertEqual(info["dtypes"], {"float32": {"tensors": 1, "nbytes": 8},
                                          "int64": {"tensors": 1, "nbytes": 24}})
        self.assertEqual((info["tensors"], info["elements"], info["floating_elements"], info["nbytes"]), (2, 5, 2, 32))
        self.assertEqual((info["format"], info["version"], info["byteorder"]), ("safetensors", None, "little"))
        self.assertEqual((info["mapped"], info["ties"]), (2, 0))
        self.assertEqual(info["file_bytes"], path.stat().st_size)
        self.assertEqual(info["alignment"], 8)
        self.assertNotIn("\x1b", good("info", path))

    def test_torch(self):
        info = as_json("info", "--json", DATA / "torch" / "views.pt")
        self.assertEqual((info["format"], info["version"], info["protocol"]), ("torch", "3", "2"))
        self.assertGreater(info["ties"], 0)
        self.assertEqual(as_json("info", "--json", DATA / "torch" / "big_endian.pt")["byteorder"], "big")
        self.assertEqual(as_json("info", "--json", DATA / "torch" / "protocol4.pt")["protocol"], "4")
        self.assertEqual(as_json("info", "--json", DATA / "torch" / "deflated.pt")["mapped"], 0)
        self.assertIn("pickle protocol 2", good("info", DATA / "torch" / "views.pt"))

    def test_npy(self):
        info = as_json("info", "--json", self.file("x.npy", array([1], (1,), ">f8")))
        self.assertEqual((info["format"], info["version"], info["byteorder"]), ("npy", "1.0", "big"))


class Blocks(ToolTest):
    """Of a GGUF file: bytes of no numbers, unless these are asked for."""
    FILE = DATA / "gguf" / "all.gguf"

    def test_every_verb_that_reads_elements_dequantizes(self):
        names = {entry["name"] for entry in as_json("show", "--json", "--dequantize", self.FILE)["entries"]}
        plain = {entry["name"] for entry in as_json("show", "--json", self.FILE)["entries"]}
        self.assertEqual(names - plain, {"tensor.q4_0", "tensor.q8_0"})
        expected = as_json("show", "--json", "--full", "--dequantize", self.FILE, "tensor.q8_0")["entries"][0]
        self.assertEqual((expected["dtype"], expected["shape"]), ("float32", [2, 32]))
        out = self.folder / "out.safetensors"
        for command in (["convert"], ["extract"], ["cast", "--dtype", "float32"]):
            good(*command, self.FILE, "--dequantize", "--drop-values", "-o", out)
            self.assertEqual(as_json("show", "--json", "--full", out, "tensor.q8_0")["entries"][0], expected)
            good(*command, self.FILE, "--drop-values", "-o", out)
            self.assertNotIn("tensor.q8_0", [entry["name"] for entry in as_json("ls", "--json", out)["entries"]])
        self.assertEqual(as_json("verify", "--json", self.FILE)["tensors"] + 2,
                         as_json("verify", "--json", "--dequantize", self.FILE)["tensors"])


main()
