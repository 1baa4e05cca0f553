#!/usr/bin/env python3
"""Runs a tutorial's blocks in their order, in one shell and an empty home: tutorial.py PAGE BUILD [VARIABLE=VALUE...].

A block of `sh` is run; a block of `text` behind it is what it has to print; a block of `console` is only shown; any other block is
written to the file that its first line names in a comment. Some commands stand for what a test may not do: `sudo apt-get install`
looks whether the packages are there, `./dev setup` believes it, and `./dev install DIR` installs the build that is there. With
TIMES=yes the seconds of each block are printed.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PRELUDE = r"""
set -euo pipefail
sudo() {
  [[ "$*" == "apt-get update" ]] && return 0
  [[ "$1 $2" == "apt-get install" ]] || { echo "the tutorial wants sudo $*" >&2; return 1; }
  shift 2
  local package
  for package in "$@"; do
    [[ $package == -* || $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>&1) == installed ]] && continue
    echo "skipped: the package $package is not installed (./dev setup --ci installs it)" >&2
    exit 77
  done
}
"""
MARK = "== end of a block =="


def steps(page):
    """The shell's program, and what each block of it has to print (None: anything)."""
    program, wanted = [PRELUDE], []
    for language, text in BLOCK.findall(page):
        if language == "sh":
            program += [text, f'echo "{MARK} $(date +%s.%N)"']
            wanted.append(None)
        elif language == "text":
            wanted[-1] = text
        elif language != "console":
            name = re.match(r"(?://|#) (\S+)\n", text)
            if not name:
                raise SystemExit(f"a block of {language} does not name its file:\n{text}")
            program.append(f"mkdir -p {shlex.quote(os.path.dirname(name[1]) or '.')}\n"
                           f"cat > {shlex.quote(name[1])} <<'END OF FILE'\n{text}END OF FILE")
    return "\n".join(program), wanted


def sources(folder, build):
    """A folder that stands for that of the sources."""
    folder.mkdir()
    for path in ROOT.iterdir():
        if path.name not in ("build", "dev") and not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    (folder / "dev").write_text('#!/bin/sh\n[ "$1" = setup ] && exit 0\n[ "$1" = install ] && exec cmake --install ' + shlex.quote(build)
                                + ' --prefix "$2" >/dev/null\necho "the tutorial wants ./dev $*" >&2\nexit 1\n')
    (folder / "dev").chmod(0o755)


def main(page, build, *variables):
    with tempfile.TemporaryDirectory() as home:
        program, wanted = steps(Path(page).read_text())
        sources(Path(home) / "sources", os.path.abspath(build))
        environment = {**os.environ, **dict(one.split("=", 1) for one in variables), "HOME": home}
        begin = time.time()
        done = subprocess.run(["bash", "-c", program], cwd=Path(home) / "sources", env=environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode == 77 and os.environ.get("DURAMEN_REQUIRE_ALL") != "1":
        print(done.stderr)
        sys.exit(77)
    *said, rest = re.split(rf"{MARK} ([\d.]+)\n", done.stdout)
    ends, said = [float(end) for end in said[1::2]], [*said[::2], rest]
    if environment.get("TIMES"):
        print(" ".join(f"{end - start:.2f}" for start, end in zip([begin, *ends], ends)), "s")
    for i, (one, text) in enumerate(zip(said, wanted)):
        if text is not None and one != text:
            sys.exit(f"{page}: block {i + 1} says\n{one}instead of\n{text}\n{done.stderr}")
    if done.returncode or len(said) != len(wanted) + 1 or all(text is None for text in wanted):
        sys.exit(f"{page}: exit {done.returncode} in block {len(said)}\n{done.stderr}")
    print(f"{page}: {len(wanted)} blocks of commands")


main(*sys.argv[1:])
