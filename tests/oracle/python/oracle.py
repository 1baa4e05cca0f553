#!/usr/bin/env python3
"""The comparison with the real PyTorch through the Python package: oracle.py LIBRARY [--seed N] [--cases N] [--only FAMILY]
[--self-test].

Random trees, loads, hooks, prints, constructor calls, initial values, layers, training runs and files on both sides. Every
case depends on the seed, its family and its number only; a failure names them. Exit 77: no PyTorch (an error where
DURAMEN_REQUIRE_ALL=1).
"""
import argparse
import os
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from interpreter import use_one_with  # noqa: E402

SEED = 20261
CASES = 160


class Family:
    """Cases of one kind: run, counted, their failures kept."""

    def __init__(self, name, work, seed):
        self.name, self.work, self.seed = name, work, seed
        self.failures, self.results = [], []

    def run(self):
        start, shown = time.monotonic(), 0.0
        for i, (label, call) in enumerate(self.work):
            self.one(label, call)
            if time.monotonic() - shown > 1 or i + 1 == len(self.work):
                shown = time.monotonic()
                show(f"{self.name}: {i + 1} of {len(self.work)}, {len(self.failures)} failed, {shown - start:.0f} s",
                     last=i + 1 == len(self.work))

    def one(self, label, call):
        from sides import Mismatch

        try:
            self.results.append(call())
        except Mismatch as mismatch:
            self.failures.append(f"{self.name} {label} (--seed {self.seed}): {mismatch}")
        except Exception:  # noqa: BLE001, an accident of one case must not hide the others
            self.failures.append(f"{self.name} {label} (--seed {self.seed}): {traceback.format_exc()}")


