#!/usr/bin/env python3
"""Fails when docs/failures.md names a test that there is not: test_names.py ROOT CTEST BUILD."""
import pathlib
import re
import subprocess
import sys


def main():
    root, ctest, build = sys.argv[1:]
    listed = subprocess.run([ctest, "--test-dir", build, "-N"], capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"Test\s+#\d+: (\S+)", listed))
    text = (pathlib.Path(root) / "docs" / "failures.md").read_text()
    named = set(re.findall(r"`((?:blas|capi|flow|fuzz|unit)\.\w+)`", text))
    for name in sorted(named - known):
        print(f"docs/failures.md: there is no test {name}", file=sys.stderr)
    print(f"{len(named)} tests are named")
    return 1 if named - known or not named else 0


if __name__ == "__main__":
    sys.exit(main())
