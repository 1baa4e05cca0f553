#!/usr/bin/env python3
"""The duramen tool from outside: verbs, JSON, exit codes, one-line errors. Usage: cli_test.py DURAMEN DATA_FOLDER"""
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile

# Not read yet: before PyTorch 1.6, and TorchScript.
OTHER_FORMATS = {"legacy.pt", "script.pt"}
TOOL, DATA = sys.argv[1], pathlib.Path(sys.argv[2])


def duramen(*arguments, text=None):
    return subprocess.run([TOOL, *map(str, arguments)], input=text, capture_output=True, text=True)


def as_json(*arguments, text=None):
    result = duramen(*arguments, text=text)
    if result.returncode != 0:
        raise AssertionError(f"{arguments}: exit {result.returncode}: {result.stderr}")
    return json.loads(result.stdout)


def safetensors(names):
    entries = {name: {"dtype": "U8", "shape": [1], "data_offsets": [i, i + 1]} for i, name in enumerate(names)}
    header = json.dumps(entries).encode()
    return struct.pack("<Q", len(header)) + header + bytes(len(names))


def torch_file(path, pickle):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a/data.pkl", pickle)
        file.writestr("a/version", "3\n")


def text_opcode(text):
    return b"X" + struct.pack("<I", len(text)) + text


