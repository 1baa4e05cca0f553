#!/usr/bin/env python3
"""Measure a whole process: wall time and resident memory of one Linear(10, 10) forward, beside a bare OpenBLAS program.

Prints both and exits 1 when ours takes more than 15 ms (median of the runs) or 25 MB more than the bare program.
"""
import argparse
import os
import statistics
import time

WALL_LIMIT_MS = 15.0
MEMORY_LIMIT_MB = 25.0


def run(program):
    """Wall milliseconds and peak resident megabytes of one run."""
    begin = time.perf_counter()
    pid = os.posix_spawn(program, [program], os.environ)
    _, status, usage = os.wait4(pid, 0)
    wall = (time.perf_counter() - begin) * 1e3
    if status != 0:
        raise SystemExit(f"start: {program} failed with status {status}")
    return wall, usage.ru_maxrss / 1024


def measure(program, runs):
    results = [run(program) for _ in range(runs + 2)][2:]
    return statistics.median(r[0] for r in results), statistics.median(r[1] for r in results)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("linear", help="the program start_linear")
    parser.add_argument("blas", help="the program start_blas")
    parser.add_argument("--runs", type=int, default=21)
    options = parser.parse_args()
    wall, memory = measure(options.linear, options.runs)
    bare_wall, bare_memory = measure(options.blas, options.runs)
    print(f"Linear(10, 10) forward  {wall:7.2f} ms  {memory:7.1f} MB")
    print(f"OpenBLAS alone          {bare_wall:7.2f} ms  {bare_memory:7.1f} MB")
    print(f"limits                  {WALL_LIMIT_MS:7.2f} ms  {bare_memory + MEMORY_LIMIT_MB:7.1f} MB")
    if wall > WALL_LIMIT_MS or memory - bare_memory > MEMORY_LIMIT_MB:
        raise SystemExit("start: a limit is exceeded")


if __name__ == "__main__":
    main()
