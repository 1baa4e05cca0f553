"""Every gate must be able to fail: a small library that keeps every rule, and one for each way to break one.

planted.py COMPILER. A violation has to be found by its gate, in its words, and the good library by none.
"""

import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import gate

HEAD = """
#include <cstdio>
#include <cstdlib>
#include <cstring>
#define EXPORTED extern "C" __attribute__((visibility("default")))
"""
GOOD = """
EXPORTED int duramen_one(const char* text) { char copy[64]; std::strncpy(copy, text, 63); return copy[1] + copy[2]; }
"""
UNIQUE = r"""__asm__(".globl duramen_kept\n.type duramen_kept,@gnu_unique_object\n.data\nduramen_kept: .byte 1\n.text");"""
RELRO = ["-Wl,-z,relro", "-Wl,-z,now"]


@dataclass
class Plant:
    """One library: what it adds to the good one, or has in its place, and the words that its gate must find."""
    gate: str
    words: str
    more: str = ""
    source: str = GOOD
    compile: list = field(default_factory=lambda: ["-fstack-protector-strong"])
    link: list = field(default_factory=lambda: list(RELRO))
    soname: str = "libduramen.so.0"
    exported: str = "DURAMEN_0.1 { global: duramen_*; local: *; };"


PLANTS = [
    Plant("symbols", "exported, but not in the list", "EXPORTED int duramen_two() { return 2; }"),
    Plant("symbols", "not exported: duramen_one", source=GOOD.replace("duramen_one", "duramen_uno")),
    Plant("symbols", "not exported: duramen_one@@DURAMEN_0.1", exported="DURAMEN_0.2 { global: duramen_*; local: *; };"),
    Plant("symbols", "unique symbol", UNIQUE),
    Plant("soname", "SONAME is libother.so.1", soname="libother.so.1"),
    Plant("soname", "has RUNPATH", link=[*RELRO, "-Wl,-rpath,/somewhere", "-Wl,--enable-new-dtags"]),
    Plant("soname", "has RPATH", link=[*RELRO, "-Wl,-rpath,/somewhere", "-Wl,--disable-new-dtags"]),
    Plant("hardening", "relocations in its code", "EXPORTED const char* duramen_text() { return \"text\"; }",
          compile=["-fno-pic", "-mcmodel=large", "-fstack-protector-strong"], link=[*RELRO, "-Wl,-z,notext"]),
    Plant("hardening", "not bound at start", link=["-Wl,-z,relro", "-Wl,-z,lazy"]),
    Plant("hardening", "no GNU_RELRO", link=["-Wl,-z,norelro", "-Wl,-z,now"]),
    Plant("hardening", "executable stack", link=[*RELRO, "-Wl,-z,execstack"]),
    Plant("hardening", "to write and run", "__asm__(\".section .mixed,\\\"awx\\\",@progbits\\n.byte 0\\n.text\");"),
    Plant("hardening", "does not check the stack", compile=["-fno-stack-protector"]),
    Plant("tls", "TLS segment", "thread_local int per_thread; EXPORTED int* duramen_at() { return &per_thread; }"),
    Plant("static_constructors", "static constructor", "struct Loud { Loud(); }; Loud::Loud() { srand(1); } Loud loud;"),
    Plant("undefined", "refers to abort", "EXPORTED void duramen_end() { abort(); }"),
    Plant("undefined", "refers to puts", "EXPORTED void duramen_say() { puts(\"a\"); }"),
    Plant("undefined", "refers to stderr", "EXPORTED void* duramen_err() { return stderr; }"),
    Plant("undefined", "refers to __cxa_atexit",
          "struct Late { ~Late(); }; Late::~Late() {} EXPORTED void* duramen_late() { static Late late; return &late; }"),
    Plant("undefined", "refers to _ZSt9terminatev", "#include <exception>\nEXPORTED void duramen_t() { std::terminate(); }"),
    Plant("writable", "bytes of .data", "int counter = 7; EXPORTED int duramen_count() { return ++counter; }"),
    Plant("writable", "bytes of .bss", "int counter; EXPORTED int duramen_count() { return ++counter; }"),
    Plant("needed", "needs libother", link=[*RELRO, "-Wl,--no-as-needed", "-L.", "-l:libother.so"]),
]


def build(folder, plant, compiler):
    """The library of a plant, as what a gate looks at."""
    (folder / "source.cpp").write_text(HEAD + plant.source + plant.more)
    (folder / "exports.map").write_text(plant.exported + "\n")
    subprocess.run([compiler, "-O1", "-w", "-fPIC", *plant.compile, "-c", "source.cpp", "-o", "source.o"], check=True,
                   cwd=folder)
    subprocess.run([compiler, "-shared", "source.o", "-o", "source.so", "-Wl,--version-script=exports.map",
                    f"-Wl,-soname,{plant.soname}", *plant.link], check=True, cwd=folder, capture_output=True)
    (folder / "objects.txt").write_text(f"{folder / 'source.o'}\n")
    (folder / "symbols.txt").write_text("duramen_one@DURAMEN_0.1\n")
    return gate.Inputs(str(folder / "source.so"), str(folder / "objects.txt"), str(folder / "symbols.txt"))


def main():
    compiler, failures = sys.argv[1], []
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "empty.c").write_text("")
        for i, plant in enumerate([Plant("none", "")] + PLANTS):
            folder = root / str(i)
            folder.mkdir()
            subprocess.run([compiler, "-shared", "-x", "c", root / "empty.c", "-o", folder / "libother.so"], check=True)
            inputs = build(folder, plant, compiler)
            if plant.gate == "none":
                failures += [f"{key}: refuses a library that keeps every rule: {found}"
                             for key, check in gate.GATES.items() if (found := list(check(inputs)))]
            elif not any(plant.words in found for found in gate.GATES[plant.gate](inputs)):
                failures.append(f"{plant.gate}: does not find: {plant.words}")
        failures += [f"{key}: nothing is planted for it" for key in set(gate.GATES) - {p.gate for p in PLANTS}]
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(PLANTS)} planted violations of {len(gate.GATES)} gates")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
