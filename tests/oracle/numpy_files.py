#!/usr/bin/env python3
"""NumPy's archives here and in the real NumPy: numpy_files.py RESAVE.

What numpy.savez and numpy.savez_compressed wrote is read, and saved again byte for byte as numpy.savez writes the same
arrays. Exit 77: no NumPy (an error where DURAMEN_REQUIRE_ALL=1).
"""
import io
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

use_one_with("numpy")

import numpy  # noqa: E402

RESAVE = sys.argv[1]
DTYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8",
          "bool", "complex64", "complex128"]


def some_arrays():
    generator = numpy.random.default_rng(5)
    arrays = {}
    for dtype in DTYPES:
        for shape in ((), (7,), (2, 3), (3, 1, 4), (0,), (2, 0, 3)):
            array = (generator.standard_normal(shape) * 50).astype(dtype)
            arrays[f"{dtype}.{len(arrays)}"] = array
            arrays[f"{dtype}.fortran{len(arrays)}"] = numpy.asfortranarray(array)
    arrays["a/b é \N{SNOWMAN}"] = numpy.arange(5.0)
    arrays[""] = numpy.arange(3)
    return arrays


def foreign_arrays():
    """Those that torch has no dtype for."""
    return {
        "text": numpy.array(["ab", "c\N{SNOWMAN}"]), "bytes": numpy.array([b"ab", b"c"]), "void": numpy.zeros(2, "V3"),
        "time": numpy.array(["2020-01-01", "2021-05-05"], "M8[s]"), "long": numpy.arange(3, dtype=numpy.longdouble),
        "record": numpy.array([(1, 2.5), (3, 4.5)], [("a", "<i4"), ("b'", "<f8", (1,))]),
        "objects": numpy.array([None, {"a": 1}], dtype=object), "fortran": numpy.asfortranarray([["a", "b"], ["c", "d"]]),
        "umlaut": numpy.zeros(2, [("gr\N{LATIN SMALL LETTER O WITH DIAERESIS}", "<i4")]),
        "snowman": numpy.zeros(2, [("\N{SNOWMAN}", "<i4")]),
        "wide": numpy.zeros(1, [(f"field {i} of very many of them in one record", "<i4") for i in range(1500)]),
    }


class NumpyFiles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def resave(self, name, to, *flags):
        subprocess.run([RESAVE, *flags, self.folder / name, self.folder / to], check=True)
        return (self.folder / to).read_bytes()

    def refused(self, name, to="refused.npz"):
        result = subprocess.run([RESAVE, "--verify", self.folder / name, self.folder / to], capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stderr.count("\n")), (3, 1), result.stderr)
        self.assertFalse((self.folder / to).exists())
        return result.stderr

    def test_what_savez_wrote_is_written_again(self):
        arrays = some_arrays()
        for save in (numpy.savez, numpy.savez_compressed):
            save(self.folder / "x.npz", **arrays)
            for flags in ((), ("--verify",)):
                again = self.resave("x.npz", "y.npz", *flags)
                numpy.savez(self.folder / "z.npz", **arrays)
                self.assertEqual(again, (self.folder / "z.npz").read_bytes())

    def test_every_order_of_bytes_and_version(self):
        arrays = {name: array for name, array in some_arrays().items() if array.dtype.itemsize > 1}
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            for version in ((1, 0), (2, 0), (3, 0)):
                with zipfile.ZipFile(self.folder / "x.npz", "w", method) as archive:
                    for name, array in arrays.items():
                        with archive.open(name + ".npy", "w") as file:
                            numpy.lib.format.write_array(file, array.astype(array.dtype.newbyteorder(">")), version)
                numpy.savez(self.folder / "z.npz", **arrays)
                self.assertEqual(self.resave("x.npz", "y.npz"), (self.folder / "z.npz").read_bytes())

    def test_a_stream_that_cannot_seek(self):
        class Pipe(io.RawIOBase):
            def __init__(self):
                self.bytes = b""

            def writable(self):
                return True

            def write(self, data):
                self.bytes += bytes(data)
                return len(data)

        arrays = some_arrays()
        for save in (numpy.savez, numpy.savez_compressed):
            pipe = Pipe()
            save(pipe, **arrays)
            (self.folder / "x.npz").write_bytes(pipe.bytes)
            numpy.savez(self.folder / "z.npz", **arrays)
            self.assertEqual(self.resave("x.npz", "y.npz"), (self.folder / "z.npz").read_bytes())

    def test_strided_arrays_and_numbers(self):
        numpy.savez(self.folder / "x.npz", i=-3, b=True, f=0.5, c=1 + 2j)
        self.assertEqual(self.resave("x.npz", "y.npz"), (self.folder / "x.npz").read_bytes())

    def test_what_has_no_dtype_here_comes_back(self):
        arrays = foreign_arrays() | {"a": numpy.arange(4)}
        numpy.savez(self.folder / "x.npz", **arrays)
        self.assertEqual(self.resave("x.npz", "y.npz"), (self.folder / "x.npz").read_bytes())
        numpy.savez_compressed(self.folder / "x.npz", **arrays)
        numpy.savez(self.folder / "z.npz", **arrays)
        self.assertEqual(self.resave("x.npz", "y.npz"), (self.folder / "z.npz").read_bytes())

    def test_members_that_are_no_arrays(self):
        numpy.savez(self.folder / "x.npz", a=numpy.arange(4))
        with zipfile.ZipFile(self.folder / "x.npz", "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("notes.txt", "text " * 10)
            archive.writestr("folder/", "")
        self.resave("x.npz", "y.npz")
        with numpy.load(self.folder / "y.npz") as again:
            self.assertEqual(again.files, ["a", "notes.txt"])
            self.assertEqual(again["notes.txt"], b"text " * 10)
            self.assertEqual(again["a"].tolist(), [0, 1, 2, 3])

    def test_nothing(self):
        numpy.savez(self.folder / "x.npz")
        self.assertEqual(self.resave("x.npz", "y.npz"), (self.folder / "x.npz").read_bytes())

    def test_many(self):
        arrays = {f"n{i}": numpy.uint8(i % 256) for i in range(66000)}
        numpy.savez(self.folder / "x.npz", **arrays)
        self.assertEqual(self.resave("x.npz", "y.npz"), (self.folder / "x.npz").read_bytes())

    def test_a_wrong_crc_is_seen(self):
        numpy.savez(self.folder / "x.npz", a=numpy.arange(4))
        content = bytearray((self.folder / "x.npz").read_bytes())
        content[content.index(b"PK\1\2") - 1] ^= 1
        (self.folder / "x.npz").write_bytes(content)
        self.assertIn("CRC-32", self.refused("x.npz"))

    def test_zip_bombs_are_refused(self):
        with zipfile.ZipFile(self.folder / "x.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            with archive.open("a.npy", "w", force_zip64=True) as file:
                numpy.lib.format.write_array(file, numpy.zeros(100 << 20, "u1"))
        self.assertIn("inflating takes too much memory", self.refused("x.npz"))


unittest.main(argv=[sys.argv[0]], verbosity=2)
