#!/usr/bin/env python3
"""duramen diff: two checkpoints compared; and the digest that info gives."""
import json
import math
import os
import resource
import struct

from tool import DATA, ToolTest, array, as_json, duramen, good, main, training_file

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


def typed(entries):
    """A file of tensors by name: (dtype, shape, bytes)."""
    header, data = {}, b""
    for name, (dtype, shape, content) in entries.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def differences(*arguments):
    """The exit code and what --json says, by name."""
    result = duramen("diff", "--json", *arguments)
    if result.stderr:
        raise AssertionError(result.stderr)
    found = json.loads(result.stdout)
    return result.returncode, {entry["name"]: entry for entry in found.get("entries", found.get("differences"))}, found


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


class Distances(ToolTest):
    def test_of_real_numbers(self):
        a = self.file("a", safetensors({"x": [3, -4, 0, 1], "zero": [0, 0]}))
        b = self.file("b", safetensors({"x": [3, -5, 0, 2], "zero": [0, 1]}))
        code, found, _ = differences(a, b)
        self.assertEqual(code, 1)
        x = found["x"]
        self.assertEqual((x["different"], x["max_abs"], x["max_relative"], x["bit_equal"]), (2, 1, 0.5, False))
        self.assertAlmostEqual(x["cosine"], (9 + 20 + 2) / math.sqrt(26 * 38), places=14)
        self.assertEqual((found["zero"]["max_relative"], found["zero"]["cosine"]), (1, None))
        text = duramen("diff", a, b).stdout
        self.assertRegex(text, r"x +elements +float32 \[4\] +float32 \[4\] +2 +1 +0\.5 +0\.986241383")

    def test_of_large_and_small_numbers(self):
        def file(name, numbers):
            return self.file(name, array(numbers, [len(numbers)], "<f8"))
        _, found, _ = differences(file("a", [1e300, 0]), file("b", [1e300, 1e300]))
        self.assertAlmostEqual(found[""]["cosine"], math.sqrt(0.5), places=14)
        _, found, _ = differences(file("a", [1e-300, 0]), file("b", [-1e-300, 0]))
        self.assertEqual((found[""]["cosine"], found[""]["max_relative"]), (-1, 2))
        _, found, _ = differences(file("a", [math.inf, 1]), file("b", [1, 1]))
        self.assertEqual((found[""]["max_abs"], found[""]["max_relative"], found[""]["cosine"]), ("inf", "inf", 1))
        many = [1.0] * 200_000  # several chunks
        _, found, _ = differences(file("a", many), file("b", [*many[:-1], 4.0]))
        self.assertEqual((found[""]["different"], found[""]["max_abs"], found[""]["max_relative"]), (1, 3, 0.75))
        self.assertAlmostEqual(found[""]["cosine"], 200_003 / math.sqrt(200_000 * 200_015), places=14)

    def test_of_integers_is_exact(self):
        def file(name, number):
            return self.file(name, array([number], [1], "<i8"))
        a, b = file("a", 2**62), file("b", 2**62 + 1)
        code, found, _ = differences("--atol", "0", a, b)
        self.assertEqual((code, found[""]["max_abs"], found[""]["outside"]), (1, 1, 1))
        self.assertEqual(differences("--atol", "1", a, b)[0], 0)

    def test_of_complex_numbers(self):
        a = self.file("a", typed({"c": ("C64", [2], struct.pack("<4f", 3, 4, 1, 0))}))
        b = self.file("b", typed({"c": ("C64", [2], struct.pack("<4f", 0, 0, 1, math.nan))}))
        _, found, _ = differences(a, b)
        self.assertEqual((found["c"]["max_abs"], found["c"]["max_relative"], found["c"]["b"]["nan"]), (5, 1, 1))

    def test_of_transposed_tensors(self):
        a = DATA / "numpy" / "fortran.npy"
        entry = as_json("show", "--json", "--full", a)["entries"][0]
        flat = [number for row in entry["values"] for number in row]
        code, found, whole = differences("--all", a, self.file("b", array(flat, entry["shape"], "<f8")))
        self.assertTrue(found[""]["what"] in ([], ["dtype"]))
        self.assertEqual((found[""]["max_abs"], found[""]["different"]), (0, 0))


