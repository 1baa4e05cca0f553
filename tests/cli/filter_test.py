#!/usr/bin/env python3
"""Selections: --include, --exclude, --kind, --dtype, --trainable of the verbs that list."""
from tool import ToolTest, as_json, good, main

NET = ("Sequential(OrderedDict([('encoder', Sequential(Linear(2, 3), BatchNorm1d(3))), "
       "('head', Linear(3, 2))]))")


class Filters(ToolTest):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "net.pt"
        good("init", NET, "-o", self.path)

    def names(self, *arguments):
        listed = as_json("ls", "--json", *arguments, self.path)
        return [entry["name"] for entry in listed["entries"]]

    def test_patterns_choose_names(self):
        self.assertEqual(self.names("--include", "head.*"), ["head.weight", "head.bias"])
        self.assertEqual(self.names("--include", "**.bias", "--exclude", "head.**"),
                         ["encoder.0.bias", "encoder.1.bias"])
        self.assertEqual(self.names("--include", "head.weight", "--include", "*.0.weight"),
                         ["encoder.0.weight", "head.weight"])
        self.assertEqual(self.names("--include", "*"), [])

    def test_types_and_kinds(self):
        self.assertEqual(self.names("--dtype", "int64"), ["encoder.1.num_batches_tracked"])
        self.assertEqual(self.names("--kind", "value"), [])
        self.assertEqual(len(self.names("--kind", "tensor")), 9)
        self.assertEqual(self.names("--trainable"), [])  # a state dict's tensors are detached
        flat = self.folder / "flat.safetensors"
        good("convert", self.path, "-o", flat, "--clone-ties")
        self.assertIn("does not tell what requires grad", good("ls", "--trainable", flat))
        self.assertNotIn("requires grad", good("ls", "--trainable", self.path) + good("ls", flat))
        self.refused(2, "ls", "--dtype", "float33", self.path)
        self.refused(2, "ls", "--kind", "bufer", self.path)

    def test_what_aliases_names_is_listed(self):
        listed = as_json("ls", "--json", "--include", "**.bias", self.path)
        for entry in listed["entries"]:
            self.assertIn(entry["aliases"], [None, *(one["name"] for one in listed["entries"])])

    def test_show(self):
        shown = as_json("show", "--json", "--include", "**.num_*", self.path)
        self.assertEqual([entry["values"] for entry in shown["entries"]], [0])

    def test_tree(self):
        tree = as_json("tree", "--json", "--include", "encoder.**", "--kind", "parameter", NET)
        self.assertEqual([entry["name"] for entry in tree["parameters"]],
                         ["encoder.0.weight", "encoder.0.bias", "encoder.1.weight", "encoder.1.bias"])
        self.assertEqual(tree["buffers"], [])
        self.assertEqual(len(tree["state"]), 4)
        self.assertEqual(len(tree["modules"]), 5)
        tree = as_json("tree", "--json", "--trainable", NET)
        self.assertEqual(len(tree["parameters"]), 6)
        self.assertEqual((tree["buffers"], len(tree["state"])), ([], 6))
        text = good("tree", "--include", "head.bias", NET)
        self.assertIn("head.bias", text)
        self.assertNotIn("encoder.0.weight", text)


if __name__ == "__main__":
    main()
