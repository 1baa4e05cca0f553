"""Classes of one's own, and attributes that are neither parameters, buffers nor modules."""
import collections
import copy
import gc
import unittest

import duramen

CTX = duramen.Context(seed=0)


class Net(duramen.Module):
    _version = 3
    label = "of the class"

    def __init__(self):
        super().__init__()
        self.fc = CTX.module("Linear(4, 3)")
        self.scale = 2
        self.names = ["a"]

    def forward(self, x, twice=False):
        y = self.fc(x) * self.scale
        return (y, y) if twice else y

    def extra_repr(self):
        return f"scale={self.scale}"

    def get_extra_state(self):
        return {"scale": self.scale}

    def set_extra_state(self, state):
        if state["scale"] == 666:
            raise ValueError("bad extra state")
        self.scale = state["scale"]


class Raising(duramen.Module):
    def forward(self, x):
        raise ZeroDivisionError("on purpose")


class Bare(duramen.Module):
    """Without a forward."""


class Classes(unittest.TestCase):
    def setUp(self):
        self.x = CTX.ones((2, 4))

    def test_an_error_of_ones_own(self):
        class Refusing(duramen.Module):
            def forward(self, x):
                raise duramen.Error("refusing: on purpose", "NOT_FOUND", {"path": "a.b"})

        ctx = duramen.Context()
        for call in (Refusing(ctx), ctx.module("Sequential(one)", one=Refusing(ctx))):
            with self.assertRaises(duramen.Error) as caught:
                call(ctx.zeros((1,)))
            raised = caught.exception
            self.assertEqual((raised.status, raised.message, raised.details), ("NOT_FOUND", "refusing: on purpose", {"path": "a.b"}))
        self.assertEqual((duramen.Error("x", -8).status.name, duramen.Error("x", -1001).status.name), ("UNSUPPORTED", "-1001"))
        self.assertRaises(ValueError, duramen.Error, "x", "LOST")

    def test_it_is_called_and_printed(self):
        net = Net()
        self.assertEqual(repr(net), "Net(\n  scale=2\n  (fc): Linear(in_features=4, out_features=3, bias=True)\n)")
        self.assertEqual((net(self.x).shape, len(net(self.x, twice=True)), net.class_name), ((2, 3), 2, "Net"))
        self.assertIs(net._context, CTX)
        self.assertEqual([name for name, _ in net.named_parameters()], ["fc.weight", "fc.bias"])

    def test_it_stands_in_containers_and_outlives_its_object(self):
        net = Net()
        model, handle = CTX.module("Sequential(a, ReLU())", a=net), net.handle
        expected = model(self.x).tolist()
        del net
        gc.collect()
        self.assertEqual(model(self.x).tolist(), expected)
        self.assertIs(type(model[0]), Net)
        self.assertEqual((model[0].handle, model[0].scale, model[0].names), (handle, 2, ["a"]))
        model(self.x).sum().backward()
        self.assertIsNotNone(model[0].fc.weight.grad)

    def test_state_and_versions(self):
        model = CTX.module("Sequential(a)", a=Net())
        state = model.state_dict()
        self.assertEqual(list(state), ["0._extra_state", "0.fc.weight", "0.fc.bias"])
        self.assertEqual((state.versions()["0"], state["0._extra_state"]), (3, {"scale": 2}))
        state["0._extra_state"] = {"scale": 666}
        with self.assertRaisesRegex(ValueError, "bad extra state"):
            model.load_state_dict(state)
        state["0._extra_state"] = {"scale": 7}
        model.load_state_dict(state)
        self.assertEqual(model[0].scale, 7)
        bare = Bare().state_dict()
        self.assertEqual((list(bare), bare.versions()), ([], {"": 1}))

    def test_copies_have_attributes_of_their_own(self):
        model = CTX.module("Sequential(a, b)", a=Net(), b=CTX.module("ReLU()"))
        model[0].friend, model[0].of_it = [model[1]], [model[0].fc.weight]
        model[1].tag = {"x": 1}
        other = copy.deepcopy(model)
        other[0].names.append("b")
        self.assertEqual((type(other[0]), model[0].names, other[1].tag), (Net, ["a"], {"x": 1}))
        self.assertIsNot(other[1].tag, model[1].tag)
        self.assertIs(other[0].friend[0], other[1])
        self.assertIs(other[0].of_it[0], other[0].fc.weight)
        self.assertNotEqual(other[0].fc.weight.storage_id, model[0].fc.weight.storage_id)
        self.assertEqual(other(self.x).tolist(), model(self.x).tolist())

    def test_what_is_raised_comes_out(self):
        for call in (lambda: Raising()(self.x), lambda: CTX.module("Sequential(Sequential(a))", a=Raising())(self.x)):
            with self.assertRaisesRegex(ZeroDivisionError, "on purpose"):
                call()
        for call in (lambda: Bare()(self.x), lambda: CTX.module("Sequential(a)", a=Bare())(self.x)):
            with self.assertRaisesRegex(NotImplementedError, r'Module \[Bare\] is missing the required "forward" function'):
                call()
        with self.assertRaises(duramen.Error) as caught:
            CTX.module("Sequential(a)", a=Net())(CTX.ones((2, 9)))
        self.assertEqual(caught.exception.status, "SHAPE_MISMATCH")

    def test_init_comes_first(self):
        class Early(duramen.Module):
            def __init__(self, what):
                self.number = 1
                self.value = what

        for what, word in ((CTX.module("ReLU()"), "module"), (duramen.Parameter(self.x), "parameters")):
            with self.assertRaisesRegex(AttributeError, rf"cannot assign {word} before Module.__init__\(\) call"):
                Early(what)
        with self.assertRaises(AttributeError):
            Early(3).register_buffer("b", None)

    def test_properties_and_registrations_of_ones_own(self):
        class Own(duramen.Module):
            def register_buffer(self, name, tensor):
                super().register_buffer(name, tensor, False)

            @property
            def broken(self):
                return self.nothing

        own = Own()
        own.b = duramen.Buffer(self.x)
        self.assertEqual(own.slots()["non_persistent"], ["b"])
        with self.assertRaisesRegex(AttributeError, "'Own' object has no attribute 'broken'"):
            own.broken  # noqa: B018, reading it is the test

    def test_the_raw_maps(self):
        net = Net()
        net.register_buffer("b", None, persistent=False)
        self.assertEqual((list(net._parameters), dict(net._buffers), net._non_persistent_buffers_set),
                         ([], {"b": None}, {"b"}))
        self.assertIs(net._modules["fc"], net.fc)
        with self.assertRaises(TypeError):
            net._modules["other"] = net.fc
        with self.assertRaises(AttributeError):
            net._modules = {}

    def test_names_of_the_class_are_taken(self):
        net = Net()
        for register in (net.register_parameter, net.register_buffer, net.add_module):
            for name in ("label", "scale", "forward", "fc" if register != net.add_module else "names"):
                with self.assertRaisesRegex(KeyError, f"attribute '{name}' already exists"):
                    register(name, None)
        with self.assertRaisesRegex(AttributeError, "`scale` is not an nn.Module"):
            net.set_submodule("scale", CTX.module("ReLU()"))

    def test_bare_modules_and_containers(self):
        module = duramen.Module()
        module.a = CTX.module("ReLU()")
        self.assertEqual((repr(module), module._context), ("Module(\n  (a): ReLU()\n)", CTX))
        relu = CTX.module("ReLU()")
        self.assertEqual([one.class_name for one in duramen.Sequential(relu, relu)], ["ReLU", "ReLU"])
        named = duramen.Sequential(collections.OrderedDict([("x", relu)]))
        self.assertEqual([name for name, _ in named.named_children()], ["x"])
        self.assertEqual(list(duramen.ModuleDict({"x": relu})), ["x"])
        self.assertEqual(len(duramen.ModuleList([relu, None])), 2)


