#!/usr/bin/env python3
"""Run the benchmark beside PyTorch: each row alternately here and there, with the ratio and its target.

Every round measures ours, then PyTorch's, so that a noisy neighbour disturbs both; the medians are compared. Exits 1 when
a row misses its target. `./dev bench --vs-torch` calls this.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# Row and the highest ratio ours : PyTorch's that is good enough (README of this folder).
TARGETS = {
    "Linear/1024x1024/batch:128/f": 1.0,
    "Linear/1024x1024/batch:128/fb": 1.0,
    "Linear/784x512/batch:64/f": 1.0,
    "Linear/784x512/batch:64/fb": 1.0,
    "Linear/1024x1024/batch:1/f": 0.8,
    "Mlp/eval": 0.12,
    "Mlp/train": 0.06,
    "AdamW/small/loop": 0.1,
    "AdamW/small/foreach": 0.1,
    "AdamW/small/fused": 0.25,
    "AdamW/large/loop": 0.5,
    "AdamW/large/foreach": 0.5,
    "AdamW/large/fused": 1.0,
    "BatchNorm1d/512/batch:256/fb": 0.5,
    "BatchNorm2d/64x56x56/batch:8/fb": 0.5,
    "Conv2d/32x32x32/batch:8/f": 1.0,
    "Conv2d/32x32x32/batch:8/fb": 1.0,
    "Conv2d/3x64x64/batch:8/f": 1.0,
    "Conv2d/3x64x64/batch:8/fb": 1.0,
    "Conv2d/64x28x28/stride:2/batch:8/fb": 1.0,
    "Conv2d/128x14x14/pointwise/batch:8/fb": 1.0,
    "Conv2d/64x28x28/depthwise/batch:8/fb": 1.0,
    "MaxPool2d/64x56x56/batch:8/f": 0.5,
    "MaxPool2d/64x56x56/batch:8/fb": 0.5,
    "MaxPool2d/64x56x56/stride:2/batch:8/fb": 0.5,
    "AdaptiveAvgPool2d/64x56x56/batch:8/fb": 1.0,
    "LayerNorm/768/batch:1024/f": 1.0,
    "LayerNorm/768/batch:1024/fb": 1.0,
    "GELU/3072/batch:256/f": 1.0,
    "GELU/3072/batch:256/fb": 1.0,
    "Softmax/1000/batch:256/f": 1.0,
    "Softmax/1000/batch:256/fb": 1.0,
    "Embedding/10000x128/batch:4096/f": 1.0,
    "Embedding/10000x128/batch:4096/fb": 1.0,
    "Tree/list": 0.1,
    "Tree/state_dict": 0.12,
    "Tree/load": 0.04,
    "Large/load": 1.0,
    "Large/lerp": 1.0,
    "Open/safetensors": 0.5,
    "Open/torch": 0.01,
}

# Row, the row of ours that it is compared with, and the highest ratio that is good enough.
OWN_TARGETS = {"Large/load": ("Large/memcpy", 1 / 0.9)}


def gpt2_shapes():
    """Names and shapes of GPT-2 124M: 160 tensors, 548 MB of float32."""
    shapes = {"wte.weight": (50257, 768), "wpe.weight": (1024, 768)}
    for layer in range(12):
        block = f"h.{layer}."
        shapes[block + "attn.bias"] = (1, 1, 1024, 1024)
        for norm in ("ln_1", "ln_2"):
            shapes[f"{block}{norm}.weight"] = shapes[f"{block}{norm}.bias"] = (768,)
        for name, rows, columns in (
            ("attn.c_attn", 768, 2304), ("attn.c_proj", 768, 768),
            ("mlp.c_fc", 768, 3072), ("mlp.c_proj", 3072, 768),
        ):
            shapes[f"{block}{name}.weight"] = (rows, columns)
            shapes[f"{block}{name}.bias"] = (columns,)
    shapes["ln_f.weight"] = shapes["ln_f.bias"] = (768,)
    return shapes


def write_safetensors(path):
    """A file with GPT-2's header; the data are a hole in the file, since opening does not touch them."""
    header, offset = {}, 0
    for name, shape in sorted(gpt2_shapes().items()):
        size = 4
        for extent in shape:
            size *= extent
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + offset)


