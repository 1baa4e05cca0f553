"""One property of the built library, or of our object files, as a test: gate.py NAME LIBRARY OBJECTS SYMBOLS.

OBJECTS is a file with one object file a line. Exit code 1 and one line for each violation.
"""

import re
import subprocess
import sys
from pathlib import Path

BANNED = {"abort", "exit", "_exit", "_Exit", "quick_exit", "__assert_fail", "printf", "puts", "putchar", "perror",
          "fprintf", "vfprintf", "fwrite", "fputs", "stdout", "stderr", "__printf_chk", "__fprintf_chk",
          "__cxa_atexit", "__cxa_thread_atexit", "__cxa_guard_acquire", "_ZSt4cout", "_ZSt4cerr"}
NEEDED = {"libopenblas.so.0", "libhwy.so.1", "libsimdjson.so.14", "libdeflate.so.0", "libz.so.1", "libstdc++.so.6",
          "libm.so.6", "libgcc_s.so.1", "libc.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
WORDS = {name.split(".so")[0] for name in NEEDED}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def objects_of(inputs):
    return [line for line in Path(inputs.objects).read_text().splitlines() if line.endswith(".o")]


def symbols(inputs):
    """The exports are exactly the list, each under its node."""
    wanted = {line.replace("@", "@@") for line in Path(inputs.symbols).read_text().split()}
    found = set()
    for line in run("nm", "-D", "--defined-only", "--with-symbol-versions", inputs.library).splitlines():
        kind, name = line.split()[-2:]
        if kind != "A":
            found.add(name)
        if kind == "u":
            yield f"unique symbol {name}"
    yield from (f"not exported: {name}" for name in sorted(wanted - found))
    yield from (f"exported, but not in the list: {name}" for name in sorted(found - wanted))


def soname(inputs):
    """The name that clients record; nothing in the file says where to look for libraries."""
    dynamic = run("readelf", "-dW", inputs.library)
    name = re.search(r"SONAME.*\[(.*)\]", dynamic)
    if not name or name.group(1) != "libduramen.so.0":
        yield f"SONAME is {name.group(1) if name else 'missing'}"
    yield from (f"has {tag}" for tag in ("RPATH", "RUNPATH") if f"({tag})" in dynamic)


def hardening(inputs):
    """Full RELRO, no text relocations, no executable or writable-and-executable memory, a checked stack."""
    dynamic = run("readelf", "-dW", inputs.library)
    if "(TEXTREL)" in dynamic or re.search(r"\(FLAGS\).*TEXTREL", dynamic):
        yield "has relocations in its code"
    if not re.search(r"\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*\bNOW\b|\(BIND_NOW\)", dynamic):
        yield "is not bound at start (-z now)"
    segments = run("readelf", "-lW", inputs.library)
    if "GNU_RELRO" not in segments:
        yield "has no GNU_RELRO segment"
    if not re.search(r"GNU_STACK.* RW  ", segments):
        yield "has an executable stack"
    yield from (f"has memory to write and run: {line.strip()}" for line in segments.splitlines()
                if re.search(r"LOAD.* RWE ", line))
    if "__stack_chk_fail" not in run("nm", "-D", "--undefined-only", inputs.library):
        yield "does not check the stack"


def tls(inputs):
    """Nothing is kept per thread."""
    if re.search(r"^\s+TLS\s", run("readelf", "-lW", inputs.library), re.M):
        yield "has a TLS segment"


def static_constructors(inputs):
    """No object of ours runs code when the library is loaded."""
    for path in objects_of(inputs):
        if re.search(r"\.(init_array|ctors)\b", run("readelf", "-SW", path)):
            yield f"{path}: has a static constructor"


def undefined(inputs):
    """No object of ours can end the process, print, or register a destructor.

    std::terminate: said outright, or by a catch in a noexcept function. What else leaves such a function ends the
    process without naming it: capi.out_of_memory looks for that. clang names it in every object with noexcept.
    """
    for path in objects_of(inputs):
        listing = run("nm", path)
        wanted = {line.split()[-1] for line in listing.splitlines() if line.split()[-2:-1] == ["U"]}
        banned = BANNED if "__clang_call_terminate" in listing else BANNED | {"_ZSt9terminatev"}
        yield from (f"{path}: refers to {name}" for name in sorted(wanted & banned))


def writable(inputs):
    """No object of ours has data that changes while the process runs."""
    for path in objects_of(inputs):
        for line in run("readelf", "-SW", path).splitlines():
            match = re.match(r"\s*\[\s*\d+\] (\.(?:data|bss|tdata|tbss)\S*)\s+\S+\s+\S+\s+\S+\s+(\S+)", line)
            if match and int(match.group(2), 16) and not re.match(r"\.data\.rel", match.group(1)):
                yield f"{path}: has {int(match.group(2), 16)} bytes of {match.group(1)}"


def needed(inputs):
    """Only the libraries that the project chose; their version numbers are the distribution's."""
    for name in re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-dW", inputs.library)):
        if name.split(".so")[0] not in WORDS:
            yield f"needs {name}"


GATES = {f.__name__: f for f in (symbols, soname, hardening, tls, static_constructors, undefined, writable, needed)}


class Inputs:
    def __init__(self, library, objects, symbols):
        self.library, self.objects, self.symbols = library, objects, symbols


def main():
    name, library, objects, symbols_file = sys.argv[1:]
    violations = list(GATES[name](Inputs(library, objects, symbols_file)))
    for violation in violations:
        print(f"{name}: {violation}", file=sys.stderr)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
