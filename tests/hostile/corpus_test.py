#!/usr/bin/env python3
"""corpus_test.py SCRIPTS FOLDER VERDICT_PROGRAM SECONDS MEGABYTES [TOOL]: every hostile file gets its verdict.

Opened by mapping, by reading and from memory, in a process with caps on memory and time. Whatever is refused is refused
in one printable line that names the file. The tool says the same, and exits with 3.
"""
import concurrent.futures
import subprocess
import sys

from verdicts import ask, make_files, modes_of, request

SCRIPTS, FOLDER, PROGRAM, SECONDS, MEGABYTES = sys.argv[1:6]
TOOL = sys.argv[6] if len(sys.argv) > 6 else None
FEWEST = 1000
TOOL_STEP = 8  # each so many-th refusal is asked of the tool, too
LONGEST_MESSAGE = 2000


def flaws_of_message(case, mode, text):
    """What is wrong with how a refusal is told."""
    if any(c < " " or c == "\x7f" for c in text):
        yield f"control characters: {text!r}"
    if not 0 < len(text) <= LONGEST_MESSAGE:
        yield f"a message of {len(text)} bytes"
    if mode != "b" and case["status"] != "NO_MEMORY" and not text.startswith(case["named"]):
        yield f"the file is not named first: {text!r}"


def flaws_of_answer(case, mode, status, text):
    wanted = (mode == "b" and case["from_memory"]) or case["status"]
    if status != wanted:
        yield f"expected {wanted}, got {status}: {text[:300]}"
        return
    if not (mode == "b" and case["from_memory"]):
        said = text.replace(case["named"], "")
        yield from (f"{part!r} is not said: {text[:300]}" for part in case["says"] if part not in said)
    if status != "OK":
        yield from flaws_of_message(case, mode, text)


def flaws(case, found):
    """What is wrong with the answers to one file."""
    if "-" in found:
        yield found["-"][1]
    for mode in modes_of(case):
        if mode in found:
            yield from (f"{mode}: {flaw}" for flaw in flaws_of_answer(case, mode, *found[mode]))
        else:
            yield f"{mode}: no answer"
    if "s" in found:
        yield from (f"as a state dict: {flaw}" for flaw in flaws_of_message(case, "s", found["s"][1]))
    status, text = found.get("w", ("OK", ""))
    if status == "DIFFERENT":
        yield f"saved and read again: {text[:300]}"
    elif status != "OK":
        yield from (f"saving: {flaw}" for flaw in flaws_of_message(case, "w", text))


def flaws_of_tool(case):
    result = subprocess.run([TOOL, "ls", case["path"]], capture_output=True, timeout=60)
    line = result.stderr.decode(errors="backslashreplace")
    if result.returncode != 3:
        return [f"ls: exit {result.returncode}: {line[:300]}"]
    if result.stdout or line.count("\n") != 1 or any(c < " " or c == "\x7f" for c in line[:-1]):
        return [f"ls: {result.stdout[:100]!r}, {line[:300]!r}"]
    return []


def ask_tool(cases, bad):
    refused = [case for case in cases if case["status"] not in ("OK", "NO_MEMORY")
               and not case["limits"] and not case["verify"]][::TOOL_STEP]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for case, wrong in zip(refused, pool.map(flaws_of_tool, refused)):
            bad[case["file"]] += wrong
    return len(refused)


def main():
    cases = make_files(SCRIPTS, FOLDER)
    if MEGABYTES == "0":  # without the cap these would take all memory there is
        cases = [case for case in cases if case["status"] != "NO_MEMORY"]
    found = ask(PROGRAM, [request(case["path"], modes_of(case), case["verify"], case["limits"]) for case in cases],
                SECONDS, MEGABYTES)
    bad = {case["file"]: list(flaws(case, found[case["path"]])) for case in cases}
    asked = ask_tool(cases, bad) if TOOL else 0
    bad = {file: wrong for file, wrong in bad.items() if wrong}
    for file, wrong in bad.items():
        print(f"{file}\n  " + "\n  ".join(wrong))
    threats = {case["threat"] for case in cases}
    print(f"{len(cases)} files for {len(threats)} threats, {asked} of them with the tool: {len(bad)} with a wrong verdict")
    if len(cases) < FEWEST:
        print(f"expected at least {FEWEST} files")
    return 1 if bad or len(cases) < FEWEST else 0


if __name__ == "__main__":
    sys.exit(main())
