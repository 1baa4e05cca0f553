"""Making the hostile files, and asking the program `verdict` about files."""
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys

VERIFY = 2
LIMITS = ("max_depth", "max_entries", "max_header_bytes", "max_tensor_bytes", "max_total_bytes")


def make_files(scripts, folder):
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-B", f"{scripts}/make.py", folder], check=True)
    return json.loads((folder / "verdicts.json").read_text())


def modes_of(case):
    """m(apped), r(ead), b(ytes in memory)"""
    return "mr" if case["from_memory"] == "skip" else "mrb"


def request(path, modes="m", verify=False, limits=None):
    numbers = [str((limits or {}).get(name, 0)) for name in LIMITS]
    return " ".join([modes, str(VERIFY if verify else 0), *numbers, str(path)])


def unescape(text):
    return re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), text)


def ask(program, requests, seconds="0", megabytes="0"):
    """{path: {mode: (status, text)}}"""
    result = subprocess.run([program, seconds, megabytes], input="\n".join(requests) + "\n", capture_output=True,
                            text=True, errors="backslashreplace", check=True)
    found = collections.defaultdict(dict)
    for line in result.stdout.splitlines():
        path, mode, status, text = line.split("\t", 3)
        found[path][mode] = (status.removeprefix("DURAMEN_E_"), unescape(text))
    return found
