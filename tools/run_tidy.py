#!/usr/bin/env python3
"""Runs clang-tidy over the sources that a build knows, a process a core.

usage: run_tidy.py BUILD_FOLDER [PATH…]   (paths below the root limit the run; without clang-tidy it exits with 77)
Fails too when .clang-tidy switches a check off without a line that gives the reason.
"""
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src/", "capi/", "cli/", "examples/", "bench/")
GCC_ONLY = re.compile(r" -fno-gnu-unique| -Wshadow=local| -Werror| -Wno-restrict")


def unexplained():
    """Checks that .clang-tidy switches off without a `# check: reason` line."""
    text = (ROOT / ".clang-tidy").read_text(encoding="utf-8")
    off = re.findall(r"^\s+-([a-z][\w.-]*),?$", text, re.MULTILINE)
    return [check for check in off if not re.search(rf"^# {re.escape(check)}: \S+ \S+", text, re.MULTILINE)]


def sources(build, wanted):
    """The files to look at; leaves in build/tidy the compile commands as clang understands them."""
    text = (build / "compile_commands.json").read_text(encoding="utf-8")
    (build / "tidy").mkdir(exist_ok=True)
    (build / "tidy" / "compile_commands.json").write_text(GCC_ONLY.sub("", text), encoding="utf-8")
    commands = json.loads(text)
    files = {Path(os.path.normpath(Path(entry["directory"], entry["file"]))) for entry in commands}
    inside = {path.relative_to(ROOT).as_posix() for path in files if path.is_relative_to(ROOT)}
    return sorted(name for name in inside if name.startswith(wanted or FOLDERS))


def blind(tidy, build):
    """True when names that break the rules go unnoticed, as when .clang-tidy cannot be read."""
    planted = build / "tidy" / "planted.cpp"
    planted.write_text("int BadName(int X) { return X; }\nclass bad_type { int member; };\n", encoding="utf-8")
    result = subprocess.run([tidy, "--quiet", str(planted), "--", "-std=c++20"], cwd=ROOT, capture_output=True,
                            text=True, check=False)
    return result.stdout.count("[readability-identifier-naming") != 4


def main():
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    build, wanted = Path(sys.argv[1]).resolve(), tuple(sys.argv[2:])
    tidy = shutil.which("clang-tidy")
    if not tidy:
        print("tidy: clang-tidy is not installed")
        return 1 if os.environ.get("DURAMEN_REQUIRE_ALL") == "1" else 77
    for check in unexplained():
        print(f".clang-tidy: {check} is switched off without a reason")

    def run(name):
        command = [tidy, "-p", str(build / "tidy"), "--quiet", "--extra-arg=-w", name]
        return name, subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    failed, names = len(unexplained()), sources(build, wanted)
    if blind(tidy, build):
        print("tidy: planted violations were not reported; .clang-tidy is not read as meant")
        failed += 1
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for name, result in pool.map(run, names):
            if result.returncode:
                failed += 1
                print(f"{result.stdout.strip()}\n{result.stderr.strip() if not result.stdout.strip() else ''}".strip())
    print(f"tidy: {len(names)} files, {failed} with findings")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
