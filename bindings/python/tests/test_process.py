"""The package as part of a process: it starts fast without NumPy, ends quietly, survives fork, and uses threads."""
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import duramen


def python(program, **environment):
    return subprocess.run([sys.executable, "-X", "dev", "-c", program], capture_output=True, text=True,
                          env={**os.environ, **environment})


class Starting(unittest.TestCase):
    def test_no_numpy(self):
        run = python("import duramen, sys\n"
                     "ctx = duramen.Context(); m = ctx.module('Linear(2, 2)'); m(ctx.tensor([[1.0, 2.0]])).sum().backward()\n"
                     "duramen.nn.LSTM(2, 3), duramen.optim.SGD(m.parameters()).step()\n"
                     "print([name for name in sys.modules if name.startswith(('numpy', 'torch', 'inspect'))])")
        self.assertEqual((run.stdout, run.stderr), ("[]\n", ""))

    def test_layers_are_there_when_they_are_asked_for(self):
        for first in ("nn.Linear(2, 2)", "nn.__all__", "dir(nn)", "duramen.Context().module('Linear(2, 2)')", "isinstance(1, nn.ReLU)"):
            run = python("import duramen, pickle, sys\nfrom duramen import nn\n"
                         f"before = 'duramen._layers' in sys.modules\n{first}\n"
                         "m = duramen.Context().module('Linear(2, 2)')\n"
                         "print(before, type(m) is nn.Linear, nn.Linear.__module__, pickle.loads(pickle.dumps(nn.Linear)) is nn.Linear,"
                         " {'LSTM', 'Module', 'init'} <= set(nn.__all__) & set(dir(nn)), hasattr(nn, 'Nothing'), hasattr(nn, '__wrapped__'))\n"
                         "from duramen.nn import *\nfrom duramen.nn import GRU\nGELU, Sequential\n")
            self.assertEqual((run.stdout, run.stderr), ("False True duramen.nn True True False False\n", ""))

    def test_the_import_takes_50_ms_at_most(self):
        """The processor time, with compiled files as an installation has them."""
        with tempfile.TemporaryDirectory() as compiled:
            timed = "import time; before = time.process_time(); import duramen; print(time.process_time() - before)"
            runs = [subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True, env={
                **os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}) for _ in range(8)]
        self.assertLessEqual(statistics.median(float(run.stdout) for run in runs[1:]), 0.050)

    def test_a_wrong_library_is_an_import_error(self):
        run = python("import duramen", DURAMEN_LIBRARY="/nowhere/libduramen.so.0")
        self.assertIn("ImportError: duramen: ", run.stderr)
        self.assertIn("DURAMEN_LIBRARY", run.stderr)


class Ending(unittest.TestCase):
    def test_everything_alive_at_the_end(self):
        run = python("""
import numpy, duramen, atexit
ctx = duramen.Context(num_threads=2)
m = ctx.module("Sequential(Linear(300, 300), BatchNorm1d(300))")
y = m(ctx.ones((200, 300)))
opt = ctx.optimizer("SGD()", m.parameters())
state, array, capsule = m.state_dict(), y.detach().numpy(), y.detach().__dlpack__()
frozen = numpy.ones(3); frozen.flags.writeable = False
tensor, view = ctx.from_numpy(frozen), numpy.from_dlpack(ctx.ones((3,)))
cycle = [m, tensor, capsule]; cycle.append(cycle)
walk = m.named_parameters(); next(walk)
import sys; sys.kept = [m, array, capsule, tensor, cycle, walk, m.named_buffers()]
atexit.register(lambda: m(ctx.ones((2, 300))))
print("done")
""")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "done\n", ""))

    def test_a_fork_lets_go_of_its_own(self):
        ctx = duramen.Context()
        m = ctx.module("Linear(2, 2)")
        child = os.fork()
        if child == 0:
            try:
                same = m(ctx.ones((1, 2))).shape == (1, 2)
                del m
                gc.collect()
                os._exit(0 if same else 1)
            except BaseException:
                os._exit(2)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.assertEqual(m(ctx.ones((1, 2))).shape, (1, 2))


