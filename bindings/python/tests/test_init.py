"""The functions of torch.nn.init."""
import math
import unittest

import duramen
from duramen import init


class Init(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context(seed=4)

    def test_a_function_gives_its_tensor_back_and_moves_the_generator(self):
        weight = duramen.Parameter(self.ctx.zeros((3, 4)))
        self.assertIs(init.xavier_uniform_(weight, gain=2), weight)
        bound = 2 * math.sqrt(6 / 7)
        self.assertTrue(all(0 < abs(x) < bound for row in weight.tolist() for x in row))
        first = weight.tolist()
        self.assertNotEqual(init.xavier_uniform_(weight, gain=2).tolist(), first)
        self.ctx.seed(4)
        self.assertEqual(init.xavier_uniform_(weight, gain=2).tolist(), first)

    def test_fixed_values(self):
        self.assertEqual(init.eye_(self.ctx.ones((2, 3))).tolist(), [[1, 0, 0], [0, 1, 0]])
        self.assertEqual(init.dirac_(self.ctx.ones((2, 1, 3)), groups=2).tolist(), [[[0, 1, 0]], [[0, 1, 0]]])
        self.assertEqual(init.constant_(self.ctx.ones((2,)), math.inf).tolist(), [math.inf, math.inf])
        self.assertEqual(init.zeros_(init.ones_(self.ctx.ones((2,)))).tolist(), [0, 0])

    def test_every_function_takes_its_arguments(self):
        for call in (lambda w: init.uniform_(w, -1, 2.5), lambda w: init.normal_(w, 1, 0.5),
                     lambda w: init.trunc_normal_(w, std=0.5, a=-1, b=1), lambda w: init.xavier_normal_(w, gain=0.5),
                     lambda w: init.kaiming_uniform_(w, a=0.1, mode="fan_out"),
                     lambda w: init.kaiming_normal_(w, nonlinearity="relu"), lambda w: init.orthogonal_(w, gain=2),
                     lambda w: init.sparse_(w, 0.5, std=1)):
            self.assertNotEqual(call(self.ctx.zeros((4, 3))).tolist(), self.ctx.zeros((4, 3)).tolist())

    def test_gains(self):
        self.assertEqual(init.calculate_gain("tanh"), 5 / 3)
        self.assertEqual(init.calculate_gain("leaky_relu", 0.2), math.sqrt(2 / (1 + 0.2**2)))
        with self.assertRaisesRegex(ValueError, "Unsupported nonlinearity cube"):
            init.calculate_gain("cube")

    def test_errors_change_nothing(self):
        weight = self.ctx.ones((3,))
        state = self.ctx.get_rng_state()
        with self.assertRaisesRegex(ValueError, "Fan in and fan out"):
            init.kaiming_normal_(weight)
        with self.assertRaises(TypeError):
            init.uniform_(weight, "low")
        with self.assertRaises(RuntimeError):
            init.normal_(weight, std=-1)
        self.assertEqual(weight.tolist(), [1, 1, 1])
        self.assertEqual(self.ctx.get_rng_state(), state)


if __name__ == "__main__":
    unittest.main()
