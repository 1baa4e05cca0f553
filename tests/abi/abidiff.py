"""The types behind the border, as libabigail reads them from debug information, against what is kept of every level.

abidiff.py ROOT BUILD CMAKE CC [--write]: builds duramen_abi (the border with debug information) and compares it with
abi/N/x86_64.abi; additions are accepted. --write keeps today's facts for the level of the headers, which is
right while that level is open and one of its declarations was changed on purpose. Both sides hold public types only
(--headers-dir): what a handle hides may change. Small libraries are broken in every way that must be noticed.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FLAGS = ["--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed", "--no-parameter-names",
         "--exported-interfaces-only", "--drop-private-types"]
HEADER = """
#include <stdint.h>
struct hidden;
struct given { uint32_t struct_size; uint32_t mode; uint64_t flags; };
struct plain { uint64_t first; };
void fill(struct plain* out);
uint32_t count(const struct hidden* it, const struct given* how, uint64_t* out);
void leave(struct hidden* it);
"""
SOURCE = """
#include "small.h"
struct hidden { int a; };
uint32_t count(const struct hidden* it, const struct given* how, uint64_t* out) { *out = how->flags; return it->a; }
void leave(struct hidden* it) { it->a = 0; }
void fill(struct plain* out) { out->first = 0; }
"""
# What becomes of header and source, and whether it may pass.
CHANGES = {
    "nothing": ({}, True),
    "a handle's insides": ({"int a;": "long b; int a;"}, True),
    "a function more": ({"void leave(struct hidden* it) {": "void enter(void) {}\nvoid leave(struct hidden* it) {"}, True),
    "a sized struct that grew at its end": ({"uint64_t flags; }": "uint64_t flags; uint64_t more; }"}, True),
    "a sized struct that grew before its end": ({"uint64_t flags; }": "uint64_t more; uint64_t flags; }"}, False),
    "a struct without a size that grew": ({"uint64_t first; }": "uint64_t first; uint64_t more; }"}, False),
    "fields swapped": ({"uint32_t mode; uint64_t flags;": "uint64_t flags; uint32_t mode;"}, False),
    "a field of another type": ({"uint32_t mode;": "int32_t mode;"}, False),
    "a parameter of another type": ({"uint64_t* out": "uint32_t* out"}, False),
    "another result": ({"uint32_t count": "uint64_t count"}, False),
    "a parameter less": ({", uint64_t* out": "", "*out = how->flags;": "(void)how;"}, False),
    "a function less": ({"void leave(struct hidden* it) { it->a = 0; }": "", "void leave(struct hidden* it);": ""}, False),
}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def facts(library, headers, out):
    """The public types and functions of a library with debug information."""
    if ".debug_info" not in run("readelf", "-SW", library).stdout:
        raise ValueError(f"{library}: has no debug information, which abidiff would take for no change")
    result = run("abidw", *FLAGS, "--headers-dir", headers, library, "--out-file", out)
    if result.returncode or not out.is_file():
        raise ValueError(f"abidw: {result.stderr or result.stdout}")


def sized_structs(headers):
    """The fields of every struct that says its size, by its name, without comments."""
    text = "\n".join(header.read_text() for header in sorted(headers.rglob("*.h")))
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    found = re.findall(r"struct (\w+) \{\s*(uint32_t struct_size;[^{}]*)\}", text)
    return {name: " ".join(fields.split()) for name, fields in found}


def growth(old, new):
    """A suppression for the sized structs that have their old fields and more behind them."""
    before, after = sized_structs(old), sized_structs(new)
    names = [name for name, fields in before.items() if after.get(name, "") != fields and after.get(name, "").startswith(fields)]
    return "".join(f"[suppress_type]\n  name = {name}\n  has_data_member_inserted_at = end\n" for name in names)


def difference(kept, now, old, new):
    """What abidiff says against it; None when all that was kept is still so. `old` and `new` are the folders of headers."""
    rules = now.with_suffix(".ini")
    rules.write_text(growth(old, new))
    result = run("abidiff", "--no-added-syms", "--suppr", rules, kept, now)
    return result.stdout + result.stderr if result.returncode else None


def build_small(folder, changes, cc, debug="-g"):
    header, source = HEADER, SOURCE
    for old, new in changes.items():
        if old not in header and old not in source:
            raise ValueError(f"nothing to change: {old}")
        header, source = header.replace(old, new), source.replace(old, new)
    folder.mkdir()
    (folder / "small.h").write_text(header)
    (folder / "small.c").write_text(source)
    subprocess.run([cc, debug, "-fPIC", "-shared", "-w", folder / "small.c", "-o", folder / "small.so"], check=True)
    return folder / "small.so"


def canaries(cc):
    """Changes that are noticed although they may pass, or not noticed although they may not."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for i, (what, (changes, may_pass)) in enumerate(CHANGES.items()):
            folder = root / str(i)
            facts(build_small(folder, changes, cc), folder, root / f"{i}.abi")
            said = difference(root / "0.abi", root / f"{i}.abi", root / "0", folder)
            if (said is None) != may_pass:
                yield f"{what}: {said or 'is not noticed'}"
        try:
            facts(build_small(root / "bare", {}, cc, "-g0"), root / "bare", root / "bare.abi")
            yield "a library without debug information is accepted"
        except ValueError:
            pass


def main():
    root, build, cmake, cc = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    if not shutil.which("abidiff") or platform.machine() != "x86_64":
        print("abidiff is not installed, or this is another machine than those of the kept files")
        return 1 if os.environ.get("DURAMEN_REQUIRE_ALL") == "1" else 77
    subprocess.run([cmake, "--build", build, "--target", "duramen_abi"], check=True, stdout=subprocess.DEVNULL)
    level = re.search(r"#define DURAMEN_API_LEVEL (\d+)", (root / "include/duramen/base.h").read_text()).group(1)
    levels = root / "abi"
    now = build / "tests/abi/now.abi"
    facts(build / "tests/abi/libduramen.so.0", root / "include/duramen", now)
    if "--write" in sys.argv:
        shutil.copyfile(now, levels / level / "x86_64.abi")
    failures = list(canaries(cc))
    for kept in sorted(levels.glob("*/x86_64.abi")):
        if said := difference(kept, now, kept.parent / "include", root / "include/duramen"):
            failures.append(f"level {kept.parent.name} is not what it was (run this again with --write if the level is open "
                            f"and the change is meant):\n{said}")
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(list(levels.glob('*/x86_64.abi')))} levels, {len(CHANGES)} changes of small libraries")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
