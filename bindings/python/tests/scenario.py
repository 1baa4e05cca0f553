#!/usr/bin/env python3
"""Runs the scenario with the package of this tree and compares the transcript: scenario.py LIBRARY.

Exit 77: no Python with NumPy (an error where DURAMEN_REQUIRE_ALL=1).
"""
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from interpreter import use_one_with  # noqa: E402


def main():
    use_one_with("numpy")
    os.environ["DURAMEN_LIBRARY"] = sys.argv[1]
    os.environ["PYTHONPATH"] = str(ROOT / "bindings" / "python")
    bindings = ROOT / "bindings"
    os.execv(sys.executable, [sys.executable, str(bindings / "scenario" / "compare.py"),
                              str(bindings / "scenario" / "transcript.txt"), str(ROOT / "tests" / "data" / "torch"),
                              sys.executable, str(bindings / "python" / "scenario.py")])


if __name__ == "__main__":
    main()
