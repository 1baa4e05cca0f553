#!/usr/bin/env python3
"""Counts the functions that the operations of the out-of-memory test call, and fails on one that can fail and is not
called: memory_coverage.py ROOT. What has no error to give back (getters, retain, release) allocates nothing that it
could not do without.
"""
import json
import pathlib
import re
import sys

# Functions that can fail and are not called, with the reason.
EXCUSED = {
    r"duramen_(?:\w+_options|limits)_init": "writes to the caller's struct; makes an error at most, as all calls do",
}


def main():
    root = pathlib.Path(sys.argv[1])
    functions = json.loads((root / "share/duramen/duramen-api.json").read_text())["functions"]
    sources = sorted((root / "tests/capi").glob("memory_*operations.c"))
    called = set(re.findall(r"\bduramen_\w+", "\n".join(source.read_text() for source in sources)))
    can_fail = [function["name"] for function in functions
                if any(parameter["direction"] == "error" for parameter in function["parameters"])]
    excused = [name for name in can_fail if any(re.fullmatch(pattern, name) for pattern in EXCUSED)]
    missing = [name for name in can_fail if name not in called and name not in excused]
    print(f"{len(functions)} functions: {len(functions) - len(can_fail)} cannot fail, {len(excused)} are excused, "
          f"{len(can_fail) - len(excused) - len(missing)} run out of memory in the test")
    for name in missing:
        print(f"no operation of the out-of-memory test calls {name}", file=sys.stderr)
    return 1 if missing or len(can_fail) < 150 else 0


if __name__ == "__main__":
    sys.exit(main())
