"""What the static library shows to a linker.

    archive.py names LIBDURAMEN_A SYMBOLS            it is one object whose global names are exactly the API's
    archive.py refused OBJECT SYMBOLS                the object before its names were made local must not pass
    archive.py clash LIBDURAMEN_A ASSEMBLY           writes an object's source that defines the archive's inner names once more
    archive.py bound LIBDURAMEN_SO                   the shared library never asks another copy for a function of its own
"""

import re
import subprocess
import sys
from pathlib import Path


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def api_names(symbols):
    return {line.split("@")[0] for line in Path(symbols).read_text().split()}


def defined(path, *options):
    """(kind, name) of every symbol that is defined."""
    rows = (line.split() for line in run("nm", "--defined-only", *options, path).splitlines())
    return [(row[-2], row[-1]) for row in rows if len(row) >= 3]


def violations(path, symbols):
    wanted = api_names(symbols)
    found = defined(path, "-g")
    for kind, name in found:
        if kind != "T" or name not in wanted:
            yield f"global, but not a function of the API: {name} ({kind})"
    yield from (f"not defined: {name}" for name in sorted(wanted - {name for _, name in found}))
    yield from (f"may be merged with another copy: {name} ({kind})"
                for kind, name in defined(path) if kind in "uvVwW")
    if "COMDAT" in run("readelf", "-gW", path):
        yield "has section groups, which a linker merges with another copy's"
    if re.search(r"\.(init_array|ctors|tdata|tbss)\b", run("readelf", "-SW", path)):
        yield "has a static constructor or data of a thread"


def names(archive, symbols):
    members = run("ar", "t", archive).split()
    bad = list(violations(archive, symbols))
    if len(members) != 1:
        bad.append(f"has {len(members)} members, not one")
    print(f"{Path(archive).name}: {len(api_names(symbols))} global names, {len(defined(archive))} defined, "
          f"{Path(archive).stat().st_size} bytes")
    return bad


def refused(path, symbols):
    bad = list(violations(path, symbols))
    print(f"{Path(path).name}: {len(bad)} violations found, as there must be")
    return [] if len(bad) > 1000 else [f"only {len(bad)} violations are seen in the object with its names as they were"]


def clash(archive, assembly):
    inner = sorted({name for kind, name in defined(archive) if kind == "t" and re.match(r"_Z\w*7duramen\w*$", name)})
    lines = [".text"] + [f".globl {name}\n{name}:" for name in inner]
    Path(assembly).write_text("\n".join([*lines, "\tcall abort", '.section .note.GNU-stack,"",%progbits\n']))
    print(f"{len(inner)} inner names are defined once more")
    return [] if len(inner) > 1000 else ["hardly a name is found"]


def bound(library):
    loose = sorted(set(re.findall(r"\bduramen_\w+", run("readelf", "-rW", library))))
    print(f"{Path(library).name}: {len(loose)} references to its own functions are left to the loader")
    return [f"may be answered by another copy: {name}" for name in loose]


def main():
    way, *arguments = sys.argv[1:]
    bad = {"names": names, "refused": refused, "clash": clash, "bound": bound}[way](*arguments)
    for line in bad[:20]:
        print(f"archive: {line}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