class Refusals(unittest.TestCase):
    def refused(self, code, *arguments, text=None):
        result = duramen(*arguments, text=text)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertTrue(result.stderr.startswith("duramen: error: "), result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        return result.stderr

    def test_usage(self):
        self.refused(2)
        self.refused(2, "nonsense")
        self.refused(2, "ls")
        self.refused(2, "init", "Linear(1, 1)")
        self.assertIn("'lsx' (did you mean 'ls'?)", self.refused(2, "lsx"))
        self.assertIn("too large", self.refused(2, "tree", "Linear(1, 1)", "--seed", 2**64))
        self.assertEqual(duramen("tree", "Linear(1, 1)", "--seed", 2**64 - 1).returncode, 0)

    def test_text(self):
        self.assertIn("Linear", self.refused(2, "tree", "Liner(1, 2)"))
        self.assertIn("column", self.refused(2, "tree", "Linear(1, 2"))
        self.refused(2, "tree", "Linear(1, 2)", "--dtype", "int64")

    def test_files(self):
        self.assertIn("/no/such/file", self.refused(3, "ls", "/no/such/file"))
        self.refused(3, "tree", "@/no/such/file")
        self.refused(3, "init", "Linear(1, 1)", "-o", "/no/such/folder/x.pt")
        with tempfile.TemporaryDirectory() as folder:
            self.refused(3, "ls", folder)
            path = pathlib.Path(folder) / "bad\n\x1b[31mname.pt"
            path.write_bytes(b"PK\3\4 and nothing more")
            message = self.refused(3, "ls", path)
            self.assertNotIn("\x1b", message)
            self.assertEqual(message.count("name.pt"), 1, message)

    def test_a_long_key_above_many_items(self):
        pickle = b"\x80\2}" + text_opcode(b"k" * 1_000_000) + b"](" + b"N" * 20_000 + b"es."
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/long.pt"
            torch_file(path, pickle)
            message = self.refused(3, "ls", path)
            self.refused(3, "ls", "--json", path)
        self.assertIn(f"{path}: the names and texts of the entries are too long", message)

    def test_every_prefix_of_a_file_is_refused(self):
        whole = (DATA / "torch" / "state_dict.pt").read_bytes()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "cut.pt"
            for length in range(0, len(whole), 97):
                path.write_bytes(whole[:length])
                self.refused(3, "ls", path)


class Listing(unittest.TestCase):
    def test_safetensors(self):
        header = json.dumps({
            "__metadata__": {"format": "pt"},
            "b": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
            "a.x": {"dtype": "BF16", "shape": [], "data_offsets": [8, 10]},
        }).encode()
        data = struct.pack("<ff", 1.5, -2) + b"\x80\x3f"
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "model.bin"  # the content tells, not the name
            path.write_bytes(struct.pack("<Q", len(header)) + header + data)
            listed = as_json("ls", "--json", "--hash", path)
        self.assertEqual(listed["format"], "safetensors")
        entries = {entry["name"]: entry for entry in listed["entries"]}
        self.assertEqual(entries["b"], {
            "name": "b", "dtype": "float32", "shape": [2, 1], "strides": [1, 1], "nbytes": 8,
            "sha256": hashlib.sha256(data[:8]).hexdigest(), "aliases": None})
        self.assertEqual(entries["a.x"]["dtype"], "bfloat16")
        self.assertEqual(entries["a.x"]["shape"], [])

    def test_every_torch_file(self):
        files = sorted((DATA / "torch").glob("*.pt"))
        self.assertGreater(len(files), 5)
        for path in files:
            if path.name in OTHER_FORMATS:
                self.assertEqual(duramen("ls", path).returncode, 3)
                continue
            listed = as_json("ls", "--json", "--hash", path)
            self.assertEqual(listed["format"], "torch")
            names = [entry["name"] for entry in listed["entries"]]
            for entry in listed["entries"]:
                self.assertEqual(len(entry["shape"]), len(entry["strides"]))
                self.assertIn(entry["aliases"], [None, *names])
            self.assertTrue(duramen("ls", path).stdout.endswith("B\n"))

    def test_hidden_characters(self):
        name = "a\x9bb\u202ec\u200bd\u2028e\U000e0041f"
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "x"
            path.write_bytes(safetensors([name, "é😀"]))
            text = duramen("ls", path).stdout
            raw = duramen("ls", "--json", path).stdout
            names = [entry["name"] for entry in as_json("ls", "--json", path)["entries"]]
        self.assertEqual(names, [name, "é😀"])
        for line in (text, raw):
            self.assertIn("é😀", line)
            self.assertFalse(set("\x9b\u202e\u200b\u2028\U000e0041") & set(line))
        self.assertIn(r"a\u009bb\u202ec\u200bd\u2028e\U000e0041f", text)

    def test_a_long_name_does_not_widen_the_table(self):
        names = ["x" * 200_000 + ".end", *(str(i) for i in range(5000))]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "x"
            path.write_bytes(safetensors(names))
            text = duramen("ls", path).stdout
            listed = as_json("ls", "--json", path)
        self.assertLess(len(text), 2_000_000)
        self.assertIn("…", text)
        self.assertIn("x.end", text)
        self.assertEqual([entry["name"] for entry in listed["entries"]], names)

    def test_keys_of_other_kinds_differ(self):
        def key(content):
            return b"C" + bytes([len(content)]) + content
        pickle = (b"\x80\3}(" + key(b"ab") + b"K\1" + key(b"a\xff") + b"K\2" + b"K\1" + text_opcode(b"a") + b"\x86K\3"
                  + b"K\2" + text_opcode(b"a") + b"\x86K\4" + b"K\7\x85K\5u.")
        with tempfile.TemporaryDirectory() as folder:
            torch_file(f"{folder}/x", pickle)
            paths = {value["path"]: value["value"] for value in as_json("ls", "--json", f"{folder}/x")["values"]}
        self.assertEqual(paths, {"b'ab'": 1, r"b'a\xff'": 2, "(1, 'a')": 3, "(2, 'a')": 4, "(7,)": 5})

    def test_ties_name_the_first(self):
        listed = as_json("ls", "--json", DATA / "torch" / "views.pt")
        aliases = [entry["aliases"] for entry in listed["entries"]]
        self.assertIsNone(aliases[0])
        self.assertTrue(any(aliases))


class Trees(unittest.TestCase):
    def test_every_recorded_module(self):
        cases = json.loads((DATA / "goldens" / "index.json").read_text())["cases"]
        compared = 0
        for case in cases:
            if case["family"] != "module" or case["lazy"]:
                continue
            result = duramen("tree", "-", "--json", "--hash", "--seed", case["seed"], text=case["ctor"])
            if result.returncode == 2 and "unknown module type" in result.stderr:
                continue
            self.assertEqual(result.returncode, 0, result.stderr)
            tree = json.loads(result.stdout)
            for key in ("repr", "parameters", "buffers", "state"):
                self.assertEqual(tree[key], case[key], case["ctor"])
            self.assertEqual([[m["path"], m["class"]] for m in tree["modules"]], case["modules"])
            self.assertEqual([[v["path"], v["version"]] for v in tree["versions"]], case["versions"])
            compared += 1
        self.assertGreaterEqual(compared, 40)

    def test_the_table_tells_every_kind(self):
        table = duramen("tree", "Sequential(Linear(2, 3, bias=False), BatchNorm1d(3))").stdout
        rows = {line.split()[0]: line.split() for line in table.splitlines() if line.startswith(("0.", "1."))}
        self.assertEqual(rows["0.weight"][-6:], ["yes", "yes", "-", "yes", "yes", "yes"])
        self.assertEqual(rows["0.bias"][-6:], ["-"] * 6)
        self.assertEqual(rows["0.bias"][2], "None")
        self.assertEqual(rows["1.running_mean"][-6:], ["-", "-", "yes", "yes", "-", "yes"])

    def test_text_from_a_file(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("Linear(\n  4,  # in\n  3)\n")
            file.flush()
            self.assertEqual(as_json("tree", "--json", f"@{file.name}")["repr"],
                             "Linear(in_features=4, out_features=3, bias=True)")


class Initial(unittest.TestCase):
    def test_files_hold_the_initial_values(self):
        text = "Sequential(Linear(5, 4), BatchNorm1d(4))"
        for ending in ("pt", "safetensors"):
            for dtype in ("float32", "float64", "bfloat16"):
                with tempfile.TemporaryDirectory() as folder:
                    path = f"{folder}/model.{ending}"
                    result = duramen("init", text, "--seed", 7, "--dtype", dtype, "-o", path)
                    self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
                    read = as_json("ls", "--json", "--hash", path)["entries"]
                tree = as_json("tree", text, "--seed", 7, "--dtype", dtype, "--json", "--hash")["state"]
                self.assertEqual({e["name"]: e["sha256"] for e in read}, {e["key"]: e["sha256"] for e in tree})
                self.assertEqual(tree[0]["dtype"], dtype)

    def test_seeds_differ(self):
        first, second = (as_json("tree", "Linear(2, 2)", "--json", "--hash", "--seed", s) for s in (1, 2))
        self.assertNotEqual(first["state"], second["state"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
