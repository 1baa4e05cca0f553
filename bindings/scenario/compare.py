"""Run one language's scenario and compare what it prints with the transcript: compare.py TRANSCRIPT DATA COMMAND...

The command gets DATA as its last argument and runs in an empty folder; what names a file of this one is found from there, too. Exits 1 with the difference, 0 without one.
"""

import difflib
import subprocess
import sys
import tempfile
from pathlib import Path


def resolved(word):
    """A path that leads to something from here; any other word as it is, such as a program of the PATH."""
    return str(Path(word).absolute()) if "/" in word and Path(word).exists() else word


def main(transcript, data, *command):
    wanted = Path(transcript).read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([*map(resolved, command), str(Path(data).resolve())], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True)
    if done.stderr:
        print(done.stderr.decode(errors="replace"), file=sys.stderr)
    if done.stdout != wanted:
        lines = [text.decode(errors="backslashreplace").splitlines() for text in (wanted, done.stdout)]
        print("\n".join(difflib.unified_diff(*lines, "transcript", "printed", lineterm="")))
        raise SystemExit("the transcript differs")
    if done.returncode != 0:
        raise SystemExit(f"the program ended with {done.returncode}")
    print(f"the transcript is the same: {len(wanted.splitlines())} lines")


main(*sys.argv[1:])
