#!/usr/bin/env python3
"""duramen verify: checksums, NaN and infinities, bools, digests; against what PyTorch counts."""
import pathlib
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

use_one_with("torch", "safetensors")

import json  # noqa: E402

import safetensors.torch  # noqa: E402
import torch  # noqa: E402

from tool import DATA, as_json, duramen, good, main  # noqa: E402
from torch_files import TorchFiles  # noqa: E402

FLOATS = ["float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz",
          "float8_e5m2fnuz", "complex64", "complex128"]


class Verify(TorchFiles):
    def differs(self, *arguments):
        result = duramen("verify", "--json", *arguments)
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        found = json.loads(result.stdout)
        self.assertFalse(found["conforms"])
        return found

    def test_a_good_file(self):
        path = self.saved({"x": torch.randn(3, 4).T, "b": torch.tensor([True, False]), "n": torch.arange(3), "e": 1})
        self.assertTrue(good("verify", path).endswith(": torch, 3 tensors, 74 B: conforms\n"))
        self.assertEqual(as_json("verify", "--json", path)["problems"], [])

    def test_counts_are_pytorchs(self):
        for dtype in FLOATS:
            with self.subTest(dtype=dtype):
                bits = torch.arange(1 << 16, dtype=torch.int32).to(torch.uint16)
                parts = [bits.view(torch.uint8), (bits.to(torch.int32) * 65537).view(torch.uint8)]
                kind = getattr(torch, dtype)
                tensor = torch.cat(parts).view(kind)
                path = self.saved({"x": tensor})
                wide = tensor.to(torch.complex128 if kind.is_complex else torch.float64)
                expected = (int(wide.isnan().sum()), int((wide.isinf() & ~wide.isnan()).sum()))
                result = duramen("verify", "--json", path)
                entry = json.loads(result.stdout)["entries"][0]
                self.assertEqual((entry["nan"], entry["inf"]), expected)
                self.assertEqual(result.returncode, 1 if any(expected) else 0)
                good("verify", path, "--allow-nan", "--allow-inf")

    def test_infinities_may_pass(self):
        path = self.saved({"mask": torch.full((2, 2), float("-inf")), "x": torch.tensor([float("nan"), 1.0])})
        found = self.differs(path)
        self.assertEqual(found["problems"], [{"name": "mask", "what": "4 elements are infinite"},
                                             {"name": "x", "what": "1 elements are NaN"}])
        self.assertEqual(len(self.differs("--allow-inf", path)["problems"]), 1)
        good("verify", "--exclude", "x", "--allow-inf", path)
        self.assertEqual(duramen("verify", path).returncode, 1)

    def test_bools(self):
        path = self.folder / "b.safetensors"
        safetensors.torch.save_file({"b": torch.tensor([True, False, True])}, path)
        good("verify", path)
        content = bytearray(path.read_bytes())
        content[-1] = 2
        path.write_bytes(content)
        self.assertEqual(self.differs(path)["problems"], [{"name": "b", "what": "there are bools that are neither 0 nor 1"}])

    def test_checksums(self):
        path = self.saved({"x": torch.ones(100)})
        content = path.read_bytes()
        at = content.index(torch.ones(100).numpy().tobytes())
        path.write_bytes(content[:at] + b"\0\0\0@" + content[at + 4:])  # the first element is 2
        good("ls", path)
        found = self.differs(path)
        self.assertRegex(found["problems"][0]["what"], "CRC")
        torch.serialization.set_crc32_options(False)
        try:
            self.saved({"x": torch.ones(100)})
        finally:
            torch.serialization.set_crc32_options(True)
        good("verify", path)  # none was computed

    def test_what_cannot_be_read(self):
        path = self.saved({"x": torch.ones(3)})
        self.refused(3, "verify", self.file("cut.pt", path.read_bytes()[:-50]))
        self.refused(3, "verify", self.file("none", b"hello"))
        self.refused(3, "verify", self.folder / "nothing")
        self.refused(2, "verify", path, "--dtype", "float33")

    def test_digest(self):
        path = self.saved({"x": torch.randn(3), "y": torch.arange(2)})
        digest = as_json("info", "--json", "--digest", path)["digest"]
        self.assertEqual(as_json("verify", "--json", "--digest", digest.upper(), path)["digest"], digest)
        good("convert", path, "-o", self.folder / "b.safetensors")
        good("verify", "--digest", digest, self.folder / "b.safetensors")
        self.assertIn("the digest differs", self.differs("--digest", "0" * 32, path)["problems"][0]["what"])

    def test_statistics(self):
        tensor = torch.randn(1000, dtype=torch.float64)
        path = self.saved({"x": tensor, "b": torch.tensor([True, False])})
        stats = {entry["name"]: entry["stats"] for entry in as_json("verify", "--json", "--stats", path)["entries"]}
        self.assertEqual((stats["x"]["min"], stats["x"]["max"]), (tensor.min().item(), tensor.max().item()))
        self.assertAlmostEqual(stats["x"]["mean"], tensor.mean().item())
        self.assertIn("x: float64, count 1000, min", good("verify", "--stats", path))


main()
