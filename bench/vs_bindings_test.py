#!/usr/bin/env python3
"""Tests vs_bindings.py and ./dev bench --bindings, without measuring."""
import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
import vs_bindings  # noqa: E402


def program(folder, name, *lines):
    path = folder / name
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


class Bindings(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = Path(held.name)
        described = self.folder / "bindings" / "prefix" / "lib64" / "pkgconfig"
        described.mkdir(parents=True)
        (described / "duramen.pc").write_text("libdir=${pcfiledir}/..\nName: duramen\nDescription: none\nVersion: 1\n")
        program(self.folder, "cmake", "exit 9")  # nothing is installed, and nothing built

    def test_the_library_is_where_pkg_config_says(self):
        found = vs_bindings.environment(self.folder)
        self.assertEqual(os.path.realpath(found["LD_LIBRARY_PATH"].split(":")[0]),
                         os.path.realpath(self.folder / "bindings" / "prefix" / "lib64"))
        self.assertEqual(found["PKG_CONFIG_PATH"], str(self.folder / "bindings" / "prefix" / "lib64" / "pkgconfig"))

    def ended(self, required):
        printing = program(self.folder, "printing", """echo '{"listing_20000_ns": 1, "forward_mlp_ns": 1}'""")
        programs = {"C": ([printing], self.folder, []), "Go": (["go"], self.folder, [self.folder / "lacking"])}
        program(self.folder, "cmake", "exit 0")
        out = io.StringIO()
        with mock.patch.object(vs_bindings, "programs", lambda build: programs), contextlib.redirect_stdout(out), \
                mock.patch.object(sys, "argv", ["vs_bindings", "--build", str(self.folder), "--rounds", "1"]), \
                mock.patch.dict(os.environ, PATH=f"{self.folder}:{os.environ['PATH']}", DURAMEN_REQUIRE_ALL=required):
            status = vs_bindings.main()
        self.assertIn("Go is left out", out.getvalue())
        return status

    def test_what_is_left_out_is_a_miss_where_all_is_required(self):
        self.assertEqual((self.ended("0"), self.ended("1")), (0, 1))

    def test_options_that_it_does_not_take_are_refused(self):
        for option in (["--threads", "2"], ["--filter", "Go"]):
            done = subprocess.run([vs_bindings.ROOT / "dev", "bench", "--bindings", *option], stderr=subprocess.PIPE, text=True,
                                  env={**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}, stdout=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 1)
            self.assertIn("takes neither --threads nor --filter", done.stderr)


if __name__ == "__main__":
    unittest.main()
