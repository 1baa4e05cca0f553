#!/usr/bin/env python3
"""Train the demo's network with PyTorch and write examples/data/digits_mlp.pt.

Needs torch and numpy. The first 300 images train it, the last 500 test it; what lies between is left for fine-tuning.
"""
import collections
import gzip
import pathlib

import numpy as np
import torch
from torch import nn

DATA = pathlib.Path(__file__).resolve().parent.parent / "examples" / "data"
ARCHITECTURE = (
    "Sequential(OrderedDict(["
    "('block1', Sequential(Linear(64, 96), BatchNorm1d(96), ReLU())), "
    "('block2', Sequential(Linear(96, 64), BatchNorm1d(64), ReLU())), "
    "('head', Sequential(Linear(64, 48), BatchNorm1d(48), ReLU(), Linear(48, 10)))]))"
)
TRAINED, TESTED, EPOCHS, BATCH = 300, 500, 8, 50


def load_digits():
    with gzip.open(DATA / "digits.csv.gz", "rt") as file:
        rows = np.loadtxt(file, delimiter=",", dtype=np.float32)
    return torch.from_numpy(rows[:, :64] / 16), torch.from_numpy(rows[:, 64].astype(np.int64))


def build():
    names = {name: getattr(nn, name) for name in ("Sequential", "Linear", "BatchNorm1d", "ReLU")}
    return eval(ARCHITECTURE, {"OrderedDict": collections.OrderedDict, **names})


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    images, labels = load_digits()
    model = build()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for _ in range(EPOCHS):
        for chosen in torch.randperm(TRAINED).split(BATCH):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images[chosen]), labels[chosen]).backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        correct = int((model(images[-TESTED:]).argmax(1) == labels[-TESTED:]).sum())
    content = {
        "model": model.state_dict(),
        "architecture": ARCHITECTURE,
        "epochs": EPOCHS,
        "test_images": TESTED,
        "test_correct": correct,
    }
    torch.save(content, DATA / "digits_mlp.pt")
    size = (DATA / "digits_mlp.pt").stat().st_size
    print(f"{correct} of {TESTED} test images; {size} bytes")


if __name__ == "__main__":
    main()
