#!/usr/bin/env python3
"""make.py FOLDER: writes the hostile files, each with one defect, and verdicts.json with what each must be answered.

Deterministic, with Python's standard library alone. Large files are sparse.
"""
import dataclasses
import json
import os
import pathlib
import sys

import dcp_cases
import found_cases
import gguf_cases
import index_cases
import legacy_cases
import npy_cases
import npz_cases
import pickle_cases
import pickle_name_cases
import registry
import safetensors_cases
import special_cases
import tar_cases
import tensor_cases
import zip_cases

MODULES = (safetensors_cases, zip_cases, pickle_cases, pickle_name_cases, tensor_cases, legacy_cases, tar_cases,
           npy_cases, npz_cases, gguf_cases, index_cases, dcp_cases, found_cases, special_cases)


def all_cases():
    made = registry.Registry()
    for module in MODULES:
        module.add_to(made)
    names = [case.file for case in made.cases]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"two cases have one name: {twice}")
    return made.cases


def write_sparse(path, size, parts):
    with open(path, "wb") as file:
        for offset, content in parts.items():
            file.seek(offset)
            file.write(content)
        file.truncate(size)


def write_special(path, kind):
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind.startswith("link "):
        path.symlink_to(kind.removeprefix("link "))
    elif kind != "missing":
        raise ValueError(kind)


def write(folder, case):
    """Gives the path to open."""
    path = folder / case.file
    if case.special:
        write_special(path, case.special)
    elif case.sparse:
        write_sparse(path, *case.sparse)
    elif isinstance(case.content, dict):
        for name, content in case.content.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
        return path / case.opens
    else:
        path.write_bytes(case.content)
    return path


def make(folder):
    folder.mkdir(parents=True)
    verdicts = []
    for case in all_cases():
        path = write(folder, case)
        facts = dataclasses.asdict(case)
        facts["sparse_size"] = case.sparse[0] if case.sparse else 0
        for name in ("content", "sparse", "name"):
            del facts[name]
        verdicts.append({"file": case.file, "path": str(path), "named": str(folder / case.file), **facts})
    (folder / "verdicts.json").write_text(json.dumps(verdicts, indent=1))
    return verdicts


if __name__ == "__main__":
    print(f"{len(make(pathlib.Path(sys.argv[1])))} files")
