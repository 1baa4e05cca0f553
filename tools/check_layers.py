#!/usr/bin/env python3
"""Fails when a file includes what its folder may not see.

The table is that of docs/architecture.md: a folder sees itself, the folders named here, the standard library and the
libraries that LIBRARIES gives it. `--self-test` plants violations and fails unless each is found.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LAYERS = {
    "src/base": [],
    "src/tensor": ["base"],
    "src/kernels": ["base", "tensor"],
    "src/autograd": ["base", "tensor", "kernels"],
    "src/spec": ["base"],
    "src/value": ["base", "tensor"],
    "src/ops": ["base", "tensor", "kernels", "autograd", "spec", "value"],
    "src/state": ["base", "tensor", "value"],
    "src/io": ["base", "tensor", "kernels", "value", "state"],
    "src/nn": ["base", "tensor", "kernels", "autograd", "ops", "spec", "value", "state"],
    "src/optim": ["base", "tensor", "kernels", "autograd", "spec", "value", "state"],
    "capi": ["base", "tensor", "kernels", "autograd", "spec", "value", "ops", "state", "io", "nn", "optim",
             "capi", "duramen"],
    "include/duramen": ["duramen"],
    "cli": ["cli", "duramen"],
    "examples": ["examples", "duramen"],
    "bench": ["bench", "duramen"],
    "tests/capi": ["capi_support", "support", "duramen"],
    "tests/package": ["duramen"],
}

# A library header, by how its path starts, and the only files (or folders) that may include it.
LIBRARIES = {
    "cblas": ["src/kernels/blas.cpp"],
    "openblas": ["src/kernels/blas.cpp"],
    "f77blas": ["src/kernels/blas.cpp"],
    "lapack": [],
    "omp.h": [],
    "hwy/": ["src/kernels/", "src/base/"],
    "simdjson": ["src/io/", "cli/", "tests/", "bench/"],
    "libdeflate": ["src/io/", "tests/"],
    "zlib": ["src/io/", "tests/", "examples/", "bench/"],
    "xxhash": ["src/"],
    "CLI/": ["cli/"],
    "openssl/": ["cli/", "tests/"],
    "benchmark/": ["bench/"],
    "catch2/": ["tests/support/catch.hpp", "tests/support/catch_main.cpp"],
    "torch/": [],
}

BLAS_CALL = re.compile(r"\b(?:cblas|openblas|goto)_\w+")
BLAS_FILE = "src/kernels/blas.cpp"
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
SOURCES = {".c", ".cpp", ".h", ".hpp"}


def without_comments(text):
    return COMMENT.sub(lambda match: "\n" * match.group().count("\n"), text)


def folder_of(path):
    """The longest key of LAYERS that holds this path, or None (tests see everything)."""
    inside = [folder for folder in LAYERS if path.startswith(folder + "/")]
    return max(inside, key=len) if inside else None


def library_problem(path, header):
    for start, places in LIBRARIES.items():
        if header.startswith(start):
            if any(path == place or (place.endswith("/") and path.startswith(place)) for place in places):
                return None
            return f"<{header}> belongs to {', '.join(places) or 'no file'}"
    return None


def layer_problem(path, header, quoted):
    folder = folder_of(path)
    first = header.split("/")[0]
    layers = {name.split("/")[-1] for name in LAYERS if name.startswith("src/")} | {"duramen", "capi"}
    if folder is None or first == folder.split("/")[-1]:
        return None
    if "/" not in header:
        return None if not quoted or (ROOT / path).parent.joinpath(header).exists() else "no such file beside it"
    if first in layers and first not in LAYERS[folder]:
        return f"{folder} may not see {first}"
    if ".." in header.split("/"):
        return "include paths start at the root of src"
    return None


def problems(path, text):
    """Every violation of one file, as `path:line: header: why`."""
    found = []
    code = without_comments(text)
    for match in INCLUDE.finditer(code):
        header = match.group(2)
        line = code.count("\n", 0, match.start()) + 1
        why = library_problem(path, header) or layer_problem(path, header, match.group(1) == '"')
        if why:
            found.append(f"{path}:{line}: {header}: {why}")
    if path.startswith(("src/", "capi/")) and path != BLAS_FILE:
        for match in BLAS_CALL.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            found.append(f"{path}:{line}: {match.group()}: BLAS is known to {BLAS_FILE} alone")
    return found


def self_test():
    planted = {
        ("src/base/a.hpp", '#include "tensor/tensor.hpp"\n'): 1,
        ("src/io/a.cpp", '#include "base/error.hpp"\n\n#include "nn/module.hpp"\n'): 1,
        ("src/optim/a.cpp", '#  include "nn/module.hpp"\n#include "ops/ops.hpp"\n'): 2,
        ("src/nn/a.cpp", '#include <cblas.h>\n'): 1,
        ("src/kernels/gemm.cpp", "void f() { cblas_sgemm(); }\n"): 1,
        ("src/ops/a.cpp", '#include "duramen/duramen.h"\n'): 1,
        ("cli/a.cpp", '#include "tensor/tensor.hpp"\n'): 1,
        ("include/duramen/a.h", '#include "base/error.hpp"\n'): 1,
        ("tests/unit/base/a_test.cpp", "#include <catch2/catch.hpp>\n"): 1,
        ("src/nn/b.cpp", '#include "ops/ops.hpp"\n// #include "io/checkpoint.hpp"\n'): 0,
        ("src/kernels/blas.cpp", "#include <cblas.h>\nvoid f() { cblas_sgemm(); }\n"): 0,
        ("capi/a.cpp", '#include "nn/module.hpp"\n#include "duramen/duramen.h"\n'): 0,
    }
    wrong = [path for (path, text), count in planted.items() if len(problems(path, text)) != count]
    for path in wrong:
        print(f"self-test: the violation planted in {path} is judged wrongly")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    files = [path for folder in ("include", "src", "capi", "cli", "examples", "bench", "tests")
             for path in sorted((ROOT / folder).rglob("*")) if path.suffix in SOURCES]
    found = [line for path in files
             for line in problems(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))]
    print("\n".join(found) if found else f"layers: {len(files)} files, no violation")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
