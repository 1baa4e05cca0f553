"""The golden surface against the headers, by compilers: surface.py ROOT.

abi/N/surface.txt says what level N has. Of each a program is made that compiles only if the headers have
just these signatures with their qualifiers, constants, field types, offsets and sizes; it is compiled as C and C++, by GCC
and Clang, with 64 bits and with 32 (-m32 -ffreestanding, which needs no libraries of that size). What a level had, a
later one has too, word for word. Every kind of line is spoiled in turn, and has to be noticed.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MODES = {64: [], 32: ["-m32", "-ffreestanding"]}
COMPILERS = (("gcc", "c", "c99"), ("clang", "c", "c11"), ("g++", "c++", "c++11"), ("clang++", "c++", "c++17"))
FLAGS = ["-Wall", "-Wextra", "-pedantic-errors", "-Werror", "-fsyntax-only", "-Wno-missing-field-initializers"]


HEAD = """#include <stddef.h>
#include <duramen/duramen.h>
#if defined(__cplusplus) && __cplusplus >= 201703L /* from then on it is part of the type */
#define THROWS_NOTHING noexcept
#else
#define THROWS_NOTHING
#endif
"""


class Program:
    """Lines of a surface as declarations that compile only where they are true."""

    def __init__(self, bits, exact):
        self.bits, self.exact, self.lines = bits, exact, []

    def that(self, condition):
        self.lines.append(f"extern char check_{len(self.lines)}[({condition}) ? 1 : -1];")

    def constant(self, rest):
        name, value = rest.split()
        self.that(f"{name} == {value}")

    def alias(self, rest):
        name, target = rest.split()
        self.lines.append(f"extern {target} check_{name}; extern {name} check_{name};")

    def handle(self, rest):
        self.lines.append(f"extern struct {rest.split()[0]}* check_{rest.split()[0]};")

    def callback(self, rest):
        name, returns, params = re.fullmatch(r"(\w+) (.+?) \((.*)\)", rest).groups()
        self.lines.append(f"extern {returns} (DURAMEN_CALL* check_{name})({params}); extern {name} check_{name};")

    def struct(self, rest):
        name, size64, _, size32, _ = re.fullmatch(r"(\w+) 64: (\d+) (\d+) 32: (\d+) (\d+)", rest).groups()
        self.that(f"sizeof({name}) {'==' if self.exact else '>='} {size64 if self.bits == 64 else size32}")

    def field(self, rest):
        pattern = r"(\w+)\.(\w+) 64: (\d+) (\d+) 32: (\d+) (\d+) [?+]*(.*?)(?:\[\w+\])?"
        struct, name, at64, size64, at32, size32, type_name = re.fullmatch(pattern, rest).groups()
        at, size = (at64, size64) if self.bits == 64 else (at32, size32)
        self.that(f"offsetof({struct}, {name}) == {at} && sizeof((({struct}*)0)->{name}) == {size}")
        pointer = type_name.replace("(*)", "(DURAMEN_CALL** p)") if "(*)" in type_name else f"{type_name}* p"
        place = len(self.lines)
        self.lines.append(f"void check_{place}({struct}* s); void check_{place}({struct}* s) "
                          f"{{ {pointer} = &s->{name}; (void)p; }}")

    def function(self, rest):
        name, returns, params = re.fullmatch(r"(\w+)@\S+ \w+ [?+]*(.+?)(?:\[\w+\])? \((.*)\)", rest).groups()
        types = [re.fullmatch(r"[?+]*(.*?)(?:\[\w+\])? \w+", p).group(1) for p in params.split(", ") if p != "void"]
        pointer = f"{returns} (DURAMEN_CALL* check_{name})({', '.join(types) or 'void'}) THROWS_NOTHING"
        self.lines.append(f"extern {pointer}; {pointer} = {name};")


def program(lines, bits, exact):
    out = Program(bits, exact)
    for line in lines:
        kind, rest = line.split(" ", 1)
        getattr(out, kind)(rest)
    return HEAD + "\n".join(out.lines) + "\n"


def compile_it(text, compiler, language, standard, bits, folder):
    command = [compiler, "-x", language, f"-std={standard}", *FLAGS, *MODES[bits], f"-I{folder}", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True)


def lines_of(path):
    return [line for line in path.read_text().splitlines() if not line.startswith("#")]


def check_level(lines, exact, include):
    """Compiles what a level had, every way; the first lines of what the compilers say against it."""
    for bits in MODES:
        text = program(lines, bits, exact)
        for compiler, language, standard in COMPILERS:
            if not shutil.which(compiler):
                if os.environ.get("DURAMEN_REQUIRE_ALL") == "1":
                    yield f"{compiler} is not installed"
                continue
            result = compile_it(text, compiler, language, standard, bits, include)
            if result.returncode:
                yield f"{compiler} -std={standard} with {bits} bits:\n{result.stderr[:1500]}"


# A line of each kind, and what becomes of it.
SPOILED = {
    r"constant DURAMEN_E_IO -11": "constant DURAMEN_E_IO -12",
    r"alias duramen_status int32_t": "alias duramen_status int64_t",
    r"callback duramen_destroy void \(void\* user\)": "callback duramen_destroy void (const void* user)",
    r"(struct duramen_limits 64: )40 8 32: 40 4": r"\g<1>48 8 32: 48 4",
    r"(field duramen_limits\.max_depth 64: )4 4 32: 4 4": r"\g<1>8 4 32: 8 4",
    r"(field duramen_limits\.max_depth .*)uint32_t": r"\1int32_t",
    r"(field duramen_backward_options\.inputs .*)duramen_tensor\* const\*": r"\1duramen_tensor**",
    r"(field duramen_log_sink\.log .*)const char\* message": r"\1char* message",
    r"(function duramen_tensor_rank@.*)const duramen_tensor\*": r"\1duramen_tensor*",
    r"(function duramen_tensor_shape@.*)size_t\* rank": r"\1int64_t* rank",
    r"(function duramen_string_data@.*)const char\*": r"\1char*",
    r"function duramen_relu@": "function duramen_rectify@",
}


def check_noexcept(lines, include):
    """A header without noexcept is not accepted."""
    if not shutil.which("g++"):
        return
    text = "#define DURAMEN_NOEXCEPT\n" + program(lines, 64, True)
    if not compile_it(text, "g++", "c++", "c++17", 64, include).returncode:
        yield "functions that may throw are accepted"


def spoil(lines, include):
    """Every change has to be noticed by the C compiler, with 64 bits and with 32."""
    for pattern, replacement in SPOILED.items():
        spoiled = [re.sub(pattern, replacement, line) for line in lines]
        if spoiled == lines:
            yield f"nothing to spoil: {pattern}"
        changed = [line for line in spoiled if line not in lines]
        for bits in MODES:
            for compiler, language, standard in COMPILERS[:1] + COMPILERS[2:3]:
                if not compile_it(program(changed, bits, True), compiler, language, standard, bits, include).returncode:
                    yield f"{compiler} with {bits} bits accepts {changed}"


def what_went(old, new):
    """Lines of an older level that a newer one has changed or dropped; a struct may have grown."""
    kept = set(new)
    return [line for line in old if line not in kept and not line.startswith("struct ")]


def check_history(levels):
    for before, after in zip(levels, levels[1:]):
        yield from (f"level {after.name} lost: {line}" for line in
                    what_went(lines_of(before / "surface.txt"), lines_of(after / "surface.txt")))
    lines = lines_of(levels[-1] / "surface.txt")
    grown = [*lines, "constant DURAMEN_NEW 1"]
    if what_went(lines, grown) or not what_went(grown, lines):
        yield "an addition is taken for a loss, or a loss for none"
    unmarked = [line.replace("?duramen_tensor* bias", "duramen_tensor* bias") for line in lines]
    if not what_went(lines, unmarked):
        yield "an argument that may not be NULL any more is not noticed"


def main():
    root = Path(sys.argv[1])
    levels = sorted((p for p in (root / "abi").iterdir() if p.is_dir()), key=lambda p: int(p.name))
    include = root / "include"
    failures = list(check_history(levels))
    for level in levels:
        lines = lines_of(level / "surface.txt")
        failures += [f"level {level.name}: {text}" for text in check_level(lines, level is levels[-1], include)]
        with tempfile.TemporaryDirectory() as name:
            shutil.copytree(level / "include" / "duramen", Path(name) / "duramen")
            failures += [f"kept headers of level {level.name}: {text}" for text in check_level(lines, True, name)]
    failures += spoil(lines_of(levels[-1] / "surface.txt"), include)
    failures += check_noexcept(lines_of(levels[-1] / "surface.txt"), include)
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(levels)} levels; {len(lines_of(levels[-1] / 'surface.txt'))} facts; {len(SPOILED)} spoiled ones noticed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