class Attributes(unittest.TestCase):
    def test_they_live_as_long_as_the_module(self):
        model = CTX.module("Sequential(ReLU())")
        model[0].tag = [1]
        gc.collect()
        self.assertEqual(model[0].tag, [1])
        with self.assertRaises(AttributeError):
            model[0].handle = 5
        del model[0].tag
        self.assertFalse(hasattr(model[0], "tag"))

    def test_nothing_is_left_behind(self):
        from duramen._own import _records

        before = len(_records)
        model = CTX.module("Sequential(a)", a=Net())
        model.tag = duramen.ParameterList([CTX.ones((1,)), object()])
        self.assertEqual(len(_records), before + 2)
        del model
        gc.collect()
        self.assertEqual(len(_records), before)

    def test_any_object_is_an_entry_of_a_parameter_list(self):
        thing, relu = object(), CTX.module("ReLU()")
        many = duramen.ParameterList([CTX.ones((2,)), 5, thing, relu, "x"])
        self.assertEqual(list(many)[1:], [5, thing, relu, "x"])
        self.assertEqual((len(many), [name for name, _ in many.named_parameters()]), (5, ["0"]))
        many[1] = CTX.ones((1,))
        self.assertEqual([name for name, _ in many.named_parameters()], ["0", "1"])
        self.assertEqual(list(many[2:4]), [thing, relu])
        for bad in (lambda: many.__setitem__(0, 3), lambda: many.extend(3), lambda: many.extend(CTX.ones((2,)))):
            with self.assertRaises(TypeError):
                bad()
        with self.assertRaisesRegex(RuntimeError, "ParameterList should not be called"):
            many(1)

    def test_any_object_is_an_entry_of_a_parameter_dict(self):
        thing = object()
        some = duramen.ParameterDict({"b": CTX.ones((2,)), "a": thing})
        self.assertEqual((list(some), some["a"], some.a), (["a", "b"], thing, thing))
        with self.assertRaises(KeyError):
            some.update([("c", 1), ("x.y", CTX.ones((1,)))])
        self.assertEqual(list(some), ["a", "b"])
        self.assertIs(some.pop("a"), thing)
        self.assertEqual((list(some | {"z": 1}), list(some)), (["b", "z"], ["b"]))
        some |= {"q": None}
        self.assertEqual((list(some.items())[1], some.popitem()), (("q", None), ("q", None)))
        self.assertEqual(list(some.fromkeys(["k"], 1).items()), [("k", 1)])
        with self.assertRaises(TypeError):
            some[3] = 1
        with self.assertRaises(KeyError):
            del some["nothing"]
        some.clear()
        self.assertEqual(len(some), 0)

    def test_buffers(self):
        module, x = duramen.Module(), CTX.ones((1,))
        module.a = duramen.Buffer(x)
        module.b = duramen.Buffer(x, persistent=False)
        self.assertEqual((list(module.state_dict()), module.slots()["non_persistent"]), (["a"], ["b"]))
        self.assertEqual(module.a.storage_id, x.storage_id)
        module.b = x
        self.assertEqual(module.slots()["non_persistent"], ["b"])
        module.b = duramen.Buffer(x)
        self.assertEqual(module.slots()["non_persistent"], [])
        with self.assertRaises(TypeError):
            module.b = 3


if __name__ == "__main__":
    unittest.main()
