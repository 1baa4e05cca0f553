#!/usr/bin/env python3
"""Run the rows of checkpoint files beside torch, safetensors and the system's own calls, in one run.

Every round measures the sides alternately and the medians are compared. It makes the files first (about 1.2 GB in a folder
that --folder names, else a temporary one). Exits 1 when a row misses its target. `./dev bench --files` calls this.
"""
import json
import os
import pathlib
import re
import statistics
import struct
import sys
import tempfile
import time

import numpy
import torch
from safetensors import safe_open
from safetensors.numpy import save_file

from torch_rows import timed
from vs_torch import gpt2_shapes, measure_ours, parser_of


def write_header(path, count):
    """A .safetensors of `count` tensors of one number each."""
    entries = ",".join(f'"layer.{i:07}.weight":{{"dtype":"F32","shape":[1],"data_offsets":[{4 * i},{4 * i + 4}]}}'
                       for i in range(count))
    text = ("{" + entries + "}").encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + 4 * count)


def make_files(folder):
    generator = numpy.random.default_rng(0)
    arrays = {name: generator.random(shape, dtype=numpy.float32) for name, shape in gpt2_shapes().items()}
    save_file(arrays, folder / "gpt2.safetensors")
    torch.save({name: torch.from_numpy(array) for name, array in arrays.items()}, folder / "gpt2.pt")
    for name, count in (("wide", 10_000), ("wide5", 50_000), ("wide50", 500_000)):
        write_header(folder / f"{name}.safetensors", count)
    for name, count in (("narrow", 1_000), ("wide", 10_000), ("wide10", 100_000)):
        torch.save({f"layer.{i}.weight": torch.full((8,), float(i)) for i in range(count)}, folder / f"{name}.pt")


def keys(path):
    def body():
        with safe_open(path, framework="pt") as file:
            file.keys()

    return body


def tensors(path):
    def body():
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}

    return body


def touched(path):
    def body():
        with safe_open(path, framework="np") as file:
            for name in file.keys():
                file.get_tensor(name).reshape(-1)[::1024].sum()

    return body


def saved(source, target):
    content = torch.load(source)

    def body():
        torch.save(content, target)
        os.unlink(target)

    return body


# Row, what it is beside (a row of ours, or a function of theirs), and the highest ratio of times that is good enough.
ROWS = [
    ("list/gpt2.safetensors", lambda f: keys(f / "gpt2.safetensors"), 0.4),
    ("list/wide.safetensors", lambda f: keys(f / "wide.safetensors"), 0.1),
    ("list/narrow.pt", lambda f: lambda: torch.load(f / "narrow.pt"), 0.01),
    ("list/wide.pt", lambda f: lambda: torch.load(f / "wide.pt"), 0.01),
    ("list/wide50.safetensors", "list/wide5.safetensors", 10 * 1.5),
    ("list/wide10.pt", "list/wide.pt", 10 * 1.5),
    ("open/gpt2.safetensors", lambda f: tensors(f / "gpt2.safetensors"), 0.4),
    ("open/wide.safetensors", lambda f: tensors(f / "wide.safetensors"), 0.1),
    ("read", "read/memcpy", 1 / 0.9),
    ("touch", lambda f: touched(f / "gpt2.safetensors"), 0.9),
    ("save/durable.safetensors", "write/durable", 1 / 0.95),
    ("save/atomic.safetensors", "write/plain", 1 / 0.9),
    ("save/atomic.pt", lambda f: saved(f / "gpt2.pt", f / "torch.pt"), 0.5),
    ("convert", "copy", 1 / 0.8),
]
LISTS = ("list/wide5.safetensors", "list/wide.pt")  # rows that others are compared with: ten times as many entries
VERIFIED = 10e9  # bytes a second


def measure_theirs(body):
    return timed(body, seconds=0.1)


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--folder", help="where the files are made, and kept")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.folder or temporary)
        if not (folder / "wide10.pt").exists():
            start = time.perf_counter()
            make_files(folder)
            print(f"files made in {time.perf_counter() - start:.0f} s")
        results = measure_all(options, folder)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1) + "\n")
    missed = [row["row"] for row in results if not row["met"]]
    if missed:
        raise SystemExit(f"vs_files: {len(missed)} of {len(results)} rows missed their target: {', '.join(missed)}")


def measure_all(options, folder):
    environment = dict(os.environ, DURAMEN_BENCH_FOLDER=str(folder))

    # What a malloc keeps of the round before would make the smaller of two files look better than it is to who opens it once.
    fresh = dict(environment, GLIBC_TUNABLES="glibc.malloc.mmap_threshold=131072")

    def ours(row, variables=environment):
        return measure_ours(options.program, f"File/{row}", options.threads, variables)

    results = []
    print(f"{'row':28}{'beside':22}{'ours':>12}{'other':>12}{'ratio':>9}{'target':>9}")
    for row, beside, target in ROWS:
        if not re.search(options.filter, row):
            continue
        body = None if isinstance(beside, str) else beside(folder)
        variables = fresh if beside in LISTS else environment
        pairs = [(ours(row, variables), ours(beside, variables) if body is None else measure_theirs(body))
                 for _ in range(options.rounds)]
        a, b = (statistics.median(side) for side in zip(*pairs))
        add(results, row, beside if body is None else "torch, safetensors", a, b, target)
    if re.search(options.filter, "verify"):
        threads = os.cpu_count()
        times = [measure_ours(options.program, "File/verify", threads, environment) for _ in range(options.rounds)]
        size = (folder / "gpt2.pt").stat().st_size
        add(results, "verify", f"10 GB/s, {threads} threads", statistics.median(times), size / VERIFIED * 1e9, 1.0)
    return results


def add(results, row, beside, a, b, target):
    met = a <= target * b
    results.append({"row": row, "beside": beside, "ours_ns": a, "other_ns": b, "ratio": a / b, "target": target, "met": met})
    print(f"{row:28}{beside:22}{a / 1e3:>10.1f}us{b / 1e3:>10.1f}us{a / b:>9.4f}{target:>9.3f}{'' if met else '  MISSED'}",
          flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    main()
