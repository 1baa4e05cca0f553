#!/usr/bin/env python3
"""Reads the C headers, the one source of truth, checks their rules, and writes what is derived from them.

    tools/api.py            writes them: capi/exports.map, capi/symbols.txt, debian/libduramen0.symbols, share/duramen,
                            bindings/python/duramen/_api.py, and what abi keeps of the API level while that is open
    tools/api.py --check    fails when a committed file is not what the headers say
    tools/api.py --tests F  writes the test of every entry point as a C file
    --size-tests F          writes the test of every sized struct and buffer
    --headers DIR           other headers than include/duramen (for the tool's own tests)
"""

import argparse
import sys
from pathlib import Path

import api_entry_points
import api_errors
import api_fields
import api_outputs
import api_rules
import api_sizes
from api_header import HeaderError, read_api

ROOT = Path(__file__).resolve().parent.parent
LEVELS = "abi"


def checked_api(folder):
    """What the headers of a folder declare; HeaderError where a rule is broken."""
    api_rules.check_sources(folder)
    api = read_api(folder)
    api_rules.check_api(api)
    api_fields.check_types(api)
    api_errors.check_errors(api)
    return api


def is_closed(level):
    return str(level) in (ROOT / LEVELS / "closed.txt").read_text().split()


def write(outputs, level):
    """Of a closed level nothing is written: what differs there is for --check to refuse."""
    for name, text in outputs.items():
        if name.startswith(f"{LEVELS}/") and is_closed(level):
            continue
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return 0


def check(outputs):
    stale = [name for name, text in outputs.items()
             if not (ROOT / name).is_file() or (ROOT / name).read_text() != text]
    for name in stale:
        print(f"{name}: not what the headers say; run tools/api.py", file=sys.stderr)
    return 1 if stale else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--tests", type=Path)
    parser.add_argument("--size-tests", type=Path)
    parser.add_argument("--headers", type=Path, default=ROOT / "include" / "duramen")
    options = parser.parse_args()
    try:
        api = checked_api(options.headers)
        outputs = api_outputs.all_outputs(api)
        if not is_closed(api.level()):
            outputs |= api_outputs.kept_headers(api, options.headers)
    except HeaderError as error:
        print(f"api.py: {error}", file=sys.stderr)
        return 1
    if options.tests:
        options.tests.write_text(api_entry_points.test_source(api))
        return 0
    if options.size_tests:
        options.size_tests.write_text(api_sizes.size_test_source(api))
        return 0
    return check(outputs) if options.check else write(outputs, api.level())


if __name__ == "__main__":
    sys.exit(main())
