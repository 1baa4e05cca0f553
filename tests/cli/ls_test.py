#!/usr/bin/env python3
"""duramen ls: what a file holds, as JSON and as a table."""
import hashlib
import json
import struct

from tool import DATA, ToolTest, as_json, duramen, good, main, safetensors, text_opcode, torch_file


class Listing(ToolTest):
    def test_safetensors(self):
        header = json.dumps({
            "__metadata__": {"format": "pt"},
            "b": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
            "a.x": {"dtype": "BF16", "shape": [], "data_offsets": [8, 10]},
        }).encode()
        data = struct.pack("<ff", 1.5, -2) + b"\x80\x3f"
        path = self.file("model.bin", struct.pack("<Q", len(header)) + header + data)  # the content tells
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
            listed = as_json("ls", "--json", "--hash", path)
            self.assertEqual(listed["format"], "torch")
            names = [entry["name"] for entry in listed["entries"]]
            for entry in listed["entries"]:
                self.assertEqual(len(entry["shape"]), len(entry["strides"]))
                self.assertIn(entry["aliases"], [None, *names])
            self.assertTrue(good("ls", path).endswith("B\n"))

    def test_hidden_characters(self):
        name = "a\x9bb\u202ec\u200bd\u2028e\U000e0041f"
        path = self.file("x", safetensors([name, "é😀"]))
        text = good("ls", path)
        raw = good("ls", "--json", path)
        self.assertEqual([entry["name"] for entry in json.loads(raw)["entries"]], [name, "é😀"])
        for line in (text, raw):
            self.assertIn("é😀", line)
            self.assertFalse(set("\x9b\u202e\u200b\u2028\U000e0041") & set(line))
        self.assertIn(r"a\u009bb\u202ec\u200bd\u2028e\U000e0041f", text)

    def test_a_long_name_does_not_widen_the_table(self):
        names = ["x" * 200_000 + ".end", *(str(i) for i in range(5000))]
        path = self.file("x", safetensors(names))
        text = good("ls", path)
        self.assertLess(len(text), 2_000_000)
        self.assertIn("…", text)
        self.assertIn("x.end", text)
        self.assertEqual([entry["name"] for entry in as_json("ls", "--json", path)["entries"]], names)

    def test_a_long_key_above_many_items(self):
        pickle = b"\x80\2}" + text_opcode(b"k" * 1_000_000) + b"](" + b"N" * 20_000 + b"es."
        path = self.folder / "long.pt"
        torch_file(path, pickle)
        message = self.refused(3, "ls", path)
        self.refused(3, "ls", "--json", path)
        self.assertIn(f"{path}: the names and texts of the entries are too long", message)

    def test_keys_of_other_kinds_differ(self):
        def key(content):
            return b"C" + bytes([len(content)]) + content
        pickle = (b"\x80\3}(" + key(b"ab") + b"K\1" + key(b"a\xff") + b"K\2" + b"K\1" + text_opcode(b"a") + b"\x86K\3"
                  + b"K\2" + text_opcode(b"a") + b"\x86K\4" + b"K\7\x85K\5u.")
        torch_file(self.folder / "x", pickle)
        paths = {value["path"]: value["value"] for value in as_json("ls", "--json", self.folder / "x")["values"]}
        self.assertEqual(paths, {"b'ab'": 1, r"b'a\xff'": 2, "(1, 'a')": 3, "(2, 'a')": 4, "(7,)": 5})

    def test_every_key_can_be_reached(self):
        keys = [b"K\1", text_opcode(b"1"), b"C\2ab", text_opcode(b"b'ab'"), b"K\1K\2\x86", b"K\1K\2\x86", b"N", text_opcode(b"None"),
                text_opcode(b"ab")]
        pickle = b"\x80\3}(" + b"".join(key + b"K" + bytes([i]) for i, key in enumerate(keys)) + b"u."
        torch_file(self.folder / "x", pickle)
        paths = [value["path"] for value in as_json("ls", "--json", self.folder / "x")["values"]]
        self.assertEqual(paths, ["1#0", "1", "b'ab'#2", "b'ab'", "(1, 2)", "(1, 2)#5", "None#6", "None", "ab"])
        for i, path in enumerate(paths):
            self.assertEqual(as_json("extract", self.folder / "x", path), i)

    def test_views_name_the_first_on_their_storage(self):
        listed = as_json("ls", "--json", DATA / "torch" / "views.pt")
        aliases = {entry["name"]: entry["aliases"] for entry in listed["entries"]}
        shared = ["transposed", "row", "column", "steps", "same"]
        alone = ["base", "expanded", "scalar", "empty"]
        self.assertEqual(aliases, dict.fromkeys(shared, "base") | dict.fromkeys(alone))

    def test_slices_of_one_storage_are_no_ties(self):
        def view(name, offset, shape, strides):
            def row(numbers):
                return b"(" + b"".join(b"K" + bytes([number]) for number in numbers) + b"t"
            return (text_opcode(name) + b"ctorch._utils\n_rebuild_tensor_v2\n((" + text_opcode(b"storage")
                    + b"ctorch\nFloatStorage\n" + text_opcode(b"0") + text_opcode(b"cpu") + b"K\x14tQK" + bytes([offset])
                    + row(shape) + row(strides) + b"\x89ccollections\nOrderedDict\n)RtR")
        views = [view(b"a", 0, [5], [1]), view(b"b", 5, [3, 5], [5, 1]), view(b"c", 4, [2], [1]), view(b"d", 5, [0], [1])]
        torch_file(self.folder / "x", b"\x80\2}(" + b"".join(views) + b"u.", [bytes(80)])
        aliases = [entry["aliases"] for entry in as_json("ls", "--json", self.folder / "x")["entries"]]
        self.assertEqual(aliases, [None, "a", "a", "a"])
        info = as_json("info", "--json", self.folder / "x")
        self.assertEqual((info["elements"], info["floating_elements"], info["ties"]), (22, 20, 1))

    def test_nested_containers_are_dotted_paths(self):
        listed = as_json("ls", "--json", DATA / "torch" / "nested.pt")
        paths = [value["path"] for value in listed["values"]]
        self.assertTrue(any(path.count(".") > 1 for path in paths), paths)
        self.assertTrue(all(value["kind"] for value in listed["values"]))

    def test_an_array_has_no_name(self):
        header = b"{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }\n"
        path = self.file("x.npy", b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header
                         + struct.pack(">6h", 1, 2, 3, 4, 5, 6))
        listed = as_json("ls", "--json", "--hash", path)
        self.assertEqual(listed, {"format": "npy", "values": [], "entries": [{
            "name": "", "dtype": "int16", "shape": [2, 3], "strides": [1, 2], "nbytes": 12, "aliases": None,
            "sha256": hashlib.sha256(struct.pack("<6h", 1, 3, 5, 2, 4, 6)).hexdigest()}]})

    def test_every_prefix_of_a_file_is_refused(self):
        whole = (DATA / "torch" / "state_dict.pt").read_bytes()
        for length in range(0, len(whole), 97):
            self.refused(3, "ls", self.file("cut.pt", whole[:length]))

    def test_files_that_are_none(self):
        self.assertIn("/no/such/file", self.refused(3, "ls", "/no/such/file"))
        self.refused(3, "ls", self.folder)
        message = self.refused(3, "ls", self.file("bad\n\x1b[31mname.pt", b"PK\3\4 and nothing more"))
        self.assertEqual(message.count("name.pt"), 1, message)

    def test_a_name_that_is_not_text(self):
        result = duramen("ls", b"/no/such/\xff\xfe.pt".decode(errors="surrogateescape"))
        self.assertEqual(result.returncode, 3)
        self.assertIn("\\xff", result.stderr)


main()
