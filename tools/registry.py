#!/usr/bin/env python3
"""Reads the registry of the library (`duramen describe --json`) and writes what the bindings derive from it.

    tools/registry.py TOOL            TOOL is a built tool, such as build/release/cli/duramen
    tools/registry.py TOOL --check    fails when a committed file is not what the registry says

A generator is a module `registry_LANGUAGE.py` with a function `outputs(registry)`: texts by path, seen from the tree's root.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Parameter:
    """One argument of a type. `kinds`: none bool truth int float str ints list dict tensor module dtype any, where `any` beside
    others says that a value of another kind is taken as it is, and `truth` that a value counts as its truth."""

    name: str
    kinds: tuple[str, ...]
    default: str | None  # in the text form; None: it has to be given
    keyword_only: bool
    variadic: bool  # *name, or **name where it is keyword_only
    doc: str

    @property
    def required(self):
        return self.default is None and not self.variadic

    @property
    def value(self):
        """The default as Python's value; a bare word is a text."""
        try:
            return ast.literal_eval(self.default)
        except ValueError:
            return self.default


@dataclass(frozen=True)
class Type:
    """A module, operator, optimizer or initializer. An operator takes `min_tensors` to `max_tensors` (None: any number) tensors
    before its parameters; `forward` says whether a module can be run."""

    name: str
    doc: str
    parameters: tuple[Parameter, ...]
    forward: bool = True
    min_tensors: int = 0
    max_tensors: int | None = 0


@dataclass(frozen=True)
class Registry:
    """Every type by family, in the registry's order."""

    modules: tuple[Type, ...]
    operators: tuple[Type, ...]
    optimizers: tuple[Type, ...]
    initializers: tuple[Type, ...]


def type_of(entry):
    parameters = tuple(Parameter(**{**one, "kinds": tuple(one["kinds"])}) for one in entry["parameters"])
    known = {name: entry[name] for name in ("name", "doc", "forward", "min_tensors", "max_tensors") if name in entry}
    return Type(parameters=parameters, **known)


def read(tool):
    """The registry of the library that a tool is linked with."""
    told = subprocess.run([tool, "describe", "--json"], capture_output=True, check=True).stdout
    return Registry(**{family: tuple(map(type_of, entries)) for family, entries in json.loads(told).items()})


def wrapped(indent, head, items, tail, width):
    """A call or a signature over as many lines as it needs, broken between its items."""
    lines = [indent + head]
    for i, item in enumerate(items):
        text = item + (", " if i + 1 < len(items) else tail)
        if len(lines[-1]) + len(text.rstrip()) > width:
            lines.append(indent + " " * len(head))
        lines[-1] += text
    return "".join(f"{line.rstrip()}\n" for line in lines)


def outputs(registry):
    """What all generators write."""
    texts = {}
    for path in sorted(Path(__file__).parent.glob("registry_*.py")):
        texts |= __import__(path.stem).outputs(registry)
    return texts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    texts = outputs(read(given.tool))
    stale = [name for name, text in texts.items() if not (ROOT / name).is_file() or (ROOT / name).read_text() != text]
    for name in stale:
        if given.check:
            print(f"{name}: not what the registry says; run tools/registry.py", file=sys.stderr)
        else:
            (ROOT / name).write_text(texts[name])
    print(f"{len(texts)} files, {len(stale)} of them {'stale' if given.check else 'written'}")
    return 1 if stale and given.check else 0


if __name__ == "__main__":
    sys.exit(main())
