#!/usr/bin/env python3
"""Memory runs out at sampled allocations of a whole program: it ends with exit code 0, or with 1 and a line that says so,
and leaves no half files.

    failing_flow.py PRELOAD TOOL FOLDER PROGRAM [ARGUMENT…]

An argument `{}` stands for a fresh folder below FOLDER; TOOL reads what is left in it.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

SAMPLES = 40


def run(preload, folder, command, number=None):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    count_file = folder.with_suffix(".count")
    environment = dict(os.environ, LD_PRELOAD=preload, COUNT_FILE=str(count_file))
    if number is not None:
        environment["FAIL_ALLOCATION"] = str(number)
    done = subprocess.run([str(folder) if word == "{}" else word for word in command], env=environment,
                          cwd=folder, capture_output=True, text=True, timeout=120)
    return done, int(count_file.read_text()) if number is None else 0


def faults(done, folder, tool):
    if done.returncode not in (0, 1):
        yield f"ended with {done.returncode}: {done.stderr[-500:]}"
    said = (done.stderr or done.stdout).splitlines()[-1:]  # train_xor has one stream only
    if done.returncode == 1 and not re.search("out of memory|NO_MEMORY", "".join(said)):
        yield f"said {said}"
    if len(done.stderr.splitlines()) > 1:
        yield f"said more than a line: {done.stderr[-500:]!r}"
    for path in folder.iterdir():
        if subprocess.run([tool, "ls", path], capture_output=True).returncode != 0:
            yield f"left {path.name}, which is no whole checkpoint"


def main():
    preload, tool, folder, *command = sys.argv[1:]
    folder = pathlib.Path(folder)
    done, count = run(preload, folder, command)
    if done.returncode != 0 or count < 100:
        print(f"without failures: exit code {done.returncode}, {count} allocations\n{done.stderr}", file=sys.stderr)
        return 1
    # Dense at the start, where everything is made; then evenly.
    numbers = sorted({*range(1, SAMPLES // 3), *(1 + count * i // SAMPLES for i in range(SAMPLES)), count})
    failed = errors = 0
    for number in numbers:
        done, _ = run(preload, folder, command, number)
        errors += done.returncode == 1
        for fault in faults(done, folder, tool):
            print(f"allocation {number}: {fault}", file=sys.stderr)
            failed += 1
    print(f"{count} allocations, {len(numbers)} of them made to fail: {errors} clean errors, {failed} faults")
    return 1 if failed or errors == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
