#!/usr/bin/env python3
"""Reads the C headers, the one source of truth, checks their rules, and writes what is derived from them.

    tools/api.py            writes capi/exports.map, capi/symbols.txt, share/duramen/duramen-api.json
                            and bindings/python/duramen/_api.py
    tools/api.py --check    fails when a committed file is not what the headers say
    tools/api.py --tests F  writes the test of every entry point as a C file
    --headers DIR           other headers than include/duramen (for the tool's own tests)
"""

import argparse
import sys
from pathlib import Path

import api_entry_points
import api_outputs
import api_rules
from api_header import HeaderError, read_api

ROOT = Path(__file__).resolve().parent.parent


def write(outputs):
    for name, text in outputs.items():
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
    parser.add_argument("--headers", type=Path, default=ROOT / "include" / "duramen")
    options = parser.parse_args()
    try:
        api_rules.check_sources(options.headers)
        api = read_api(options.headers)
        api_rules.check_api(api)
        outputs = api_outputs.all_outputs(api)
    except HeaderError as error:
        print(f"api.py: {error}", file=sys.stderr)
        return 1
    if options.tests:
        options.tests.write_text(api_entry_points.test_source(api))
        return 0
    return check(outputs) if options.check else write(outputs)


if __name__ == "__main__":
    sys.exit(main())
