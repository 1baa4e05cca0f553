"""Paths on stdin; for each a line: OK when torch.load reads it with weights_only, else the kind of error, a tab, the path."""
import resource
import sys
import warnings

import torch

MEMORY = 4 << 30


def verdict(path):
    try:
        torch.load(path, weights_only=True)
        return "OK"
    except Exception as error:  # torch raises of many kinds
        return type(error).__name__


def main():
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for path in sys.stdin.read().splitlines():
        print(verdict(path), path, sep="\t", flush=True)


if __name__ == "__main__":
    main()
