"""Hooks of modules: the names, arguments and rules of torch.nn.Module, with the differences that the docs state."""
import gc
import unittest
import weakref
from unittest import mock

import duramen


def keys_of(state):
    return list(state)


class Hooks(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context()
        self.net = self.ctx.module("Sequential(Linear(1, 1), Sequential(Linear(1, 1, bias=False)))")

    def parameter(self, value):
        return duramen.Parameter(self.ctx.tensor([value]))

    def test_registration(self):
        said = []
        net, other = self.net, self.parameter(2.0)
        handle = net.register_parameter_registration_hook(
            lambda module, name, value: said.append((module.class_name, name, value)))
        net.register_buffer_registration_hook(lambda module, name, value: said.append((name, value)))
        net.register_module_registration_hook(lambda module, name, value: said.append((name, value)))
        p = self.parameter(1.0)
        net[1][0].q = p
        net.register_parameter("none", None)
        net[1].register_buffer("b", None)
        new = self.ctx.module("ReLU()")
        net.append(new)
        new.register_buffer("c", None)
        self.assertEqual(said, [("Linear", "q", p), ("b", None), ("2", new), ("c", None)])
        with net.register_parameter_registration_hook(lambda module, name, value: other):
            net.p = p
        self.assertIs(net.p, other)
        handle.remove()
        handle.remove()
        net.p = p
        self.assertIs(net.p, p)
        self.assertEqual(len(said), 5)

    def test_a_registration_that_fails(self):
        def hook(module, name, value):
            raise ZeroDivisionError("no")

        self.net.register_parameter_registration_hook(hook)
        with self.assertRaisesRegex(ZeroDivisionError, "^no$"):
            self.net[0].weight = self.parameter(1.0)
        with self.assertRaises(ZeroDivisionError):
            self.net.x = self.parameter(1.0)
        self.assertFalse(hasattr(self.net, "x"))
        with self.net.register_buffer_registration_hook(lambda *_: 5), self.assertRaises(TypeError):
            self.net.register_buffer("b", None)

    def test_state_dict(self):
        said = []

        def after(module, state, prefix, metadata):
            said.append((module, keys_of(state), prefix, metadata))
            state[prefix + "kernel"] = state.pop(prefix + "weight")
            metadata["version"] = 7

        first = self.net[0]
        first.register_state_dict_pre_hook(lambda *given: said.append(given))
        first.register_state_dict_post_hook(after)
        state = self.net.state_dict(prefix="x.", keep_vars=True)
        self.assertEqual(said, [(first, "x.0.", True),
                                (first, ["x.0.weight", "x.0.bias"], "x.0.", {"version": 7})])
        self.assertEqual(keys_of(state), ["x.0.bias", "x.0.kernel", "x.1.0.weight"])
        self.assertEqual(state.versions()["x.0"], 7)
        self.assertIs(state["x.0.kernel"], first.weight)
        first.register_state_dict_post_hook(lambda *_: 5)
        with self.assertRaisesRegex(RuntimeError, "^state_dict post-hook must return None$"):
            self.net.state_dict()

    def test_what_a_hook_of_old_gives(self):
        seen = []
        self.net[0]._register_state_dict_hook(lambda *_: {"lost": 1})
        self.net[0].register_state_dict_post_hook(lambda module, state, *_: seen.append(state))
        self.net._register_state_dict_hook(lambda module, state, prefix, metadata: seen.append(keys_of(state)) or {"x": 1})
        handle = self.net._register_state_dict_hook(lambda module, state, *_: seen.append(state))
        destination = duramen.StateDict(context=self.ctx)
        self.assertEqual(self.net.state_dict(destination), {"x": 1})
        names = ["0.weight", "0.bias", "1.0.weight"]
        self.assertEqual((*seen, keys_of(destination)), ({"lost": 1}, names, {"x": 1}, names))
        self.assertEqual((self.net[0].state_dict(), self.net[1][0].state_dict().__class__), ({"lost": 1}, duramen.StateDict))
        handle.remove()
        same = self.net._register_state_dict_hook(lambda module, state, *_: state)
        self.assertEqual(self.net.state_dict(), {"x": 1})
        same.remove()
        first = self.net[1]._register_state_dict_hook(lambda module, state, *_: self.net[0].state_dict() and state)
        self.assertEqual(keys_of(self.net[1].state_dict()), ["0.weight"])
        destination = duramen.StateDict(context=self.ctx)
        self.assertIs(self.net[1].state_dict(destination), destination)
        self.assertEqual(keys_of(destination), ["0.weight"])
        first.remove()

        def hook(*_):
            return 5

        self.net[1]._register_state_dict_hook(hook)
        self.assertEqual(self.net[1].state_dict(), 5)
        self.net[1].register_state_dict_post_hook(hook)
        with self.assertRaisesRegex(RuntimeError, "^state_dict post-hook must return None$"):
            self.net[1].state_dict()
        with self.assertRaisesRegex(RuntimeError, "^Cannot register the same function as the state dict post hook"):
            self.net._register_state_dict_hook(hook)

    def test_the_dict_of_a_hook_is_the_dict_that_comes_back(self):
        seen = []
        self.net.register_state_dict_post_hook(lambda module, state, prefix, metadata: seen.append(state))
        self.assertIs(self.net.state_dict(), seen[0])
        destination = duramen.StateDict({"a": None}, context=self.ctx)
        self.assertIs(self.net.state_dict(destination, "p."), destination)
        self.assertEqual(keys_of(destination), ["a", "p.0.weight", "p.0.bias", "p.1.0.weight"])
        self.assertEqual(destination.versions(), {})

    def test_load(self):
        said = []
        target = self.net[1][0]

        def before(module, state, prefix, metadata, strict, missing, unexpected, errors):
            said.append((module, keys_of(state), prefix, metadata, strict, list(missing), list(unexpected), errors[:]))
            state[prefix + "weight"] = state.pop(prefix + "old")

        def after(module, keys):
            said.append((module, keys.missing_keys[:], keys.unexpected_keys[:]))
            keys.missing_keys.clear()

        source = {"junk": self.ctx.tensor([1.0]), "0.weight": self.ctx.tensor([[3.0]]),
                  "1.0.old": self.ctx.tensor([[9.0]])}
        handle = target.register_load_state_dict_pre_hook(before)
        target.register_load_state_dict_post_hook(after)
        first = self.net[0].weight.numpy().copy()
        with self.assertRaisesRegex(duramen.Error, 'Unexpected key\\(s\\) in state_dict: "junk". $') as caught:
            self.net.load_state_dict(source)
        self.assertNotIn("Missing", str(caught.exception))
        self.assertEqual(self.net[0].weight.numpy(), first)
        self.assertEqual(said, [(target, ["1.0.old"], "1.0.", {}, True, ["0.bias"], ["junk"], []),
                                (target, ["0.bias"], ["junk"])])
        self.assertEqual(self.net.match(source).missing_keys, [])
        report = self.net.load_state_dict(source, strict=False)
        self.assertEqual(report.unexpected_keys, ["junk"])
        self.assertEqual(target.weight.numpy(), 9)
        self.assertEqual(list(source), ["junk", "0.weight", "1.0.old"])
        handle.remove()
        target.register_load_state_dict_pre_hook(lambda *given: given[-1].append("a line"))
        with self.assertRaisesRegex(duramen.Error, "\n\ta line$"):
            self.net.load_state_dict(source, strict=False)

    def test_a_load_hook_that_fails_or_returns(self):
        state = self.net.state_dict().snapshot()
        before = self.net[0].weight.numpy().copy()
        with self.ctx.no_grad():
            state["0.weight"].fill_(50.0)
        handle = self.net[1].register_load_state_dict_post_hook(lambda module, keys: keys)
        with self.assertRaisesRegex(AssertionError, "are not expected to return new values"):
            self.net.load_state_dict(state)
        handle.remove()

        def hook(*_):
            raise KeyboardInterrupt

        self.net[1].register_load_state_dict_pre_hook(hook)
        with self.assertRaises(KeyboardInterrupt):
            self.net.load_state_dict(state)
        self.assertEqual(self.net[0].weight.numpy(), before)

    def test_copies_and_lives(self):
        said = []

        def hook(module, prefix, keep_vars):
            said.append(module)

        alive = weakref.ref(hook)
        handle = self.net.register_state_dict_pre_hook(hook)
        copy = self.net.deepcopy()
        copy.state_dict()
        self.assertEqual(said, [copy])
        handle.remove()
        copy.state_dict()
        self.assertEqual(said, [copy, copy])
        del hook, handle
        gc.collect()
        self.assertIsNotNone(alive())
        said.clear()
        del copy
        gc.collect()
        self.assertIsNone(alive())

    def test_the_name_of_old(self):
        said = []
        self.net._register_load_state_dict_pre_hook(lambda *given: said.append(len(given)))
        self.net._register_load_state_dict_pre_hook(lambda *given: said.append(given[0]), True)
        self.net.load_state_dict(self.net.state_dict())
        self.assertEqual(said, [7, self.net])

    def test_a_hook_may_put_a_parameter_where_a_buffer_is(self):
        from duramen._lending import Buffers

        with mock.patch("duramen._lending.buffers", Buffers()):  # nobody did that before
            self.net.register_buffer_registration_hook(lambda *_: duramen.Parameter(self.ctx.ones(2)))
            self.net.register_buffer("b", self.ctx.zeros(2))
            gc.collect()
            self.assertEqual([type(one) for one in self.net.buffers()], [duramen.Parameter])

    def test_a_hook_does_not_keep_its_module(self):
        net = self.ctx.module("Linear(1, 1)")
        net.register_load_state_dict_pre_hook(lambda *_: None)
        alive = weakref.ref(net)
        del net
        self.assertIsNone(alive())

    def test_re_entry(self):
        self.net.register_state_dict_pre_hook(lambda module, prefix, keep_vars: module.state_dict())
        with self.assertRaises(RecursionError):
            self.net.state_dict()


class CallHooks(unittest.TestCase):
    """Those of calls; tests/oracle/python/call_hooks.py compares them with PyTorch's."""

    def setUp(self):
        self.ctx = duramen.Context()
        self.net = self.ctx.module("Sequential(Linear(1, 1, bias=False))")
        with self.ctx.no_grad():
            self.net[0].weight.fill_(3.0)
        self.x = self.ctx.tensor([[2.0]])

    def test_activations(self):
        seen = []
        handle = self.net[0].register_forward_hook(lambda module, args, output: seen.append((module, args, output)))
        y = self.net(self.x)
        self.assertEqual(len(seen), 1)
        self.assertIs(seen[0][0], self.net[0])
        self.assertIs(seen[0][1][0], self.x)
        self.assertEqual(seen[0][2].item(), 6.0)
        handle.remove()
        self.net(self.x)
        self.assertEqual(len(seen), 1)
        with self.net.register_forward_pre_hook(lambda module, args: args[0] * 2):
            self.assertEqual(self.net(self.x).item(), 12.0)
        with self.net.register_forward_hook(lambda module, args, output: output + 1):
            self.assertEqual(self.net(self.x).item(), 7.0)
        self.assertEqual(y.item(), 6.0)

    def test_gradients(self):
        self.x.requires_grad_()
        self.net.register_full_backward_pre_hook(lambda module, grads: (grads[0] * 10,))
        self.net[0].register_full_backward_hook(lambda module, inputs, outputs: (None,))
        self.net[0].register_backward_hook(lambda module, inputs, outputs: (inputs[0] + outputs[0],), )
        self.net(self.x).backward()
        self.assertEqual(self.net[0].weight.grad.item(), 20.0)
        self.assertEqual(self.x.grad.item(), 10.0)

    def test_a_class_of_ones_own(self):
        class Own(duramen.Module):
            def forward(self, x, scale=1):
                return x * scale, "text"

        said = []
        own = Own()
        own.register_forward_pre_hook(lambda module, args, kwargs: (args, {"scale": 3}), with_kwargs=True)
        own.register_forward_hook(lambda *given: said.append(given), with_kwargs=True, always_call=True)
        out, text = own(self.x, scale=2)
        self.assertEqual((out.item(), text), (6.0, "text"))
        self.assertIs(said[0][0], own)
        self.assertEqual((said[0][2], said[0][3][1]), ({"scale": 3}, "text"))
        self.assertEqual(own.forward(self.x)[0].item(), 2.0)  # what the hooks stand around
        own.register_forward_pre_hook(lambda module, args: 1 / 0)
        with self.assertRaises(ZeroDivisionError):
            own(self.x)
        self.assertIsNone(said[1][3])
        with self.assertRaisesRegex(TypeError, "object is no value"):
            own(object())

    def test_copies_have_them(self):
        import copy

        seen = []
        self.net.register_forward_hook(lambda module, args, output: seen.append(module))
        other = copy.deepcopy(self.net)
        other(self.x)
        self.assertIs(seen[0], other)


if __name__ == "__main__":
    unittest.main()
