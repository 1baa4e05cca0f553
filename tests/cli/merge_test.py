#!/usr/bin/env python3
"""duramen merge, and what ls and info say of trees, orders and classes; with files of PyTorch and safetensors."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

use_one_with("torch", "numpy", "safetensors")

import argparse  # noqa: E402
import collections  # noqa: E402
import json  # noqa: E402

import numpy  # noqa: E402
import safetensors.torch  # noqa: E402
import torch  # noqa: E402
from safetensors import safe_open  # noqa: E402

from tool import as_json, good, main  # noqa: E402
from torch_files import TorchFiles  # noqa: E402


class Split(TorchFiles):
    content = {f"layer.{i}.weight": torch.arange(100.) + i for i in range(10)}  # 400 bytes each

    def test_shards_are_what_their_index_says(self):
        a = self.folder / "a.safetensors"
        safetensors.torch.save_file(self.content, a)
        for name, load in (("b.safetensors", safetensors.torch.load_file), ("b.bin", torch.load)):
            index = self.folder / f"{name}.index.json"
            told = as_json("split", a, "--max-shard-size", "1KB", "-o", index, "--json")
            self.assertEqual(told["tensors"], 10)
            found = json.loads(index.read_text())
            self.assertEqual(found["metadata"]["total_size"], 4000)
            self.assertEqual(sorted(found["weight_map"]), sorted(self.content))
            shards = {shard: load(self.folder / shard) for shard in set(found["weight_map"].values())}
            self.assertEqual(len(shards), 5)
            for entry, shard in found["weight_map"].items():
                self.assertTrue(torch.equal(shards[shard][entry], self.content[entry]))
            good("convert", index, "-o", self.folder / "whole.pt")
            whole = self.loaded("whole.pt")
            self.assertTrue(all(torch.equal(whole[k], v) for k, v in self.content.items()) and len(whole) == 10)

    def test_sizes(self):
        a = self.saved(self.content)
        for size in ("1XB", "", "0", "-1", "99999999999GiB"):
            self.refused(2, "split", a, "--max-shard-size", size, "-o", self.folder / "b.safetensors")
        self.refused(3, "split", a, "--max-shard-size", "1KB", "-o", self.folder / "b.npz")


class Merge(TorchFiles):
    def test_shards(self):
        a, b = self.folder / "1.safetensors", self.folder / "2.safetensors"
        first, second = {"x": torch.randn(2), "y": torch.arange(3)}, {"z": torch.randn(2, 2).half()}
        safetensors.torch.save_file(first, a, {"format": "pt", "a": "1"})
        safetensors.torch.save_file(second, b, {"format": "pt", "b": "2"})
        good("merge", a, b, "-o", self.folder / "c.safetensors")
        found = safetensors.torch.load_file(self.folder / "c.safetensors")
        self.assertEqual(sorted(found), ["x", "y", "z"])
        for name, tensor in {**first, **second}.items():
            self.assertTrue(torch.equal(found[name], tensor))
        with safe_open(self.folder / "c.safetensors", "pt") as file:
            self.assertEqual(file.metadata(), {"format": "pt", "a": "1", "b": "2"})

    def test_names_in_two_files(self):
        a = self.saved({"m": {"x": torch.zeros(1), "y": torch.ones(1)}, "epoch": 1}, "a.pt")
        b = self.saved({"m": {"y": torch.full((1,), 2.0), "z": torch.ones(1)}}, "b.pt")
        message = self.refused(3, "merge", a, b, "-o", self.folder / "c.pt")
        for part in (str(b), "'m.y'", "--last", "--first"):
            self.assertIn(part, message)
        self.assertFalse((self.folder / "c.pt").exists())
        for flag, value in (("--last", 2.0), ("--first", 1.0)):
            told = as_json("merge", flag, a, b, "--json", "-o", self.folder / "c.pt")
            found = self.loaded("c.pt")
            self.assertEqual((list(found), list(found["m"])), (["m", "epoch"], ["x", "y", "z"]))
            self.assertEqual((found["m"]["y"].item(), told["decided"]), (value, ["m.y"]))
        self.refused(2, "merge", "--last", "--first", a, b, "-o", self.folder / "c.pt")

    def test_keys_whose_names_are_one(self):
        a = self.saved({1: torch.zeros(1), "1": torch.ones(1)}, "a.pt")
        b = self.saved({1: torch.full((1,), 2.0)}, "b.pt")
        good("merge", "--last", a, b, "-o", self.folder / "c.pt")
        self.assertEqual({key: value.item() for key, value in self.loaded("c.pt").items()}, {1: 2.0, "1": 1.0})

    def test_versions_of_both(self):
        net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
        a = self.saved(torch.nn.Sequential(torch.nn.Linear(2, 2)).state_dict(), "a.pt")
        state = net.state_dict()
        for name in ("0.weight", "0.bias"):
            del state[name]
        b = self.saved(state, "b.pt")
        good("merge", a, b, "-o", self.folder / "c.pt")
        net.load_state_dict(self.loaded("c.pt"))
        self.assertEqual(self.loaded("c.pt")._metadata["1"], {"version": 2})

    def test_all_of_the_metadata_of_both(self):
        for name, entries in (("a", {"": {"version": 1, "x": 1}, "a": {"x": 2}}), ("b", {"": {"version": 2, "y": 3}})):
            state = collections.OrderedDict({name: torch.ones(1)})
            state._metadata = collections.OrderedDict(entries)
            self.saved(state, f"{name}.pt")
        good("merge", self.folder / "a.pt", self.folder / "b.pt", "-o", self.folder / "c.pt")
        found = self.loaded("c.pt")
        self.assertEqual(list(found), ["a", "b"])
        self.assertEqual(found._metadata, {"": {"version": 2, "x": 1, "y": 3}, "a": {"x": 2}})

    def test_arrays_get_their_files_names(self):
        for name in ("x", "y"):
            numpy.save(self.folder / f"{name}.npy", numpy.arange(3) * 2)
        good("merge", self.folder / "x.npy", self.folder / "y.npy", "-o", self.folder / "c.safetensors")
        self.assertEqual(safetensors.torch.load_file(self.folder / "c.safetensors")["y"].tolist(), [0, 2, 4])
        good("merge", self.folder / "x.npy", "-o", self.folder / "d.npy")
        numpy.testing.assert_array_equal(numpy.load(self.folder / "d.npy"), numpy.arange(3) * 2)


class Listings(TorchFiles):
    def test_a_tree(self):
        net = torch.nn.ModuleDict({"a": torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 1)),
                                   "b": torch.nn.Linear(1, 1).double()})
        path = self.saved({"model": net.state_dict(), "epoch": 1})
        tree = as_json("ls", "--tree", "--json", path)["tree"]
        self.assertEqual((tree["name"], tree["tensors"], tree["elements"]), ("", 6, 15))
        self.assertEqual(tree["nbytes"], 13 * 4 + 2 * 8)
        model = tree["children"][0]
        self.assertEqual([(child["name"], child["tensors"], child["nbytes"]) for child in model["children"]],
                         [("a", 4, 52), ("b", 2, 16)])
        self.assertEqual(model["children"][1]["children"][0],
                         {"name": "weight", "dtype": "float64", "shape": [1, 1], "nbytes": 8})
        shallow = as_json("ls", "--tree", "--depth", "1", "--json", path)["tree"]
        self.assertEqual(shallow["children"], [{**{key: model[key] for key in ("name", "tensors", "elements", "nbytes")},
                                                "children": []}])
        text = good("ls", "--tree", path).splitlines()
        self.assertTrue(text[1].startswith(str(path)))
        self.assertRegex(text[3], r"^    a +4 +13 +52 B$")
        self.refused(2, "ls", "--depth", "1", path)
        self.refused(2, "ls", "--tree", "--depth", "-1", path)

    def test_names_of_very_many_parts(self):
        path = self.saved({"." * 5000: torch.ones(1), "a": torch.ones(1)})
        self.assertEqual(as_json("ls", "--tree", "--json", path)["tree"]["tensors"], 2)
        good("ls", "--tree", path)

    def test_orders(self):
        path = self.saved({"b": torch.zeros(2), "a": torch.zeros(3, dtype=torch.int64), "c": torch.zeros(9)})

        def names(*options):
            return [entry["name"] for entry in as_json("ls", "--json", *options, path)["entries"]]
        self.assertEqual(names(), ["b", "a", "c"])
        self.assertEqual(names("--sort", "name"), ["a", "b", "c"])
        self.assertEqual(names("--sort", "size"), ["c", "a", "b"])
        self.assertEqual(names("--sort", "dtype"), ["b", "c", "a"])
        self.refused(2, "ls", "--sort", "colour", path)
        text = good("ls", "--sort", "size", path).splitlines()
        self.assertEqual([line[0] for line in text[1:4]], ["c", "a", "b"])

    def test_long_lists_are_printed_in_parts(self):
        count = 40000
        path = self.folder / "long.safetensors"
        safetensors.torch.save_file({f"layer.{i}.weight": torch.ones(1) for i in range(count)}, path)
        self.assertEqual(len(as_json("ls", "--json", path)["entries"]), count)
        self.assertEqual(good("ls", path).count("\n"), count + 2)

    def test_classes(self):
        path = self.saved({"args": argparse.Namespace(lr=1), "x": torch.ones(1), "more": [argparse.Namespace()]})
        info = as_json("info", "--json", path)
        self.assertEqual(info["classes"], {"argparse.Namespace": 2})
        self.assertIn("argparse.Namespace: 2", good("info", path))

    def test_metadata(self):
        path = self.folder / "m.safetensors"
        safetensors.torch.save_file({"x": torch.ones(1)}, path, {"format": "pt", "long": "x" * 5000})
        self.assertEqual(as_json("info", "--metadata", "--json", path), {"format": "pt", "long": "x" * 5000})
        self.assertEqual(good("info", "--metadata", path), "format = pt\nlong = " + "x" * 5000 + "\n")


main()
