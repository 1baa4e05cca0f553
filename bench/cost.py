"""What calls cost in Python, as cost.c measures them: cost.py duramen, or cost.py torch for the same in PyTorch."""

import json
import statistics
import sys
import time

LAYERS, LISTINGS, FORWARDS, BATCH = 4000, 15, 41, 200


def with_duramen():
    import duramen

    ctx = duramen.Context()
    tree = ctx.module(f"Sequential({', '.join(['BatchNorm1d(1)'] * LAYERS)})")
    model = ctx.module("Sequential(Linear(64, 64), ReLU(), Linear(64, 10))").eval()
    return tree, model, ctx.ones((1, 64)), ctx.no_grad()


def with_torch():
    import torch
    from torch import nn

    torch.set_num_threads(1)
    tree = nn.Sequential(*(nn.BatchNorm1d(1) for _ in range(LAYERS)))
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)).eval()
    return tree, model, torch.ones(1, 64), torch.no_grad()


def median_ns(samples, body):
    times = []
    for _ in range(samples + 2):
        before = time.perf_counter_ns()
        body()
        times.append(time.perf_counter_ns() - before)
    return statistics.median(times[2:])


def visit(tree):
    """The bytes of all names, as in cost.c."""
    count = 0
    for name, _ in tree.named_parameters():
        count += len(name)
    for name, _ in tree.named_buffers():
        count += len(name)
    assert count == 302450


def forward(model, x):
    for _ in range(BATCH):
        model(x)


def main():
    tree, model, x, no_grad = {"duramen": with_duramen, "torch": with_torch}[sys.argv[1]]()
    listing = median_ns(LISTINGS, lambda: visit(tree))
    with no_grad:
        one = median_ns(FORWARDS, lambda: forward(model, x)) / BATCH
    print(json.dumps({"listing_20000_ns": round(listing), "forward_mlp_ns": round(one)}))


main()
