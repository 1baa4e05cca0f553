"""What is generated for other languages: raw_layers.py ROOT LIBRARY FOLDER CC PYTHON.

Everything that the API description counts is in every raw layer and table; and a scenario of a few calls says the same
in C, over cffi (PYTHON has it), Rust and Go. A language that is not installed is skipped with a line; cffi is needed with
DURAMEN_REQUIRE_ALL=1.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

# What stands for a function, a constant, a struct: once each.
PATTERNS = {
    "share/duramen/duramen-cffi.h": (r"^[^\s{}#][^;{}]* \**(?=duramen_)\w+\(.*\);$", r"^  DURAMEN_\w+ = ", r"^typedef struct \w+ \{"),
    "bindings/rust/duramen-sys/src/raw.rs": (r"^    pub fn ", r"^pub const DURAMEN_(?!API_LEVEL|ABI_EPOCH)", r"^#\[derive"),
    "bindings/go/raw/raw.go": (r"^func ", r"^const (?!API_LEVEL|ABI_EPOCH)", r"^type \w+ struct \{"),
    "bindings/python/duramen/_api.py": (r'^    "duramen_\w+": "', r"^(?!VERSION|LEVEL|EPOCH|FUNCTIONS|STRUCTS)[A-Z]\w* = ",
                                        r'^    "duramen_\w+": \('),
    "capi/exports.map": (r"^    duramen_\w+;", None, None),
    "capi/symbols.txt": (r"^duramen_", None, None),
    "docs/reference/ownership.md": (r"^\| `duramen_\w+` \|.*\|.*\|$", None, None),
    "docs/reference/threads.md": (r"^\| `duramen_\w+` \|.*\| level \d+ \|$", None, None),
    "docs/reference/errors.md": (r"^\| `duramen_\w+` \| ", None, None),
}


def miscounted(root, api):
    """Files that do not have every function, constant and struct exactly once."""
    structs = sum(t["kind"] == "struct" for t in api["types"])
    wanted = (api["counts"]["functions"], api["counts"]["constants"], structs)
    for name, patterns in PATTERNS.items():
        text = (root / name).read_text()
        found = tuple(len(re.findall(p, text, re.M)) if p else n for p, n in zip(patterns, wanted))
        if found != wanted:
            yield f"{name}: {found} functions, constants and structs instead of {wanted}"
    if api["counts"]["functions"] < 300 or structs < 20:
        yield "the description is not whole"


def pointers_of(api):
    """Every pointer of the interface with the place where it stands."""
    for function in api["functions"]:
        yield from ((f"{function['name']}({p['name']})", p) for p in function["parameters"])
    for type_ in api["types"]:
        for field in type_.get("fields", [type_]):
            yield f"{type_['name']}.{field['name']}", field
            yield from ((f"{type_['name']}.{field['name']}({p['name']})", p)
                        for p in field.get("callback", field).get("parameters", []))


def incomplete(api):
    """Pointers without an owner, a word on NULL or, where they point to several things, a length; functions without a field."""
    checked = 0
    for place, row in pointers_of(api):
        type_name = row.get("type", "")
        if "*" not in type_name or "(*)" in type_name:
            continue
        checked += 1
        if row.get("ownership") not in ("own", "borrow", "take") or not isinstance(row.get("nullable"), bool):
            yield f"{place}: {row}"
        one = row["name"].endswith(("user", "owner")) or row.get("direction") in ("out", "inout", "error")
        if re.search(r"\bconst (char|void|int64_t|uint8_t|double)\*$|\* ?const\*$", type_name) and not one and "length" not in row:
            yield f"{place}: has no length"
    for function in api["functions"]:
        missing = {"summary", "threads", "since", "errors", "returns", "header", "doc"} - set(function)
        if missing or function["threads"] not in ("any", "reader", "writer", "context"):
            yield f"{function['name']}: {missing or 'threads'}"
    if checked < 1000:
        yield f"only {checked} pointers"


def run(command, **environment):
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
    if result.returncode:
        raise ValueError(f"{' '.join(map(str, command))}:\n{result.stderr[:3000]}")
    return result.stdout


def c_lines(root, library, folder, cc):
    program = folder / "scenario_c"
    run([cc, "-std=c99", "-Wall", "-Wextra", "-Werror", f"-I{root / 'include'}", root / "tests/abi/raw/scenario.c",
         "-o", program, library, f"-Wl,-rpath,{library.parent}"])
    return run([program])


def cffi_lines(root, library, python):
    if not Path(python).exists() or subprocess.run([python, "-c", "import cffi"], capture_output=True).returncode:
        if os.environ.get("DURAMEN_REQUIRE_ALL") == "1":
            raise ValueError(f"{python} has no cffi")
        return None
    return run([python, root / "tests/abi/raw/scenario.py", root / "share/duramen/duramen-cffi.h", library,
                root / "share/duramen/duramen-api.json"])


def rust_lines(root, library, folder):
    if not shutil.which("rustc"):
        return None
    program = folder / "scenario_rust"
    run(["rustc", "--edition", "2021", "-D", "warnings", root / "tests/abi/raw/scenario.rs", "-o", program,
         "-L", f"native={library.parent}", "-l", "dylib=duramen", "-C", f"link-arg=-Wl,-rpath,{library.parent}"])
    return run([program])


def go_lines(root, library, folder):
    if not shutil.which("go"):
        return None
    module = folder / "scenario_go"
    shutil.rmtree(module, ignore_errors=True)
    shutil.copytree(root / "bindings/go/raw", module / "duramen/raw")
    shutil.copyfile(root / "bindings/go/go.mod", module / "duramen/go.mod")
    shutil.copyfile(root / "tests/abi/raw/scenario.go", module / "main.go")
    (module / "go.mod").write_text("module scenario\n\ngo 1.19\n\nrequire duramen v0.0.0\n\n"
                                   "replace duramen => ./duramen\n")
    (module / "duramen.pc").write_text(f"Name: duramen\nDescription: the build\nVersion: 0\nCflags: -I{root / 'include'}\n"
                                       f"Libs: -L{library.parent} -lduramen\n")
    if unformatted := run(["gofmt", "-l", module]):
        raise ValueError(f"gofmt would change {unformatted}")
    run(["env", "-C", module, "go", "build", "-o", "program", "."], PKG_CONFIG_PATH=str(module), CGO_CFLAGS="-Werror",
        GOFLAGS="-mod=mod -buildvcs=false", GOPROXY="off")
    return run([module / "program"], LD_LIBRARY_PATH=str(library.parent))


def main():
    root, library, folder = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    api = json.loads((root / "share/duramen/duramen-api.json").read_text())
    failures = list(miscounted(root, api)) + list(incomplete(api))
    blind = json.loads(json.dumps(api).replace('"length"', '"other"').replace('"ownership"', '"owner"'))
    if len(list(incomplete(blind))) < 1000:
        failures.append("pointers without owner and length are not noticed")
    wanted = c_lines(root, library, folder, sys.argv[4])
    languages = {"cffi": lambda: cffi_lines(root, library, sys.argv[5]), "Rust": lambda: rust_lines(root, library, folder),
                 "Go": lambda: go_lines(root, library, folder)}
    for name, lines in languages.items():
        try:
            said = lines()
        except ValueError as error:
            failures.append(f"{name}: {error}")
            continue
        print(f"{name}: {'not installed, skipped' if said is None else 'says what C says' if said == wanted else 'differs'}")
        if said is not None and said != wanted:
            failures.append(f"{name} says\n{said}instead of\n{wanted}")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures or wanted.count("\n") != 6 else 0


if __name__ == "__main__":
    sys.exit(main())
