#!/usr/bin/env python3
"""differential_test.py SCRIPTS FOLDER VERDICT_PROGRAM: the hostile files, and mutants of good headers, before the reference
readers.

Safetensors: the reference's verdict, but for what is stricter on purpose. PyTorch: what torch.load reads with
weights_only, this library reads as well, but for what is listed.
"""
import os
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

use_one_with("torch", "safetensors")

import safetensors  # noqa: E402

from deliberate import REFUSED_HERE, STRICTER  # noqa: E402
from header_mutants import mutant  # noqa: E402
from verdicts import ask, make_files, request  # noqa: E402

SCRIPTS, FOLDER, PROGRAM = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
SEED, MUTANTS = 7, 3000

def reference_takes(content):
    try:
        safetensors.deserialize(content)
        return True
    except safetensors.SafetensorError:
        return False


def judge_safetensors(path, content, answer):
    """Nothing, or what is wrong."""
    status, text = answer
    if status == "OK":
        return None if reference_takes(content) else f"the reference refuses {path}"
    if reference_takes(content) and not any(part in text for part in STRICTER):
        return f"the reference takes {path}: {text}"
    return None


def write_mutants(folder):
    folder.mkdir(parents=True, exist_ok=True)
    generator = random.Random(SEED)
    contents = {str(folder / f"{i}.safetensors"): mutant(generator) for i in range(MUTANTS)}
    for path, content in contents.items():
        pathlib.Path(path).write_bytes(content)
    return contents


def compare_safetensors(cases):
    paths = [case["path"] for case in cases if "-safetensors-" in case["file"] and not case["limits"]]
    contents = {path: pathlib.Path(path).read_bytes() for path in paths}
    contents.update(write_mutants(FOLDER / "mutants"))
    found = ask(PROGRAM, [request(path) for path in contents], "30")
    taken = sum(found[path]["m"][0] == "OK" for path in contents)
    wrong = [judge_safetensors(path, content, found[path]["m"]) for path, content in contents.items()]
    print(f"{len(contents)} safetensors files, {taken} of them taken")
    return [text for text in wrong if text] or ([] if taken > 300 else ["too few mutants are taken"])


# ---- PyTorch

TORCH_FILES, TORCH_MUTANTS = ("state_dict.pt", "parameters.pt", "tensor.pt", "deflated.pt"), 500


def torch_verdicts(paths):
    """In a process of its own, which a file may end: {path: whether torch.load reads it}."""
    found = {}
    rest = list(paths)
    while rest:
        result = subprocess.run([sys.executable, "-B", str(pathlib.Path(__file__).with_name("torch_verdict.py"))],
                                input="\n".join(rest), capture_output=True, text=True)
        lines = [line.split("\t", 1) for line in result.stdout.splitlines()]
        found.update({path: verdict for verdict, path in lines})
        rest = [path for path in rest if path not in found]
        if result.returncode != 0 and rest:
            found[rest.pop(0)] = f"killed {result.returncode}"
    return found


def torch_mutants(folder):
    """Files of PyTorch's with one other byte each."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = random.Random(SEED)
    for name in TORCH_FILES:
        whole = (pathlib.Path(SCRIPTS).parent / "torch" / name).read_bytes()
        for i in range(TORCH_MUTANTS):
            path = folder / f"{i}-{name}"
            changed = bytearray(whole)
            changed[generator.randrange(len(whole))] ^= generator.choice([1, 2, 4, 8, 16, 32, 64, 128, 255])
            path.write_bytes(changed)
            yield str(path)


def compare_torch(cases):
    cases = [case for case in cases if not case["special"] and not case["sparse_size"] and not case["limits"]]
    paths = [case["path"] for case in cases if "-safetensors-" not in case["file"] and os.path.isfile(case["path"])]
    paths += torch_mutants(FOLDER / "torch_mutants")
    ours = ask(PROGRAM, [request(path) for path in paths], "30")
    theirs = torch_verdicts(paths)
    wrong = []
    for path in paths:
        status, text = ours[path]["m"]
        if theirs[path] != "OK" or status == "OK":
            continue
        if not any(part in text for part in REFUSED_HERE):
            wrong.append(f"torch.load reads {path}: {text}")
    taken = sum(verdict == "OK" for verdict in theirs.values())
    killed = sum(verdict.startswith("killed") for verdict in theirs.values())
    print(f"{len(paths)} files for torch.load, {taken} of them taken, {killed} end the process")
    return wrong


def main():
    cases = make_files(SCRIPTS, FOLDER)
    wrong = compare_safetensors(cases) + compare_torch(cases)
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
