#!/usr/bin/env python3
"""The package as pip installs it: wheel.py LIBRARY CMAKE.

A wheel with the library inside and a source release, built without a network; both in fresh environments, the wheel running the
scenario, starting fast and without NumPy, and seeing nothing of the tree. Exit 77: this Python cannot make environments (an error
where DURAMEN_REQUIRE_ALL=1).
"""
import base64
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "bindings" / "python"
IMPORT_LIMIT = 0.050
TIMED = "import time; before = time.process_time(); import duramen; print(time.process_time() - before)"
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_", "DURAMEN_", "VIRTUAL"))}
QUIET = ("--quiet", "--disable-pip-version-check", "--no-index", "--no-deps")


def run(*command, **how):
    return subprocess.run([str(part) for part in command], check=True, **{"env": CLEAN, "cwd": "/", **how})


def said(*command, **how):
    return run(*command, stdout=subprocess.PIPE, text=True, **how).stdout


def environment(folder):
    run(sys.executable, "-m", "venv", folder)
    return folder / "bin" / "python"


def check_wheel(wheel):
    """Its name, what is in it, and that RECORD says so."""
    kind = f"py3-none-linux_{os.uname().machine}.whl"
    assert wheel.name.endswith(kind), f"{wheel.name} is not {kind}"
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
        record = next(name for name in names if name.endswith("/RECORD"))
        rows = [row.rsplit(",", 2) for row in file.read(record).decode().splitlines()]
        for name, digest, size in rows[:-1]:
            data = file.read(name)
            found = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            assert (digest, size) == (f"sha256={found}", str(len(data))), name
    assert sorted(names) == sorted(name for name, _, _ in rows)
    sources = {f"duramen/{path.name}" for path in (PACKAGE / "duramen").iterdir() if path.is_file()}
    assert {name for name in names if name.startswith("duramen/")} == sources | {"duramen/libduramen.so.0"}
    assert {"LICENSE", "NOTICE"} <= {Path(name).name for name in names}


def check_import(python):
    """No NumPy and little time, with the compiled files that pip has made."""
    told = run(python, "-X", "importtime", "-c", "import duramen", stderr=subprocess.PIPE, text=True).stderr
    assert "duramen._module" in told and "numpy" not in told
    seconds = statistics.median(float(said(python, "-c", TIMED)) for _ in range(7))
    print(f"import: {seconds * 1000:.1f} ms of processor time")
    assert seconds <= IMPORT_LIMIT


def check_installed(python, folder):
    """The scenario and the version, away from the tree."""
    program = folder / "scenario.py"
    shutil.copy(PACKAGE / "scenario.py", program)
    bindings = ROOT / "bindings"
    run(sys.executable, bindings / "scenario" / "compare.py", bindings / "scenario" / "transcript.txt",
        ROOT / "tests" / "data" / "torch", python, program)
    where, version, wanted = said(python, "-c", "import duramen, importlib.metadata as m; print(duramen._library._place(), "
                                  "m.version('duramen'), duramen.__version__)").split()
    assert where.startswith(str(folder)) and version == wanted, (where, version, wanted)


def check_without_git(folder):
    """Where git refuses, as in a clone of another user, the sources are those that are there."""
    git = folder / "refusing" / "git"
    git.parent.mkdir()
    git.write_text("#!/bin/sh\nexit 128\n")
    git.chmod(0o755)
    ask = (sys.executable, "-c", "import build_backend; print(*build_backend.source_files(), sep='\\n')")
    refused = said(*ask, cwd=PACKAGE, env={**CLEAN, "PATH": f"{git.parent}:{os.environ['PATH']}"}).splitlines()
    assert set(said(*ask, cwd=PACKAGE).splitlines()) <= set(refused), "sources are lacking"


def check_release(folder, cmake, build):
    """A source release: the sources of the library are whole, and pip builds the same wheel from it."""
    run(sys.executable, "-c", f"import build_backend; build_backend.build_sdist({str(folder)!r})", cwd=PACKAGE)
    release = next(folder.glob("duramen-*.tar.gz"))
    with tarfile.open(release) as file:
        file.extractall(folder)
    tree = folder / release.name.removesuffix(".tar.gz")
    run(cmake, "-S", tree / "source", "-B", folder / "configured", "-DDURAMEN_BUILD_TESTS=OFF", "-DDURAMEN_BUILD_EXAMPLES=OFF",
        "-DDURAMEN_BUILD_BENCH=OFF", "-DDURAMEN_BUILD_CLI=OFF", stdout=subprocess.DEVNULL)
    return build(release)


def main():
    library, cmake = os.path.abspath(sys.argv[1]), sys.argv[2]
    if subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True).returncode:
        print("skipped: this Python has no venv (apt install python3-venv, or ./dev setup --ci)")
        sys.exit(1 if os.environ.get("DURAMEN_REQUIRE_ALL") == "1" else 77)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        python = environment(folder / "environment")

        def build(source, out):
            run(python, "-m", "pip", "wheel", *QUIET, "-w", folder / out, source, env={**CLEAN, "DURAMEN_LIBRARY": library})
            return next((folder / out).glob("*.whl"))

        wheel = build(PACKAGE, "wheels")
        check_wheel(wheel)
        run(python, "-m", "pip", "install", *QUIET, wheel)
        check_installed(python, folder)
        check_import(python)
        check_without_git(folder)
        again = check_release(folder, cmake, lambda release: build(release, "again"))
        assert again.read_bytes() == wheel.read_bytes(), "the source release gives another wheel"
        print(f"{wheel.name}: {wheel.stat().st_size} bytes")


if __name__ == "__main__":
    main()