class Cycles(unittest.TestCase):
    def test_a_finaliser_in_a_cycle_uses_and_takes_what_it_holds(self):
        ctx = duramen.Context()
        seen, taken = [], []

        class Cycle:
            def __init__(self):
                self.module = ctx.module("Linear(64, 64)")
                self.kept = list(ctx.module("Sequential(" + ", ".join(["Linear(2, 2)"] * 400) + ")").parameters())
                self.state = self.module.state_dict()
                self.itself = self

            def __del__(self):
                ctx.ones(64 * 64)  # uses what memory is free
                self.state._metadata = {"": {"version": 7}}
                seen.append(([one.tolist() for one in self.kept], self.module.weight.tolist(), self.state["weight"].tolist()))
                taken.extend((self.module, self.kept, self.state))

        cycle = Cycle()
        wanted = [one.tolist() for one in cycle.kept], cycle.module.weight.tolist(), cycle.module.weight.tolist()
        del cycle
        gc.collect()
        module, kept, state = taken
        ctx.module("Linear(64, 64)")
        self.assertEqual(seen, [wanted])
        self.assertEqual(([one.tolist() for one in kept], module.weight.tolist(), state["weight"].tolist()), wanted)
        del module, kept, state
        taken.clear()
        gc.collect()
        self.assertEqual(ctx.memory()["bytes_in_use"], 0)

    def test_a_tracer_that_looks_at_everything(self):
        ctx, calls = duramen.Context(), []

        def trace(frame, *_):
            calls.append(len(frame.f_locals))
            return trace if len(calls) < 5000 else None

        tensor, before = ctx.ones(3), sys.gettrace()
        sys.settrace(trace)
        del tensor
        sys.settrace(before)
        self.assertEqual(ctx.memory()["bytes_in_use"], 0)
        self.assertLess(len(calls), 5000)


class Threads(unittest.TestCase):
    def test_objects_come_and_go_on_many_threads(self):
        shared = duramen.Context(seed=1).module("Sequential(Linear(4, 4), Linear(4, 4))").eval()
        failures = []

        def work():
            try:
                ctx = duramen.Context()
                for _ in range(200):
                    names = [n for n, _ in shared.named_parameters()]
                    weights = [shared[i].weight for i in (0, 1)]
                    assert names[0] == "0.weight" and weights[0] is not weights[1]
                    mine = ctx.module("Linear(4, 4)")
                    mine.load_state_dict(shared[0].state_dict())
                    assert mine.weight.tobytes() == weights[0].tobytes()
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        self.assertEqual(failures, [])

    def test_two_threads_that_touch_an_object_first(self):
        """The slower one has not seen yet what the other made."""
        from unittest import mock

        ctx = duramen.Context()
        m = ctx.module("Sequential(Linear(4, 4))")
        child, weight = m[0], m[0].weight
        with mock.patch("duramen._tensor.known", return_value=None), mock.patch("duramen._module.known", return_value=None):
            self.assertIs(m[0], child)
            self.assertIs(child.weight, weight)
        del m, child, weight
        gc.collect()
        self.assertEqual(ctx.memory()["bytes_in_use"], 0)

    def test_another_thread_can_cancel(self):
        ctx = duramen.Context()
        stop = threading.Timer(0.05, ctx.cancel)
        stop.start()
        start = time.monotonic()
        with self.assertRaises(duramen.Error) as caught:
            x = ctx.ones((400, 400))
            while time.monotonic() - start < 60:
                x = x @ x
        self.assertEqual(caught.exception.status, "CANCELLED")

    def test_nothing_is_leaked(self):
        ctx = duramen.Context()
        for _ in range(3):
            m = ctx.module("Sequential(Linear(8, 8), BatchNorm1d(8))")
            m(ctx.ones((4, 8))).sum().backward()
            m.load_state_dict(m.state_dict().snapshot())
            m[0].weight.grad, list(m.named_modules()), repr(m)
        del m
        gc.collect()
        self.assertEqual(ctx.memory()["bytes_in_use"], 0)
        from duramen._handle import _alive
        from duramen._op import _prepared

        self.assertLessEqual(sum(one() is not None for one in list(_alive.values())), 4 + len(_prepared))


if __name__ == "__main__":
    unittest.main()
