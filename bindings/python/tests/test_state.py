"""State dicts as mappings, loads and their reports."""
import collections
import copy
import unittest

import duramen
import numpy as np

MODEL = "Sequential(Linear(2, 3), BatchNorm1d(3))"
KEYS = ["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"]


class Mapping(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context(seed=5)
        self.m = self.ctx.module(MODEL)
        self.d = self.m.state_dict()

    def test_it_is_an_ordered_mapping(self):
        d = self.d
        self.assertIsInstance(d, collections.abc.Mapping)
        self.assertEqual((list(d), list(d.keys()), len(d)), (KEYS, KEYS, 7))
        self.assertEqual([n for n, _ in d.items()], KEYS)
        self.assertEqual([v.shape for v in d.values()], [d[k].shape for k in KEYS])
        self.assertIn("0.bias", d)
        self.assertNotIn("0.bia", d)
        self.assertNotIn(3, d)
        with self.assertRaises(KeyError):
            d["zz"]
        with self.assertRaises(duramen.Error) as caught:
            d.tensor("0.bia")
        self.assertEqual(caught.exception.details["nearest"], "0.bias")
        self.assertIsNone(d.get("zz"))

    def test_tensors_are_live_and_detached(self):
        self.assertEqual(self.d["0.weight"].storage_id, self.m[0].weight.storage_id)
        self.assertFalse(self.d["0.weight"].requires_grad)
        kept = self.m.state_dict(keep_vars=True)
        self.assertIs(kept["0.weight"], self.m[0].weight)
        snapshot = self.d.snapshot()
        self.assertNotEqual(snapshot["0.weight"].storage_id, self.m[0].weight.storage_id)
        self.assertNotEqual(copy.deepcopy(self.d)["0.bias"].storage_id, self.m[0].bias.storage_id)
        self.assertEqual(snapshot.versions(), self.d.versions())

    def test_versions_and_metadata(self):
        self.assertEqual(self.d.versions(), {"": 1, "0": 1, "1": 2})
        self.assertEqual(self.d._metadata["1"], {"version": 2})
        self.assertIsNone(duramen.StateDict()._metadata)
        handle, weight = self.d.handle, self.d["0.weight"]
        self.d._metadata["0"] = {"version": 7}
        del self.d._metadata["1"]
        self.assertEqual(self.d.versions(), {"": 1, "0": 7})
        self.assertNotEqual(self.d.handle, handle)
        self.assertIs(self.d["0.weight"], weight)
        with self.assertRaises(KeyError):
            del self.d._metadata["1"]
        self.d.metadata["format"] = "pt"
        self.assertEqual(dict(self.d.metadata), {"format": "pt"})
        del self.d.metadata["format"]
        with self.assertRaises(KeyError):
            self.d.metadata["format"]

    def test_editing(self):
        d = self.d.copy()
        d["extra"] = np.arange(3)
        d["number"] = 3
        del d["0.weight"]
        self.assertEqual(list(d), [*KEYS[1:], "extra", "number"])
        self.assertEqual((d["extra"].tolist(), d["number"]), ([0, 1, 2], 3))
        with self.assertRaises(KeyError):
            del d["0.weight"]
        self.assertEqual(list(self.d), KEYS)
        self.assertEqual(d.pop("number"), 3)
        prefixed = self.m.state_dict(prefix="module.")
        self.assertEqual(list(prefixed)[0], "module.0.weight")
        self.assertEqual(list(prefixed.strip_prefix("module.")), KEYS)

    def test_a_destination_is_filled(self):
        destination = collections.OrderedDict([("first", 1)])
        self.assertIs(self.m.state_dict(destination=destination, prefix="p."), destination)
        self.assertEqual(list(destination), ["first", *(f"p.{key}" for key in KEYS)])


class Loading(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context(seed=5)
        self.m = self.ctx.module(MODEL)

    def test_a_good_load(self):
        other = duramen.Context(seed=9).module(MODEL)
        weight = self.m[0].weight
        report = self.m.load_state_dict(other.state_dict())
        self.assertEqual(str(report), "<All keys matched successfully>")
        missing, unexpected = report
        self.assertEqual((missing, unexpected, report.loaded), ([], [], 7))
        self.assertIs(self.m[0].weight, weight)
        self.assertEqual(weight.tobytes(), other[0].weight.tobytes())

    def test_any_mapping_of_arrays_loads(self):
        arrays = {k: v.numpy() + 1 for k, v in self.m.state_dict().items()}
        report = self.m.load_state_dict(arrays)
        self.assertEqual(report.missing_keys, [])
        np.testing.assert_array_equal(self.m[0].bias.detach().numpy(), arrays["0.bias"])
        del arrays["1.num_batches_tracked"]
        self.assertEqual(self.m.load_state_dict(arrays).defaulted, ["1.num_batches_tracked"])
        with self.assertRaises(TypeError):
            self.m.load_state_dict([("a", 1)])

    def test_a_refused_load_changes_nothing(self):
        before = self.m.state_dict().snapshot()
        wrong = self.m.state_dict().snapshot()
        wrong["0.weight"] = np.ones((3, 2), np.float32)
        wrong["0.bias"] = np.ones((9,), np.float32)
        wrong["zz"] = np.ones((1,), np.float32)
        del wrong["1.weight"]
        with self.assertRaises(RuntimeError) as caught:
            self.m.load_state_dict(wrong)
        error = caught.exception
        self.assertIsInstance(error, duramen.Error)
        self.assertEqual((error.status, error.torch_error), ("INCOMPATIBLE", "RuntimeError"))
        self.assertIn("Error(s) in loading state_dict for Sequential:", str(error))
        self.assertIn('Missing key(s) in state_dict: "1.weight"', str(error))
        self.assertIn("size mismatch for 0.bias", str(error))
        self.assertEqual(error.report.missing_keys, ["1.weight"])
        self.assertEqual(error.report.unexpected_keys, ["zz"])
        self.assertEqual([(i.name, i.expected_shape, i.actual_shape) for i in error.report.shape_mismatches],
                         [("0.bias", (3,), (9,))])
        for key in KEYS:
            self.assertEqual(self.m.state_dict()[key].tobytes(), before[key].tobytes())
        with self.assertRaises(RuntimeError):
            self.m.load_state_dict(wrong, strict=False)
        del wrong["0.bias"]
        report = self.m.load_state_dict(wrong, strict=False)
        self.assertEqual(report, (["0.bias", "1.weight"], ["zz"]))
        self.assertEqual(repr(report),
                         "_IncompatibleKeys(missing_keys=['0.bias', '1.weight'], unexpected_keys=['zz'])")
        self.assertEqual(self.m[0].weight.tolist(), np.ones((3, 2)).tolist())

    def test_match_loads_nothing(self):
        before = self.m[0].weight.tobytes()
        report = self.m.match({"0.weight": np.ones((3, 2))}, strict=False)
        self.assertEqual([i.name for i in report.dtype_mismatches], ["0.weight"])
        self.assertEqual(self.m[0].weight.tobytes(), before)

    def test_what_does_not_fit_is_explained(self):
        renamed = {f"module.{key}": value for key, value in self.m.state_dict().items()}
        report = self.m.match(renamed)
        self.assertEqual((report.suggestion, report.suggestion_count), ("strip:module.", 6))
        self.assertIn("The rename rule strip:module. would make 6 more names fit", report.describe())
        self.assertEqual([item.name for item in report.items if not item.is_error], report.defaulted)
        with self.assertRaises(RuntimeError) as caught:
            self.m.load_state_dict(renamed)
        self.assertEqual(caught.exception.report.suggestion, "strip:module.")

    def test_policies(self):
        state = self.m.state_dict().snapshot()
        state["0.weight"] = np.full((4, 1), 8, np.float32)
        state["zz"] = np.ones(1)
        del state["1.weight"]
        with self.assertRaises(ValueError):
            self.m.match(state, mismatched="ignore")
        with self.assertRaises(ValueError):
            self.m.match(state, policies={"*": "everything"})
        policies = {"1.*": "missing", "zz": "unexpected", "0.**": "slice"}
        report = self.m.load_state_dict(state, policies=policies)
        self.assertEqual((report.missing_keys, report.unexpected_keys), (["1.weight"], ["zz"]))
        self.assertEqual([item.name for item in report.sliced], ["0.weight"])
        self.assertFalse(any(item.is_error for item in report.items))
        self.assertEqual(self.m[0].weight.detach().numpy()[:, 0].tolist(), [8, 8, 8])
        del policies["zz"]
        self.assertEqual([item.name for item in self.m.match(state, policies=policies).items if item.is_error], ["zz"])
        self.assertEqual(self.m.match(state, strict=False, mismatched="skip").shape_mismatches[0].is_error, False)
        self.assertEqual(str(self.m.match(self.m.state_dict())), "<All keys matched successfully>")
        self.assertIn("1 of other shapes", str(self.m.match({**self.m.state_dict(), "0.bias": np.zeros(9, np.float32)},
                                                           mismatched="skip")))
        wide = {key: value.numpy().astype(np.float64) for key, value in self.m.state_dict().items()}
        with self.assertRaises(RuntimeError):
            self.m.load_state_dict(wide, dtype="require")

    def test_ties(self):
        m = self.ctx.module("ModuleDict({'a': Linear(2, 2), 'b': Linear(2, 2)})")
        m["b"].weight = m["a"].weight
        state = m.state_dict().snapshot()
        self.assertEqual(m.match(state).tied, {"b.weight": "a.weight"})
        del state["b.weight"]
        self.assertEqual(m.match(state).missing_keys, ["b.weight"])
        self.assertEqual(m.load_state_dict(state, tied="allow").missing_keys, [])


class Renaming(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context(seed=5)
        self.m = self.ctx.module(MODEL)
        self.d = self.m.state_dict(prefix="module.")

    def test_rules_make_another_dict(self):
        renamed = self.d.rename("strip:module.")
        self.assertEqual(list(renamed), KEYS)
        self.assertEqual(renamed.versions(), {"": 1, "0": 1, "1": 2})
        self.assertEqual(renamed["0.weight"].storage_id, self.m[0].weight.storage_id)
        self.assertEqual(list(self.d)[0], "module.0.weight")
        self.assertEqual(list(self.d.rename(["strip:module.", "glob:0.*=first.*"]))[:2], ["first.weight", "first.bias"])

    def test_a_load_says_what_it_renamed(self):
        report = self.m.load_state_dict(self.d, rename="preset:data_parallel")
        self.assertEqual([(item.origin, item.name, item.rule) for item in report.renamed][0],
                         ("module.0.weight", "0.weight", "preset:data_parallel"))
        self.assertEqual(len(report.renamed), 7)

    def test_a_function_is_a_rule(self):
        rules = duramen.RenameRules("strip:module.", lambda name: name.replace("0", "zero") if name[0] == "0" else None)
        self.assertEqual(list(rules), ["strip:module.", "<lambda>"])
        self.assertEqual(rules.preview(dict(self.d))[0], rules.preview(self.d)[0])
        with self.assertRaisesRegex(TypeError, "a rule is a text or a function, got list"):
            duramen.RenameRules(["strip:a"])
        self.assertEqual(rules.preview(self.d)[0],
                         duramen.Renamed("module.0.weight", "zero.weight", "strip:module., <lambda>"))
        self.assertEqual(list(self.d.rename(rules))[:3], ["zero.weight", "zero.bias", "1.weight"])

        def fails(name):
            raise KeyError(name)

        with self.assertRaises(KeyError):
            self.d.rename(fails)
        with self.assertRaises(KeyError):
            self.m.load_state_dict(self.d, rename=fails)

    def test_what_is_refused(self):
        with self.assertRaises(duramen.Error) as caught:
            self.d.rename("glob:module.*.weight=w")
        self.assertEqual(caught.exception.status, "ALREADY_EXISTS")
        self.assertIn("'module.0.weight' and 'module.1.weight' both become 'w'", str(caught.exception))
        for rule in ("drop:x", "preset:nothing", "glob:a=*"):
            with self.assertRaises(duramen.Error):
                duramen.RenameRules(rule)
        with self.assertRaises(ValueError):
            duramen.RenameRules().add_kind("drop", "x")
        self.assertEqual(list(duramen.RenameRules().add_kind("exact", "a=b", "c")), ["exact:a=b=c"])
        self.assertIn("_orig_mod", duramen.rename_presets()["compile"])


class Assigning(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context(seed=5)
        self.m = self.ctx.module(MODEL)

    def test_assign_puts_the_tensors_in_place(self):
        state = self.m.state_dict().snapshot()
        self.m.load_state_dict(state, assign=True)
        self.assertEqual(self.m[0].weight.storage_id, state["0.weight"].storage_id)
        self.assertTrue(self.m[0].weight.is_parameter)


if __name__ == "__main__":
    unittest.main()