class Sameness(ToolTest):
    def test_within_a_tolerance(self):
        a = self.file("a", safetensors({"x": [100, 1], "y": [1]}))
        b = self.file("b", safetensors({"x": [101, 1], "y": [1]}))
        self.assertEqual(good("diff", "--rtol", "0.01", a, b), "0 differ, 2 are the same, 1 of them bit by bit\n")
        self.assertEqual(good("diff", "--atol", "1", a, b), "0 differ, 2 are the same, 1 of them bit by bit\n")
        code, found, whole = differences("--rtol", "0.009", a, b)
        self.assertEqual((code, list(found), found["x"]["outside"]), (1, ["x"], 1))
        code, found, whole = differences("--rtol", "0.01", "--all", a, b)
        self.assertEqual((code, whole["equal"], whole["equal_entries"], whole["bit_equal_entries"]), (0, True, 2, 1))
        self.assertEqual([found["x"]["bit_equal"], found["y"]["bit_equal"]], [False, True])
        self.refused(2, "diff", "--rtol", "-1", a, b)
        self.refused(2, "diff", "--atol", "nan", a, b)

    def test_nan_and_signs_of_zero(self):
        nan = float("nan")
        a = self.file("a", safetensors({"x": [nan, 0.0]}))
        b = self.file("b", safetensors({"x": [nan, -0.0]}))
        c = self.file("c", safetensors({"x": [1, 0.0]}))
        self.assertEqual(good("diff", a, a), "0 differ, 1 are the same\n")  # of the same bits
        code, found, _ = differences(a, b)
        self.assertEqual((code, found["x"]["different"], found["x"]["max_abs"]), (1, 1, 0))
        self.assertEqual(differences("--atol", "0", a, b)[0], 0)
        code, found, _ = differences("--atol", "1e30", a, c)  # NaN on one side is never within
        self.assertEqual((code, found["x"]["outside"], found["x"]["nan_in_one"]), (1, 1, 1))
        payload = self.file("d", typed({"x": ("F32", [2], struct.pack("<If", 0x7fc00001, 0.0))}))
        self.assertEqual([differences(a, payload)[0], differences("--rtol", "0", a, payload)[0]], [1, 0])
        _, found, _ = differences("--all", a, a)
        self.assertEqual((found["x"]["a"]["nan"], found["x"]["b"]["nan"]), (1, 1))

    def test_infinities(self):
        inf = float("inf")
        a = self.file("a", safetensors({"x": [inf, 1]}))
        b = self.file("b", safetensors({"x": [inf, 1.5]}))
        c = self.file("c", safetensors({"x": [-inf, 1]}))
        self.assertEqual(differences("--rtol", "0.5", a, b)[0], 0)
        self.assertEqual(differences("--rtol", "0.5", a, c)[0], 1)
        self.assertEqual(differences("--rtol", "0.5", b, self.file("d", safetensors({"x": [1, 1]})))[0], 1)

    def test_types(self):
        a = self.file("a", safetensors({"x": [1, 2]}))
        same = self.file("b", typed({"x": ("BF16", [2], struct.pack("<2H", 0x3f80, 0x4000))}))
        other = self.file("c", typed({"x": ("I64", [2], struct.pack("<2q", 1, 3))}))
        code, found, _ = differences(a, same)
        self.assertEqual((code, found["x"]["what"], found["x"]["max_abs"], found["x"]["bit_equal"]), (1, ["dtype"], 0, False))
        self.assertEqual(good("diff", "--ignore-dtype", a, same), "0 differ, 1 are the same, 0 of them bit by bit\n")
        code, found, _ = differences("--ignore-dtype", a, other)
        self.assertEqual((code, found["x"]["what"], found["x"]["max_abs"]), (1, ["elements"], 1))
        self.assertEqual(differences("--ignore-dtype", "--atol", "1", a, other)[0], 0)

    def test_values_can_be_left_aside(self):
        training_file(self.folder / "a.pt")
        good("convert", self.folder / "a.pt", "--drop-values", "-o", self.folder / "b.safetensors")
        code, found, _ = differences(self.folder / "a.pt", self.folder / "b.safetensors")
        self.assertEqual((code, found["epoch"]["what"]), (1, ["only_a"]))
        self.assertEqual(differences("--ignore-values", self.folder / "a.pt", self.folder / "b.safetensors")[0], 0)

    def test_empty_tensors(self):
        a = self.file("a", safetensors({"x": []}))
        code, found, _ = differences("--all", a, a)
        self.assertEqual((code, found["x"]["max_abs"], found["x"]["cosine"], found["x"]["bit_equal"]), (0, None, None, True))

    def test_blocks_of_gguf(self):
        gguf, plain = DATA / "gguf" / "all.gguf", self.folder / "plain.safetensors"
        good("convert", "--dequantize", gguf, "--drop-values", "-o", plain)
        code, found, _ = differences("--include", "tensor.*", gguf, plain)
        self.assertEqual((code, sorted(found)), (1, ["tensor.q4_0", "tensor.q4_k", "tensor.q8_0"]))
        code, found, _ = differences("--dequantize", "--include", "tensor.*", gguf, plain)
        self.assertEqual((code, sorted(found)), (1, ["tensor.q4_k"]))


class Memory(ToolTest):
    def test_elements_are_read_in_chunks(self):
        count, limit = 16 << 20, 48 << 20  # in float64 the elements would take 128 MiB
        header = json.dumps({"x": {"dtype": "BF16", "shape": [count], "data_offsets": [0, 2 * count]}}).encode()
        header += b" " * (-len(header) % 8)
        path = self.file("large", struct.pack("<Q", len(header)) + header)
        os.truncate(path, 8 + len(header) + 2 * count)
        for verb in (["diff", "--all", path, path], ["verify", "--stats", path], ["show", "--stats", path]):
            # A thread of OpenBLAS would ask for a buffer again and again.
            result = duramen(*verb, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}, timeout=120,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)))
            self.assertEqual((result.returncode, result.stderr), (0, ""), verb)


if __name__ == "__main__":
    main()
