"""Containers: what can be done to a list can be done to them; names stay PyTorch's."""
import unittest

import duramen


class Numbered(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context()
        self.m = self.ctx.module("Sequential(ReLU(), Tanh(), Sigmoid(), Linear(1, 1))")

    def classes(self, m=None):
        return [child.class_name for child in (m if m is not None else self.m)]

    def names(self):
        return list(self.m.slots()["modules"])

    def test_reading(self):
        m = self.m
        self.assertEqual(len(m), 4)
        self.assertEqual(m[-1].class_name, "Linear")
        self.assertEqual(self.classes(m[1:3]), ["Tanh", "Sigmoid"])
        self.assertIs(m[1:3][0], m[1])
        self.assertIn(m[2], m)
        self.assertFalse(self.ctx.module("Sequential()"))
        for bad in (4, -5):
            with self.assertRaises(IndexError):
                m[bad]
        with self.assertRaises(TypeError):
            self.ctx.module("Linear(1, 1)")[0]

    def test_writing(self):
        m, identity = self.m, self.ctx.module("Identity()")
        m[1] = identity
        self.assertIs(m[1], identity)
        del m[0]
        self.assertEqual((self.classes(), self.names()), (["Identity", "Sigmoid", "Linear"], ["0", "1", "2"]))
        m.insert(1, self.ctx.module("ReLU()")).append(self.ctx.module("Tanh()"))
        self.assertEqual(self.classes(), ["Identity", "ReLU", "Sigmoid", "Linear", "Tanh"])
        self.assertEqual(m.pop(0).class_name, "Identity")
        del m[1:3]
        self.assertEqual((self.classes(), self.names()), (["ReLU", "Tanh"], ["0", "1"]))
        m.extend([identity, identity])
        m += self.ctx.module("Sequential(a)", a=identity)
        self.assertEqual(self.classes(m + m[2:3]), ["ReLU", "Tanh", *["Identity"] * 4])
        for refused, error in ((lambda: m + [identity], ValueError), (lambda: m * 0, ValueError), (lambda: m * "a", TypeError)):
            with self.assertRaises(error):
                refused()
        self.assertEqual(self.classes(2 * m[:1]), ["ReLU", "ReLU"])
        self.assertEqual(self.classes(m[::-2]), self.classes()[::-2])
        self.assertEqual(repr(self.ctx.module("ModuleList([ReLU(), ReLU()])")), "ModuleList(\n  (0-1): 2 x ReLU()\n)")

    def test_a_refused_edit_changes_nothing(self):
        before = self.classes()
        for edit in (lambda: self.m.append(3), lambda: self.m.insert(0, "x"), lambda: self.m.insert(9, self.m[0]),
                     lambda: self.m.extend([self.m[0], 3]), lambda: self.m.__setitem__(7, self.m[0]),
                     lambda: self.m.pop(9)):
            with self.assertRaises((TypeError, IndexError, AssertionError)):
                edit()
            self.assertEqual(self.classes(), before)
        many = self.ctx.module("ModuleList([ReLU(), Tanh()])")
        chosen = self.ctx.module("Sequential(OrderedDict([('a', ReLU()), ('1', Tanh()), ('3', ReLU())]))")
        for edit, error in ((lambda: many.insert(-1, self.m[0]), KeyError), (lambda: many.insert(7, self.m[0]), IndexError),
                            (lambda: many.insert(0, 3), TypeError), (lambda: many.extend([self.m[0], 3]), TypeError),
                            (lambda: chosen.append(self.m[0]), KeyError), (lambda: chosen.insert(0, self.m[0]), KeyError)):
            names = [list(one.slots()["modules"]) for one in (many, chosen)]
            with self.assertRaises(error):
                edit()
            self.assertEqual([list(one.slots()["modules"]) for one in (many, chosen)], names)
            self.assertEqual(self.classes(many), ["ReLU", "Tanh"])
        numbers = self.ctx.module("ParameterList([zeros(2), zeros(3)])")
        whole = self.ctx.tensor([1, 2])  # no parameter: it cannot have a gradient
        members = list(numbers)
        self.assertFalse(hasattr(numbers, "insert") or hasattr(numbers, "pop"))
        for edit in (lambda: numbers.append(whole), lambda: numbers.extend([self.ctx.zeros((1,)), whole])):
            with self.assertRaises(RuntimeError):
                edit()
            self.assertEqual([one.handle for one in numbers], [one.handle for one in members])


class Named(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context()
        self.m = self.ctx.module("ModuleDict({'b': ReLU(), 'a': Tanh()})")

    def test_reading(self):
        m = self.m
        self.assertEqual((list(m), list(m.keys()), len(m)), (["b", "a"], ["b", "a"], 2))
        self.assertEqual([(n, c.class_name) for n, c in m.items()], [("b", "ReLU"), ("a", "Tanh")])
        self.assertIs(m["a"], m.a)
        self.assertIn("b", m)
        with self.assertRaises(KeyError):
            m["zz"]

    def test_writing(self):
        m = self.m
        m["c"] = self.ctx.module("Sigmoid()")
        m.update({"d": m["c"]})
        self.assertEqual(m.pop("b").class_name, "ReLU")
        del m["a"]
        self.assertEqual(list(m), ["c", "d"])
        for name in ("keys", "x.y", ""):
            with self.assertRaises(KeyError):
                m[name] = m["c"]
        with self.assertRaises(TypeError):
            m["e"] = 3
        m.clear()
        self.assertEqual(len(m), 0)


class Parameters(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context()

    def test_a_list(self):
        m = self.ctx.module("ParameterList([zeros(2)])")
        one = self.ctx.ones((3,))
        m.append(one).extend([duramen.Parameter(one, requires_grad=False)])
        self.assertEqual(([p.shape for p in m], len(m)), ([(2,), (3,), (3,)], 3))
        self.assertTrue(m[1].is_parameter and m[1].storage_id == one.storage_id)
        m[0] = one
        self.assertEqual([(n, p.requires_grad) for n, p in m.named_parameters()], [("0", True), ("1", True), ("2", False)])

    def test_a_dict(self):
        m = self.ctx.module("ParameterDict({'b': zeros(2), 'a': ones(1)})")
        m["c"] = self.ctx.ones((3,))
        self.assertTrue(m["c"].is_parameter)
        m.update({"z": m["c"], "d": m["a"]})
        self.assertEqual((list(m), len(m)), ([n for n, _ in m.named_parameters(remove_duplicate=False)], 5))
        self.assertEqual(list(m)[-2:], ["d", "z"])
        self.assertIs(m.setdefault("c", None), m["c"])
        self.assertIs(m.copy()["c"], m["c"])
        self.assertEqual(m.popitem()[0], "z")
        with self.assertRaises(TypeError):
            m.update(3)
        self.assertEqual(self.ctx.module("ParameterDict({'_h': 5, 'x.y': [1, 'a']})")["_h"], 5)
        self.assertEqual(self.ctx.module("ParameterDict({'_h': 5, 'x.y': [1, 'a']})")["x.y"], [1, "a"])


if __name__ == "__main__":
    unittest.main()
