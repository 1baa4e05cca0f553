#!/usr/bin/env python3
"""duramen convert and extract on what PyTorch, safetensors and NumPy wrote; they read what comes out."""
import collections
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

use_one_with("torch", "numpy", "safetensors")

import numpy  # noqa: E402
import safetensors.torch  # noqa: E402
import torch  # noqa: E402
from safetensors import safe_open  # noqa: E402

from tool import TOOL, as_json, duramen, good, main  # noqa: E402
from torch_files import TorchFiles  # noqa: E402


def model():
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2).double())


def trained():
    """What a training loop saves."""
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    net(torch.randn(5, 3)).sum().backward()
    optimizer.step()
    return {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3,
            "hp": {"lr": 0.1, "layers": [1, None, "x"], 7: (True, 2.5)}}


class Tensors(TorchFiles):
    def same(self, a, b):
        self.assertEqual(list(a), list(b))
        for name in a:
            self.assertEqual(a[name].dtype, b[name].dtype, name)
            self.assertTrue(torch.equal(a[name], b[name]), name)


class Convert(Tensors):
    def test_to_safetensors_and_back(self):
        state = model().state_dict()
        state["half"], state["brain"] = torch.randn(3).half(), torch.randn(2, 2).bfloat16()
        state["transposed"], state["none"] = torch.randn(3, 5).T, torch.zeros(0, 2)
        state["byte"], state["scalar"] = torch.arange(3, dtype=torch.uint8), torch.tensor(True)
        self.saved(state)
        told = good("convert", self.folder / "a.pt", "-o", self.folder / "b.safetensors")
        self.assertIn(f"safetensors, {len(state)} tensors", told)
        found = safetensors.torch.load_file(self.folder / "b.safetensors")
        self.same(dict(sorted(state.items())), dict(sorted(found.items())))
        reference = {name: tensor.contiguous() for name, tensor in state.items()}
        safetensors.torch.save_file(reference, self.folder / "c.safetensors")
        self.assertEqual((self.folder / "b.safetensors").read_bytes(), (self.folder / "c.safetensors").read_bytes())
        good("convert", self.folder / "b.safetensors", "-o", self.folder / "d.pt")
        self.same(dict(sorted(self.loaded("d.pt").items())), dict(sorted(found.items())))

    def test_the_same_bytes_every_time(self):
        self.saved(trained())
        for name in ("x.pt", "y/x.pt"):
            (self.folder / name).parent.mkdir(exist_ok=True)
            good("convert", self.folder / "a.pt", "-o", self.folder / name)
        self.assertEqual((self.folder / "x.pt").read_bytes(), (self.folder / "y/x.pt").read_bytes())

    def test_values_need_a_word(self):
        content = trained()
        path = self.saved(content)
        message = self.refused(3, "convert", path, "-o", self.folder / "b.safetensors")
        for part in ("tensors only", "--drop-values", "--select model"):
            self.assertIn(part, message)
        self.assertFalse((self.folder / "b.safetensors").exists())
        told = as_json("convert", path, "--drop-values", "--json", "-o", self.folder / "b.safetensors")
        self.assertIn("epoch", told["dropped_values"])
        self.assertIn("hp.layers.1", told["dropped_values"])
        self.assertEqual(told["tensors"], len(safetensors.torch.load_file(self.folder / "b.safetensors")))
        good("convert", path, "--select", "model", "-o", self.folder / "b.safetensors")
        found = safetensors.torch.load_file(self.folder / "b.safetensors")
        self.same(dict(sorted(found.items())), dict(sorted(content["model"].items())))
        self.assertIn("did you mean 'model'?", self.refused(2, "convert", path, "--select", "modle", "-o", "x.pt"))

    def test_a_part_of_a_nested_file(self):
        content = trained()
        path = self.saved(content)
        told = as_json("convert", path, "--drop-optimizer", "--json", "-o", self.folder / "b.pt")
        self.assertEqual(told["dropped_optimizer"], ["optimizer"])
        found = self.loaded("b.pt")
        self.assertEqual(list(found), ["model", "epoch", "hp"])
        self.assertEqual(found["hp"], content["hp"])
        self.assertEqual(type(found["model"]), type(content["model"]))
        self.assertEqual(found["model"]._metadata, content["model"]._metadata)
        self.same(found["model"], content["model"])
        good("convert", path, "--include", "model.*.weight", "--include", "hp.**", "-o", self.folder / "c.pt")
        found = self.loaded("c.pt")
        self.assertEqual(list(found), ["model", "hp"])
        self.assertEqual(list(found["model"]), ["0.weight", "1.weight"])
        self.assertEqual(found["model"]._metadata, content["model"]._metadata)
        good("convert", path, "--select", "hp.layers", "-o", self.folder / "d.pt")
        self.assertEqual(self.loaded("d.pt"), [1, None, "x"])
        good("convert", path, "--dtype", "int64", "-o", self.folder / "e.pt")
        self.assertEqual(list(self.loaded("e.pt")["model"]), ["1.num_batches_tracked"])
        self.refused(2, "convert", path, "--include", "nothing", "-o", self.folder / "e.pt")

    def test_optimizers_are_known_by_their_content(self):
        content = trained()
        state = content["optimizer"]
        path = self.saved({"loops": {"optimizer_states": [state, state]}, "adam": state, "model": content["model"],
                           "state": {"param_groups": 1}})
        good("convert", path, "--drop-optimizer", "-o", self.folder / "b.pt")
        self.assertEqual(list(self.loaded("b.pt")), ["model", "state"])

    def test_ties(self):
        weight = torch.randn(5, 4)
        path = self.saved({"wte.weight": weight, "lm_head.weight": weight, "alone": torch.ones(2)})
        target = self.folder / "b.safetensors"
        message = self.refused(3, "convert", path, "-o", target)
        for part in ("'lm_head.weight'", "'wte.weight'", "--clone-ties", "--drop-ties"):
            self.assertIn(part, message)
        told = as_json("convert", path, "--drop-ties", "--json", "-o", target)
        self.assertEqual(told["dropped_ties"], {"wte.weight": "lm_head.weight"})
        net = torch.nn.ModuleDict({"wte": torch.nn.Linear(4, 5, False), "lm_head": torch.nn.Linear(4, 5, False)})
        net["lm_head"].weight = net["wte"].weight
        net.alone = torch.nn.Parameter(torch.zeros(2))
        safetensors.torch.load_model(net, target)
        self.assertTrue(torch.equal(net["wte"].weight, weight))
        safetensors.torch.save_model(net, self.folder / "c.safetensors")
        self.assertEqual(target.read_bytes(), (self.folder / "c.safetensors").read_bytes())
        told = as_json("convert", path, "--clone-ties", "--json", "-o", target)
        self.assertEqual(told["cloned_ties"], ["wte.weight"])
        found = safetensors.torch.load_file(target)
        self.assertTrue(torch.equal(found["wte.weight"], weight) and torch.equal(found["lm_head.weight"], weight))
        good("convert", path, "-o", self.folder / "d.pt")
        found = self.loaded("d.pt")
        self.assertEqual(found["wte.weight"].data_ptr(), found["lm_head.weight"].data_ptr())

    def test_views_of_one_storage(self):
        base = torch.arange(24.0).reshape(4, 6)
        path = self.saved({"row": base[1], "all": base.T, "corner": base[:2, :2], "apart": torch.zeros(1)})
        message = self.refused(3, "convert", path, "--drop-ties", "-o", self.folder / "b.safetensors")
        self.assertIn("without being the same", message)  # a row and a corner are other data than all
        path = self.saved({"a": base[:3], "b": base[2:]})
        self.assertIn("without being the same", self.refused(3, "convert", path, "--drop-ties", "-o",
                                                           self.folder / "c.safetensors"))
        good("convert", path, "--clone-ties", "-o", self.folder / "c.safetensors")
        self.same(safetensors.torch.load_file(self.folder / "c.safetensors"), {"a": base[:3], "b": base[2:]})
        path = self.saved({"a": base[:2], "b": base[2:]})  # side by side
        good("convert", path, "-o", self.folder / "c.safetensors")
        self.same(safetensors.torch.load_file(self.folder / "c.safetensors"), {"a": base[:2], "b": base[2:]})

    def test_all_of_the_metadata_of_modules_is_kept(self):
        state = collections.OrderedDict(a=torch.ones(2), b=torch.zeros(3))
        state._metadata = collections.OrderedDict(
            {"": {"version": 1, "note": "kept"}, "a": {}, "b": {"version": "2.0", "parts": [1, (2, None)]}})
        state.origin = "here"
        before = (dict(state._metadata), "here")
        path = self.saved({"model": state, "epoch": 3})
        self.saved(state, "b.pt")

        def kept(name, *keys):
            found = torch.load(self.folder / name, weights_only=False)
            for key in keys:
                found = found[key]
            self.assertEqual((dict(found._metadata), found.origin), before)
            return list(found)

        good("convert", path, "--exclude", "model.b", "-o", self.folder / "c.pt")
        self.assertEqual(kept("c.pt", "model"), ["a"])
        good("convert", path, "--drop-values", "-o", self.folder / "c.pt")
        self.assertEqual(kept("c.pt", "model"), ["a", "b"])
        good("convert", path, "--select", "model", "-o", self.folder / "c.pt")
        kept("c.pt")
        good("cast", path, "--dtype", "float16", "-o", self.folder / "c.pt")
        kept("c.pt", "model")
        good("extract", path, "model.a", "-o", self.folder / "c.pt")
        self.assertEqual(kept("c.pt", "model"), ["a"])
        good("rename", self.folder / "b.pt", "--rename", "exact:a=c", "-o", self.folder / "c.pt")
        self.assertEqual(kept("c.pt"), ["c", "b"])

    def test_dropped_values_of_a_whole_module(self):
        path = self.saved(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU()))
        good("convert", path, "--drop-values", "-o", self.folder / "b.pt")
        self.assertEqual(list(self.loaded("b.pt")), ["0.weight", "0.bias"])

    def test_values_stay_when_ties_are_cloned(self):
        tied = torch.ones(3)
        path = self.saved({"general.architecture": "x", "a": tied, "b": tied})
        good("convert", path, "--clone-ties", "-o", self.folder / "b.gguf")
        self.assertEqual(as_json("extract", self.folder / "b.gguf", "general.architecture"), "x")

    def test_metadata(self):
        path = self.folder / "a.safetensors"
        safetensors.torch.save_file({"x": torch.ones(2)}, path, {"format": "pt", "by": "me"})
        target = self.folder / "b.safetensors"

        def metadata(*options):
            good("convert", path, *options, "-o", target)
            with safe_open(target, "pt") as file:
                return file.metadata()
        self.assertEqual(metadata(), {"format": "pt", "by": "me"})
        self.assertEqual(metadata("--set-metadata", "k=a=\n", "--set-metadata", "by=é", "--unset-metadata", "format"),
                         {"k": "a=\n", "by": "é"})
        self.refused(2, "convert", path, "--unset-metadata", "nothing", "-o", target)
        self.refused(2, "convert", path, "--set-metadata", "nothing", "-o", target)
        self.refused(3, "convert", path, "--set-metadata", "a=b", "-o", self.folder / "c.pt")
        told = as_json("convert", path, "--json", "-o", self.folder / "c.pt")
        self.assertEqual(told["dropped_metadata"], ["by", "format"])

    def test_alignment(self):
        path = self.saved(model().state_dict())
        good("convert", path, "--align", "4096", "-o", self.folder / "b.safetensors")
        self.assertEqual((8 + int.from_bytes((self.folder / "b.safetensors").read_bytes()[:8], "little")) % 4096, 0)
        self.same(dict(sorted(safetensors.torch.load_file(self.folder / "b.safetensors").items())),
                  dict(sorted(model().state_dict().items())))
        self.refused(3, "convert", path, "--align", "3", "-o", self.folder / "b.safetensors")

    def test_over_itself(self):
        state = model().state_dict()
        path = self.saved(state)
        good("convert", path, "-o", path)
        self.same(self.loaded("a.pt"), state)

    def test_names_that_tell_no_format(self):
        path = self.saved(model().state_dict())
        self.assertIn("--to", self.refused(2, "convert", path, "-o", self.folder / "plain"))
        self.refused(2, "convert", path, "--to", "hdf5", "-o", self.folder / "plain")
        self.refused(2, "convert", path, "-o", self.folder / "x.h5")
        good("convert", path, "--to", "safetensors", "-o", self.folder / "plain")
        self.assertEqual(as_json("info", "--json", self.folder / "plain")["format"], "safetensors")

    def test_pipes(self):
        state = model().state_dict()
        path = self.saved(state)
        for start in ('cat "$2" | "$0" convert -', '"$0" convert - < "$2"'):
            command = start + ' --to safetensors -o - | "$0" convert - -o "$1"'
            result = subprocess.run(["bash", "-o", "pipefail", "-c", command, TOOL, self.folder / "b.pt", path],
                                    capture_output=True, text=True)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.same(dict(sorted(self.loaded("b.pt").items())), dict(sorted(state.items())))
        with open(path, "rb") as file:
            result = subprocess.run([TOOL, "ls", "--json", "-"], stdin=file, capture_output=True, text=True)
        self.assertEqual(len(json.loads(result.stdout)["entries"]), len(state))
        self.assertRegex(self.refused(3, "ls", "-", text="no checkpoint"), "^duramen: error: stdin: ")
        self.assertIn("--to", self.refused(2, "convert", path, "-o", "-"))
        self.assertRegex(self.refused(3, "convert", path, "--to", "dcp", "-o", "-"), "^duramen: error: stdout: ")
        with open("/dev/full", "w") as full:
            result = subprocess.run([TOOL, "convert", path, "--to", "torch", "-o", "-"], stdout=full,
                                    stderr=subprocess.PIPE, text=True)
        self.assertEqual(result.returncode, 3)
        self.assertRegex(result.stderr, r"^duramen: error: stdout: cannot be written: .*\n$")


