#!/usr/bin/env python3
"""differential_test.py SCRIPTS FOLDER VERDICT_PROGRAM: the hostile files, and mutants of good headers, before the reference
readers.

Safetensors: the reference's verdict, but for what is stricter on purpose. PyTorch: what torch.load reads with
weights_only, this library reads as well, but for what is listed.
"""
import json
import os
import pathlib
import random
import re
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

use_one_with("torch", "safetensors")

import safetensors  # noqa: E402

from verdicts import ask, make_files, request  # noqa: E402

SCRIPTS, FOLDER, PROGRAM = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
SEED, MUTANTS = 7, 3000

# What is refused that the reference takes, by what is said of it.
STRICTER = ("twice", "NUL", "too many dimensions", "not a JSON object", "expected an object", "nested too deeply",
            "not an array of sizes", "overflows", "malformed or too large")


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


# ---- Mutants of headers: tokens of JSON moved, doubled, dropped and replaced.

TOKEN = re.compile(r'"[^"]*"|[\[\]{}:,]|-?[0-9.eE+]+|[a-z]+|.')
SPARE = ['"F32"', '"U8"', '"BOOL"', '"F4"', '"dtype"', '"shape"', '"data_offsets"', '"__metadata__"', '"a"', '""', "0", "1", "4",
         "8", "-1", "1.0", "1e0", "18446744073709551615", "9223372036854775808", "null", "true", "[", "]", "{", "}", ",", ":",
         "[]", "{}", "[0]", " ", "\t", "\n", '"\\u0061"', '"\\ud800"', "[0,4]", "[4,8]"]


def good_header(generator):
    header, at = {}, 0
    if generator.random() < 0.3:
        header["__metadata__"] = {"k": "v", "l": "w"}
    for name in generator.sample(["a", "b", "c.d", "e", "\u00e9"], generator.randint(1, 4)):
        dtype, size = generator.choice([("F32", 4), ("U8", 1), ("BOOL", 1), ("F64", 8), ("BF16", 2), ("I64", 8)])
        shape = generator.choice([[], [0], [1], [2], [1, 2], [2, 0, 3]])
        count = 1
        for number in shape:
            count *= number
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + count * size]}
        at += count * size
    return json.dumps(header, separators=(",", ":"), ensure_ascii=False), at


def mutate_gently(text, generator):
    """What hardly any reader minds."""
    tokens = TOKEN.findall(text)
    for _ in range(generator.randint(1, 3)):
        at = generator.randrange(len(tokens))
        inner = at > 0 and tokens[at] == "{"
        tokens[at] += generator.choice(['"x":[1],', '"y":{"z":null},', '"x":-1.5e3,']) if inner else generator.choice(" \n\t")
    return "".join(tokens)


def mutate(text, generator):
    if generator.random() < 0.3:
        return mutate_gently(text, generator)
    tokens = TOKEN.findall(text)
    for _ in range(generator.choice([1, 1, 1, 2, 3])):
        at, other = generator.randrange(len(tokens)), generator.randrange(len(tokens))
        change = generator.randrange(5)
        if change == 0:
            tokens[at] = generator.choice(SPARE)
        elif change == 1:
            tokens.insert(at, generator.choice(SPARE))
        elif change == 2:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif change == 3 and len(tokens) > 1:
            del tokens[at]
        else:
            tokens[at] = tokens[other]
    return "".join(tokens)


def mutant(generator):
    text, size = good_header(generator)
    header = mutate(text, generator).encode("utf-8", "surrogatepass")
    size += generator.choice([0, 0, 0, 0, 1, -1]) if size else 0
    return struct.pack("<Q", len(header)) + header + bytes(size)


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

# What is refused that torch.load takes, by what is said of it.
REFUSED_HERE = (
    # Zips that two readers may see differently.
    "archives of several disks", "attributes say that it is a folder", "two entries have this name", "overlaps the entry before it",
    "empty or holds a NUL", "the local header has", "not PyTorch's", "does not end the file", "a comment is not supported",
    "its comment is cut off", "directory does not end", "belong to nothing", "more bytes than its", "zip64 end record",
    "zip64 field", "extra field is cut off", "data descriptor", "no local header", "its bytes leave the file",
    # What takes more memory or time than the file justifies.
    "inflating takes too much memory", "larger than the file justifies", "more memory than the file justifies",
    "too large when its shared parts are walked", "nested too deeply", "too many dimensions",
    # Storages and sizes that PyTorch does not check.
    "deflated bytes do not give", "another size than the pickle says", "two classes", "two sizes", "record is missing", "sizes make no sense",
    "a stored entry has two sizes",
    # Pickles that no pickler writes.
    "unknown version", "BUILD of what is not an object", "bytes after the end of the pickle", "does not end with one value",
    "unknown pickle protocol", "half of a surrogate pair", "memo key", "a container holds itself", " twice", "not a tuple",
    "metadata is not a dict", "not a dtype", "a persistent id is not", "not a list", "bytes after the last storage",
    "sys_info", "is not in the list of keys",
    "a view leaves its storage", "not a view of a storage", "has the key of a storage", "one key for two views",
)
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
