"""The classes of `duramen.nn`, and classes of one's own that are derived from them."""
import copy
import gc
import inspect
import threading
import unittest

import duramen
from duramen import nn

CTX = duramen.Context(seed=0)


class Scaled(nn.Linear):
    def __init__(self, size, factor, **how):
        super().__init__(size, size, **how)
        self.factor = factor

    def forward(self, x):
        return super().forward(x) * self.factor

    def extra_repr(self):
        return f"{super().extra_repr()}, factor={self.factor}"


class Norm(nn.BatchNorm1d):
    """Without anything of its own."""


class Stack(nn.Sequential):
    def forward(self, x):
        return super().forward(x) + 1.0


class Alone(nn.Sequential):
    def __init__(self):
        super().__init__(nn.ReLU())


class Raising(nn.Identity):
    def forward(self, x):
        raise ZeroDivisionError("on purpose")


class Classes(unittest.TestCase):
    def test_each_type_of_the_registry_is_a_class(self):
        names = {entry["name"] for entry in duramen.registry()["modules"]}
        self.assertEqual(names - set(nn.__all__), set())
        self.assertEqual(set(nn.__all__) - names, {"Buffer", "Parameter", "init", "parametrizations", "utils"})
        self.assertTrue(all(issubclass(getattr(nn, name), duramen.Module) for name in names))

    def test_constructors_have_the_arguments_of_the_registry(self):
        by_hand = {"Module", "Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"}
        for entry in duramen.registry()["modules"]:
            if entry["name"] in by_hand:
                continue
            kind = getattr(nn, entry["name"])
            signature = inspect.signature(kind)
            names = [one["name"] for one in entry["parameters"]]
            self.assertEqual(set(signature.parameters), {*names, "context"}, entry["name"])
            self.assertTrue(" ".join(kind.__doc__.split()).startswith(" ".join(entry["doc"].split())), entry["name"])
            if all(one["default"] is not None or one["variadic"] for one in entry["parameters"]):
                made, wanted = kind(context=CTX), CTX.module(f"{entry['name']}()")
                self.assertEqual((repr(made), made.lossless_text()), (repr(wanted), wanted.lossless_text()))

    def test_python_refuses_what_the_signature_has_not(self):
        with self.assertRaisesRegex(TypeError, "unexpected keyword argument 'bais'"):
            nn.Linear(4, 3, bais=False)
        with self.assertRaisesRegex(TypeError, "missing 1 required positional argument: 'out_features'"):
            nn.Linear(4)
        for size in (0, 1):  # what is given counts, also where it is the default
            with self.assertRaisesRegex(ValueError, "only supported for LSTM"):
                nn.GRU(3, 4, proj_size=size)

    def test_what_a_text_makes_is_of_them(self):
        model = CTX.module("Sequential(Linear(2, 3), ModuleList([ReLU()]))")
        self.assertEqual([type(one) for one in model.modules()], [nn.Sequential, nn.Linear, nn.ModuleList, nn.ReLU])
        self.assertIsInstance(model[0], nn.Linear)

    def test_a_dtype_may_be_a_name(self):
        for kind in ("float64", "torch.float64", duramen.float64, float):
            self.assertEqual(nn.Linear(2, 2, dtype=kind, context=CTX).weight.dtype, "float64")
        self.assertEqual(nn.Linear(2, 2, dtype=None, context=CTX).weight.dtype, "float32")
        with self.assertRaises(TypeError):
            nn.Linear(2, 2, dtype="float63", context=CTX)

    def test_arguments(self):
        one = nn.Conv2d(3, 4, (3, 1), padding="same", bias=False, dtype=duramen.float64, context=CTX)
        self.assertEqual(repr(one), "Conv2d(3, 4, kernel_size=(3, 1), stride=(1, 1), padding=same, bias=False)")
        self.assertEqual((str(one.weight.dtype), one.bias), ("float64", None))
        loss = nn.CrossEntropyLoss(weight=CTX.tensor([1.0, 2.0]), label_smoothing=0.5)
        self.assertEqual(loss.weight.tolist(), [1.0, 2.0])
        layer = nn.TransformerEncoderLayer(4, 2, 8, activation=nn.GELU(), context=CTX)
        self.assertEqual(layer.activation.class_name, "GELU")
        with self.assertRaisesRegex(TypeError, "missing 1 required positional argument: 'out_features'"):
            nn.Linear(3)
        with self.assertRaisesRegex(TypeError, "numbers, texts, tensors, modules"):
            nn.Linear(3, object())
        with self.assertRaisesRegex(ValueError, "dropout probability"):
            nn.Dropout(3.0)

    def test_contexts(self):
        mine, other = duramen.Context(seed=5), duramen.Context(seed=5)
        with mine:
            first, second = nn.Linear(2, 2), Scaled(2, 3)
            with CTX:
                self.assertIs(nn.ReLU()._context, CTX)
            inner = nn.Sequential(first, second)
        self.assertEqual({one._context for one in (first, second, inner)}, {mine})
        self.assertEqual(other.module("Sequential(Linear(2, 2), Linear(2, 2))").digest(), inner.digest())
        a, b = nn.Linear(2, 2), nn.Linear(2, 2)
        self.assertIs(a._context, b._context)
        self.assertNotEqual(a.weight.tolist(), b.weight.tolist())
        found = []
        thread = threading.Thread(target=lambda: found.append(nn.Linear(2, 2)._context))
        thread.start()
        thread.join()
        self.assertIsNot(found[0], a._context)


