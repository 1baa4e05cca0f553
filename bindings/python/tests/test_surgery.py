"""Trees as a whole: selections, values from another tree, freezing, ties, vectors, comparisons."""
import math
import tempfile
import unittest
from pathlib import Path

import duramen


class Surgery(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context(seed=3)
        self.m = self.ctx.module("Sequential(Linear(4, 3), BatchNorm1d(3), Linear(3, 2))")

    def names(self, **how):
        return [name for name, _ in self.m.named_parameters(**how)]

    def test_listings_take_patterns(self):
        self.assertEqual(self.names(include="*.weight", exclude=["1.*"]), ["0.weight", "2.weight"])
        self.assertEqual(self.names(include=["0.bias", "2.*"]), ["0.bias", "2.weight", "2.bias"])
        self.assertEqual([n for n, _ in self.m.named_buffers(dtype="int64")], ["1.num_batches_tracked"])
        self.assertEqual([n for n, _ in self.m.named_modules(include="?")], ["0", "1", "2"])
        state = self.m.state_dict()
        self.assertEqual(state.select("**.bias"), ["0.bias", "1.bias", "2.bias"])
        self.assertEqual(state.select(kind="buffer", exclude="*.running_*"), ["1.num_batches_tracked"])

    def test_freezing(self):
        self.assertEqual(self.m.freeze(exclude="2.*"), 4)
        self.assertEqual(self.names(requires_grad=True), ["2.weight", "2.bias"])
        self.assertEqual(self.m.unfreeze("**.bias"), 3)
        self.assertEqual(self.names(requires_grad=False), ["0.weight", "1.weight"])

    def test_values_from_another_tree(self):
        other = self.m.deepcopy()
        other[0].weight.fill_(2.0)
        self.m[0].weight.fill_(1.0)
        self.assertIs(self.m.lerp_(other, 0.25), self.m)
        self.assertEqual(self.m[0].weight.numpy().max(), 1.25)
        self.m.copy_from(other, include="0.*")
        self.assertEqual(self.m[0].weight.numpy().min(), 2.0)
        with self.assertRaisesRegex(RuntimeError, "the trees do not fit each other: '0.weight' is in the source only"):
            self.ctx.module("Sequential()").copy_from(other)
        with self.assertRaisesRegex(ValueError, "'copy', 'lerp' or 'skip'"):
            self.m.lerp_(other, 0.5, buffers="average")

    def test_ties(self):
        m = self.ctx.module("Sequential(Embedding(5, 3), Linear(3, 5))")
        m.tie("1.weight", "0.weight")
        self.assertIs(m[1].weight, m[0].weight)
        self.assertTrue(m.untie("1.weight"))
        self.assertIsNot(m[1].weight, m[0].weight)
        self.assertFalse(m.untie("1.weight"))
        with self.assertRaises(AttributeError):
            m.tie("1.weight", "2.weight")

    def test_vectors(self):
        vector = self.m.flatten()
        self.assertEqual(vector.shape, (3 * 4 + 3 + 6 + 2 * 3 + 2,))
        weight = self.m[0].weight
        block = self.m.pack()
        self.assertEqual(block.tobytes(), vector.tobytes())
        self.assertIs(self.m[0].weight, weight)
        self.assertEqual(self.m.flatten().storage_id, block.storage_id)
        self.assertNotEqual(self.m.flatten(copy=True).storage_id, block.storage_id)
        self.m.unflatten(vector * 2)
        self.assertEqual(self.m.flatten().tobytes(), (vector * 2).tobytes())
        self.assertEqual(self.m.flatten(gradients=True).numpy().max(), 0)
        with self.assertRaises(duramen.Error) as caught:
            self.m.unflatten(self.ctx.zeros((3,)))
        self.assertEqual(caught.exception.details["expected"], "[29]")

    def test_comparisons(self):
        other = self.m.deepcopy()
        self.assertTrue(self.m.diff(other)["equal"])
        self.assertEqual(self.m.digest(), other.digest())
        other[2].bias.fill_(math.inf)
        found = self.m.diff(other)
        self.assertEqual([(entry["name"], entry["what"], entry["max_abs"]) for entry in found["differences"]],
                         [("2.bias", ["elements"], math.inf)])
        self.assertNotEqual(self.m.digest(), other.digest())
        self.assertEqual(self.m.digest(exclude="2.bias"), other.digest(exclude="2.bias"))

    def test_files_do_not_change_a_digest(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("m.pt", "m.safetensors"):
                path = Path(folder) / name
                duramen.save(self.m.state_dict(), path)
                self.assertEqual(duramen.load(path).digest(), self.m.digest())


if __name__ == "__main__":
    unittest.main()
