#!/usr/bin/env python3
"""PyTorch's side of the benchmark: reads a row's name a line, answers with nanoseconds an iteration.

Started by vs_torch.py as a worker, so that both sides are measured alternately in one run. Needs torch and safetensors.
"""
import argparse
import re
import statistics
import sys
import time

import torch
from torch import nn


def timed(body, seconds=0.3):
    """Median nanoseconds of one call, over batches of at least a millisecond, after a warm-up."""
    body()
    start = time.perf_counter_ns()
    count = 0
    while time.perf_counter_ns() - start < 20_000_000 or count == 0:
        body()
        count += 1
    batch = max(1, int(count / 20))
    samples = []
    end = time.perf_counter_ns() + int(seconds * 1e9)
    while time.perf_counter_ns() < end or len(samples) < 3:
        begin = time.perf_counter_ns()
        for _ in range(batch):
            body()
        samples.append((time.perf_counter_ns() - begin) / batch)
    return statistics.median(samples)


def forward_row(module, example):
    def body():
        with torch.no_grad():
            module(example)

    return body


def forward_backward_row(module, example):
    example.requires_grad_(example.is_floating_point())
    weight = torch.rand_like(module(example))

    def body():
        example.grad = None
        module.zero_grad()
        module(example).backward(weight)

    return body


def layer_row(match):
    module, example = {
        "Linear/1024x1024": lambda b: (nn.Linear(1024, 1024), torch.rand(b, 1024)),
        "Linear/784x512": lambda b: (nn.Linear(784, 512), torch.rand(b, 784)),
        "BatchNorm1d/512": lambda b: (nn.BatchNorm1d(512), torch.rand(b, 512)),
        "BatchNorm2d/64x56x56": lambda b: (nn.BatchNorm2d(64), torch.rand(b, 64, 56, 56)),
        "LayerNorm/768": lambda b: (nn.LayerNorm(768), torch.rand(b, 768)),
        "GELU/3072": lambda b: (nn.GELU(), torch.rand(b, 3072)),
        "Softmax/1000": lambda b: (nn.Softmax(dim=1), torch.rand(b, 1000)),
        "Embedding/10000x128": lambda b: (nn.Embedding(10000, 128), torch.arange(b) * 7919 % 10000),
    }[match[1]](int(match[2]))
    make = forward_row if match[3] == "f" else forward_backward_row
    return make(module, example)


PLANES = {
    "Conv2d/32x32x32": (lambda: nn.Conv2d(32, 32, 3, padding=1), (32, 32, 32)),
    "Conv2d/3x64x64": (lambda: nn.Conv2d(3, 16, 3), (3, 64, 64)),
    "Conv2d/64x28x28/stride:2": (lambda: nn.Conv2d(64, 64, 3, 2, 1), (64, 28, 28)),
    "Conv2d/128x14x14/pointwise": (lambda: nn.Conv2d(128, 128, 1), (128, 14, 14)),
    "Conv2d/64x28x28/depthwise": (
        lambda: nn.Conv2d(64, 64, 3, padding=1, groups=64), (64, 28, 28)
    ),
    "MaxPool2d/64x56x56": (lambda: nn.MaxPool2d(2), (64, 56, 56)),
    "MaxPool2d/64x56x56/stride:2": (lambda: nn.MaxPool2d(3, 2, 1), (64, 56, 56)),
    "AdaptiveAvgPool2d/64x56x56": (lambda: nn.AdaptiveAvgPool2d(7), (64, 56, 56)),
}


def planes_row(match):
    make, shape = PLANES[match[1]]
    row = forward_row if match[3] == "f" else forward_backward_row
    return row(make(), torch.rand(int(match[2]), *shape))


def mlp():
    return nn.Sequential(
        nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 4)
    )


def mlp_eval(_):
    return forward_row(mlp().eval(), torch.rand(1, 16))


def mlp_train(_):
    model, example, target = mlp(), torch.rand(1, 16), torch.tensor([2])
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    loss = nn.CrossEntropyLoss()

    def body():
        optimizer.zero_grad()
        loss(model(example), target).backward()
        optimizer.step()

    return body


def adamw(match):
    model = mlp() if match[1] == "small" else nn.Sequential(nn.Linear(2048, 2048), nn.Linear(2048, 2048))
    kinds = {"loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}
    optimizer = torch.optim.AdamW(model.parameters(), **kinds[match[2]])
    model(torch.rand(1, 16 if match[1] == "small" else 2048)).sum().backward()
    return optimizer.step


def wide_tree():
    return nn.Sequential(
        *(nn.Sequential(*(nn.Linear(2, 2) for _ in range(100))) for _ in range(100))
    )


def tree_list(_):
    tree = wide_tree()
    return lambda: list(tree.named_parameters())


def tree_state_dict(_):
    tree = wide_tree()
    return lambda: tree.state_dict()


def tree_load(_):
    tree = wide_tree()
    state = wide_tree().state_dict()
    return lambda: tree.load_state_dict(state)


def large():
    blocks = [nn.Sequential(nn.LayerNorm(768), nn.Linear(768, 2304), nn.Linear(768, 768), nn.LayerNorm(768),
                            nn.Linear(768, 3072), nn.Linear(3072, 768), nn.Embedding(1024, 1024)) for _ in range(12)]
    return nn.Sequential(nn.Embedding(50257, 768), nn.Embedding(1024, 768), *blocks, nn.LayerNorm(768))


def large_load(_):
    target, state = large(), large().state_dict()
    return lambda: target.load_state_dict(state)


def large_lerp(_):
    target, source = list(large().parameters()), list(large().parameters())

    def body():
        with torch.no_grad():
            torch._foreach_lerp_(target, source, 0.001)

    return body


def open_safetensors(match):
    from safetensors import safe_open

    def body():
        with safe_open(match[1], framework="pt") as file:
            file.keys()

    return body


def open_torch(match):
    return lambda: torch.load(match[1], weights_only=True)


ROWS = [
    (r"((?:Linear|BatchNorm\dd|LayerNorm|GELU|Softmax|Embedding)/[\dx]+)/batch:(\d+)/(fb?)", layer_row),
    (r"((?:Conv2d|MaxPool2d|AdaptiveAvgPool2d)/.+)/batch:(\d+)/(fb?)", planes_row),
    (r"Mlp/eval", mlp_eval),
    (r"Mlp/train", mlp_train),
    (r"AdamW/(small|large)/(loop|foreach|fused)", adamw),
    (r"Tree/list", tree_list),
    (r"Tree/state_dict", tree_state_dict),
    (r"Tree/load", tree_load),
    (r"Large/load", large_load),
    (r"Large/lerp", large_lerp),
    (r"Open/safetensors (.*)", open_safetensors),
    (r"Open/torch (.*)", open_torch),
]


def measure(name):
    for pattern, make in ROWS:
        match = re.fullmatch(pattern, name)
        if match:
            return timed(make(match))
    raise SystemExit(f"torch_rows: no row '{name}'")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    torch.set_num_threads(parser.parse_args().threads)
    for line in sys.stdin:
        print(f"{measure(line.strip()):.1f}", flush=True)


if __name__ == "__main__":
    main()
