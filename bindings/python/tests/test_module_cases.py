"""Every module that was recorded from PyTorch, through the package: printed form, listings, versions, initial values."""
import collections
import json
import math
import unittest
from pathlib import Path

import duramen
from state_machine import real, sha256

CASES = Path(__file__).resolve().parents[3] / "tests" / "data" / "goldens" / "index.json"
AT_LEAST = 378  # of them are built and compared
# What PyTorch computes by LAPACK: equal within rounding, not bit for bit.
ROUNDED = ("orthogonal",)


def positive(seed, stream, count):
    """(2 (x >> 41) + 1) / 2^24 of the hash that `real` is made of: the top 24 bits without the last one."""
    return [(2 * (int(value * 2**23 + 2**23) >> 1) + 1) / 2**24 for value in real(seed, stream, count)]


def shape_of(tensor):
    return list(tensor.shape)


def has_shape(tensor):
    try:
        return tensor.shape is not None
    except duramen.Error as error:
        if "uninitialized parameter" not in error.message:
            raise
        return False


class Comparison:
    """One recorded module and ours."""

    def __init__(self, case, module):
        self.case, self.module, self.problems = case, module, []

    def same(self, what, got, expected):
        if got != expected:
            self.problems.append(f"{self.case['id']} {self.case['ctor']}: {what}\n  expected {expected}\n  got      {got}")

    def entries(self, what, named, expected, extra):
        """Names in order, types, shapes (null: not known yet) and what else is recorded of each."""
        named = list(named)
        self.same(f"{what} names", [name for name, _ in named], [one.get("name", one.get("key")) for one in expected])
        for (name, tensor), one in zip(named, expected):
            if one["shape"] is None:  # a placeholder, which has a type and no shape yet
                self.same(f"{what} {name}", (str(tensor.dtype), has_shape(tensor)), (one["dtype"], False))
                continue
            self.same(f"{what} {name}", (str(tensor.dtype), shape_of(tensor), extra(name, tensor)),
                      (one["dtype"], one["shape"], one.get("requires_grad", one.get("persistent", one.get("sha256")))))

    def description(self, case=None):
        """That of the case, or of what became of a lazy module."""
        module, case = self.module, case or self.case
        self.same("repr", repr(module), case["repr"])
        self.same("modules", [[name, one.class_name] for name, one in module.named_modules()], case["modules"])
        self.entries("parameters", module.named_parameters(), case["parameters"], lambda _, one: one.requires_grad)
        transient = {f"{path}.{name}" if path else name for path, owner in module.named_modules()
                     for name in owner.slots()["non_persistent"]}
        self.entries("buffers", module.named_buffers(), case["buffers"], lambda name, _: name not in transient)
        state = module.state_dict()
        exact = not any(word in self.case["ctor"] for word in ROUNDED)
        recorded = case["state"] if exact else [{**one, "sha256": None} for one in case["state"]]
        self.entries("state", state.items(), recorded, lambda _, one: sha256(one) if exact else None)
        self.same("versions", [list(pair) for pair in state.versions().items()], case["versions"])

    def materialized(self):
        """What an input makes of a lazy module, told to it or run."""
        module, other = self.module, self.module.deepcopy()
        given, ctx = self.case["tensors"][self.case["args"][0]["t"]], module._context
        shape = given["shape"]
        values = real(self.case["seed"], given["stream"], math.prod(shape), given["scale"])
        x = ctx.tensor(values, dtype="float64").reshape(shape).to("float32")
        self.same("the input", sha256(x), given["sha256"])
        ctx.seed(self.case["seed"] + 2)
        module.initialize_parameters(x)
        self.description(self.case["materialized"])
        self.same("class", module.class_name, self.case["materialized"]["class"])
        ctx.seed(self.case["seed"] + 2)
        try:
            other.eval()(x)
        except duramen.Error as error:
            if error.status != "UNSUPPORTED":  # a class whose forward is not there yet
                raise
            return False
        self.module = other
        self.description(self.case["materialized"])
        return True

    def fill(self):
        """The values that the recorded runs start from."""
        seed = self.case["seed"]
        for i, (_, one) in enumerate(self.module.named_parameters()):
            one.copy_(self.shaped(real(seed, 500 + i, one.numel(), 0.5), one))
        for i, (name, one) in enumerate(self.module.named_buffers()):
            if one.dtype.is_floating_point:
                values = (positive(seed, 700 + i, one.numel()) if name.endswith("running_var")
                          else real(seed, 700 + i, one.numel(), 0.5))
                one.copy_(self.shaped(values, one))
        self.same("filled", [[name, sha256(one)] for name, one in self.module.state_dict().items()],
                  [[one["key"], one["sha256"]] for one in self.case["filled_state"]])

    def shaped(self, values, like):
        return self.module._context.tensor(values, dtype="float64").reshape(like.shape)


class Modules(unittest.TestCase):
    def test_all(self):
        counts, skipped, problems = collections.Counter(), collections.Counter(), []
        cases = [case for case in json.loads(CASES.read_text())["cases"] if case["family"] == "module"]
        for case in cases:
            ctx = duramen.Context(seed=case["seed"])
            try:
                comparison = Comparison(case, ctx.module(case["ctor"]))
            except duramen.Error as error:
                if error.status != "UNSUPPORTED" or "nearest" not in error.details and "unknown" not in str(error):
                    raise
                skipped[error.details.get("actual", str(error))] += 1
                continue
            comparison.description()
            if case["lazy"]:
                counts["lazy ones run" if comparison.materialized() else "lazy ones told their sizes"] += 1
            if case["fill"]:
                comparison.fill()
            problems += comparison.problems
            counts["compared"] += 1
        lazy = {what: count for what, count in counts.items() if "lazy" in what}
        print(f"{counts['compared']} of {len(cases)} are equal", lazy, "; left out, types not registered:", dict(skipped))
        self.assertEqual(sum(lazy.values()), sum(case["lazy"] for case in cases))
        self.assertEqual(problems, [], "\n" + "\n".join(problems))
        self.assertEqual(counts["compared"] + sum(skipped.values()), len(cases))
        self.assertGreaterEqual(counts["compared"], AT_LEAST)


if __name__ == "__main__":
    unittest.main()
