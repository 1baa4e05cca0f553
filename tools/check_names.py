#!/usr/bin/env python3
"""Fails on what no file of the project may hold: machine paths, registry addresses, and in the library what prints,
ends the process or keeps state outside a context. `--self-test` plants one of each.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ITSELF = "tools/check_names.py"

ANYWHERE = {
    r"(?<![\w.~*])/(?:work|root|home)/\w": "a path of one machine",
    r"\b(?:pypi\.org|files\.pythonhosted\.org|proxy\.golang\.org|crates\.io|registry\.npmjs\.org)\b":
        "the address of a registry",
    r"\b(?:\d{1,3}\.){3}\d{1,3}:\d{2,5}\b": "the address of one machine",
    r"\b(?:FIXME|XXX)\b": "left open",
}
LIBRARY = {
    r"\bTODO\b": "left open",
    r"\bthread_local\b|\b__thread\b": "state of a thread (everything belongs to a context)",
    r"\bstd::call_once\b|\bpthread_once\b": "state of the process",
    r"\bstd::(?:cout|cerr|clog)\b|<iostream>|(?<![\w:])(?:std::)?(?:printf|fprintf|puts|perror)\s*\(":
        "the library prints nothing",
    r"(?<![\w:.>])(?:std::|::)?(?:abort|exit|_exit|quick_exit|terminate)\s*\(": "the library never ends the process",
    r"\b(?:std::)?(?:stod|stof|strtod|strtof|setlocale)\s*\(": "numbers never depend on the locale",
}
# What cargo writes into a lock file, whichever registry a machine uses.
LOCKED = re.compile(r'^source = "registry\+https://github\.com/rust-lang/crates\.io-index"$', re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def without_comments(text):
    return COMMENT.sub(lambda match: "\n" * match.group().count("\n"), text)


def problems(path, text):
    """Every violation of one file, as `path:line: text: why`."""
    def search(rules, where):
        for pattern, why in rules.items():
            for match in re.finditer(pattern, where):
                line = where.count("\n", 0, match.start()) + 1
                found.append(f"{path}:{line}: {match.group()!r}: {why}")

    found = []
    search(ANYWHERE, LOCKED.sub("", text) if path.endswith("/Cargo.lock") else text)
    if path.startswith(("src/", "capi/", "include/")) and path.endswith((".c", ".cpp", ".h", ".hpp")):
        search(LIBRARY, without_comments(text))
    return found


def self_test():
    planted = {
        ("README.md", "see /home/somebody/file"): 1,
        ("dev", "pip install --index https://pypi.org/simple"): 1,
        ("src/base/a.cpp", "thread_local int a;"): 1,
        ("src/base/b.cpp", 'void f() { printf("a"); }'): 1,
        ("src/base/c.cpp", "void f() { std::abort(); }"): 1,
        ("src/base/d.cpp", "void f() { snprintf(a, 1, b); }  // never abort()"): 0,
        ("src/base/e.cpp", "double d = strtod(text, nullptr);"): 1,
        ("a/Cargo.lock", 'source = "registry+https://github.com/rust-lang/crates.io-index"\n'): 0,
        ("a/Cargo.lock.txt", 'source = "registry+https://github.com/rust-lang/crates.io-index"\n'): 1,
        ("a/b/Cargo.lock", 'source = "sparse+https://index.crates.io/"\n'): 1,
        ("tests/a.c", 'int main(void) { printf("a"); }'): 0,
    }
    wrong = [path for (path, text), count in planted.items() if len(problems(path, text)) != count]
    for path in wrong:
        print(f"self-test: what is planted in {path} is judged wrongly")
    return 1 if wrong else 0


def project_files():
    """What git tracks or would track; without git every file outside build/."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
                            check=False)
    if listed.returncode == 0 and listed.stdout:
        return sorted(set(listed.stdout.split("\n")) - {""})
    return sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*")
                  if path.is_file() and not path.relative_to(ROOT).as_posix().startswith(("build/", ".git/")))


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    found, count = [], 0
    for name in project_files():
        path = ROOT / name
        if name == ITSELF or name.startswith("tests/data/") or not path.is_file():
            continue
        try:
            found += problems(name, path.read_text(encoding="utf-8"))
            count += 1
        except UnicodeDecodeError:
            continue
    print("\n".join(found) if found else f"names: {count} files, nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
