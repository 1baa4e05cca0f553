"""Tensors: made, described, viewed, written, computed with, differentiated."""
import operator
import unittest

import duramen
import numpy as np


class Making(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context(seed=1)

    def test_every_numpy_dtype_comes_and_goes(self):
        for name in ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16",
                     "uint8", "bool", "complex64", "complex128"):
            array = np.arange(6).reshape(2, 3).astype(name)
            tensor = self.ctx.tensor(array)
            self.assertEqual(tensor.dtype, name)
            self.assertEqual(tensor.shape, (2, 3))
            self.assertEqual(tensor.tobytes(), array.tobytes())
            self.assertEqual(tensor.numpy().dtype, array.dtype)
            np.testing.assert_array_equal(tensor.numpy(), array)

    def test_numbers_choose_the_dtype_as_pytorch(self):
        for data, dtype, shape in [(1, "int64", ()), (1.5, "float32", ()), (True, "bool", ()), (1j, "complex64", ()),
                                   ([1, 2.0], "float32", (2,)), ([[1, 2], [3, 4]], "int64", (2, 2)),
                                   ([], "float32", (0,)), ([[], []], "float32", (2, 0))]:
            tensor = self.ctx.tensor(data)
            self.assertEqual((tensor.dtype, tensor.shape), (dtype, shape), data)
        self.assertEqual(self.ctx.tensor([[1, 2], [3, 4]], dtype="float64").tolist(), [[1.0, 2.0], [3.0, 4.0]])
        self.assertEqual(self.ctx.tensor(2**63, dtype=duramen.uint64).item(), 2**63)
        with self.assertRaises(ValueError):
            self.ctx.tensor([[1, 2], [3]])
        with self.assertRaises(TypeError):
            self.ctx.tensor(["text"])

    def test_a_copy_is_a_copy_and_any_layout_is_read(self):
        base = np.arange(12, dtype=np.float32).reshape(3, 4)
        for array in (base.T, base[:, ::2], base[::-1], base.astype(">f4"), np.float32(3), np.zeros((0, 2), np.float32)):
            tensor = self.ctx.tensor(array)
            np.testing.assert_array_equal(tensor.numpy(), array)
        tensor = self.ctx.tensor(base)
        base[0, 0] = 99
        self.assertEqual(tensor[0, 0].item(), 0)

    def test_they_are_printed_as_pytorch_prints_them(self):
        numbers = self.ctx.tensor([[1.0, 0.5], [-20.0, float("inf")]], requires_grad=True)
        self.assertEqual(repr(numbers), "tensor([[  1.0000,   0.5000],\n        [-20.0000,      inf]], requires_grad=True)")
        self.assertEqual(repr(self.ctx.tensor([1.0, 2.0], dtype="float64")), "tensor([1., 2.], dtype=duramen.float64)")
        self.assertEqual(repr(self.ctx.tensor([1e-6, 1.0])), "tensor([1.0000e-06, 1.0000e+00])")
        self.assertEqual(repr(self.ctx.tensor(list(range(2000)))), "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])")
        self.assertEqual(repr(duramen.Parameter(self.ctx.tensor([True]), False)), "Parameter containing:\ntensor([True])")
        self.assertEqual(repr(self.ctx.tensor(1 - 2j)), "tensor(1.-2.j)")

    def test_no_elements_are_printed_as_pytorch_prints_them(self):
        self.assertEqual(repr(self.ctx.zeros((0,))), "tensor([])")
        self.assertEqual(repr(self.ctx.zeros((10**12, 0))), "tensor([], size=(1000000000000, 0))")

    def test_dtype_names(self):
        self.assertEqual(str(duramen.bfloat16), "bfloat16")
        self.assertEqual(repr(duramen.float32), "duramen.float32")
        self.assertEqual(np.dtype(duramen.float32), np.float32)
        from duramen._dtype import BY_NUMBER, dtype_of
        from duramen._library import lib

        for number, dtype in BY_NUMBER.items():
            self.assertEqual(lib.duramen_dtype_name(number).decode(), dtype)
        for given in ("torch.float64", np.float64, np.dtype("f8"), float, duramen.float64, "double"):
            self.assertIs(dtype_of(given), duramen.float64)
            self.assertEqual(self.ctx.zeros((1,)).to(given).dtype, "float64")
        with self.assertRaises(TypeError):
            dtype_of("float63")

    def test_to_takes_what_pytorch_takes(self):
        x = self.ctx.ones(2)
        for args, how in (((), {"device": "cpu", "dtype": "float64", "non_blocking": True}), (("cpu", "float64", True, False), {}),
                          ((self.ctx.zeros(1, "float64"), True), {}), ((duramen.float64, False), {}), (("cpu",), {"dtype": np.float64})):
            self.assertEqual(x.to(*args, **how).dtype, "float64")
        for args, how in (((), {}), ((None,), {}), (("cpu", None, True), {}), ((duramen.float32, True, False), {}), ((), {"device": "cpu:0"})):
            self.assertIs(x.to(*args, **how), x)
        for args, how in (((duramen.float32,), {"copy": True}), (("cpu", "float32", False, True), {}), ((), {"copy": True})):
            self.assertNotEqual(x.to(*args, **how).storage_id, x.storage_id)
        for device in ("cuda", "cuda:0", "meta"):
            with self.assertRaisesRegex(ValueError, "only the device 'cpu'"):
                x.to(device)
        with self.assertRaises(TypeError):
            x.to("float63")

    def test_item_is_exact(self):
        self.assertEqual(self.ctx.tensor(2**62 + 1).item(), 2**62 + 1)
        self.assertIs(self.ctx.tensor(True).item(), True)
        self.assertEqual(self.ctx.tensor(1 + 2j, dtype="complex128").item(), 1 + 2j)
        with self.assertRaises(RuntimeError):
            self.ctx.zeros((2,)).item()


