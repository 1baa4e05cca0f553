"""Every public header alone, included twice, in every language standard, by every compiler, without a warning.

headers.py FOLDER: FOLDER holds duramen/*.h and, for C++17 and later, duramen/**/*.hpp (all of them alone as C++17). The C
headers are also compiled without a library (-ffreestanding), with 64 bits and with 32. A compiler that is missing is
skipped with a line, and is an error with DURAMEN_REQUIRE_ALL=1. Each way has a header that must be refused.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

STANDARDS = {"c": ("c99", "c11", "c17"), "c++": ("c++11", "c++14", "c++17", "c++20")}
COMPILERS = {"c": ("gcc", "clang"), "c++": ("g++", "clang++")}
WARNINGS = ["-pedantic-errors", "-Wall", "-Wextra", "-Werror", "-Wundef", "-fsyntax-only"]
C_WARNINGS = ["-Wstrict-prototypes", "-Wmissing-prototypes"]
FREESTANDING = {"c": "c99", "c++": "c++11"}
MODES = ([], ["-ffreestanding"], ["-m32", "-ffreestanding"])
# Refused: as C99, alone, twice, by a library that is not there, and with 32 bits.
PLANTED = {
    "language.h": "#ifndef P_H\n#define P_H\n// not a C99 header\ninline static bool f() { return 1; }\n#endif\n",
    "alone.h": "#ifndef P_H\n#define P_H\nextern size_t p;\n#endif\n",
    "twice.h": "typedef struct p { int a; } p;\n",
    "warning.h": "#if P_UNDEFINED\n#endif\n",
    "hosted.h": "#if !__STDC_HOSTED__\n#error a C library is needed\n#endif\n",
    "bits.h": "extern char p[sizeof(void*) == 8 ? 1 : -1];\n",
}
MODE_OF = {"hosted.h": MODES[1], "bits.h": MODES[2]}


# Programs that must be refused: an ignored status, and one handle type in place of another.
MISUSES = {
    "an ignored status": "duramen_context_trim(c, 0);",
    "another handle type": "duramen_status s = duramen_tensor_shape(c, 0, 0, 0, 0); (void)s;",
}


def misuse(compiler, language, standard, folder, body):
    source = f"#include <duramen/duramen.h>\nvoid f(duramen_context* c);\nvoid f(duramen_context* c) {{ {body} }}\n"
    command = [compiler, "-x", language, f"-std={standard}", "-Werror", "-c", "-o", os.devnull, f"-I{folder}", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True)


def count_misuses(compiler, language, standard, folder):
    accepted = [what for what, body in MISUSES.items()
                if not misuse(compiler, language, standard, folder, body).returncode]
    for what in accepted:
        print(f"{compiler} accepts {what}", file=sys.stderr)
    if misuse(compiler, language, standard, folder, "(void)c;").returncode:
        print(f"{compiler} refuses a good program", file=sys.stderr)
        return len(accepted) + 1
    return len(accepted)


def compile_header(compiler, language, standard, folder, header, mode=()):
    source = f"#include <{header}>\n#include <{header}>\ntypedef int header_alone;\n"
    extra = C_WARNINGS if language == "c" else []
    command = [compiler, "-x", language, f"-std={standard}", *WARNINGS, *extra, *mode, f"-I{folder}", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True)


def jobs_of(compiler, language, headers, veneer):
    """All ways in which one compiler sees the headers."""
    for standard in STANDARDS[language]:
        for header in headers + veneer.get(standard, []):
            yield compiler, language, standard, header, ()
    for mode in MODES[1:]:
        for header in headers:
            yield compiler, language, FREESTANDING[language], header, mode


def compile_all(jobs, folder):
    """The number of refused headers, each of which is printed."""
    def compile_one(job):
        compiler, language, standard, header, mode = job
        return job, compile_header(compiler, language, standard, folder, header, mode)

    failures = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for (compiler, _, standard, header, mode), result in pool.map(compile_one, jobs):
            if result.returncode:
                failures += 1
                print(f"{header} as {standard} {' '.join(mode)} by {compiler}:\n{result.stderr[:2000]}", file=sys.stderr)
    return failures


def count_accepted(compiler, language):
    """Planted headers that the compiler takes."""
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        for header, text in PLANTED.items():
            (Path(name) / header).write_text(text)
            if header == "language.h" and language != "c":
                continue
            mode = MODE_OF.get(header, ())
            if not compile_header(compiler, language, FREESTANDING[language], name, header, mode).returncode:
                failures += 1
                print(f"{compiler} accepts {header}", file=sys.stderr)
    return failures


def main():
    folder = Path(sys.argv[1])
    headers = sorted(f"duramen/{path.name}" for path in (folder / "duramen").glob("*.h"))
    veneer = {"c++17": sorted(path.relative_to(folder).as_posix() for path in (folder / "duramen").rglob("*.hpp")),
              "c++20": ["duramen/duramen.hpp"]}
    failures, jobs = 0, []
    for language, compilers in COMPILERS.items():
        for compiler in compilers:
            if not shutil.which(compiler):
                print(f"{compiler} is not installed: its headers are not checked")
                failures += os.environ.get("DURAMEN_REQUIRE_ALL") == "1"
                continue
            jobs += jobs_of(compiler, language, headers, veneer)
            failures += count_misuses(compiler, language, STANDARDS[language][0], folder)
            failures += count_accepted(compiler, language)
    failures += compile_all(jobs, folder)
    print(f"{len(headers)} C and {len(veneer['c++17'])} C++ headers, {len(jobs)} compilations")
    return 1 if failures or not headers or not veneer['c++17'] else 0


if __name__ == "__main__":
    sys.exit(main())
