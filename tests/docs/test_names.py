#!/usr/bin/env python3
"""Fails when the documents name a test that there is not: test_names.py ROOT CTEST BUILD.

docs/failures.md and docs/torch-tests.md name tests as `unit.nn`, cases of them as "a title" and recorded programs as
`state_cases` part 1.1.
"""
import json
import pathlib
import re
import subprocess
import sys

FOLDERS = "blas|capi|cli|cxx|docs|flow|fuzz|golden|oracle|python|unit"


def known_tests(ctest, build):
    listed = subprocess.run([ctest, "--test-dir", build, "-N"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"Test\s+#\d+: (\S+)", listed))


def known_titles(root):
    text = "".join(path.read_text() for path in (root / "tests").rglob("*.cpp"))
    return set(re.findall(r'TEST_CASE\(\s*"((?:[^"\\]|\\.)*)"', text))


def known_parts(root):
    cases = json.loads((root / "tests" / "data" / "state_cases" / "dev.json").read_text())["cases"]
    return {str(case["section"]) for case in cases}


def main():
    root, ctest, build = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    tests, titles, parts = known_tests(ctest, build), known_titles(root), known_parts(root)
    wrong = count = 0
    for name in ("failures.md", "torch-tests.md"):
        text = (root / "docs" / name).read_text()
        named = set(re.findall(rf"`((?:{FOLDERS})\.\w+|state_cases)`", text))
        quoted = set(re.findall(r'` "([^"]+)"', text))
        programs = set(re.findall(r"`state_cases` part ([\d.]*\d)", text))
        for missing in sorted((named - tests) | (quoted - titles) | (programs - parts)):
            print(f"docs/{name}: there is no test {missing}", file=sys.stderr)
            wrong += 1
        count += len(named) + len(quoted) + len(programs)
        wrong += not named
    print(f"{count} tests, cases and programs are named")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