class Viewing(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context()
        self.array = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
        self.tensor = self.ctx.tensor(self.array)

    def test_indices_give_what_numpy_gives(self):
        for index in (0, -1, slice(1, 2), (slice(None), 1), (..., 2), (0, ..., slice(None, None, 2)), (None, 1),
                      (slice(None), None, slice(0, 2)), (1, 2, 3), ..., (slice(-2, None),), (slice(5, 9),)):
            view = self.tensor[index]
            np.testing.assert_array_equal(view.numpy(), self.array[index], str(index))
            self.assertEqual(view.storage_id, self.tensor.storage_id)
        for bad, error in (((0, 0, 0, 0), IndexError), (7, IndexError), (True, TypeError), (self.ctx.tensor([0]), TypeError),
                           ("a", TypeError), (slice(None, None, -1), ValueError)):
            with self.assertRaises(error):
                self.tensor[bad]

    def test_a_view_writes_to_what_it_views(self):
        self.tensor[0, 1].fill_(5)
        self.tensor[1, :, 0] = -1
        expected = self.array.copy()
        expected[0, 1], expected[1, :, 0] = 5, -1
        np.testing.assert_array_equal(self.tensor.numpy(), expected)

    def test_permute_and_strides(self):
        view = self.tensor.permute(2, 0, 1)
        self.assertEqual((view.shape, view.stride(), view.is_contiguous()), ((4, 2, 3), (1, 12, 4), False))
        self.assertEqual(self.tensor.permute((2, 0, 1)).shape, view.shape)
        self.assertEqual(view.tobytes(), self.array.transpose(2, 0, 1).tobytes())
        self.assertEqual(self.tensor[1].storage_offset(), 12)
        self.assertEqual([row.tolist() for row in self.tensor[0, :, :2]], [[0, 1], [4, 5], [8, 9]])

    def test_objects_are_the_same_while_they_live(self):
        parameter = duramen.Parameter(self.tensor)
        self.assertIs(type(parameter), duramen.Parameter)
        self.assertTrue(parameter.is_parameter and parameter.requires_grad and parameter.is_leaf)
        self.assertEqual(parameter.storage_id, self.tensor.storage_id)
        self.assertNotEqual(parameter.handle, self.tensor.handle)
        self.assertNotEqual(self.tensor.clone().storage_id, self.tensor.storage_id)
        self.assertIsNone(self.tensor.grad_fn)


class Computing(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context()

    def test_operators(self):
        a, b = np.array([[1.0, -2.0], [3.0, 4.0]]), np.array([2.0, 5.0])
        x, y = self.ctx.tensor(a), self.ctx.tensor(b)
        for got, expected in ((x + y, a + b), (x - y, a - b), (x * y, a * b), (x / y, a / b), (x @ y, a @ b), (-x, -a),
                              (1 - x, 1 - a), (2 / x, 2 / a), (x + 1, a + 1), (2 * x, 2 * a), (x**2, a**2), (abs(x), abs(a)),
                              (x.sum(0), a.sum(0)), (x.mean(), a.mean()), (x.T, a.T), (x.reshape(4), a.reshape(4))):
            np.testing.assert_allclose(got.numpy(), expected, rtol=1e-15)
        self.assertEqual((self.ctx.tensor([1, 2]) + 1.5).dtype, "float32")
        self.assertEqual((self.ctx.tensor([1, 2]) * 3).dtype, "int64")
        self.assertEqual((x * float("inf")).tolist(), [[float("inf"), float("-inf")], [float("inf"), float("inf")]])
        with self.assertRaises(TypeError):
            x + "a"

    def test_comparisons_go_element_by_element(self):
        x, y = self.ctx.tensor([1.0, 2.0, 3.0]), self.ctx.tensor([3.0, 2.0, 1.0])
        for got, expected in ((x == y, [False, True, False]), (x != y, [True, False, True]), (x < y, [True, False, False]),
                              (x >= 2, [False, True, True]), (2 > x, [True, False, False]), (x <= y, [True, True, False])):
            self.assertEqual((got.dtype, got.tolist()), ("bool", expected))
        self.assertFalse(x is None or x == None)  # noqa: E711
        self.assertEqual({x: 1}[x], 1)

    def test_backward_adds_gradients(self):
        x = self.ctx.tensor([1.0, 2.0], requires_grad=True)
        y = (x * x).sum()
        self.assertEqual(y.grad_fn.name(), "SumBackward0")
        y.backward(retain_graph=True)
        y.backward()
        self.assertEqual(x.grad.tolist(), [4.0, 8.0])
        self.assertIs(x.grad, x.grad)
        with self.assertRaises(RuntimeError) as caught:
            y.backward()
        self.assertEqual(caught.exception.torch_error, "RuntimeError")
        (x * 2).backward(gradient=self.ctx.tensor([1.0, 10.0]))
        self.assertEqual(x.grad.tolist(), [6.0, 28.0])
        x.grad = None
        self.assertIsNone(x.grad)

    def test_grad_mode_is_put_back(self):
        x = self.ctx.tensor([1.0], requires_grad=True)
        with self.ctx.no_grad():
            self.assertFalse((x * 2).requires_grad)
            with self.ctx.enable_grad():
                self.assertTrue((x * 2).requires_grad)
            self.assertFalse(self.ctx.is_grad_enabled())
        with self.assertRaises(KeyError), self.ctx.no_grad():
            raise KeyError
        self.assertTrue(self.ctx.is_grad_enabled())
        with self.ctx.set_grad_enabled(False):
            self.assertFalse(self.ctx.is_grad_enabled())
        self.assertTrue(self.ctx.is_grad_enabled())

        @self.ctx.no_grad()
        def plain():
            return x * 2

        self.assertFalse(plain().requires_grad)

    def test_grad_mode_as_a_decorator(self):
        enabled = self.ctx.is_grad_enabled

        @self.ctx.set_grad_enabled(False)
        def plain():
            """Its text."""
            return enabled()

        self.assertEqual((enabled(), plain(), enabled()), (True, False, True))
        self.assertEqual((plain.__name__, plain.__doc__), ("plain", "Its text."))

        @self.ctx.no_grad()
        def steps():
            try:
                said = yield enabled()
                yield said, enabled()
            except KeyError:
                yield "caught", enabled()
            finally:
                ended.append(enabled())
            return 5

        ended = []
        walk = steps()
        self.assertEqual((next(walk), enabled(), walk.send(3), enabled()), (False, True, (3, False), True))
        self.assertEqual((walk.throw(KeyError("x")), enabled()), (("caught", False), True))
        with self.assertRaises(StopIteration) as end:
            next(walk)
        self.assertEqual((end.exception.value, ended, enabled()), (5, [False], True))
        walk = steps()
        next(walk)
        walk.close()
        self.assertEqual((ended, enabled()), ([False, False], True))
        walk = steps()
        next(walk)
        with self.assertRaises(ZeroDivisionError):
            walk.throw(ZeroDivisionError())
        self.assertTrue(enabled())

    def test_one_element_is_formatted_as_a_number(self):
        loss = self.ctx.tensor(1.23456, requires_grad=True)
        self.assertEqual((f"{loss:.4f}", f"{loss:>8.2f}", f"{self.ctx.tensor([2.5]):.2e}"), ("1.2346", "    1.23", "2.50e+00"))
        self.assertEqual((f"{self.ctx.tensor(7):05d}", f"{self.ctx.tensor(1.5)}", f"{self.ctx.tensor([1.5])}"),
                         ("00007", "1.5", "tensor([1.5000])"))
        self.assertEqual(f"{duramen.Parameter(self.ctx.tensor(7.0)):.1f}", "7.0")
        with self.assertRaises(TypeError):
            f"{self.ctx.ones(2):.3f}"

    def test_logic_of_bool_tensors(self):
        a, b = self.ctx.tensor([[True, True], [False, False]]), self.ctx.tensor([True, False])
        x, y = a.numpy().copy(), b.numpy().copy()
        for name in ("and", "or", "xor"):
            for left, right, wanted in ((a, b, (x, y)), (b, a, (y, x)), (a, True, (x, True)), (False, a, (False, x))):
                found, wanted = getattr(operator, f"__{name}__")(left, right), getattr(operator, f"__{name}__")(*wanted)
                self.assertEqual((found.dtype, found.tolist()), ("bool", wanted.tolist()))
            kept = changed = a.clone()
            changed = getattr(operator, f"__i{name}__")(changed, b)
            self.assertIs(changed, kept)
            self.assertEqual(kept.tolist(), getattr(operator, f"__{name}__")(x, y).tolist())
            numbers = getattr(self.ctx.tensor([0.0, 2.0]), f"logical_{name}")(self.ctx.tensor([3, 0]))
            self.assertEqual(numbers.tolist(), getattr(np, f"logical_{name}")([0, 2], [3, 0]).tolist())
        self.assertEqual(((~a).dtype, (~a).tolist(), self.ctx.tensor([0.0, 2.0]).logical_not().tolist()), ("bool", (~x).tolist(), [True, False]))
        for wrong in (lambda: a & self.ctx.ones(2), lambda: ~self.ctx.ones(2), lambda: a | 1, lambda: a ^ "x"):
            with self.assertRaises(TypeError):
                wrong()

    def test_any_and_all(self):
        for data in ([[0.0, 2.0], [3.0, float("nan")]], [[0, 0], [5, 0]], [[True, True], [True, True]]):
            x, array = self.ctx.tensor(data), np.array(data)
            for dim in (None, 0, 1, (0, 1)):
                for keepdim in (False, True):
                    for name in ("any", "all"):
                        found, wanted = getattr(x, name)(dim, keepdim), getattr(array, name)(axis=dim, keepdims=keepdim and dim is not None)
                        self.assertEqual((found.dtype, np.squeeze(found.numpy()).tolist()), ("bool", np.squeeze(wanted).tolist()))
        self.assertEqual((self.ctx.zeros(0).any().item(), self.ctx.zeros(0).all().item()), (False, True))
        self.assertEqual(self.ctx.zeros((0, 3)).all(dim=0).tolist(), [True] * 3)
        self.assertEqual(self.ctx.ones(3, dtype="uint8").all().dtype, "uint8")

    def test_in_place_never_loses_a_gradient(self):
        x = self.ctx.tensor([1.0], requires_grad=True)
        y = self.ctx.zeros((1,))
        with self.assertRaises(RuntimeError):
            y += x
        with self.assertRaises(RuntimeError):
            x += 1
        with self.ctx.no_grad():
            x += 1
        self.assertEqual(x.item(), 2.0)

    def test_one_size_is_a_shape(self):
        self.assertEqual(self.ctx.zeros(3).shape, (3,))
        self.assertEqual(self.ctx.full((), 2.0).item(), 2.0)

    def test_a_leaf_is_filled_without_ceremony(self):
        x = self.ctx.tensor([1.0], requires_grad=True)
        self.assertEqual(x.copy_(self.ctx.tensor([5.0])).item(), 5.0)
        self.assertEqual(x.fill_(2).item(), 2.0)
        self.assertTrue(x.requires_grad and x.is_leaf and self.ctx.is_grad_enabled())
        y = x * 2
        with self.assertRaises(RuntimeError):
            y.fill_(0)
        saved = x * x
        x.fill_(3)
        with self.assertRaises(RuntimeError):
            saved.backward()

    def test_op_by_text(self):
        x = self.ctx.tensor([[0.0, 0.0]])
        self.assertEqual(self.ctx.op("softmax(dim=-1)", x).tolist(), [[0.5, 0.5]])
        values, places = self.ctx.op("max(dim=1)", self.ctx.tensor([[1.0, 3.0]]))
        self.assertEqual((values.item(), places.item()), (3.0, 1))
        self.assertEqual(self.ctx.op("cat(dim=0)", [x, x]).shape, (2, 2))
        with self.assertRaises(duramen.Error) as caught:
            self.ctx.op("softmux(dim=-1)", x)
        self.assertEqual((caught.exception.status, caught.exception.details["nearest"]), ("UNSUPPORTED", "softmax"))

    def test_random_numbers_follow_the_seed(self):
        first = self.ctx.seed(7).zeros((5,)).uniform_().tolist()
        state = self.ctx.get_rng_state()
        second = self.ctx.zeros((5,)).normal_().tolist()
        self.assertEqual(len(state), 5056)
        self.assertEqual(self.ctx.seed(7).zeros((5,)).uniform_().tolist(), first)
        self.ctx.set_rng_state(state)
        self.assertEqual(self.ctx.zeros((5,)).normal_().tolist(), second)


class Methods(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context()
        self.x = self.ctx.tensor([[1.0, -4.0, 2.0], [3.0, 0.5, -2.0]])

    def test_element_by_element(self):
        x = self.x
        self.assertEqual(x.sign().tolist(), [[1, -1, 1], [1, 1, -1]])
        self.assertEqual(x.reciprocal().tolist(), (1.0 / x).tolist())
        self.assertEqual((x // 2).tolist(), [[0, -2, 1], [1, 0, -1]])
        self.assertEqual(x.maximum(-x).tolist(), x.abs().tolist())
        self.assertEqual(x.masked_fill(x.lt(0), 9).tolist(), [[1, 9, 2], [3, 0.5, 9]])
        self.assertEqual(x.gt(x.mean()).tolist(), [[True, False, True], [True, True, False]])
        self.assertEqual(x.clone().add_(1).mul_(2).tolist(), ((x + 1) * 2).tolist())

    def test_over_dimensions(self):
        x = self.x
        self.assertEqual((x.max().item(), x.min().item(), x.argmin().item()), (3, -4, 1))
        values, indices = x.max(1)
        self.assertEqual((values.tolist(), indices.tolist()), ([2, 3], [2, 0]))
        self.assertEqual((x.amax(0).tolist(), x.amin((0, 1)).item()), ([3, 0.5, 2], -4))
        self.assertEqual(x.var(correction=0).item(), ((x - x.mean()).square()).mean().item())
        self.assertAlmostEqual(x.norm().item(), 5.852350, places=5)

    def test_views_and_parts(self):
        x = self.x
        self.assertEqual(x.narrow(1, 1, 2).storage_id, x.storage_id)
        self.assertEqual([one.tolist() for one in x.split([1, 2], dim=1)], [[[1], [3]], [[-4, 2], [0.5, -2]]])
        self.assertEqual([one.shape for one in x.chunk(2, dim=1)], [(2, 2), (2, 1)])
        self.assertEqual([one.tolist() for one in x.unbind()], x.tolist())
        self.assertEqual(x.index_select(1, self.ctx.tensor([2, 0])).tolist(), [[2, 1], [-2, 3]])
        self.assertEqual(x.unflatten(1, (3, 1)).shape, (2, 3, 1))
        self.assertEqual(self.ctx.ones((1, 3)).expand_as(x).shape, (2, 3))
        self.assertEqual(x.new_full((2,), 7).tolist(), [7, 7])

    def test_comparisons_of_whole_tensors(self):
        x, nan = self.x, self.ctx.tensor([float("nan")])
        self.assertTrue(x.equal(x.clone()) and x.allclose(x + 1e-6) and nan.ne(nan).item())
        self.assertFalse(x.equal(x[0]) or x.allclose(x + 1e-3) or nan.allclose(nan))
        infinite = self.ctx.tensor([float("inf")])
        self.assertTrue(infinite.allclose(infinite))

    def test_gradients_within_bounds(self):
        weights = [duramen.Parameter(self.ctx.ones((2,))) for _ in range(2)]
        self.assertEqual(duramen.utils.clip_grad_norm_(weights, 1.0).item(), 0)
        for one, values in zip(weights, ([3.0, 0.0], [0.0, 4.0])):
            one.grad = self.ctx.tensor(values)
        self.assertEqual(duramen.utils.clip_grad_norm_(weights, 10.0).item(), 5)
        self.assertEqual([one.grad.tolist() for one in weights], [[3, 0], [0, 4]])
        self.assertEqual(duramen.utils.clip_grad_norm_(weights, 1.0, norm_type=float("inf")).item(), 4)
        self.assertAlmostEqual(weights[0].grad[0].item(), 0.75, places=5)
        duramen.utils.clip_grad_value_(weights[0], 0.5)
        self.assertEqual(weights[0].grad.tolist(), [0.5, 0])
        weights[0].grad = self.ctx.tensor([float("inf"), 0.0])
        self.assertRaises(RuntimeError, duramen.utils.clip_grad_norm_, weights, 1.0, error_if_nonfinite=True)

    def test_parameters_as_one_vector(self):
        m = self.ctx.module("Linear(2, 3)")
        vector = duramen.utils.parameters_to_vector(m.parameters())
        self.assertEqual(vector.tolist(), [*m.weight.reshape(-1).tolist(), *m.bias.tolist()])
        duramen.utils.vector_to_parameters(vector * 2, m.parameters())
        self.assertEqual(duramen.utils.parameters_to_vector(m.parameters()).tolist(), (vector * 2).tolist())


if __name__ == "__main__":
    unittest.main()
