#!/usr/bin/env python3
"""corpus_test.py SCRIPTS FOLDER VERDICT_PROGRAM SECONDS MEGABYTES [TOOL]: every hostile file gets its verdict.

Opened by mapping, by reading and from memory, in a process with caps on memory and time. Whatever is refused is refused
in one printable line that names the file. The tool says the same, and exits with 3.
"""
import collections
import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess
import sys

SCRIPTS, FOLDER, PROGRAM, SECONDS, MEGABYTES = sys.argv[1:6]
TOOL = sys.argv[6] if len(sys.argv) > 6 else None
FEWEST = 1000
TOOL_STEP = 8  # each so many-th refusal is asked of the tool, too
VERIFY = 2
LONGEST_MESSAGE = 2000
LIMITS = ("max_depth", "max_entries", "max_header_bytes", "max_tensor_bytes", "max_total_bytes")


def make_files():
    folder = pathlib.Path(FOLDER)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-B", f"{SCRIPTS}/make.py", folder], check=True)
    return json.loads((folder / "verdicts.json").read_text())


def request(case):
    modes = "mr" if case["from_memory"] == "skip" else "mrb"
    limits = [str(case["limits"].get(name, 0)) for name in LIMITS]
    return " ".join([modes, str(VERIFY if case["verify"] else 0), *limits, case["path"]])


def unescape(text):
    return re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), text)


def answers(cases):
    """{path: {mode: (status, text)}}"""
    result = subprocess.run([PROGRAM, SECONDS, MEGABYTES], input="\n".join(map(request, cases)) + "\n",
                            capture_output=True, text=True, errors="backslashreplace", check=True)
    found = collections.defaultdict(dict)
    for line in result.stdout.splitlines():
        path, mode, status, text = line.split("\t", 3)
        found[path][mode] = (status, unescape(text))
    return found


def flaws_of_message(case, mode, text):
    """What is wrong with how a refusal is told."""
    if any(c < " " or c == "\x7f" for c in text):
        yield f"control characters: {text!r}"
    if not 0 < len(text) <= LONGEST_MESSAGE:
        yield f"a message of {len(text)} bytes"
    if mode != "b" and case["status"] != "NO_MEMORY" and not text.startswith(case["path"] + ": "):
        yield f"the file is not named first: {text!r}"


def flaws(case, found):
    """What is wrong with the answers to one file."""
    if "-" in found:
        yield found["-"][1]
    for mode in "mr" if case["from_memory"] == "skip" else "mrb":
        if mode not in found:
            yield f"{mode}: no answer"
            continue
        status, text = found[mode]
        wanted = case["from_memory"] or case["status"] if mode == "b" else case["status"]
        if status.removeprefix("DURAMEN_E_") != wanted:
            yield f"{mode}: expected {wanted}, got {status}: {text[:300]}"
            continue
        if mode == "b" and case["from_memory"]:
            continue
        for part in case["says"]:
            if part not in text.replace(case["path"], ""):
                yield f"{mode}: {part!r} is not said: {text[:300]}"
        if status != "OK":
            yield from (f"{mode}: {flaw}" for flaw in flaws_of_message(case, mode, text))
    if "s" in found:
        yield from (f"as a state dict: {flaw}" for flaw in flaws_of_message(case, "s", found["s"][1]))


def flaws_of_tool(case):
    result = subprocess.run([TOOL, "ls", case["path"]], capture_output=True, timeout=60)
    line = result.stderr.decode(errors="backslashreplace")
    if result.returncode != 3:
        yield f"ls: exit {result.returncode}: {line[:300]}"
    elif result.stdout or line.count("\n") != 1 or any(c < " " or c == "\x7f" for c in line[:-1]):
        yield f"ls: {result.stdout[:100]!r}, {line[:300]!r}"


def main():
    cases = make_files()
    assert len(cases) >= FEWEST, f"expected at least {FEWEST} files, got {len(cases)}"
    found = answers(cases)
    bad = {case["file"]: list(flaws(case, found[case["path"]])) for case in cases}
    if TOOL:
        refused = [case for case in cases if case["status"] not in ("OK", "NO_MEMORY")
                   and not case["limits"] and not case["verify"]][::TOOL_STEP]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for case, wrong in zip(refused, pool.map(lambda case: list(flaws_of_tool(case)), refused)):
                bad[case["file"]] += wrong
    bad = {file: wrong for file, wrong in bad.items() if wrong}
    for file, wrong in bad.items():
        print(f"{file}\n  " + "\n  ".join(wrong))
    threats = {case["threat"] for case in cases}
    print(f"{len(cases)} files for {len(threats)} threats, {len(bad)} with a wrong verdict")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
