#!/usr/bin/env python3
"""Print the line coverage of one folder of the core, by what the tests ran in a build with the preset `coverage`.

    cmake --preset coverage && cmake --build --preset coverage
    find build/coverage -name '*.gcda' -delete
    ctest --preset coverage -R '^(unit|capi|cli|flow|fuzz|hostile)\\.'
    python3 tools/coverage.py src/io --least 90

Names each line that has code and was never run. Exits with 1 below --least.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def counts_of(notes, folder):
    """{file: {line: count}}, of one object."""
    result = subprocess.run(["gcov", "--json-format", "--stdout", str(notes)], capture_output=True, text=True, check=True,
                            cwd=notes.parent)
    counts = collections.defaultdict(dict)
    for line in result.stdout.splitlines():
        for file in json.loads(line)["files"]:
            path = pathlib.PurePosixPath(file["file"])
            if path.parent.parts[-len(folder.parts):] != folder.parts:
                continue
            for entry in file["lines"]:
                at = entry["line_number"]
                counts[path.name][at] = counts[path.name].get(at, 0) + entry["count"]
    return counts


def ranges(lines):
    """1, 2, 3, 5 as 1-3, 5"""
    spans = []
    for line in lines:
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default="src/io", type=pathlib.PurePosixPath)
    parser.add_argument("--build", default=ROOT / "build" / "coverage", type=pathlib.Path)
    parser.add_argument("--least", type=float, default=0, metavar="PERCENT")
    arguments = parser.parse_args()
    objects = arguments.build / "src" / "CMakeFiles" / "duramen_core.dir" / arguments.folder.relative_to("src")
    notes = sorted(objects.glob("*.gcda"))
    if not notes:
        sys.exit(f"coverage: no *.gcda in {objects} (the commands are in --help)")
    total = collections.defaultdict(dict)
    for note in notes:
        for file, counts in counts_of(note, arguments.folder).items():
            for line, count in counts.items():
                total[file][line] = total[file].get(line, 0) + count
    run = sum(count > 0 for counts in total.values() for count in counts.values())
    lines = sum(map(len, total.values()))
    for file, counts in sorted(total.items()):
        missed = sorted(line for line, count in counts.items() if count == 0)
        print(f"{file:26} {len(counts) - len(missed):5} of {len(counts):5}  {ranges(missed)}")
    percent = 100 * run / lines
    print(f"{arguments.folder}: {run} of {lines} lines, {percent:.1f} %")
    return 1 if percent < arguments.least else 0


if __name__ == "__main__":
    sys.exit(main())