class Derived(unittest.TestCase):
    def setUp(self):
        self.x = CTX.ones((3, 2))
        with CTX:
            self.scaled = Scaled(2, 2.0)

    def test_a_layer(self):
        scaled = self.scaled
        self.assertEqual(repr(scaled), "Scaled(in_features=2, out_features=2, bias=True, factor=2.0)")
        self.assertEqual(scaled.class_name, "Scaled")
        plain = nn.Linear(2, 2, context=CTX)
        plain.load_state_dict(scaled.state_dict())
        self.assertEqual(scaled(self.x).tolist(), (plain(self.x) * 2.0).tolist())
        with self.assertRaisesRegex(duramen.Error, "loading state_dict for Scaled:"):
            scaled.load_state_dict({})
        scaled(self.x).sum().backward()
        self.assertIsNotNone(scaled.weight.grad)
        with self.assertRaisesRegex(KeyError, "attribute 'factor' already exists"):
            scaled.register_buffer("factor", None)

    def test_containers_of_the_library_run_it(self):
        model = nn.Sequential(self.scaled, nn.ReLU(context=CTX))
        expected, handle = model(self.x).tolist(), self.scaled.handle
        self.scaled = None
        gc.collect()
        self.assertIs(type(model[0]), Scaled)
        self.assertEqual((model[0].handle, model[0].factor, model(self.x).tolist()), (handle, 2.0, expected))
        model[0].factor = 0.0
        self.assertEqual(model(self.x).tolist(), [[0.0, 0.0]] * 3)
        with self.assertRaisesRegex(ZeroDivisionError, "on purpose"):
            nn.Sequential(Raising(context=CTX))(self.x)

    def test_state_of_the_class_below(self):
        norm = Norm(2, context=CTX)
        state = norm.state_dict()
        self.assertEqual(state.versions(), {"": 2})
        state.set_version("", 1)
        del state["num_batches_tracked"]
        self.assertEqual(norm.load_state_dict(state).missing_keys, [])
        norm(self.x)
        self.assertEqual(norm.num_batches_tracked.item(), 1)

    def test_containers(self):
        stack = Stack(self.scaled, nn.Identity())
        self.assertEqual(stack(self.x).tolist(), (self.scaled(self.x) + 1.0).tolist())
        self.assertEqual([type(stack[:1]), type(stack + stack), len(stack.append(nn.ReLU()))], [Stack, nn.Sequential, 3])
        self.assertIs(stack[:1][0], self.scaled)
        with self.assertRaisesRegex(TypeError, "positional argument"):
            Alone()[:1]
        items = type("Items", (nn.ModuleList,), {})([nn.ReLU(), None])
        with self.assertRaisesRegex(NotImplementedError, r"Module \[Items\] is missing"):
            items(self.x)
        self.assertEqual([type(items[:1]).__name__, len(items)], ["Items", 2])
        named = type("Named", (nn.ParameterDict,), {})({"b": self.x, "a": object()})
        self.assertEqual((type(named.copy()), list(named | {"c": 1})), (nn.ParameterDict, ["a", "b", "c"]))

    def test_copies(self):
        model = nn.Sequential(self.scaled, Stack(self.scaled))
        other = copy.deepcopy(model)
        self.assertEqual([type(one) for one in other.modules()], [nn.Sequential, Scaled, Stack])
        self.assertIs(other[0], other[1][0])
        other[0].factor = 5.0
        self.assertEqual(self.scaled.factor, 2.0)

    def test_nothing_is_left_behind(self):
        from duramen._own import _records

        gc.collect()
        before = len(_records)
        model = nn.Sequential(Scaled(2, 1, context=CTX), Stack())
        self.assertEqual(len(_records), before + 2)
        del model
        gc.collect()
        self.assertEqual(len(_records), before)

    def test_what_is_lazy_and_what_is_parametrized(self):
        lazy = type("Late", (nn.LazyLinear,), {})(3, context=CTX)
        self.assertEqual((lazy.class_name, lazy(self.x).shape, lazy.class_name), ("Late", (3, 3), "Linear"))
        before = self.scaled(self.x).tolist()
        nn.parametrizations.weight_norm(self.scaled, "weight")
        self.assertEqual(self.scaled.class_name, "ParametrizedScaled")
        for got, expected in zip(self.scaled(self.x).tolist(), before):
            for one, other in zip(got, expected):
                self.assertAlmostEqual(one, other, places=5)


if __name__ == "__main__":
    unittest.main()
