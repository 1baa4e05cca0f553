#!/usr/bin/env python3
"""Runs the scenario with the package of this tree and compares the transcript: scenario.py LIBRARY. No other package is
needed.
"""
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def main():
    os.environ["DURAMEN_LIBRARY"] = sys.argv[1]
    os.environ["PYTHONPATH"] = str(ROOT / "bindings" / "python")
    bindings = ROOT / "bindings"
    os.execv(sys.executable, [sys.executable, str(bindings / "scenario" / "compare.py"),
                              str(bindings / "scenario" / "transcript.txt"), str(ROOT / "tests" / "data" / "torch"),
                              sys.executable, str(bindings / "python" / "scenario.py")])


if __name__ == "__main__":
    main()
