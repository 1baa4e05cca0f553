#!/usr/bin/env python3
"""duramen info: what kind of file it is, in how many files; metadata read, and set in its place."""
import json
import os
import struct

from tool import DATA, ToolTest, as_json, good, main, on_terminal


def with_room(room, metadata=None):
    """A .safetensors whose header ends with that many spaces, and its data aligned to 8."""
    entries = {"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
    if metadata is not None:
        entries = {"__metadata__": metadata, **entries}
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (room + -(len(header) + room) % 8)
    return struct.pack("<Q", len(header)) + header + struct.pack("<2f", 1, 2)


class Kind(ToolTest):
    def test_containers(self):
        for name, container, producer in (("state_dict", "zip", "torch.save"), ("script", "torchscript", "torch.jit.save"),
                                          ("legacy", "legacy", "torch.save")):
            facts = as_json("info", "--json", DATA / "torch" / f"{name}.pt")
            self.assertEqual((facts["container"], facts["producer"], facts["shards"]), (container, producer, None))
            self.assertIn(f"container {container}", good("info", DATA / "torch" / f"{name}.pt"))
        self.assertIsNone(as_json("info", "--json", DATA / "safetensors" / "dtypes.safetensors")["container"])

    def test_several_files(self):
        good("init", "Linear(4, 3)", "-o", self.folder / "x.pt")
        index = self.folder / "parts" / "model.safetensors.index.json"
        index.parent.mkdir()
        good("split", self.folder / "x.pt", "--max-shard-size", "20", "-o", index)
        for path in (index, index.parent):
            facts = as_json("info", "--json", path)
            self.assertEqual((facts["format"], facts["shards"], facts["files"], facts["warnings"]),
                             ("safetensors", 2, None, None))
            self.assertRegex(good("info", path), r"(?m)^shards +2 files$")
        good("convert", self.folder / "x.pt", "-o", f"{self.folder}/dcp/")
        facts = as_json("info", "--json", self.folder / "dcp")
        self.assertEqual((facts["format"], facts["files"], facts["shards"]), ("dcp", 1, None))
        self.assertRegex(good("info", self.folder / "dcp"), r"(?m)^elements in +1 file$")

    def test_warnings(self):
        good("init", "Linear(4, 3)", "-o", self.folder / "x.pt")
        index = self.folder / "model.safetensors.index.json"
        good("split", self.folder / "x.pt", "--max-shard-size", "1GB", "-o", index)
        content = json.loads(index.read_text())
        content["metadata"]["total_size"] += 1
        index.write_text(json.dumps(content))
        self.assertIn("total_size", as_json("info", "--json", index)["warnings"])
        self.assertRegex(good("info", index), r"(?m)^warning +.*total_size")


class Metadata(ToolTest):
    def test_a_text_is_read(self):
        path = self.file("x", with_room(0, {"format": "pt", "note": "a\x1b[31m\nb"}))
        self.assertEqual(good("info", "--get", "format", path), "pt\n")
        self.assertEqual(good("info", "--get-metadata", "note", path), "a\x1b[31m\nb\n")
        self.assertEqual(as_json("info", "--json", "--get", "note", path), "a\x1b[31m\nb")
        self.assertNotIn(b"\x1b", on_terminal("info", "--get", "note", path)[1])
        self.assertIn("'formt' (did you mean 'format'?)", self.refused(2, "info", "--get", "formt", path))
        self.refused(2, "info", "--get", "", path)

    def test_a_text_is_set_in_the_headers_place(self):
        path = self.file("x", with_room(200, {"old": "1", "gone": "2"}))
        before, inode = path.read_bytes(), path.stat().st_ino
        self.assertEqual(good("info", "--set", "author=Ada", "--set-metadata", "old=a=b", "--unset", "gone", path),
                         f"{path}: the header was written in its place\n")
        self.assertEqual(as_json("info", "--json", "--metadata", path), {"author": "Ada", "old": "a=b"})
        after = path.read_bytes()
        self.assertEqual((len(after), after[:8], after[-8:], path.stat().st_ino),
                         (len(before), before[:8], before[-8:], inode))
        self.assertEqual(os.listdir(self.folder), ["x"])

    def test_elements_are_left_alone(self):
        header = b'{"b":{"dtype":"BOOL","shape":[4],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}'
        header += b" " * (101 - len(header) % 2)  # so that no float lies where it is aligned
        data = b"\0\1\2\3" + struct.pack("<2f", 1, 2)
        path = self.file("x", struct.pack("<Q", len(header)) + header + data)
        self.assertEqual(good("info", "--set", "k=v", path), f"{path}: the header was written in its place\n")
        self.assertEqual(path.read_bytes()[-12:], data)
        self.assertEqual(as_json("info", "--json", "--metadata", path), {"k": "v"})
        self.assertIn('"x"', json.dumps(as_json("ls", "--json", path)))

    def test_without_room_the_file_is_written_anew(self):
        path = self.file("x", with_room(0))
        self.assertEqual(good("info", "--set", f"long={'y' * 500}", path), f"{path}: the whole file was written anew\n")
        self.assertEqual(good("info", "--get", "long", path), "y" * 500 + "\n")
        self.assertEqual(path.read_bytes()[-8:], struct.pack("<2f", 1, 2))
        found = as_json("info", "--json", "--unset", "long", path)
        self.assertEqual(found, {"output": str(path), "rewritten": False, "metadata": {}})

    def test_what_cannot_be_set_changes_nothing(self):
        path = self.file("x", with_room(100, {"a": "1"}))
        before = path.read_bytes()
        self.assertIn("there is no metadata 'b'", self.refused(2, "info", "--set", "c=1", "--unset", "b", path))
        self.refused(2, "info", "--set", "c", path)
        self.refused(2, "info", "--set", "c=1", "--get", "a", path)
        self.assertIn("not valid UTF-8", self.refused(3, "info", "--set", "c=1", "--set", os.fsdecode(b"d=\xff"), path))
        self.assertEqual(path.read_bytes(), before)
        self.assertIn("expected its path", self.refused(2, "info", "--set", "a=1", "-", text=""))
        good("init", "Linear(4, 3)", "-o", self.folder / "x.pt")
        self.assertIn("torch has no metadata texts", self.refused(3, "info", "--set", "a=1", self.folder / "x.pt"))
        index = self.folder / "model.safetensors.index.json"
        good("split", self.folder / "x.pt", "--max-shard-size", "20", "-o", index)
        self.assertIn("that of a shard", self.refused(3, "info", "--set", "a=1", index))
        self.refused(3, "info", "--set", "a=1", self.folder / "nothing")


if __name__ == "__main__":
    main()
