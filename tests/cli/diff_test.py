#!/usr/bin/env python3
"""duramen diff: two checkpoints compared; and the digest that info gives."""
import json
import struct

from tool import ToolTest, as_json, duramen, good, main

NET = "Sequential(Linear(2, 3), BatchNorm1d(3))"


def safetensors(entries):
    """A file of float32 vectors by name."""
    header, data = {}, b""
    for name, numbers in entries.items():
        packed = struct.pack(f"<{len(numbers)}f", *numbers)
        header[name] = {"dtype": "F32", "shape": [len(numbers)], "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


class Differences(ToolTest):
    def test_formats_and_order_do_not_count(self):
        a, b = self.folder / "a.pt", self.folder / "b.safetensors"
        good("init", NET, "--seed", "1", "-o", a)
        good("init", NET, "--seed", "1", "-o", b)
        self.assertEqual(good("diff", a, b), "0 differ, 7 are the same\n")
        self.assertEqual(as_json("info", "--json", "--digest", a)["digest"], as_json("info", "--json", "--digest", b)["digest"])
        self.assertNotIn("digest", as_json("info", "--json", a))
        good("init", NET, "--seed", "2", "-o", b)
        self.assertNotEqual(as_json("info", "--json", "--digest", a)["digest"],
                            as_json("info", "--json", "--digest", b)["digest"])

    def test_what_differs_is_told(self):
        nan = float("nan")
        a = self.file("a", safetensors({"same": [1], "moved": [1, 2, nan], "long": [1, 2], "mine": [0]}))
        b = self.file("b", safetensors({"yours": [0], "moved": [1, 4.5, 3], "long": [1], "same": [1]}))
        result = duramen("diff", "--json", a, b)
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        found = json.loads(result.stdout)
        self.assertEqual((found["equal"], found["equal_entries"]), (False, 1))
        self.assertEqual([(one["name"], one["what"]) for one in found["differences"]],
                         [("moved", ["elements"]), ("long", ["shape"]), ("mine", ["only_a"]), ("yours", ["only_b"])])
        moved = found["differences"][0]
        self.assertEqual((moved["different"], moved["max_abs"], moved["nan_in_one"], moved["a"]["nan"]), (2, 2.5, 1, 1))
        self.assertIsNone(found["differences"][2]["b"])
        text = duramen("diff", a, b)
        self.assertEqual(text.returncode, 1)
        self.assertTrue(text.stdout.endswith("4 differ, 1 are the same\n"))
        self.assertIn("only in A", text.stdout)

    def test_a_part_is_compared(self):
        a = self.file("a", safetensors({"x.w": [1], "y.w": [1]}))
        b = self.file("b", safetensors({"x.w": [1], "y.w": [2]}))
        self.assertEqual(good("diff", "--include", "x.*", a, b), "0 differ, 1 are the same\n")
        self.assertEqual(duramen("diff", "--exclude", "x.*", a, b).returncode, 1)

    def test_files_that_cannot_be_read(self):
        a = self.file("a", safetensors({"x": [1]}))
        self.refused(3, "diff", a, self.folder / "nothing")
        self.refused(3, "diff", self.file("b", b"no checkpoint"), a)
        self.refused(2, "diff", a)


if __name__ == "__main__":
    main()