def show(text, last):
    """Progress: one line that is written over on a terminal, the last of each family elsewhere."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="\n" if last else "", file=sys.stderr, flush=True)
    elif last:
        print(text, file=sys.stderr, flush=True)


def families(seed, cases):
    import attributes
    import call_hooks
    import containers
    import derived
    import duramen
    import files
    import hooks
    import inits
    import layers
    import lazy_states
    import loads
    import module_states
    import norm_hooks
    import parametrized
    import prints
    import renames
    import surgery
    import training
    import trees

    registry = duramen.registry()
    types = [entry["name"] for entry in registry["modules"]
             if entry["forward"] and entry["name"] in layers.GENERATORS]
    optimizers = [entry["name"] for entry in registry["optimizers"] if entry["name"] in training.OPTIMIZERS]
    each, runs = max(2, cases // 20), max(4, cases // 20)
    return [
        Family("registry", [("modules", layers.check_registry), ("states", module_states.check_registry),
                            ("optimizers", training.check_registry), ("initializers", inits.check_registry)], seed),
        Family("trees", [(i, lambda i=i: trees.run_case(seed, i)) for i in range(cases)], seed),
        Family("attributes", [(i, lambda i=i: attributes.run_case(seed, i)) for i in range(2 * cases)], seed),
        Family("containers", [(i, lambda i=i: containers.run_case(seed, i)) for i in range(2 * cases)], seed),
        Family("surgery", [(i, lambda i=i: surgery.run_case(seed, i)) for i in range(cases)], seed),
        Family("loads", [(i, lambda i=i: loads.run_case(seed, i)) for i in range(2 * cases)], seed),
        Family("hooks", [(i, lambda i=i: hooks.run_case(seed, i)) for i in range(cases)], seed),
        Family("call_hooks", [(i, lambda i=i: call_hooks.run_case(seed, i)) for i in range(2 * cases)], seed),
        Family("prints", [(i, lambda i=i: prints.run_case(seed, i)) for i in range(4 * cases)], seed),
        Family("inits", [(i, lambda i=i: inits.run_case(seed, i)) for i in range(2 * cases)], seed),
        Family("states", [(f"{name} {i}", lambda name=name, i=i: module_states.run_case(seed, name, i))
                          for name in module_states.types() for i in range(cases // 4)], seed),
        Family("derived", [(i, lambda i=i: derived.run_program(seed, i)) for i in range(cases)]
               + [(f"{name} {i}", lambda name=name, i=i: derived.run_call(seed, name, i))
                  for name in derived.types_of_calls() for i in range(max(2, cases // 40))], seed),
        Family("renames", [(i, lambda i=i: renames.run_case(seed, i)) for i in range(cases)], seed),
        Family("parametrized", [(i, lambda i=i: parametrized.run_case(seed, i)) for i in range(cases)], seed),
        Family("norm_hooks", [(i, lambda i=i: norm_hooks.run_case(seed, i)) for i in range(cases)], seed),
        Family("lazy", [(f"{name} {i}", lambda name=name, i=i: lazy_states.run_case(seed, name, i))
                        for name in lazy_states.LAZY for i in range(cases // 8)], seed),
        Family("layers", [(f"{name} {i}", lambda name=name, i=i: layers.run_case(seed, name, i))
                          for name in types for i in range(each)], seed),
        Family("training", [(f"{name} {i}", lambda name=name, i=i: training.run_case(seed, name, i))
                            for name in optimizers for i in range(runs)], seed),
        Family("files", [(i, lambda i=i: files.run_case(seed, i)) for i in range(cases // 2)], seed),
    ]


def summary(done, seconds):
    import torch

    counts = {family.name: len(family.work) for family in done}
    parts = [f"{counts[name]} {name}" for name in counts if name != "registry"]
    for family in done:
        if family.name in ("attributes", "containers"):
            parts.append(f"{sum(family.results)} edits of {family.name}")
        if family.name == "loads":
            parts.append(f"{sum(map(bool, family.results))} loads refused by both")
        if family.name == "inits":
            parts.append(f"{sum(map(bool, family.results))} inits refused by both")
        if family.name == "states":
            parts.append(f"{sum(map(bool, family.results))} constructor calls refused by both")
        if family.name == "call_hooks":
            parts.append(f"{sum(family.results)} calls stopped by both")
        if family.name == "renames":
            parts.append(f"{sum(map(bool, family.results))} renames refused")
        if family.name in ("layers", "training") and family.results:
            parts.append(f"{family.name} use at most {100 * max(family.results):.0f} % of what rounding may")
    failed = sum(len(family.failures) for family in done)
    return f"oracle: torch {torch.__version__}, seed {done[0].seed}: {', '.join(parts)}; {failed} failed; {seconds:.0f} s"


def main():
    parser = argparse.ArgumentParser(prog="oracle", description="compares the library with the real PyTorch")
    parser.add_argument("library", help="path of libduramen.so.0")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of all random choices (default {SEED})")
    parser.add_argument("--cases", type=int, default=CASES, help=f"how many trees; the others go with it (default {CASES})")
    parser.add_argument("--only", help="one family: trees, surgery, attributes, containers, loads, renames, hooks, call_hooks, prints, inits, "
                        "states, derived, norm_hooks, lazy, layers, training or files")
    parser.add_argument("--self-test", action="store_true", help="plant faults and see each of them found")
    options = parser.parse_args()
    use_one_with("torch", "safetensors", "numpy")
    sys.dont_write_bytecode = True
    os.environ["DURAMEN_LIBRARY"] = os.path.abspath(options.library)
    sys.path[:0] = [str(ROOT / "bindings" / "python"), str(HERE)]
    import torch

    torch.set_num_threads(1)
    if options.self_test:
        import self_test

        sys.exit(0 if self_test.run() else 1)
    start = time.monotonic()
    done = [family for family in families(options.seed, options.cases) if options.only in (None, family.name)]
    for family in done:
        family.run()
    failures = [failure for family in done for failure in family.failures]
    print("\n".join(failures + [summary(done, time.monotonic() - start)]))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
