"""Every gate must be able to fail: builds a small library that breaks all of them, and one that breaks none."""

import subprocess
import sys
import tempfile
from pathlib import Path

import gate

BAD = """
#include <cstdio>
#include <cstdlib>
extern "C" int puts(const char*);
struct Loud { Loud(); ~Loud() { puts("bye"); } };
Loud::Loud() { puts("hello"); }
Loud loud;
int counter = 7;
thread_local int per_thread;
extern "C" __attribute__((visibility("default"))) int* duramen_leaked(void) {
  if (++counter > 100) abort();
  return &per_thread;
}
"""
GOOD = """
extern "C" __attribute__((visibility("default"))) int duramen_one(void) { return 1; }
"""


def build(folder, name, source, soname, compiler, extra):
    path = folder / f"{name}.cpp"
    path.write_text(source)
    node = folder / f"{name}.map"
    node.write_text("DURAMEN_0.1 { global: duramen_*; local: *; };\n")
    subprocess.run([compiler, "-O1", "-fPIC", "-c", path, "-o", folder / f"{name}.o"], check=True)
    subprocess.run([compiler, "-shared", folder / f"{name}.o", "-o", folder / f"{name}.so",
                    f"-Wl,--version-script={node}", f"-Wl,-soname,{soname}", *extra], check=True)
    objects = folder / f"{name}.txt"
    objects.write_text(f"{folder / name}.o\n")
    symbols = folder / f"{name}.symbols"
    symbols.write_text("duramen_one@DURAMEN_0.1\n")
    return gate.Inputs(str(folder / f"{name}.so"), str(objects), str(symbols))


def main():
    compiler = sys.argv[1]
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bad = build(folder, "bad", BAD, "libother.so.1", compiler, ["-Wl,--no-as-needed", "-lutil", "-ldl", "-lrt"])
        good = build(folder, "good", GOOD, "libduramen.so.0", compiler, ["-Wl,-z,relro,-z,now"])
        for gate_name, check in gate.GATES.items():
            if list(check(good)):
                failures += 1
                print(f"{gate_name}: refuses a library that keeps every rule: {list(check(good))}", file=sys.stderr)
            if gate_name != "needed" and not list(check(bad)):
                failures += 1
                print(f"{gate_name}: accepts a library that breaks it", file=sys.stderr)
        gate.WORDS.discard("libstdc++")
        if not list(gate.needed(bad)):
            failures += 1
            print("needed: accepts a library that is not on the list", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
