"""What the tests of the tool share: running it, and files put together by hand. Each test is run as
NAME_test.py DURAMEN DATA_FOLDER.
"""
import json
import os
import pathlib
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile

TOOL, DATA = sys.argv[1], pathlib.Path(sys.argv[2])
TERMINAL = {"TERM": "xterm", "PATH": os.environ["PATH"]}


def duramen(*arguments, text=None, **options):
    stdin = {} if "stdin" in options else {"input": text}
    return subprocess.run([TOOL, *map(str, arguments)], **stdin, capture_output=True, text=True, **options)


def good(*arguments, text=None):
    """What a command prints that must succeed, and say nothing on stderr."""
    result = duramen(*arguments, text=text)
    if result.returncode != 0 or result.stderr:
        raise AssertionError(f"{arguments}: exit {result.returncode}: {result.stderr}")
    return result.stdout


def as_json(*arguments, text=None):
    return json.loads(good(*arguments, text=text))


def on_terminal(*arguments, env=None):
    """All that a command writes to a terminal."""
    parent, child = pty.openpty()
    process = subprocess.Popen([TOOL, *map(str, arguments)], stdin=child, stdout=child, stderr=child,
                               env={**TERMINAL, **(env or {})})
    os.close(child)
    written = b""
    while True:
        try:
            part = os.read(parent, 65536)
        except OSError:  # the other end is closed
            part = b""
        if not part:
            break
        written += part
    os.close(parent)
    return process.wait(), written


class ToolTest(unittest.TestCase):
    """With an empty folder, as text and as `self.folder`, for every test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def needs(self, program):
        """Where a program of that name is; without one the test is skipped, or fails where all is required."""
        path = shutil.which(program)
        if not path and os.environ.get("DURAMEN_REQUIRE_ALL") == "1":
            self.fail(f"{program} is not installed")
        if not path:
            self.skipTest(f"{program} is not installed")
        return path

    def refused(self, code, *arguments, text=None):
        """One line on stderr, nothing on stdout, the exit code; gives the line."""
        result = duramen(*arguments, text=text)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertTrue(result.stderr.startswith("duramen: error: "), result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertFalse([c for c in result.stderr[:-1] if c < " " or c == "\x7f"], result.stderr)
        return result.stderr


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)


def safetensors(names):
    entries = {name: {"dtype": "U8", "shape": [1], "data_offsets": [i, i + 1]} for i, name in enumerate(names)}
    header = json.dumps(entries).encode()
    return struct.pack("<Q", len(header)) + header + bytes(len(names))


def torch_file(path, pickle, storages=()):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a/data.pkl", pickle)
        file.writestr("a/version", "3\n")
        for key, content in enumerate(storages):
            file.writestr(f"a/data/{key}", content)


def text_opcode(text):
    return b"X" + struct.pack("<I", len(text)) + text


def array(values, shape, descr="<f4"):
    """An .npy of these numbers."""
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {tuple(shape)!r}, }}\n".encode()
    letter = {"f4": "f", "f8": "d", "i8": "q", "i4": "i"}[descr[1:]]
    return (b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header
            + struct.pack(f"{descr[0]}{len(values)}{letter}", *values))


def tensor_opcodes(key, shape):
    """A float32 tensor of storage `key`, as torch.save pickles it."""
    numel = 1
    for size in shape:
        numel *= size
    strides, step = [], 1
    for size in reversed(shape):
        strides.insert(0, step)
        step *= size

    def row(numbers):
        return b"(" + b"".join(b"J" + struct.pack("<i", number) for number in numbers) + b"t"
    return (b"ctorch._utils\n_rebuild_tensor_v2\n((" + text_opcode(b"storage") + b"ctorch\nFloatStorage\n"
            + text_opcode(str(key).encode()) + text_opcode(b"cpu") + b"J" + struct.pack("<i", numel) + b"tQK\0"
            + row(shape) + row(strides) + b"\x89ccollections\nOrderedDict\n)RtR")


def training_file(path):
    """A .pt as a training loop saves it: {"model": {"fc.weight", "fc.bias"}, "epoch": 3}."""
    names = text_opcode(b"fc.weight") + tensor_opcodes(0, [3, 4]) + text_opcode(b"fc.bias") + tensor_opcodes(1, [3])
    pickle = (b"\x80\2}(" + text_opcode(b"model") + b"}(" + names + b"u" + text_opcode(b"epoch") + b"K\3u.")
    torch_file(path, pickle, [struct.pack("<12f", *range(12)), struct.pack("<3f", 1, 2, 3)])
