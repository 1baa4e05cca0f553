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

    def test_text(self):
        parametrizations.spectral_norm(parametrizations.weight_norm(self.layer, dim=1))
        duramen.utils.weight_norm(self.layer, "bias", dim=None)
        self.layer.get_parameter("parametrizations.weight.original0").requires_grad_(False)
        text = self.layer.lossless_text()
        self.assertIn("_WeightNorm(dim=1)", text)
        self.assertIn("_SpectralNorm()", text)
        self.assertIn("utils={'bias': 'weight_norm(dim=None)'}", text)
        self.assertIn("frozen=['original0']", text)
        again = self.ctx.module(text)
        self.assertEqual(again.lossless_text(), text)
        self.assertEqual(list(again.state_dict()), list(self.layer.state_dict()))
        again.load_state_dict(self.layer.state_dict())
        again(self.ctx.ones((4, 3)))

    def test_text_of_unknown_parametrizations(self):
        text = ("ParametrizedLinear(\n  in_features=3, out_features=2, bias=True\n  (parametrizations): ModuleDict(\n"
                "    (weight): ParametrizationList(\n      (0): %s()\n    )\n  )\n)")
        with self.assertRaises(duramen.Error) as caught:
            self.ctx.module(text % "Symmetric")
        self.assertEqual(caught.exception.details["actual"], "Symmetric")
        held, _ = self.ctx.module_with(text % "Symmetric", unknown_as_containers=True)
        self.assertEqual(repr(held), text % "Symmetric")
        known = self.ctx.module(text % "_Orthogonal")
        self.assertEqual(repr(known), text % "_Orthogonal")
        self.assertEqual(list(known.state_dict()), ["bias", "parametrizations.weight.original",
                                                    "parametrizations.weight.0.base"])

    def test_a_changed_module_has_no_text(self):
        self.layer.weight = self.ctx.module("Linear(5, 2)").weight
        parametrizations.weight_norm(self.layer)
        with self.assertRaises(duramen.Error):
            self.layer.lossless_text()
        parametrizations.remove_parametrizations(self.layer, "weight")
        self.assertEqual(self.ctx.module(self.layer.lossless_text()).weight.shape, (2, 5))

    def test_refusals(self):
        with self.assertRaises(ValueError):
            parametrizations.weight_norm(self.layer, "heavy")
        with self.assertRaises(IndexError):
            parametrizations.weight_norm(self.layer, dim=7)
        self.assertEqual(self.layer.class_name, "Linear")


if __name__ == "__main__":
    unittest.main()
