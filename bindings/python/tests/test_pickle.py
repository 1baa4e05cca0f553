"""What pickle and copy.copy make of tensors, state dicts and modules."""
import copy
import gc
import pickle
import unittest

import duramen
from duramen import nn

CTX = duramen.Context(seed=0)


class Scaled(nn.Linear):
    def __init__(self, size, factor):
        super().__init__(size, size)
        self.factor = factor


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = Scaled(2, 3.0)
        self.tied = self.fc.weight
        self.kept = [self.fc]
        self.register_buffer("seen", CTX.zeros((1,), dtype="int64"), persistent=False)
        self.register_parameter("none", None)


def again(thing):
    return pickle.loads(pickle.dumps(thing))


class Pickles(unittest.TestCase):
    def setUp(self):
        self.enterContext(CTX) if hasattr(self, "enterContext") else CTX.__enter__()
        if not hasattr(self, "enterContext"):
            self.addCleanup(CTX.__exit__)

    def test_tensors(self):
        x = CTX.tensor([[1.0, 2.0]], dtype="bfloat16")
        for one in (x, nn.Parameter(x), nn.Parameter(x, False), x.reshape(2, 1).permute(1, 0), CTX.zeros((0, 3))):
            for made in (again(one), copy.copy(one)):
                self.assertEqual((type(made), made.dtype, made.shape, made.requires_grad, made.tolist()),
                                 (type(one), one.dtype, one.shape, one.requires_grad, one.tolist()))
                self.assertIsNot(made, one)
        self.assertEqual(copy.copy(x).storage_id, x.storage_id)
        first, second = again([x, x])
        self.assertIs(first, second)

    def test_state_dicts(self):
        state = CTX.module("BatchNorm1d(2)").state_dict()
        state.metadata["a"] = "b"
        made = again(state)
        self.assertEqual((made.digest(), made.versions(), dict(made.metadata)), (state.digest(), {"": 2}, {"a": "b"}))

    def test_modules(self):
        model = nn.Sequential(Net(), nn.BatchNorm1d(2), nn.ParameterList([CTX.ones((1,)), 5]),
                              nn.ParameterDict({"b": CTX.ones((2,)), "a": "text"}), nn.MultiheadAttention(4, 2))
        model[1].eval()
        model.above = [model[1]]
        before = CTX.get_rng_state()
        made = again(model)
        self.assertEqual(CTX.get_rng_state(), before)
        self.assertEqual((repr(made), made.digest()), (repr(model), model.digest()))
        self.assertIsNot(made[0], model[0])
        self.assertEqual([(type(one), one.training) for one in made.modules()],
                         [(type(one), one.training) for one in model.modules()])
        net = made[0]
        self.assertIs(made.above[0], made[1])
        self.assertIs(net.tied, net.fc.weight)
        self.assertIs(net.kept[0], net.fc)
        self.assertEqual((net.fc.factor, net.slots()["non_persistent"], list(net.slots()["parameters"])),
                         (3.0, ["seen"], ["tied", "none"]))
        self.assertEqual((made[2][1], list(made[3]), made[3]["a"]), (5, ["a", "b"], "text"))
        self.assertEqual(net.fc(CTX.ones((1, 2))).shape, (1, 2))

    def test_norms_of_old(self):
        layer = duramen.utils.spectral_norm(nn.Linear(3, 2)).eval()
        x = CTX.ones((1, 3))
        for use in (again, copy.copy, copy.deepcopy):
            self.assertEqual(use(layer)(x).tolist(), layer(x).tolist())

    def test_lazy_modules(self):
        for lazy, size in ((nn.LazyLinear(3), 1), (nn.LazyBatchNorm1d(), 2), (nn.LazyLinear(3, bias=False), 1)):
            for use in (again, copy.copy):
                made = use(lazy)
                self.assertEqual((repr(made), list(made.slots()["parameters"]), list(made.slots()["buffers"])),
                                 (repr(lazy), list(lazy.slots()["parameters"]), list(lazy.slots()["buffers"])))
                made(CTX.ones((size, 4)))
                self.assertFalse(made.class_name.startswith("Lazy"))
                self.assertTrue(lazy.class_name.startswith("Lazy"))

    def test_shallow_copies(self):
        net = Net()
        made = copy.copy(net)
        self.assertEqual((type(made), made.handle == net.handle), (Net, False))
        self.assertTrue(made.fc is net.fc and made.tied is net.tied and made.kept is net.kept)
        del net
        gc.collect()
        self.assertEqual(made.fc.factor, 3.0)

    def test_what_is_refused(self):
        layer = nn.parametrizations.weight_norm(nn.Linear(2, 2), "weight")
        with self.assertRaisesRegex(RuntimeError, r"only supported through state_dict\(\)"):
            pickle.dumps(layer)
        own = duramen.utils.weight_norm(Scaled(2, 3.0))
        for use in (pickle.dumps, copy.copy):
            with self.assertRaisesRegex(RuntimeError, r"only supported through state_dict\(\)"):
                use(own)
        container = nn.Sequential()
        container.register_parameter("weight", duramen.Parameter(CTX.ones((2, 2))))
        with self.assertRaisesRegex(RuntimeError, r"only supported through state_dict\(\)"):
            pickle.dumps(duramen.utils.weight_norm(container))
        with self.assertRaisesRegex(TypeError, "cannot pickle 'Context' object"):
            pickle.dumps(CTX)

    def test_what_a_file_of_another_context_makes(self):
        data = pickle.dumps(nn.Linear(2, 2))
        with duramen.Context() as other:
            self.assertIs(pickle.loads(data)._context, other)


if __name__ == "__main__":
    unittest.main()
