"""Optimizers: groups, options, state."""
import inspect
import unittest

import duramen


class Optimizers(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context()
        self.a = duramen.Parameter(self.ctx.tensor([1.0]))
        self.b = duramen.Parameter(self.ctx.tensor([2.0]))

    def gradients(self):
        for one in (self.a, self.b):
            one.grad = self.ctx.tensor([1.0])

    def test_a_step(self):
        optimizer = self.ctx.optimizer("SGD(lr=0.5)", [self.a, self.b])
        self.gradients()
        self.assertIsNone(optimizer.step())
        self.assertEqual((self.a.item(), self.b.item()), (0.5, 1.5))
        optimizer.zero_grad()
        self.assertIsNone(self.a.grad)
        self.assertEqual(optimizer.step(lambda: 7), 7)

    def test_classes_with_the_arguments_of_the_registry(self):
        for entry in duramen.registry()["optimizers"]:
            kind = getattr(duramen.optim, entry["name"])
            made, wanted = kind([self.a, self.b]), self.ctx.optimizer(f"{entry['name']}()", [self.a, self.b])
            self.assertEqual((repr(made), type(made).__name__), (repr(wanted), wanted.class_name))
            self.assertEqual(list(inspect.signature(kind).parameters), ["params", *(one["name"] for one in entry["parameters"])])
        optimizer = duramen.optim.SGD([{"params": [("a", self.a)]}, {"params": self.b, "lr": 0.25}], lr=0.5)
        self.gradients()
        optimizer.step()
        self.assertEqual((self.a.item(), self.b.item()), (0.5, 1.75))
        for wrong, error in (([], ValueError), (self.a, TypeError), ([1], TypeError)):
            self.assertRaises(error, duramen.optim.SGD, wrong)

    def test_classes_take_groups_of_iterators(self):
        m = self.ctx.module("Sequential(Linear(2, 3), Linear(3, 1))")
        optimizer = duramen.optim.SGD(iter([{"params": m[0].parameters()},
                                            {"params": m[1].named_parameters(), "lr": 0.5}]), lr=0.1)
        self.assertEqual([(group["lr"], group["params"]) for group in optimizer.param_groups],
                         [(0.1, [m[0].weight, m[0].bias]), (0.5, [m[1].weight, m[1].bias])])
        self.assertEqual(duramen.optim.SGD(m.named_parameters()).param_groups[0]["params"], list(m.parameters()))
        self.assertRaises(TypeError, duramen.optim.SGD, [{"params": iter([1])}])
        self.assertRaises(ValueError, duramen.optim.SGD, [{"params": iter([])}])

    def test_groups_have_options_of_their_own(self):
        optimizer = self.ctx.optimizer("SGD(lr=0.5)", [{"params": [self.a], "nesterov": True, "momentum": 0.9}])
        optimizer.add_param_group({"params": self.b, "lr": 0.25})
        first, second = optimizer.param_groups
        self.assertEqual((first["lr"], first["momentum"], first["nesterov"]), (0.5, 0.9, True))
        self.assertEqual((second["lr"], second["momentum"]), (0.25, 0))
        self.assertIs(second["params"][0], self.b)
        second["lr"] = 1.0
        self.gradients()
        optimizer.step()
        self.assertEqual(self.b.item(), 1.0)
        self.assertEqual(list(optimizer.state), [self.a])
        with self.assertRaises(KeyError):
            first["momentums"]
        with self.assertRaises(duramen.Error):
            first["lr"] = -1.0
        self.assertEqual(first["lr"], 0.5)

    def test_state_goes_on(self):
        optimizer = self.ctx.optimizer("SGD(lr=0.5, momentum=0.5)", [self.a])
        self.gradients()
        optimizer.step()
        state = optimizer.state_dict()
        self.assertEqual(list(state), ["state", "param_groups"])
        self.assertEqual(state["state"][0]["momentum_buffer"].tolist(), [1.0])
        fresh = self.ctx.optimizer("SGD(lr=9.0)", [self.a])
        fresh.load_state_dict(state)
        self.assertEqual(fresh.param_groups[0]["momentum"], 0.5)
        fresh.step()
        self.assertEqual(self.a.item(), 0.5 - 0.5 * 1.5)
        with self.assertRaises(duramen.Error):
            self.ctx.optimizer("SGD()", [self.a, self.b]).load_state_dict(state)

    def test_refusals(self):
        for params, error in (([], ValueError), (self.a, TypeError), ([3], TypeError), ([self.a * 2], duramen.Error),
                              ([self.a, self.a], duramen.Error)):
            with self.assertRaises(error):
                self.ctx.optimizer("SGD()", params)
        with self.assertRaises(duramen.Error) as caught:
            self.ctx.optimizer("SDG()", [self.a])
        self.assertEqual(caught.exception.details["nearest"], "SGD")

    def test_text(self):
        self.assertTrue(repr(self.ctx.optimizer("SGD(lr=0.5)", [self.a])).startswith("SGD (\nParameter Group 0\n    d"))


if __name__ == "__main__":
    unittest.main()
