#!/usr/bin/env python3
"""duramen tree and init: modules built from text, their initial values."""
import json

from tool import DATA, ToolTest, as_json, duramen, good, main


class Trees(ToolTest):
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
        table = good("tree", "Sequential(Linear(2, 3, bias=False), BatchNorm1d(3))")
        rows = {line.split()[0]: line.split() for line in table.splitlines() if line.startswith(("0.", "1."))}
        self.assertEqual(rows["0.weight"][-6:], ["yes", "yes", "-", "yes", "yes", "yes"])
        self.assertEqual(rows["0.bias"][-6:], ["-"] * 6)
        self.assertEqual(rows["0.bias"][2], "None")
        self.assertEqual(rows["1.running_mean"][-6:], ["-", "-", "yes", "yes", "-", "yes"])

    def test_text_from_a_file(self):
        path = self.file("model.txt", b"Linear(\n  4,  # in\n  3)\n")
        self.assertEqual(as_json("tree", "--json", f"@{path}")["repr"],
                         "Linear(in_features=4, out_features=3, bias=True)")
        self.refused(3, "tree", "@/no/such/file")
        self.assertIn(f"@{path} for a file's text", self.refused(2, "tree", path))

    def test_text_that_cannot_be_built(self):
        self.assertIn("Linear", self.refused(2, "tree", "Liner(1, 2)"))
        self.assertIn("column", self.refused(2, "tree", "Linear(1, 2"))
        self.refused(2, "tree", "Linear(1, 2)", "--dtype", "int64")
        self.assertIn("expected float32", self.refused(2, "tree", "Linear(1, 2)", "--dtype", "flot32"))


class Printouts(ToolTest):
    PRINTED = """Encoder(
  (embed): Linear(in_features=3, out_features=4, bias=True)
  (blocks): ModuleList(
    (0-1): 2 x Block(
      (norm): BatchNorm1d(4, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
    )
  )
)"""

    def test_unknown_classes(self):
        refused = self.refused(2, "tree", "-", text=self.PRINTED)
        self.assertIn("Encoder", refused)
        self.assertIn("--unknown-as-containers", refused)
        tree = as_json("tree", "-", "--json", "--unknown-as-containers", text=self.PRINTED)
        self.assertEqual([entry["class"] for entry in tree["unknown"]], ["Encoder", "Block", "Block"])
        self.assertEqual([entry["path"] for entry in tree["unknown"]], ["", "blocks.0", "blocks.1"])
        self.assertIn("blocks.1.norm.running_var", [entry["key"] for entry in tree["state"]])
        shown = good("tree", "-", "--unknown-as-containers", text=self.PRINTED)
        self.assertIn("unknown class Block at 'blocks.0'", shown)

    def test_their_own_parameters_are_adopted(self):
        path = self.folder / "model.pt"
        said = good("init", "-", "--unknown-as-containers", "-o", path, text=self.PRINTED)
        self.assertIn("unknown classes: 3;", said)
        good("check", "-", path, "--unknown-as-containers", text=self.PRINTED)
        other = self.PRINTED.replace("(embed): Linear(in_features=3, out_features=4, bias=True)", "(embed): Own()")
        result = duramen("check", "-", path, "--unknown-as-containers", "--json", text=other)
        self.assertEqual(result.returncode, 0, result.stderr)
        adopted = [item["name"] for item in json.loads(result.stdout)["items"] if item["kind"] == "adopted"]
        self.assertEqual(adopted, ["embed.weight", "embed.bias"])

    def test_what_is_not_shown(self):
        self.refused(2, "tree", "Linear(1, 1)", "--arguments", "no colon")
        self.refused(2, "tree", "Sequential(Linear(1, 1))", "--arguments", "nowhere: bias=False")

    def test_the_lossless_text(self):
        text = good("tree", "Sequential(Linear(2, 3, bias=False), BatchNorm1d(3))", "--text")
        self.assertEqual(good("tree", "-", "--text", text=text), text)
        ours, again = (as_json("tree", "-", "--json", text=t)
                       for t in ("Sequential(Linear(2, 3, bias=False), BatchNorm1d(3))", text))
        self.assertEqual(ours, again)


class Initial(ToolTest):
    def test_files_hold_the_initial_values(self):
        text = "Sequential(Linear(5, 4), BatchNorm1d(4))"
        for ending in ("pt", "safetensors"):
            for dtype in ("float32", "float64", "bfloat16"):
                path = self.folder / f"model.{ending}"
                self.assertEqual(good("init", text, "--seed", 7, "--dtype", dtype, "-o", path), "")
                read = as_json("ls", "--json", "--hash", path)["entries"]
                tree = as_json("tree", text, "--seed", 7, "--dtype", dtype, "--json", "--hash")["state"]
                self.assertEqual({e["name"]: e["sha256"] for e in read}, {e["key"]: e["sha256"] for e in tree})
                self.assertEqual(tree[0]["dtype"], dtype)

    def test_seeds_differ(self):
        first, second = (as_json("tree", "Linear(2, 2)", "--json", "--hash", "--seed", s) for s in (1, 2))
        self.assertNotEqual(first["state"], second["state"])

    def test_seeds_are_64_bits(self):
        self.assertIn("too large", self.refused(2, "tree", "Linear(1, 1)", "--seed", 2**64))
        good("tree", "Linear(1, 1)", "--seed", 2**64 - 1)

    def test_places_that_cannot_be_written(self):
        self.refused(2, "init", "Linear(1, 1)")
        self.refused(3, "init", "Linear(1, 1)", "-o", "/no/such/folder/x.pt")
        self.assertIn(".safetensors", self.refused(2, "init", "Linear(1, 1)", "-o", self.folder / "x.unknown"))
        self.assertEqual(list(self.folder.iterdir()), [])


main()
