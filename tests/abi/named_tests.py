"""docs/abi.md has each of the seventy rules, and the tests that it names are there: named_tests.py PAGE CTEST BUILD."""

import re
import subprocess
import sys
from pathlib import Path

AREAS = "abi|capi|flow|package|style|docs|cxx|unit"


def named(page):
    """Whole names of tests, such as `abi.symbols`."""
    return set(re.findall(rf"`((?:{AREAS})\.[a-z_]+)`", page))


def rules(page):
    """The rules that have a row, or share one."""
    rows = [line.split("|")[1] for line in page.splitlines() if re.match(r"\| R\d", line)]
    return {int(number) for row in rows for number in re.findall(r"\bR(\d+)\b", row)}


def wrong(page, tests):
    yield from (f"names a test that is not there: {name}" for name in sorted(named(page) - tests))
    yield from (f"has no row for R{number}" for number in sorted(set(range(1, 71)) - rules(page)))


def main():
    page = Path(sys.argv[1]).read_text()
    listing = subprocess.run([sys.argv[2], "-N", "--test-dir", sys.argv[3]], check=True, capture_output=True, text=True)
    tests = set(re.findall(r"Test +#\d+: (\S+)", listing.stdout))
    failures = list(wrong(page, tests))
    spoiled = page.replace("`abi.symbols`", "`abi.nothing`").replace("| R33 ", "| R99 ")
    if len(list(wrong(spoiled, tests))) != len(failures) + 2:
        failures.append("a test that is not there, or a rule without a row, is not noticed")
    for failure in failures:
        print(f"{sys.argv[1]}: {failure}", file=sys.stderr)
    print(f"{len(named(page))} tests named for {len(rules(page))} rules")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
