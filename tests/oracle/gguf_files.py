#!/usr/bin/env python3
"""GGUF files here and in gguf-py: gguf_files.py RESAVE.

What gguf-py wrote is written again byte for byte, in either byte order, with every kind of quantised block; blocks are
dequantised to the same bits. Exit 77: no gguf-py, which no distribution has and no test requires.
"""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

use_one_with("numpy")

import numpy  # noqa: E402

try:
    import gguf
except ImportError:
    print("skipped: no gguf-py (pip install gguf)")
    sys.exit(77)

RESAVE = sys.argv[1]
DATA = Path(__file__).resolve().parents[1] / "data" / "gguf"
DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64"]


class GgufFiles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.random = numpy.random.default_rng(3)

    def resave(self, name, to, *flags):
        subprocess.run([RESAVE, *flags, self.folder / name, self.folder / to], check=True)
        return (self.folder / to).read_bytes()

    def write(self, name, blocks=True, order=gguf.GGUFEndian.LITTLE, alignment=None):
        writer = gguf.GGUFWriter(self.folder / name, "test", endianess=order)
        if alignment:
            writer.add_custom_alignment(alignment)
        self.add_values(writer)
        for i, dtype in enumerate(DTYPES):
            for j, shape in enumerate([(3,), (2, 5), (1, 2, 3), (2, 1, 2, 3)]):
                writer.add_tensor(f"{dtype}.{i}.{j}", (self.random.standard_normal(shape) * 9).astype(dtype))
        writer.add_tensor("bf16", self.random.integers(0, 255, (3, 8)).astype("uint8"), raw_dtype=gguf.GGMLQuantizationType.BF16)
        for kind in gguf.GGMLQuantizationType if blocks else ():
            elements, nbytes = gguf.GGML_QUANT_SIZES[kind]
            if elements > 1 and kind.name != "Q8_1":  # whose size is wrong there
                content = self.random.integers(0, 255, (3, 2 * nbytes)).astype("uint8")
                writer.add_tensor(kind.name, content, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()

    def add_values(self, writer):
        for kind, low, high in (("uint8", 0, 255), ("int8", -128, 127), ("uint16", 0, 65535), ("int16", -2**15, 2**15 - 1),
                                ("uint32", 0, 2**32 - 1), ("int32", -2**31, 2**31 - 1), ("uint64", 0, 2**64 - 1),
                                ("int64", -2**63, 2**63 - 1)):
            for number in (low, high, 1, 7):
                getattr(writer, "add_" + kind)(f"{kind}.n{number}", number)
        for number in (0.0, 0.5, 0.1, float("inf"), -1e300):
            writer.add_float64(f"float64.{number}", number)
            if abs(number) < 1e30 or number == float("inf"):
                writer.add_float32(f"float32.{number}", number)
        writer.add_bool("bool.t", True)
        writer.add_bool("bool.f", False)
        writer.add_string("text", "some \N{SNOWMAN} text")
        writer.add_array("tokens", [f"token {i}" for i in range(1000)])
        writer.add_array("scores", [0.5 * i for i in range(50)])
        writer.add_array("types", list(range(50)))
        writer.add_array("flags", [True, False])
        writer.add_key_value("u16s", [1, 2, 3], gguf.GGUFValueType.ARRAY, gguf.GGUFValueType.UINT16)
        writer.add_key_value("f64s", [1.0, 2.0], gguf.GGUFValueType.ARRAY, gguf.GGUFValueType.FLOAT64)
        writer.add_uint32("item.0", 3)

    def test_what_it_wrote_is_written_again(self):
        for alignment in (None, 8, 64, 4096):
            self.write("x.gguf", alignment=alignment)
            self.assertEqual(self.resave("x.gguf", "y.gguf"), (self.folder / "x.gguf").read_bytes())

    def test_big_endian(self):
        self.random = numpy.random.default_rng(3)
        self.write("big.gguf", blocks=False, order=gguf.GGUFEndian.BIG)
        self.random = numpy.random.default_rng(3)
        self.write("little.gguf", blocks=False)
        big = self.resave("big.gguf", "y.gguf")
        little = (self.folder / "little.gguf").read_bytes()
        # Its bfloat16 was given as bytes, which are the same in both.
        self.assertEqual(len(big), len(little))
        at = len(little) - 64
        self.assertEqual(big[:at], little[:at])

    def test_it_reads_ours(self):
        for name in ("all", "version2", "big_endian"):
            theirs = gguf.GGUFReader(DATA / f"{name}.gguf")
            if name == "big_endian":
                continue
            subprocess.run([RESAVE, DATA / f"{name}.gguf", self.folder / "y.gguf"], check=True)
            ours = gguf.GGUFReader(self.folder / "y.gguf")
            self.assertEqual([t.name for t in ours.tensors], [t.name for t in theirs.tensors])
            for a, b in zip(ours.tensors, theirs.tensors):
                self.assertEqual((a.tensor_type, list(a.shape)), (b.tensor_type, list(b.shape)))
                self.assertEqual(a.data.tobytes(), b.data.tobytes())
            for key, field in theirs.fields.items():
                if key != "GGUF.version" and key != "bytes":
                    self.assertEqual((ours.fields[key].types, ours.fields[key].contents()), (field.types, field.contents()))

    def test_dequantised_bits(self):
        writer = gguf.GGUFWriter(self.folder / "x.gguf", "test")
        expected = {}
        for kind in (gguf.GGMLQuantizationType.Q8_0, gguf.GGMLQuantizationType.Q4_0):
            nbytes = gguf.GGML_QUANT_SIZES[kind][1]
            blocks = self.random.integers(0, 256, (64, 40, nbytes)).astype("uint8")
            scales = self.random.integers(0, 0x7c00, (64, 40)).astype("uint16") | (self.random.integers(0, 2, (64, 40)) << 15).astype("uint16")
            blocks[..., :2] = scales[..., None].view("uint8")
            content = blocks.reshape(64, 40 * nbytes)
            writer.add_tensor(kind.name, content, raw_dtype=kind)
            expected[kind.name] = gguf.dequantize(content, kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        self.resave("x.gguf", "y.gguf", "--dequantize")
        for tensor in gguf.GGUFReader(self.folder / "y.gguf").tensors:
            self.assertEqual(tensor.data.tobytes(), expected[tensor.name].tobytes(), tensor.name)


unittest.main(argv=[sys.argv[0]], verbosity=2)