class Extract(Tensors):
    def test_an_array(self):
        content = trained()
        path = self.saved(content)
        good("extract", path, "model.0.weight", "-o", self.folder / "w.npy")
        numpy.testing.assert_array_equal(numpy.load(self.folder / "w.npy"), content["model"]["0.weight"].numpy())
        message = self.refused(3, "extract", path, "model.0", "-o", self.folder / "x.npy")
        self.assertIn("one tensor (got 2)", message)

    def test_entries_keep_their_places(self):
        content = trained()
        path = self.saved(content)
        good("extract", path, "model.0", "epoch", "-o", self.folder / "b.pt")
        found = self.loaded("b.pt")
        self.assertEqual((list(found), list(found["model"]), found["epoch"]),
                         (["model", "epoch"], ["0.weight", "0.bias"], 3))
        good("extract", path, "--select", "model", "1", "-o", self.folder / "b.safetensors")
        self.assertEqual(sorted(safetensors.torch.load_file(self.folder / "b.safetensors")),
                         sorted(name for name in content["model"] if name.startswith("1.")))

    def test_values_as_json(self):
        content = trained()
        path = self.saved(content)
        self.assertEqual(good("extract", path, "epoch"), "3\n")
        self.assertEqual(as_json("extract", path, "hp"),
                         {"lr": 0.1, "layers": [1, None, "x"], "7": [True, 2.5]})
        self.assertEqual(as_json("extract", path, "epoch", "hp.layers.0"), {"epoch": 3, "hp.layers.0": 1})
        self.assertEqual(as_json("extract", path, "model.1.bias"),
                         [float(str(number)) for number in content["model"]["1.bias"].numpy()])
        self.assertEqual(list(as_json("extract", path, "model.1")["model"]), [k for k in content["model"] if k[0] == "1"])
        self.assertEqual(as_json("extract", "--select", "hp", path)["layers"], [1, None, "x"])
        self.assertIn("did you mean 'epoch'?", self.refused(2, "extract", path, "epohc"))

    def test_what_json_has_no_word_for(self):
        path = self.saved({"b": b"\x00\xff", "big": 1 << 80, "inf": float("inf"), "none": {}})
        self.assertEqual(as_json("extract", path), {"b": {"bytes": "00ff"}, "big": 1 << 80, "inf": "inf", "none": {}})


main()
