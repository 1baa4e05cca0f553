#!/usr/bin/env python3
"""What calls cost through each binding, beside C: vs_bindings.py --build BUILD [--rounds N] [--json FILE].

Each language's program prints one line of JSON: a listing of 20,000 entries, and the forward of a small MLP. The programs run in turn,
round after round; each prints medians, the table has the best round of each and its ratio to what the target names. Exits 1 when a
target is missed. A language whose program or toolchain is not there is left out, with a line; that is a miss, too, where
DURAMEN_REQUIRE_ALL=1.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROWS = ("listing_20000_ns", "forward_mlp_ns")
# (program, row, at most so many times, of whom)
TARGETS = [("Rust", "listing_20000_ns", 1.05, "C"), ("Rust", "forward_mlp_ns", 1.05, "C"), ("Go", "listing_20000_ns", 1.5, "C"),
           ("Python", "listing_20000_ns", 5.0, "C"), ("Python", "listing_20000_ns", 0.5, "PyTorch")]


def programs(build):
    """Command, folder and what has to be there, by name; C is the first."""
    torch = ROOT / "build" / "python" / "bin" / "python"
    rust = ROOT / "bindings" / "rust"
    go = ROOT / "bindings" / "go"
    return {
        "C": ([build / "bench" / "cost"], ROOT, []),
        "Python": ([sys.executable, ROOT / "bench" / "cost.py", "duramen"], ROOT, []),
        "PyTorch": ([torch, ROOT / "bench" / "cost.py", "torch"], ROOT, [torch]),
        "Rust": ([rust / "run.sh", "bench", "newest", ROOT, build / "bindings" / "rust", sys.executable], ROOT, ["cargo"]),
        "Go": (["go", "run", "./bench"], go, [go / "bench", "go"]),
    }


def missing(needed):
    return next((str(one) for one in needed if not (Path(one).exists() or shutil.which(str(one)))), None)


def library_folder(prefix):
    """The folder of the installed library, and that of its description for pkg-config."""
    described = next(prefix.rglob("duramen.pc")).parent
    return described, subprocess.run(["pkg-config", "--variable=libdir", "duramen"], check=True, stdout=subprocess.PIPE, text=True,
                                     env={**os.environ, "PKG_CONFIG_PATH": str(described)}).stdout.strip()


def environment(build):
    prefix = build / "bindings" / "prefix"
    described, libraries = library_folder(prefix)
    return {**os.environ, "PYTHONPATH": str(ROOT / "bindings" / "python"), "DURAMEN_LIBRARY": str(build / "capi" / "libduramen.so.0"),
            "DURAMEN_PREFIX": str(prefix), "PKG_CONFIG_PATH": str(described), "OMP_NUM_THREADS": "1",
            "LD_LIBRARY_PATH": f"{libraries}:{os.environ.get('LD_LIBRARY_PATH', '')}"}


def run(command, folder, variables):
    done = subprocess.run([str(part) for part in command], cwd=folder, env=variables, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"vs_bindings: {' '.join(map(str, command))} ended with {done.returncode}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(build, rounds):
    """What every program that is there printed in its best round, by name and row; how many are left out."""
    chosen, samples, variables, left_out = {}, {}, environment(build), 0
    for name, (command, folder, needed) in programs(build).items():
        lacking = missing(needed)
        if lacking:
            print(f"{name} is left out: there is no {lacking}")
            left_out += 1
        else:
            chosen[name] = (command, folder)
    for _ in range(rounds):
        for name, (command, folder) in chosen.items():
            samples.setdefault(name, []).append(run(command, folder, variables))
    return {name: {row: min(one[row] for one in lines) for row in ROWS} for name, lines in samples.items()}, left_out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    build = given.build.resolve()
    subprocess.run(["cmake", "--install", build, "--prefix", build / "bindings" / "prefix"], check=True, stdout=subprocess.DEVNULL)
    found, left_out = measure(build, given.rounds)
    missed = left_out if os.environ.get("DURAMEN_REQUIRE_ALL") == "1" else 0
    for name, rows in found.items():
        for row in ROWS:
            print(f"{name:<10}{row:<20}{rows[row] / 1000:>12.1f} µs{rows[row] / found['C'][row]:>9.2f} × C")
    for name, row, most, whom in TARGETS:
        if name in found and whom in found:
            ratio = found[name][row] / found[whom][row]
            missed += ratio > most
            print(f"{'missed' if ratio > most else 'met':<8}{name} {row}: {ratio:.2f} × {whom}, at most {most}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
