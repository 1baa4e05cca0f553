"""How pip builds the package (PEP 517, PEP 660): a wheel with the shared library inside, or a source release.

The library is $DURAMEN_LIBRARY where that is set; else it is built from the sources with CMake: those of the clone that this
folder lies in, or those that the source release holds. No other package is needed, so that pip needs no network.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import time
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLONE = HERE.parent.parent
RELEASED = HERE / "source"  # in a source release
SOURCES = RELEASED if RELEASED.is_dir() else CLONE
NEEDED = ("CMakeLists.txt", "cmake", "capi", "include", "src", "share", "LICENSE", "NOTICE", "README.md", "CHANGELOG.md")
API = (HERE / "duramen" / "_api.py").read_text()
VERSION = re.search(r'^VERSION = "(.*)"$', API, re.M)[1]
LIBRARY = f"libduramen.so.{re.search(r'^EPOCH = (.*)$', API, re.M)[1]}"
TIME = max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), 315532800)  # a zip starts with 1980
OPTIONS = ("-DCMAKE_BUILD_TYPE=Release", "-DDURAMEN_WERROR=OFF",
           *(f"-DDURAMEN_BUILD_{part}=OFF" for part in ("TESTS", "EXAMPLES", "BENCH", "CLI")))


def licenses():
    return [(HERE if RELEASED.is_dir() else CLONE) / name for name in ("LICENSE", "NOTICE")]


# The library.

def run(*command):
    print("+", *command, file=sys.stderr, flush=True)
    if subprocess.run(command, stdout=sys.stderr).returncode:
        raise SystemExit(f"duramen: {command[0]} failed; a build needs a C++20 compiler, CMake, pkg-config and the libraries of "
                         "`./dev setup` (docs/python.md). With DURAMEN_LIBRARY=/path/to/" + LIBRARY + " nothing is built")


def built_library():
    """Builds it in the clone's own build folder where there is one, and so no more than has changed."""
    folder = SOURCES / "build" / "release"
    if not (folder / "build.ninja").exists():
        folder = SOURCES / "build" / "wheel"
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        run("cmake", "-S", str(SOURCES), "-B", str(folder), *generator, *OPTIONS)
    run("cmake", "--build", str(folder), "--target", "duramen", "--parallel", str(os.cpu_count() or 1))
    return folder / "capi" / LIBRARY


def library():
    """The bytes of the library without its symbols for debugging."""
    chosen = os.environ.get("DURAMEN_LIBRARY")
    path = Path(chosen) if chosen else built_library()
    if not shutil.which("strip"):
        return path.read_bytes()
    stripped = HERE / f".{LIBRARY}.{os.getpid()}"
    try:
        subprocess.run(["strip", "--strip-unneeded", "-o", str(stripped), str(path)], check=True)
        return stripped.read_bytes()
    finally:
        stripped.unlink(missing_ok=True)


# The wheel.

def metadata():
    project = (HERE / "pyproject.toml").read_text()
    field = {name: re.search(rf'^{name} = "(.*)"$', project, re.M)[1] for name in ("description", "requires-python")}
    classifiers = re.findall(r'^  "(.* :: .*)",$', project, re.M)
    lines = ["Metadata-Version: 2.1", "Name: duramen", f"Version: {VERSION}", f"Summary: {field['description']}",
             "License: Apache-2.0", *(f"License-File: {path.name}" for path in licenses()),
             *(f"Classifier: {one}" for one in classifiers), f"Requires-Python: {field['requires-python']}",
             "Provides-Extra: numpy", "Requires-Dist: numpy>=1.24; extra == 'numpy'", "Description-Content-Type: text/markdown"]
    return "\n".join(lines) + "\n\n" + (HERE / "README.md").read_text()


def tag():
    return f"py3-none-{re.sub(r'[-.]', '_', sysconfig.get_platform())}"


def described(tags):
    """The files of the dist-info folder but for RECORD."""
    wheel = f"Wheel-Version: 1.0\nGenerator: duramen\nRoot-Is-Purelib: false\nTag: {tags}\n"
    return {"METADATA": metadata().encode(), "WHEEL": wheel.encode(), **{path.name: path.read_bytes() for path in licenses()}}


def write_wheel(folder, tags, files):
    """Writes the files, by their place in site-packages, and what describes them."""
    about = f"duramen-{VERSION}.dist-info"
    files = {**files, **{f"{about}/{name}": data for name, data in described(tags).items()}}
    record = ""
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    files[f"{about}/RECORD"] = (record + f"{about}/RECORD,,\n").encode()
    path = Path(folder) / f"duramen-{VERSION}-{tags}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, time.gmtime(TIME)[:6])
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, data)
    return path.name


def package_files():
    return sorted(path for path in (HERE / "duramen").iterdir() if path.suffix == ".py" or path.name == "py.typed")


def get_requires_for_build_wheel(config_settings=None):
    if os.environ.get("DURAMEN_LIBRARY") or shutil.which("cmake"):
        return []
    return ["cmake>=3.25", "ninja"]


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    about = Path(metadata_directory) / f"duramen-{VERSION}.dist-info"
    about.mkdir()
    for name, data in described(tag()).items():
        (about / name).write_bytes(data)
    return about.name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = {f"duramen/{path.name}": path.read_bytes() for path in package_files()}
    files[f"duramen/{LIBRARY}"] = library()
    return write_wheel(wheel_directory, tag(), files)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """The package in this folder, on the library that the clone has built, $DURAMEN_LIBRARY or the system's."""
    return write_wheel(wheel_directory, "py3-none-any", {"duramen.pth": f"{HERE}\n".encode()})


# The source release.

def followed():
    """The names that git follows; none where there is no clone or no git, or git refuses (a clone of another user)."""
    if SOURCES != CLONE or not (CLONE / ".git").exists() or not shutil.which("git"):
        return []
    listed = subprocess.run(["git", "-C", str(CLONE), "ls-files", "-z", "--", *NEEDED], capture_output=True, text=True)
    return [] if listed.returncode else [name for name in listed.stdout.split("\0") if name]


def source_files():
    """The sources of the library by their place: what git follows in a clone, else what is there."""
    paths = [SOURCES / name for name in followed()]
    if not paths:
        paths = [path for name in NEEDED for path in (SOURCES / name, *(SOURCES / name).rglob("*"))]
    return {path.relative_to(SOURCES).as_posix(): path for path in sorted(paths) if path.is_file()}


def build_sdist(sdist_directory, config_settings=None):
    name = f"duramen-{VERSION}"
    files = {"PKG-INFO": metadata().encode()}
    for path in [HERE / "pyproject.toml", HERE / "build_backend.py", HERE / "README.md", *licenses()]:
        files[path.name] = path.read_bytes()
    files |= {f"duramen/{path.name}": path.read_bytes() for path in package_files()}
    files |= {f"source/{place}": path.read_bytes() for place, path in source_files().items()}
    with tarfile.open(Path(sdist_directory) / f"{name}.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as out:
        for place, data in files.items():
            entry = tarfile.TarInfo(f"{name}/{place}")
            entry.size, entry.mtime, entry.mode = len(data), TIME, 0o644
            out.addfile(entry, io.BytesIO(data))
    return f"{name}.tar.gz"
