#!/usr/bin/env python3
"""duramen check: the load report, its exit codes, prefixes and nested dicts."""
import json

from tool import DATA, ToolTest, array, duramen, good, main, torch_file

MODEL = "Sequential(Linear(3, 2), BatchNorm1d(2))"


class Check(ToolTest):
    def saved(self, text, name="model.pt"):
        path = self.folder / name
        good("init", text, "-o", path)
        return path

    def report(self, code, *arguments):
        result = duramen("check", "--json", *arguments)
        self.assertEqual((result.returncode, result.stderr), (code, ""))
        return json.loads(result.stdout)

    def test_what_fits(self):
        for name in ("model.pt", "model.safetensors"):
            path = self.saved(MODEL, name)
            self.assertEqual(self.report(0, MODEL, path), {
                "loadable": True, "loaded": 7, "missing_keys": [], "unexpected_keys": [], "items": []})
            self.assertEqual(good("check", MODEL, path), "7 entries fit: loadable\n")

    def test_what_is_missing_and_unexpected(self):
        path = self.saved("ModuleDict({'fc': Linear(3, 2)})")
        report = self.report(1, "ModuleDict({'fx': Linear(3, 2)})", path)
        self.assertFalse(report["loadable"])
        self.assertEqual(report["missing_keys"], ["fx.weight", "fx.bias"])
        self.assertEqual(report["unexpected_keys"], ["fc.weight", "fc.bias"])
        self.assertEqual(report["loaded"], 0)
        text = duramen("check", "ModuleDict({'fx': Linear(3, 2)})", path).stdout
        self.assertIn("missing", text)
        self.assertTrue(text.endswith("not loadable\nIt loads with --rename replace:fc.=fx.\n"))

    def test_shapes_and_dtypes(self):
        path = self.saved("Linear(3, 2)")
        report = self.report(1, "Linear(4, 2)", path)
        shape = [item for item in report["items"] if item["kind"] == "shape"]
        self.assertEqual(len(shape), 1)
        self.assertEqual(shape[0]["expected_shape"], [2, 4])
        self.assertEqual(shape[0]["actual_shape"], [2, 3])
        self.assertIn("size mismatch for weight", shape[0]["text"])
        report = self.report(0, "Linear(3, 2)", path, "--dtype", "float64")
        self.assertEqual({item["kind"] for item in report["items"]}, {"dtype"})
        self.assertEqual(report["items"][0]["expected_dtype"], "float64")

    def test_select_and_rename(self):
        path = self.saved("ModuleDict({'module': Linear(3, 2)})")
        self.report(1, "Linear(3, 2)", path)
        self.report(0, "Linear(3, 2)", path, "--rename", "strip:module.")
        self.report(0, "Linear(3, 2)", path, "--rename", "strip:other.", "--rename", "strip:module.")
        report = self.report(0, "Linear(3, 2)", path, "--rename", "strip:module.")
        self.assertEqual(report["items"][0], {"kind": "renamed", "name": "weight", "error": False,
                                              "from": "module.weight", "rule": "strip:module."})
        self.assertIn("strip:PREFIX", self.refused(2, "check", "Linear(3, 2)", path, "--rename", "drop:x"))
        nested = DATA / "torch" / "nested.pt"
        self.report(0, MODEL, nested, "--select", "state_dict")
        self.assertEqual(self.report(1, MODEL, nested)["hint"], "--select state_dict")
        self.assertIn("It loads with --select state_dict\n", duramen("check", MODEL, nested).stdout)
        self.assertIn("nested.pt", self.refused(3, "check", "Linear(3, 2)", nested, "--select", "no.such"))

    def test_rules_apply_in_the_order_of_the_command_line(self):
        path = self.saved("ModuleDict({'module': Linear(3, 2)})")
        model = "ModuleDict({'fc': Linear(3, 2)})"
        self.report(0, model, path, "--rename", "strip:module.", "--rename", "add:fc.")
        self.report(1, model, path, "--rename", "add:fc.", "--rename", "strip:module.")
        self.report(0, model, path, "--preset", "data_parallel", "--regex", "^=fc.")
        self.report(0, model, path, "--regex", r"^(m)(?:odule)=\1", "--rename", "glob:m.*=fc.*")
        rules = self.report(0, model, path, "--regex", "module=fc")["items"][0]["rule"]
        self.assertEqual(rules, "regex:module=fc")
        self.refused(2, "check", model, path, "--regex", "(=x")
        self.refused(2, "check", model, path, "--regex", r"a=\1")
        self.refused(2, "check", model, path, "--regex", "no separator")
        self.assertIn("did you mean 'compile'?", self.refused(2, "check", model, path, "--preset", "compil"))
        line = self.refused(1, "check", model, path, "--regex", "weight|bias=x")
        self.assertIn("'module.weight' and 'module.bias' both become 'module.x'", line)

    def test_a_rule_is_proposed(self):
        path = self.saved("ModuleDict({'module': Linear(3, 2)})")
        report = self.report(1, "Linear(3, 2)", path)
        self.assertEqual(report["suggestion"], {"rule": "strip:module.", "count": 2})
        self.assertEqual(report["hint"], "--rename strip:module.")
        self.report(0, "Linear(3, 2)", path, *report["hint"].split())
        text = duramen("check", "Linear(3, 2)", path).stdout
        self.assertTrue(text.endswith("0 entries fit: not loadable\nIt loads with --rename strip:module.\n"), text)
        # A rule that helps, but not all the way.
        model = "ModuleDict({'fc': Linear(3, 2), 'head': Linear(2, 1)})"
        text = duramen("check", model, path).stdout
        self.assertTrue(text.endswith("--rename replace:module.=fc. would make 2 more names fit\n"), text)
        x = self.file("x.npy", array([1, 2, 3], (1, 3)))
        line = self.refused(1, "run", "Linear(3, 2)", "--weights", path, "--input", x, "-o", self.folder / "y.npy")
        self.assertIn("try --rename strip:module.", line)
        good("run", "Linear(3, 2)", "--weights", path, "--preset", "data_parallel", "--input", x,
             "-o", self.folder / "y.npy")

    def test_policies(self):
        path = self.saved("ModuleDict({'a': Linear(3, 2), 'b': Linear(2, 2)})")
        model = "ModuleDict({'a': Linear(4, 2), 'c': Linear(2, 2)})"
        self.report(1, model, path)
        self.report(1, model, path, "--policy", "missing=ignore,unexpected=ignore")
        report = self.report(0, model, path, "--policy", "missing=ignore,unexpected=ignore,shape=slice")
        self.assertEqual([i["name"] for i in report["items"] if i["kind"] == "sliced"], ["a.weight"])
        self.assertEqual(report["loaded"], 2)
        self.report(0, model, path, "--policy", "c.**:missing=ignore", "--policy", "b.**:unexpected=ignore",
                    "--policy", "a.weight:shape=skip")
        self.report(1, model, path, "--policy", "shape=skip", "--policy", "c.bias:missing=error",
                    "--policy", "c.**:missing=ignore", "--policy", "b.**:unexpected=ignore")
        self.assertIn("'missing=yes' is none of", self.refused(2, "check", model, path, "--policy", "missing=yes"))
        self.refused(2, "check", model, path, "--policy", "a.*:tied=allow")
        self.report(1, "ModuleDict({'a': Linear(3, 2), 'b': Linear(2, 2)})", path, "--dtype", "float64",
                    "--policy", "dtype=require")

    def test_one_tensor_without_a_name(self):
        path = self.file("one.npy", array([1, 2, 3, 4, 5, 6], (2, 3)))
        model = "Linear(3, 2, bias=False)"
        report = self.report(1, model, path)
        self.assertEqual(report["unexpected_keys"], ["(no name)"])
        self.assertEqual(report["hint"], "--rename add:weight")
        self.assertIn("(no name)", duramen("check", model, path).stdout)
        self.report(0, model, path, "--rename", "add:weight")

    def test_files_that_are_none(self):
        self.refused(3, "check", "Linear(1, 1)", "/no/such/file")
        self.refused(2, "check", "Liner(1, 1)", "/no/such/file")
        self.refused(2, "check", "Linear(1, 1)")
        path = self.folder / "number.pt"
        torch_file(path, b"\x80\2K\7.")
        result = duramen("check", "Linear(1, 1)", path)
        self.assertEqual(result.returncode, 1, result.stderr)


main()
