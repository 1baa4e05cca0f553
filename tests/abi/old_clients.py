"""Programs of every API level against this library: old_clients.py ROOT LIBRARY FOLDER CC.

abi/N holds the headers of level N and a client. It is compiled with these headers, and with the headers of
today that DURAMEN_TARGET_API_LEVEL narrows to the level; both run with this library and need no symbol node of a later
level. A level that the headers do not have is refused, and so is a function of a later level than the target.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from header_rules import SECOND, plant

FLAGS = ["-std=c99", "-Wall", "-Wextra", "-pedantic-errors", "-Werror"]


def compile_client(cc, source, include, target, library, out):
    """The client, linked with the library; what the compiler says where it refuses."""
    command = [cc, *FLAGS, f"-I{include}", f"-DDURAMEN_TARGET_API_LEVEL={target}", source, "-o", out, str(library),
               f"-Wl,-rpath,{library.parent}"]
    return subprocess.run(command, capture_output=True, text=True).stderr


def nodes_of(program):
    """The levels of the symbols that a program needs."""
    listing = subprocess.run(["readelf", "-VW", program], check=True, capture_output=True, text=True).stdout
    return {int(level) for level in re.findall(r"DURAMEN_0\.(\d+)", listing)}


def run_client(cc, level, include, library, folder):
    """Compiles and runs the client of a level; what is wrong."""
    number = int(level.name)
    program = folder / f"client_{number}"
    said = compile_client(cc, level / "client.c", include, number, library, program)
    if said:
        return said
    result = subprocess.run([program, folder], capture_output=True, text=True)
    if result.returncode:
        return f"ended with {result.returncode}: {result.stderr}"
    if max(nodes_of(program)) > number:
        return f"needs symbols of level {max(nodes_of(program))}"
    return None


def accepts(cc, include, target, body="(void)0;"):
    source = f"#include <duramen/duramen.h>\nvoid f(void);\nvoid f(void) {{ {body} }}\n"
    command = [cc, *FLAGS, f"-I{include}", f"-DDURAMEN_TARGET_API_LEVEL={target}", "-x", "c", "-fsyntax-only", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True).returncode == 0


def check_targets(cc, root, current):
    """Targets that there are not, and a header of a level that comes after this one."""
    include = root / "include"
    if accepts(cc, include, 0) or accepts(cc, include, current + 1) or not accepts(cc, include, current):
        yield "DURAMEN_TARGET_API_LEVEL: another level than those that there are is accepted, or one of these is not"
    with tempfile.TemporaryDirectory() as name:
        later = Path(name)
        shutil.copytree(include / "duramen", later / "duramen")
        plant(later / "duramen", SECOND.replace("2", str(current + 1)), current + 1)
        call = "duramen_status s = duramen_tensor_thing(NULL, NULL); (void)s;"
        if accepts(cc, later, current, call):
            yield "a function of a later level than the target can be called"
        if not accepts(cc, later, current + 1, call):
            yield "a function of the target's level cannot be called"


def main():
    root, library, folder, cc = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    os.makedirs(folder, exist_ok=True)
    levels = sorted((p for p in (root / "abi").iterdir() if p.is_dir()), key=lambda p: int(p.name))
    failures = []
    for level in levels:
        for what, include in (("its own headers", level / "include"), ("the headers of today", root / "include")):
            if wrong := run_client(cc, level, include, library, folder):
                failures.append(f"the client of level {level.name} with {what}: {wrong}")
    failures += check_targets(cc, root, int(levels[-1].name))
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(levels)} levels")
    return 1 if failures or not levels else 0


if __name__ == "__main__":
    sys.exit(main())
