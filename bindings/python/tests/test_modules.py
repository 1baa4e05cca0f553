"""Modules: built, listed, edited, run."""
import copy
import gc
import unittest
import warnings

import duramen
import numpy as np


class Listing(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context(seed=3)
        self.model = self.ctx.module("Sequential(Linear(4, 3), BatchNorm1d(3), Sequential(ReLU()))")

    def test_what_is_taken_from_a_walk_lives_on(self):
        ctx = duramen.Context(seed=1)
        m = ctx.module("Sequential(" + ", ".join(["BatchNorm1d(2)"] * 300) + ")")
        kept, held = [], ctx.memory()["bytes_in_use"]
        for name, tensor in m.named_parameters():
            self.assertIs(m.get_parameter(name), tensor)  # while it is lent
            self.assertIs(tensor.context, ctx)
            if name in ("0.weight", "7.bias"):
                kept.append(tensor)
            if name == "8.weight":
                break
        self.assertIs(m[0].weight, kept[0])
        everything = list(m.parameters()) + list(m.buffers())
        self.assertIs(everything[0], kept[0])
        self.assertEqual(len({id(one) for one in everything}), 1500)
        both = [one is other for (_, one), (_, other) in zip(m.named_parameters(), m.named_parameters())]
        self.assertEqual((len(both), all(both)), (600, True))
        values = [one.tolist() for one in kept]
        del m, tensor
        gc.collect()
        self.assertEqual(ctx.memory()["bytes_in_use"], held)
        everything.clear()
        self.assertLess(ctx.memory()["bytes_in_use"], held / 100)
        self.assertEqual([one.tolist() for one in kept], values)
        self.assertEqual([one.requires_grad for one in kept], [True, True])

    def test_a_walk_outlives_its_module(self):
        ctx = duramen.Context()
        walk = ctx.module("Sequential(" + ", ".join(["Linear(2, 2)"] * 3) + ")").named_parameters()
        gc.collect()
        self.assertEqual(sum(tensor.numel() for _, tensor in walk), 18)
        del walk
        self.assertEqual(ctx.memory()["bytes_in_use"], 0)

    def test_walks_over_tied_parameters_keep_nothing(self):
        ctx = duramen.Context()
        m = ctx.module("Sequential(Linear(512, 512), Linear(512, 512))")
        m[1].weight, m[1].bias = m[0].weight, m[0].bias
        for _ in range(3):
            self.assertEqual(len(list(m.named_parameters(remove_duplicate=False))), 4)
        kept = list(m.parameters())
        for _ in range(3):
            self.assertEqual([id(one) for one in kept * 2],
                             [id(one) for _, one in m.named_parameters(remove_duplicate=False)])
        del m, kept
        gc.collect()
        self.assertEqual(ctx.memory()["bytes_in_use"], 0)

    def test_a_parameter_as_a_buffer_stays_one(self):
        ctx = duramen.Context()
        m = ctx.module("Module()")
        m.register_buffer("mask", duramen.Parameter(ctx.ones((2,)), requires_grad=False))
        gc.collect()
        self.assertIsInstance(dict(m.named_buffers())["mask"], duramen.Parameter)

    def test_names_of_any_length_and_alphabet(self):
        ctx = duramen.Context()
        m = ctx.module("Module()")
        names = ["ß", "x" * 70000, "é" * 40000, "y"] + [f"n{i}" + "z" * 2000 for i in range(600)]
        for name in names:
            m.register_parameter(name, duramen.Parameter(ctx.zeros((1,))))
        self.assertEqual([name for name, _ in m.named_parameters()], names)

    def test_what_has_no_shape_prints_so(self):
        self.assertEqual(repr(duramen.nn.LazyLinear(3).get_parameter("weight")), "<UninitializedParameter>")
        self.assertEqual(repr(duramen.nn.LazyBatchNorm1d().get_buffer("running_mean")), "<UninitializedBuffer>")

    def test_a_cycle_is_a_recursion_error(self):
        self.model.again = self.model
        for walk in (repr, lambda m: m.apply(lambda one: None), lambda m: m.state_dict()):
            with self.assertRaisesRegex(RecursionError, "has a cycle"):
                walk(self.model)

    def test_names_in_pytorchs_order(self):
        m = self.model
        self.assertEqual([n for n, _ in m.named_parameters()], ["0.weight", "0.bias", "1.weight", "1.bias"])
        self.assertEqual([n for n, _ in m.named_parameters(prefix="p", recurse=False)], [])
        self.assertEqual([n for n, _ in m[0].named_parameters("p")], ["p.weight", "p.bias"])
        self.assertEqual([n for n, _ in m.named_buffers()],
                         ["1.running_mean", "1.running_var", "1.num_batches_tracked"])
        self.assertEqual([n for n, _ in m.named_modules(prefix="r")], ["r", "r.0", "r.1", "r.2", "r.2.0"])
        self.assertEqual([n for n, _ in m.named_children()], ["0", "1", "2"])
        self.assertEqual([type(c).__name__ for c in m.children()], ["Linear", "BatchNorm1d", "Sequential"])
        self.assertEqual(len(list(m.parameters())), 4)
        self.assertEqual(len(list(m.buffers(recurse=False))), 0)
        self.assertEqual(len(list(m.modules())), 5)

    def test_duplicates(self):
        relu = self.ctx.module("ReLU()")
        m = self.ctx.module("Sequential(a, a)", a=relu)
        self.assertIs(m[0], relu)
        self.assertEqual([n for n, _ in m.named_modules()], ["", "0"])
        self.assertEqual([n for n, _ in m.named_modules(remove_duplicate=False)], ["", "0", "1"])
        memo = {relu}
        self.assertEqual([n for n, _ in m.named_modules(memo)], [""])
        self.assertIn(m, memo)
        m = self.ctx.module("ModuleList([Linear(2, 2), Linear(2, 2)])")
        m[1].weight = m[0].weight
        self.assertIs(m[1].weight, m[0].weight)
        self.assertEqual([n for n, _ in m.named_parameters()], ["0.weight", "0.bias", "1.bias"])
        self.assertEqual([n for n, _ in m.named_parameters(remove_duplicate=False)],
                         ["0.weight", "0.bias", "1.weight", "1.bias"])

    def test_objects_are_told_apart_by_handle(self):
        self.assertEqual(self.model[0].handle, self.model.get_submodule("0").handle)
        self.assertIs(self.model.get_submodule("2.0"), self.model[2][0])
        self.assertIs(self.model.get_parameter("0.weight"), self.model[0].weight)
        self.assertIs(self.model.get_buffer("1.running_mean"), self.model[1].running_mean)
        with self.assertRaises(AttributeError) as caught:
            self.model.get_parameter("0.weigth")
        self.assertEqual(caught.exception.details["nearest"], "weight")

    def test_text(self):
        self.assertEqual(str(self.model[0]), "Linear(in_features=4, out_features=3, bias=True)")
        self.assertEqual(self.model[0].extra_repr(), "in_features=4, out_features=3, bias=True")
        self.assertEqual(self.model[0].class_name, "Linear")
        with self.assertRaises(duramen.Error) as caught:
            self.ctx.module("Liner(4, 3)")
        self.assertEqual(caught.exception.details["nearest"], "Linear")
        self.assertEqual(caught.exception.status, -8)

    def test_names_in_the_text(self):
        weight = self.ctx.tensor([1.0, 2.0])
        loss = self.ctx.module("CrossEntropyLoss(weight=w)", w=weight)
        self.assertEqual(loss.weight.tolist(), [1.0, 2.0])
        with self.assertRaises(duramen.Error):
            self.ctx.module("Sequential(a)", **{"not a name": self.model})


class Editing(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context()
        self.m = self.ctx.module("Module()")

    def parameter(self, *shape):
        return duramen.Parameter(self.ctx.zeros(shape))

    def test_registration_and_slots(self):
        m, p = self.m, self.parameter(2)
        m.register_parameter("p", p)
        m.register_parameter("none", None)
        m.register_buffer("b", self.ctx.zeros((1,)), persistent=False)
        m.register_module("child", self.ctx.module("ReLU()"))
        m.add_module("gone", None)
        slots = m.slots()
        self.assertIs(slots["parameters"]["p"], p)
        self.assertEqual(list(slots["parameters"]), ["p", "none"])
        self.assertIsNone(slots["parameters"]["none"])
        self.assertEqual((list(slots["buffers"]), slots["non_persistent"]), (["b"], ["b"]))
        self.assertEqual({name: child is None for name, child in slots["modules"].items()},
                         {"child": False, "gone": True})
        self.assertIsNone(m.none)
        self.assertEqual(list(m.state_dict()), ["p"])

    def test_errors_are_pytorchs(self):
        cases = [
            (KeyError, lambda: self.m.register_parameter("a.b", None)),
            (KeyError, lambda: self.m.register_buffer("", None)),
            (KeyError, lambda: self.m.register_buffer("train", None)),
            (TypeError, lambda: self.m.register_parameter(3, None)),
            (TypeError, lambda: self.m.register_parameter("p", 3)),
            (TypeError, lambda: self.m.register_parameter("p", self.ctx.zeros((1,)))),
            (TypeError, lambda: self.m.add_module("c", 3)),
            (AttributeError, lambda: self.m.nothing),
            (AttributeError, lambda: delattr(self.m, "nothing")),
            (AttributeError, lambda: self.m.get_submodule("a.b")),
            (ValueError, lambda: self.m.train("yes")),
        ]
        for error, call in cases:
            with self.assertRaises(error):
                call()
        self.assertEqual(self.m.slots(), {"parameters": {}, "buffers": {}, "modules": {}, "non_persistent": []})

    def test_assignment(self):
        m = self.m
        m.plain = 3
        self.assertEqual(m.plain, 3)
        m.plain = self.parameter(1)
        self.assertEqual(list(m.slots()["parameters"]), ["plain"])
        with self.assertRaises(TypeError):
            m.plain = 4
        with self.assertRaises(TypeError):
            m.plain = self.ctx.zeros((1,))
        m.plain = None
        self.assertIsNone(m.plain)
        m.child = self.ctx.module("ReLU()")
        m.child = None
        self.assertEqual(m.slots()["modules"], {"child": None})
        m.tensor = self.ctx.zeros((1,))
        self.assertEqual(m.slots()["buffers"], {})
        m.none = None
        self.assertNotIn("none", m.slots()["parameters"])
        del m.child, m.plain, m.tensor
        self.assertEqual(list(m.slots()["modules"]), [])
        self.assertIn("training", dir(m))

    def test_a_name_of_pythons_own_is_taken(self):
        self.m.label = "x"
        with self.assertRaises(KeyError):
            self.m.register_buffer("label", None)

    def test_a_flag_of_its_own_leaves_shared_modules_alone(self):
        shared = self.ctx.module("ReLU()")
        m = self.ctx.module("Sequential(Sequential(a), Sequential(a))", a=shared)
        shared.eval()
        m.training = False
        self.assertEqual([x.training for x in m.modules()], [False, True, False, True])

    def test_flags_and_conversions_return_the_module(self):
        m = self.ctx.module("Sequential(Linear(2, 2), Dropout())")
        weight = m[0].weight
        self.assertIs(m.eval(), m)
        self.assertEqual([x.training for x in m.modules()], [False] * 3)
        m.training = True
        self.assertEqual([x.training for x in m.modules()], [True, False, False])
        self.assertIs(m.train(), m)
        self.assertIs(m.double(), m)
        self.assertIs(m[0].weight, weight)
        self.assertEqual(weight.dtype, "float64")
        self.assertIs(m.to("float32"), m)
        self.assertIs(m.half().float().bfloat16().to(duramen.float32), m)
        self.assertIs(m.requires_grad_(False), m)
        self.assertEqual([p.requires_grad for p in m.parameters()], [False, False])
        seen = []
        self.assertIs(m.apply(lambda x: seen.append(x.class_name)), m)
        self.assertEqual(seen, ["Linear", "Dropout", "Sequential"])

    def test_a_deep_tree_is_walked(self):
        m = self.ctx.module("Linear(1, 1)")
        for _ in range(5000):
            m = duramen.Sequential(m)
        seen, memo = [], set()
        m.apply(lambda one: seen.append(one.class_name))
        self.assertEqual((len(seen), seen[0]), (5001, "Linear"))
        self.assertEqual(len(list(m.named_modules(memo))), 5001)
        self.assertEqual(len(memo), 5001)

    def test_deep_copies_share_nothing(self):
        m = self.ctx.module("Sequential(Linear(2, 2))")
        other = copy.deepcopy(m)
        self.assertNotEqual(other[0].weight.storage_id, m[0].weight.storage_id)
        self.assertEqual(other[0].weight.tobytes(), m[0].weight.tobytes())


class Running(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context(seed=0)

    def test_forward_backward_and_zero_grad(self):
        m = self.ctx.module("Linear(3, 2)")
        x = self.ctx.tensor(np.ones((4, 3), np.float32))
        y = m(x)
        np.testing.assert_allclose(y.detach().numpy(),
                                   np.ones((4, 3)) @ m.weight.detach().numpy().T + m.bias.detach().numpy(), rtol=1e-6)
        y.sum().backward()
        self.assertEqual(m.bias.grad.tolist(), [4.0, 4.0])
        m.zero_grad(set_to_none=False)
        self.assertEqual(m.bias.grad.tolist(), [0.0, 0.0])
        m.zero_grad()
        self.assertIsNone(m.bias.grad)

    def test_more_than_one_tensor_back(self):
        pool = self.ctx.module("MaxPool2d(2, return_indices=True)")
        values, indices = pool(self.ctx.tensor([[[1.0, 2.0], [4.0, 3.0]]]))
        self.assertEqual((values.tolist(), indices.tolist()), ([[[4.0]]], [[[2]]]))

    def test_several_arguments_and_keywords(self):
        loss = self.ctx.module("CrossEntropyLoss()")
        logits, target = self.ctx.tensor(np.zeros((2, 3), np.float32)), self.ctx.tensor([0, 2])
        self.assertAlmostEqual(loss(logits, target).item(), np.log(3), places=6)
        self.assertAlmostEqual(loss(logits, target=target).item(), np.log(3), places=6)
        self.assertAlmostEqual(loss(np.zeros((2, 3), np.float32), np.array([0, 2])).item(), np.log(3), places=6)
        self.assertAlmostEqual(loss(input=logits, target=target).item(), np.log(3), places=6)
        with self.assertRaises(duramen.Error):
            loss(logits)
        with self.assertRaises(TypeError):
            loss(logits, targets=target)
        with self.assertRaises(NotImplementedError):
            self.ctx.module("Module()")(logits)

    def test_warnings_are_pythons(self):
        m = self.ctx.module("Linear(1, 1)").to("complex64")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            m.to("float32")
        self.assertEqual({w.category for w in caught}, {UserWarning})
        self.assertIn("imaginary", str(caught[0].message))

    def test_cancelling(self):
        self.ctx.cancel()
        with self.assertRaises(duramen.Error) as caught:
            self.ctx.module("Linear(2, 2)")
        self.assertEqual(caught.exception.status.name, "CANCELLED")
        self.ctx.reset_cancel()
        self.ctx.module("Linear(2, 2)")

    def test_other_devices_are_refused(self):
        m = self.ctx.module("Linear(2, 2)")
        self.assertIs(m.to(device="cpu"), m)
        for how, kind in ((("cpu", "float64", True), "float64"), ((self.ctx.ones((1,)), True), "float32"),
                          ((duramen.float16, False), "float16"), (("cpu",), "float16")):
            self.assertEqual(str(m.to(*how).weight.dtype), kind)
        m.to(other=self.ctx.ones((1,))).to(None)
        self.assertEqual(str(m.weight.dtype), "float32")
        for refused in (lambda: m.to(device="cuda"), m.cuda, lambda: m.cuda(0), lambda: m.to_empty(device="meta")):
            with self.assertRaisesRegex(ValueError, "only the device 'cpu'"):
                refused()
        with self.assertRaisesRegex(ValueError, "only the device 'cpu'"):
            m.xpu()
        self.assertIs(m.to_empty(device="cpu"), m)
        self.assertIs(m.compile(mode="default"), m)
        with self.assertRaises(NotImplementedError):
            m.share_memory()

    def test_a_printout_with_unknown_classes(self):
        printout = "Net(\n  (fc): Linear(in_features=2, out_features=1, bias=True)\n)"
        with self.assertRaises(duramen.Error):
            self.ctx.module(printout)
        net, unknown = self.ctx.module_with(printout, unknown_as_containers=True)
        self.assertEqual((repr(net), unknown), (printout, {"": "Net"}))
        state = dict(net.state_dict().items())
        state["scale"] = self.ctx.zeros(3)
        with self.assertRaises(RuntimeError):
            net.load_state_dict(state)
        net.load_state_dict(state, adopt=True)
        self.assertEqual([name for name, _ in net.named_parameters()], ["scale", "fc.weight", "fc.bias"])
        again = self.ctx.module(net.lossless_text())
        self.assertEqual([name for name, _ in again.named_parameters()], ["scale", "fc.weight", "fc.bias"])


if __name__ == "__main__":
    unittest.main()
