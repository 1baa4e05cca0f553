"""Parametrized tensors of a module."""
import unittest

import duramen
from duramen import parametrizations


class Parametrizations(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context(seed=2)
        self.layer = self.ctx.module("Linear(3, 2)")

    def test_the_tensor_is_computed_when_it_is_asked_for(self):
        before = self.layer.weight.tolist()
        self.assertIs(parametrizations.weight_norm(self.layer), self.layer)
        self.assertTrue(parametrizations.is_parametrized(self.layer, "weight"))
        self.assertEqual(self.layer.class_name, "ParametrizedLinear")
        for row, wanted in zip(self.layer.weight.tolist(), before):
            for x, y in zip(row, wanted):
                self.assertAlmostEqual(x, y, places=6)
        self.layer.weight = self.ctx.ones((2, 3))
        g = self.layer.get_parameter("parametrizations.weight.original0")
        self.assertAlmostEqual(g.tolist()[0][0], 3**0.5, places=6)
        self.assertAlmostEqual(self.layer.weight.sum().item(), 6, places=5)

    def test_forward_and_backward(self):
        parametrizations.spectral_norm(parametrizations.weight_norm(self.layer))
        self.layer(self.ctx.ones((4, 3))).sum().backward()
        for _, parameter in self.layer.named_parameters():
            self.assertIsNotNone(parameter.grad)

    def test_removal_gives_the_class_back(self):
        parametrizations.orthogonal(self.layer)
        with self.assertRaises(NotImplementedError):
            self.layer(self.ctx.ones((4, 3)))
        parametrizations.remove_parametrizations(self.layer, "weight", leave_parametrized=False)
        self.assertFalse(parametrizations.is_parametrized(self.layer))
        self.assertEqual(list(self.layer.state_dict()), ["bias", "weight"])
        with self.assertRaises(ValueError):
            parametrizations.remove_parametrizations(self.layer, "weight")

    def test_old_names_load(self):
        parametrizations.weight_norm(self.layer)
        old = {"bias": self.ctx.zeros((2,)), "weight_g": self.ctx.ones((2, 1)), "weight_v": self.ctx.ones((2, 3))}
        self.layer.load_state_dict(old)
        self.assertAlmostEqual(self.layer.weight.tolist()[0][0], 3**-0.5, places=6)

    def test_the_functions_of_utils(self):
        before = self.layer.weight.tolist()
        for name, keys in (("weight_norm", ["bias", "weight_g", "weight_v"]),
                           ("spectral_norm", ["bias", "weight_orig", "weight_u", "weight_v"])):
            self.assertIs(getattr(duramen.utils, name)(self.layer), self.layer)
            self.assertEqual(list(self.layer.state_dict()), keys)
            self.assertEqual(self.layer.class_name, "Linear")
            self.layer(self.ctx.ones((4, 3))).sum().backward()
            self.assertIsNotNone(self.layer.get_parameter(keys[1]).grad)
            self.assertEqual(self.layer.weight.shape, (2, 3))
            if name == "weight_norm":
                self.assertAlmostEqual(self.layer.weight.tolist()[1][2], before[1][2], places=6)
            getattr(duramen.utils, f"remove_{name}")(self.layer)
            self.assertEqual(list(self.layer.state_dict()), ["bias", "weight"])
            with self.assertRaises(ValueError):
                getattr(duramen.utils, f"remove_{name}")(self.layer)
        with self.assertRaises(AttributeError):
            self.layer.weight_g  # noqa: B018, its absence is what is tested

    def test_refusals(self):
        with self.assertRaises(ValueError):
            parametrizations.weight_norm(self.layer, "heavy")
        with self.assertRaises(IndexError):
            parametrizations.weight_norm(self.layer, dim=7)
        self.assertEqual(self.layer.class_name, "Linear")


if __name__ == "__main__":
    unittest.main()