def write_torch(path):
    import torch

    tensors = {f"layer.{i}.weight": torch.full((8,), float(i)) for i in range(10_000)}
    torch.save(tensors, path)


class Torch:
    """The worker that measures PyTorch."""

    def __init__(self, threads):
        self.process = subprocess.Popen(
            [sys.executable, HERE / "torch_rows.py", "--threads", str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def measure(self, row):
        self.process.stdin.write(row + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"vs_torch: PyTorch's worker stopped at '{row}'")
        return float(answer)


def measure_ours(program, row, threads, environment):
    output = subprocess.run(
        [program, f"--benchmark_filter=^{re.escape(row)}/real_time$", "--benchmark_format=json",
         "--benchmark_min_time=0.3", f"--threads={threads}"],
        check=True, capture_output=True, text=True, env=environment).stdout
    rows = json.loads(output)["benchmarks"]
    if len(rows) != 1:
        raise SystemExit(f"vs_torch: expected one row '{row}', got {len(rows)}")
    unit = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[rows[0]["time_unit"]]
    return rows[0]["real_time"] * unit


def parser_of(description):
    """With the options that all comparisons have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--program", required=True, help="the duramen_bench to run")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--filter", default="", help="regular expression over row names")
    parser.add_argument("--json", help="write the rows to this file")
    return parser


def main():
    options = parser_of(__doc__).parse_args()

    torch = Torch(options.threads)
    missed, results = [], []
    with tempfile.TemporaryDirectory() as folder:
        files = {"Open/safetensors": f"{folder}/gpt2.safetensors", "Open/torch": f"{folder}/wide.pt"}
        write_safetensors(files["Open/safetensors"])
        write_torch(files["Open/torch"])
        environment = dict(os.environ, DURAMEN_BENCH_SAFETENSORS=files["Open/safetensors"],
                           DURAMEN_BENCH_TORCH=files["Open/torch"])
        print(f"{'row':36}{'ours':>12}{'PyTorch':>12}{'ratio':>8}{'target':>8}")
        for row, target in TARGETS.items():
            if not re.search(options.filter, row):
                continue
            theirs_row = f"{row} {files[row]}" if row in files else row
            ours, theirs = [], []
            for _ in range(options.rounds):
                ours.append(measure_ours(options.program, row, options.threads, environment))
                theirs.append(torch.measure(theirs_row))
            a, b = statistics.median(ours), statistics.median(theirs)
            met = a <= target * b
            missed += [] if met else [row]
            results.append({"row": row, "ours_ns": a, "torch_ns": b, "ratio": a / b,
                            "target": target, "met": met})
            print(f"{row:36}{a / 1e3:>10.1f}us{b / 1e3:>10.1f}us{a / b:>8.3f}{target:>8}"
                  f"{'' if met else '  MISSED'}", flush=True)
        for row, (beside, target) in OWN_TARGETS.items():
            if not re.search(options.filter, row):
                continue
            pairs = [(measure_ours(options.program, row, options.threads, environment),
                      measure_ours(options.program, beside, options.threads, environment)) for _ in range(options.rounds)]
            a, b = (statistics.median(side) for side in zip(*pairs))
            met = a <= target * b
            missed += [] if met else [row]
            results.append({"row": row, "ours_ns": a, "beside": beside, "beside_ns": b, "ratio": a / b, "target": target,
                            "met": met})
            print(f"{f'{row} : {beside}':36}{a / 1e3:>10.1f}us{b / 1e3:>10.1f}us{a / b:>8.3f}{target:>8.3f}"
                  f"{'' if met else '  MISSED'}", flush=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1) + "\n")
    if missed:
        raise SystemExit(f"vs_torch: {len(missed)} of {len(results)} rows missed their target")


if __name__ == "__main__":
    main()
