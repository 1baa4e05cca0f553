"""recompile.py TREE OTHER COUNT: COUNT sources of a finished Debian build in TREE, compiled again from a copy in another folder;
the objects must have the same bytes."""

import filecmp
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path


def recompile(command, directory):
    """Runs the command of the build in the other folder, without a compiler cache; returns the object's name."""
    words = shlex.split(command)
    output = words[words.index("-o") + 1]
    (directory / output).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(words[1:] if words[0].endswith("ccache") else words, cwd=directory, check=True)
    return output


def main():
    tree, other, count = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), int(sys.argv[3])
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(tree, other, ignore=shutil.ignore_patterns("obj-*", "debian", "tests"))
    build = next(tree.glob("obj-*"))
    entries = json.loads((build / "compile_commands.json").read_text())
    entries.sort(key=lambda entry: (Path(entry["file"]).stat().st_size, entry["file"]))
    # Neither the smallest nor the largest: they take seconds, and are of every layer.
    chosen = entries[len(entries) // 3 :: len(entries) // (3 * count) or 1][:count]
    different = []
    for entry in chosen:
        directory = other / build.name
        output = recompile(entry["command"].replace(str(tree), str(other)), directory)
        same = filecmp.cmp(build / output, directory / output, shallow=False)
        print("same  " if same else "DIFFERENT  ", Path(entry["file"]).relative_to(tree))
        if not same:
            different.append(entry["file"])
    return 1 if different or len(chosen) != count else 0


if __name__ == "__main__":
    sys.exit(main())
