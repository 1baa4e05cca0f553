#!/usr/bin/env python3
"""duramen describe and doctor."""
import json
import os

from tool import TOOL, ToolTest, as_json, duramen, good, main


class Describe(ToolTest):
    def test_the_registry(self):
        registry = json.loads(good("describe", "--json"))
        self.assertEqual(set(registry), {"modules", "operators", "optimizers", "initializers"})
        listed = good("describe")
        for group in registry.values():
            for entry in group:
                self.assertTrue(entry["doc"], entry["name"])
                self.assertIn(f"\n{entry['name']} ", listed)

    def test_every_type(self):
        for group in json.loads(good("describe", "--json")).values():
            for entry in group:
                text = good("describe", entry["name"])
                self.assertIn(entry["name"] + "(", text)
                for parameter in entry["parameters"]:
                    self.assertIn(parameter["name"], text)
            name = group[-1]["name"]
            self.assertEqual(as_json("describe", name, "--json")["name"], name)

    def test_a_signature(self):
        text = good("describe", "Linear")
        self.assertTrue(text.startswith("Linear(in_features, out_features, bias=True"), text)

    def test_what_does_not_run(self):
        self.assertIn("State only", good("describe", "Conv1d"))
        self.assertNotIn("tate only", good("describe", "Linear") + good("describe", "relu") + good("describe", "SGD"))
        self.assertRegex(good("describe"), r"\nConv1d .* \(state only\)\n")

    def test_unknown_types(self):
        self.assertIn("did you mean 'Linear'?", self.refused(2, "describe", "Liner"))
        self.assertIn("did you mean 'Linear'?", self.refused(2, "describe", "LINEAR", "--json"))
        self.refused(2, "describe", "Qwertyuiop")


class Doctor(ToolTest):
    def test_it_passes_here(self):
        report = as_json("doctor", "--json")
        self.assertEqual([check["problem"] for check in report["checks"]], [""] * 3)
        self.assertTrue(all(check["ok"] for check in report["checks"]))
        self.assertIn(report["blas"]["threading"], ("serial", "pthread", "openmp"))
        self.assertTrue(report["simd"])
        self.assertEqual(report["page_bytes"], os.sysconf("SC_PAGESIZE"))
        self.assertIn("API level", good("doctor"))
        self.assertTrue(os.path.exists(TOOL))

    def test_a_check_that_fails(self):
        result = duramen("doctor", "--json", env={**os.environ, "TMPDIR": "/no/such/folder"})
        self.assertEqual(result.returncode, 1)
        failed = [check["name"] for check in json.loads(result.stdout)["checks"] if not check["ok"]]
        self.assertEqual(failed, ["save and load"])


main()
