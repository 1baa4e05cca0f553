"""What a walk lends is valid however the walk ends."""
import collections
import gc
import sys
import threading
import unittest
import weakref
from unittest import mock

import duramen
from duramen import _lending


def model(ctx, layers=3):
    return ctx.module("Sequential(" + ", ".join(["Linear(2, 2)"] * layers) + ")")


class Walks(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context()
        self.model = model(self.ctx)
        self.values = [one.tolist() for one in self.model.parameters()]

    def check(self, tensors, values):
        del self.model
        gc.collect()
        model(self.ctx)  # uses what memory is free
        for tensor, wanted in zip(tensors, values):
            self.assertIs(tensor.context, self.ctx)
            self.assertEqual(tensor.tolist(), wanted)
            self.assertTrue((tensor * 0).requires_grad)

    def test_an_end_that_is_interrupted(self):
        with mock.patch.object(_lending.Lending, "_keep", side_effect=KeyboardInterrupt), \
                mock.patch.object(sys, "unraisablehook", lambda _: None):
            taken = list(self.model.parameters())
        self.check(taken, self.values)
        self.assertFalse(duramen._handle.lendings)
        taken.clear()
        gc.collect()
        self.assertEqual(self.ctx.memory()["bytes_in_use"], 0)

    def test_a_walk_without_an_end(self):
        """The finaliser itself never runs."""
        with mock.patch.object(_lending.Lending, "__del__", side_effect=KeyboardInterrupt, create=True), \
                mock.patch.object(sys, "unraisablehook", lambda _: None):
            taken = list(self.model.parameters())
        self.assertIs(self.model[0].weight, self.model[0].weight)
        self.assertFalse(duramen._handle.lendings)
        self.check(taken, self.values)

    def test_a_weak_reference_takes_one_back_at_the_end(self):
        taken = []
        walk = self.model.parameters()
        first = weakref.ref(next(walk))
        others = [weakref.ref(one, lambda _: taken.append(first())) for one in walk]
        del walk
        gc.collect()
        taken = [one for one in taken if one is not None]
        self.assertTrue(taken and len(others) == 5)
        self.check(taken[:1], self.values)

    def test_a_cycle_takes_its_walk_and_its_tensor_back(self):
        saved = []

        class Cycle:
            def __del__(self):
                saved.append((self.walk, self.tensor))

        one = Cycle()
        one.walk = self.model.named_parameters()
        one.tensor = next(one.walk)[1]
        one.itself = one
        del one
        gc.collect()
        ((walk, tensor),) = saved
        saved.clear()
        self.check([tensor, *(one for _, one in walk)], self.values)
        del walk, tensor
        gc.collect()
        self.assertEqual(self.ctx.memory()["bytes_in_use"], 0)

    def test_what_goes_while_the_table_is_looked_through(self):
        """As an object of which another thread had the other reference."""
        alive, others = duramen._handle._alive, [self.ctx.ones(1) for _ in range(4)]
        gone = weakref.ref(others[0], None)
        with mock.patch.object(_lending, "_room", [0]):
            alive[-1] = lambda: others.clear()
            _lending._drop_gone()
        self.assertIsNone(gone())
        self.assertNotIn(-1, alive)

    def test_weak_references_of_another_thread(self):
        big, seen, taken, done = model(self.ctx, 400), collections.deque(maxlen=50), [], threading.Event()

        def take():
            while not done.is_set():
                one = seen.pop()() if seen else None
                if one is not None:
                    taken.append(one)

        thread, interval = threading.Thread(target=take), sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            thread.start()
            for _ in range(1000):
                if len(taken) > 300:
                    break
                for one in big.parameters():
                    seen.append(weakref.ref(one))
        finally:
            done.set()
            thread.join()
            sys.setswitchinterval(interval)
        del big, one
        gc.collect()
        self.assertEqual({one.numel() for one in taken}, {2, 4})


if __name__ == "__main__":
    unittest.main()
