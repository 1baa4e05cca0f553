#!/usr/bin/env python3
"""differential_fuzz.py DATA FOLDER LIBRARY [--seconds N | --rounds N] [--seed S]: mutants of small files, read by this library
and by the reference readers.

A file gets one verdict from both, and where it is taken the same content. What differs on purpose is in deliberate.py.
"""
import argparse
import json
import os
import pathlib
import random
import select
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

use_one_with("torch", "safetensors")

import deliberate  # noqa: E402
import header_mutants  # noqa: E402
import pickle_mutants  # noqa: E402

BATCH = 100  # files of each kind in a round
PATIENCE = 60  # seconds for one file
TORCH_FILES = ("state_dict.pt", "parameters.pt", "tensor.pt", "views.pt", "nested.pt", "dtypes.pt", "protocol4.pt", "big_endian.pt",
               "deflated.pt", "legacy.pt", "arrays.pt")
WORKER = pathlib.Path(__file__).with_name("reader_worker.py")


class Reader:
    """A reader in a process of its own, which a file may end."""

    def __init__(self, name, library):
        self.name, self.environment, self.process = name, {**os.environ, "DURAMEN_LIBRARY": library}, None

    def start(self):
        self.process = subprocess.Popen([sys.executable, "-B", str(WORKER), self.name], env=self.environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def ask(self, path):
        """(verdict, content or message)"""
        if self.process is None:
            self.start()
        try:
            self.process.stdin.write(f"{path}\n")
            self.process.stdin.flush()
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            line = self.process.stdout.readline() if ready else ""
        except BrokenPipeError:
            line = ""
        if line:
            return tuple(json.loads(line)[1:])
        how = self.stop()
        return ("killed", f"ended with {how}" if how else "took too long")

    def stop(self):
        if self.process is None:
            return None
        self.process.stdin.close()
        try:
            how = self.process.wait(1)
        except subprocess.TimeoutExpired:
            how = None
            self.process.kill()
            self.process.wait()
        self.process = None
        return how


def same(ours, theirs):
    """Whether two descriptions agree; null is what only one side can describe."""
    if ours is None or theirs is None:
        return True
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return ours == theirs


def is_deliberate(message, parts):
    return any(part in message for part in parts)


def in_order(content):
    """Of a safetensors file: each reader has an order of its own."""
    return [content[0], sorted(content[1], key=str)]


def judge_safetensors(ours, theirs):
    if ours[0] == "OK" and theirs[0] == "OK":
        return None if same(in_order(ours[1]), in_order(theirs[1])) else "another content"
    if ours[0] == "OK":
        return "the reference refuses it"
    if theirs[0] == "OK" and not is_deliberate(ours[1], deliberate.STRICTER):
        return "the reference takes it"
    return None


def judge_torch(ours, theirs):
    if ours[0] == "OK" and theirs[0] == "OK":
        return None if same(ours[1], theirs[1]) else "another content"
    if ours[0] == "OK" and not any(theirs[0] == kind and part in theirs[1] for kind, part in deliberate.ACCEPTED_HERE):
        return "torch.load refuses it"
    if theirs[0] == "OK" and not is_deliberate(ours[1], deliberate.REFUSED_HERE):
        return "torch.load takes it"
    return None


class Comparison:
    def __init__(self, arguments):
        self.folder = pathlib.Path(arguments.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.generator = random.Random(arguments.seed)
        self.ours, self.safetensors, self.torch = (
            Reader(name, arguments.library) for name in ("duramen", "safetensors", "torch"))
        data = pathlib.Path(arguments.data) / "torch"
        self.whole = {name: (data / name).read_bytes() for name in TORCH_FILES}
        self.counts, self.wrong, self.number = {}, [], 0

    def compare(self, kind, name, content, reader, judge):
        path = self.folder / f"{self.number}-{name}"
        self.number += 1
        path.write_bytes(content)
        ours, theirs = self.ours.ask(path), reader.ask(path)
        counts = self.counts.setdefault(kind, {"files": 0, "both": 0, "theirs": 0, "ours": 0, "killed": 0})
        counts["files"] += 1
        taken = ours[0] == "OK", theirs[0] == "OK"
        for what, is_so in (("both", all(taken)), ("ours", taken == (True, False)), ("theirs", taken == (False, True)),
                            ("killed", theirs[0] == "killed")):
            counts[what] += is_so
        flaw = "this library ended: " + ours[1] if ours[0] == "killed" else judge(ours, theirs)
        if flaw is None:
            path.unlink()
            return
        self.wrong.append(flaw)
        print(f"{path}: {flaw}\n  ours:   {str(ours)[:1500]}\n  theirs: {str(theirs)[:1500]}", flush=True)

    def round(self):
        for _ in range(BATCH):
            self.compare("safetensors", "m.safetensors", header_mutants.mutant(self.generator), self.safetensors, judge_safetensors)
            name = self.generator.choice(TORCH_FILES)
            self.compare("torch", name, pickle_mutants.mutant(self.whole[name], self.generator), self.torch, judge_torch)

    def report(self):
        for kind, counts in self.counts.items():
            print(f"{kind}: {counts['files']} files, {counts['both']} taken by both, {counts['theirs']} by the reference alone, "
                  f"{counts['ours']} by this library alone, {counts['killed']} end the reference")
        print(f"{len(self.wrong)} differences that are not deliberate")
        return 1 if self.wrong or any(counts["both"] < counts["files"] // 20 for counts in self.counts.values()) else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("folder")
    parser.add_argument("library")
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    comparison = Comparison(arguments)
    end = time.monotonic() + arguments.seconds
    rounds = 0
    while time.monotonic() < end if arguments.seconds else rounds < arguments.rounds:
        comparison.round()
        rounds += 1
    for reader in (comparison.ours, comparison.safetensors, comparison.torch):
        reader.stop()
    return comparison.report()


if __name__ == "__main__":
    sys.exit(main())
