#!/usr/bin/env python3
"""duramen check: the load report, its exit codes, prefixes and nested dicts."""
import json

from tool import DATA, ToolTest, duramen, good, main, torch_file

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
        self.assertTrue(text.endswith("not loadable\n"))

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
        self.assertIn("strip:PREFIX", self.refused(2, "check", "Linear(3, 2)", path, "--rename", "drop:x"))
        nested = DATA / "torch" / "nested.pt"
        self.report(0, MODEL, nested, "--select", "state_dict")
        self.assertEqual(self.report(1, MODEL, nested)["hint"], "--select state_dict")
        self.assertIn("It loads with --select state_dict\n", duramen("check", MODEL, nested).stdout)
        self.assertIn("nested.pt", self.refused(3, "check", "Linear(3, 2)", nested, "--select", "no.such"))

    def test_files_that_are_none(self):
        self.refused(3, "check", "Linear(1, 1)", "/no/such/file")
        self.refused(2, "check", "Liner(1, 1)", "/no/such/file")
        self.refused(2, "check", "Linear(1, 1)")
        path = self.folder / "number.pt"
        torch_file(path, b"\x80\2K\7.")
        result = duramen("check", "Linear(1, 1)", path)
        self.assertEqual(result.returncode, 1, result.stderr)


main()
