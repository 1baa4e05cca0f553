#!/usr/bin/env python3
"""Runs the tests of one file with the package of this tree: run.py LIBRARY TEST.

Exit 77: no Python with NumPy (an error where DURAMEN_REQUIRE_ALL=1).
"""
import os
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "tests" / "support"))
from interpreter import use_one_with  # noqa: E402


def main():
    library, name = sys.argv[1:]
    with_torch = name == "test_exchange" and os.environ.get("DURAMEN_REQUIRE_ALL") == "1"
    use_one_with("numpy", *(["torch"] if with_torch else []))
    os.environ["DURAMEN_LIBRARY"] = library
    os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE.parent), str(HERE)])
    sys.path[:0] = [str(HERE.parent), str(HERE)]
    sys.dont_write_bytecode = True
    unittest.main(module=name, argv=[name, "-v"])


if __name__ == "__main__":
    main()
