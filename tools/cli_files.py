#!/usr/bin/env python3
"""Makes what belongs to the tool beside its program from its own --help: the man page and the shells' completions.

    tools/cli_files.py DURAMEN          writes man/duramen.1 and completions/*
    tools/cli_files.py DURAMEN --check  fails when a committed file is not what the tool says
"""
import argparse
import os
import subprocess
import sys
from pathlib import Path

from cli_completions import bash_text, fish_text, zsh_text
from cli_help import read_help
from cli_man import man_text

ROOT = Path(__file__).resolve().parent.parent


def run_tool(program):
    def say(*arguments):
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        return subprocess.run([program, *arguments], check=True, capture_output=True, text=True, env=environment).stdout
    return say


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    tool = read_help(run_tool(options.program))
    outputs = {
        "man/duramen.1": man_text(tool),
        "completions/duramen.bash": bash_text(tool),
        "completions/_duramen": zsh_text(tool),
        "completions/duramen.fish": fish_text(tool),
    }
    stale = [name for name, text in outputs.items() if not (ROOT / name).exists() or (ROOT / name).read_text() != text]
    if options.check:
        for name in stale:
            print(f"{name}: not what the tool's --help says; run tools/cli_files.py", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_text(outputs[name])
    return 0


if __name__ == "__main__":
    sys.exit(main())
