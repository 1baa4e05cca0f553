"""Values both ways: through a file, since a value that is saved and read again has gone both ways."""
import collections
import tempfile
import unittest
from pathlib import Path

import duramen
import numpy as np
from duramen._value import Values, python_of


class BothWays(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context()

    def through(self, data):
        with Values(self.ctx) as values:
            return python_of(values.of(data), self.ctx)

    def test_every_kind_comes_back_as_it_went(self):
        for data in (None, True, False, 0, -5, 2**63 - 1, -(2**63), 2**63, -(10**30), 1.5, float("inf"), 1 - 2j, "", "text",
                     "nul \0 inside", "ü𝄞", b"", b"a\0b", [], [1, [2, (3,)]], (), (1,), {}, {"a": 1, 2: "b", (1, 2): None}):
            back = self.through(data)
            self.assertEqual(back, data)
            self.assertIs(type(back), type(data))

    def test_dicts_keep_their_order_and_class(self):
        ordered = collections.OrderedDict([("b", 1), ("a", 2)])
        back = self.through(ordered)
        self.assertIs(type(back), collections.OrderedDict)
        self.assertEqual(list(back), ["b", "a"])

    def test_tensors_are_the_same_objects(self):
        tensor = self.ctx.tensor([1.0])
        self.assertIs(self.through({"t": [tensor]})["t"][0], tensor)

    def test_numpy_becomes_tensors_and_numbers(self):
        self.assertEqual(self.through(np.float64(1.5)), 1.5)
        self.assertIs(self.through(np.bool_(True)), True)
        self.assertEqual(self.through([np.arange(3)])[0].tolist(), [0, 1, 2])

    def test_what_is_no_value_is_refused(self):
        for data in (object(), {1, 2}, [lambda: 0]):
            with self.assertRaises(TypeError):
                self.through(data)
        deep = []
        for _ in range(2000):
            deep = [deep]
        with self.assertRaises((duramen.Error, RecursionError)):
            self.through(deep)

    def test_a_nan_and_a_big_number_survive_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "value.pt"
            duramen.save({"big": 2**200, "nan": float("nan"), "list": [None, "x"]}, path)
            back = duramen.load(path)
        self.assertEqual(back["big"], 2**200)
        self.assertNotEqual(back["nan"], back["nan"])
        self.assertEqual(back["list"], [None, "x"])


if __name__ == "__main__":
    unittest.main()
