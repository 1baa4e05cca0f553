"""Every public header alone, included twice, in every language standard, by every compiler, without a warning.

headers.py FOLDER: FOLDER holds duramen/*.h and, for C++17 and later, duramen/**/*.hpp (all of them alone as C++17). A compiler that is missing is skipped with a line, and is an error with
DURAMEN_REQUIRE_ALL=1. Ends with a header that must be refused.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

STANDARDS = {"c": ("c99", "c11", "c17"), "c++": ("c++11", "c++14", "c++17", "c++20")}
COMPILERS = {"c": ("gcc", "clang"), "c++": ("g++", "clang++")}
WARNINGS = ["-pedantic-errors", "-Wall", "-Wextra", "-Werror", "-Wundef", "-fsyntax-only"]
C_WARNINGS = ["-Wstrict-prototypes", "-Wmissing-prototypes"]
PLANTED = "#ifndef P_H\n#define P_H\n// not a C99 header\ninline static bool f() { return 1; }\n#endif\n"


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


def compile_header(compiler, language, standard, folder, header):
    source = f"#include <{header}>\n#include <{header}>\ntypedef int header_alone;\n"
    extra = C_WARNINGS if language == "c" else []
    command = [compiler, "-x", language, f"-std={standard}", *WARNINGS, *extra, f"-I{folder}", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True)


def main():
    folder = Path(sys.argv[1])
    headers = sorted(f"duramen/{path.name}" for path in (folder / "duramen").glob("*.h"))
    veneer = {"c++17": sorted(path.relative_to(folder).as_posix() for path in (folder / "duramen").rglob("*.hpp")),
              "c++20": ["duramen/duramen.hpp"]}
    failures = compiled = 0
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "planted.h").write_text(PLANTED)
        for language, compilers in COMPILERS.items():
            for compiler in compilers:
                if not shutil.which(compiler):
                    print(f"{compiler} is not installed: its headers are not checked")
                    failures += os.environ.get("DURAMEN_REQUIRE_ALL") == "1"
                    continue
                for standard in STANDARDS[language]:
                    for header in headers + veneer.get(standard, []):
                        compiled += 1
                        result = compile_header(compiler, language, standard, folder, header)
                        if result.returncode:
                            failures += 1
                            print(f"{header} as {standard} by {compiler}:\n{result.stderr[:2000]}", file=sys.stderr)
                failures += count_misuses(compiler, language, STANDARDS[language][0], folder)
                if language == "c" and not compile_header(compiler, "c", "c99", name, "planted.h").returncode:
                    failures += 1
                    print(f"{compiler} accepts a header that is not C99", file=sys.stderr)
    print(f"{len(headers)} C and {len(veneer['c++17'])} C++ headers, {compiled} compilations")
    return 1 if failures or not headers or not veneer['c++17'] else 0


if __name__ == "__main__":
    sys.exit(main())
