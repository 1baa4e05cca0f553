#!/usr/bin/env python3
"""--help of every verb: its examples run; the man page and the completions know every verb and option."""
import os
import pathlib
import re
import subprocess
import sys

from tool import TOOL, ToolTest, array, good, main, training_file

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from cli_help import read_help  # noqa: E402


def verbs():
    return read_help(good).commands


class Help(ToolTest):
    def test_the_examples_run(self):
        good("init", "Linear(784, 10)", "-o", self.folder / "linear.pt")
        good("init", "ModuleList([Linear(4, 3)])", "-o", self.folder / "model.pt")
        good("init", "Linear(4, 3)", "-o", self.folder / "model.safetensors")
        good("init", "ModuleList([Linear(4, 3)])", "-o", self.folder / "copy.safetensors")
        self.file("model.txt", b"Linear(4, 3)\n")
        self.file("printed.txt", b"Net(\n  (fc): Linear(in_features=4, out_features=3, bias=True)\n)\n")
        self.file("x.npy", array([0.5] * 784, (1, 784)))
        self.file("w.npy", array([1] * 10, (1, 10)))
        good("init", "ModuleDict({'module': Linear(784, 10)})", "-o", self.folder / "checkpoint.pt")
        training_file(self.folder / "training.pt")
        environment = {**os.environ, "PATH": f"{pathlib.Path(TOOL).resolve().parent}:{os.environ['PATH']}"}
        for verb in verbs():
            self.assertTrue(verb.examples, verb.name)
            for example in verb.examples:
                self.assertTrue(example.startswith(f"duramen {verb.name}"), example)
                result = subprocess.run(["bash", "-c", example], cwd=self.folder, env=environment, capture_output=True,
                                        text=True)
                self.assertEqual((result.returncode, result.stderr), (0, ""), example)

    def test_every_option_is_explained(self):
        for verb in verbs():
            self.assertTrue(verb.text, verb.name)
            for option in verb.options + verb.arguments:
                self.assertTrue(option.text, f"{verb.name} {option.spelling}")
            self.assertNotIn("TEXT:", verb.usage)

    def test_every_verb_that_reports_has_json(self):
        flags = {verb.name: [flag for option in verb.options for flag in option.flags] for verb in verbs()}
        self.assertEqual({name for name in flags if "--json" not in flags[name]}, {"init", "run"})


class Files(ToolTest):
    def test_they_say_what_the_tool_says(self):
        subprocess.run([sys.executable, ROOT / "tools" / "cli_files.py", TOOL, "--check"], check=True)

    def test_they_know_every_verb_and_option(self):
        for name in ("man/duramen.1", "completions/duramen.bash", "completions/_duramen", "completions/duramen.fish"):
            text = (ROOT / name).read_text().replace("\\-", "-").replace("\\fB", "").replace(" -l ", " --")
            for verb in verbs():
                self.assertIn(verb.name, text)
                for flag in (flag for option in verb.options for flag in option.flags if flag.startswith("--")):
                    self.assertRegex(text, rf"(?<![\w-]){flag}(?![\w-])", f"{name}: {verb.name}")

    def test_the_man_page_is_clean(self):
        result = subprocess.run([self.needs("groff"), "-man", "-Tutf8", "-ww", "-z", ROOT / "man" / "duramen.1"], capture_output=True,
                                text=True)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def completed(self, *words):
        script = ('source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _duramen; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        path = f"{pathlib.Path(TOOL).resolve().parent}:{os.environ['PATH']}"
        result = subprocess.run(["bash", "-uc", script, ROOT / "completions" / "duramen.bash", *words], text=True,
                                capture_output=True, env={**os.environ, "PATH": path})
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout.split()

    def test_bash_completes(self):
        self.assertEqual(set(self.completed("duramen", "")) - {"-h", "--help", "-V", "--version"},
                         {verb.name for verb in verbs()})
        self.assertEqual(self.completed("duramen", "de"), ["describe"])
        self.assertEqual(self.completed("duramen", "ls", "--j"), ["--json"])
        for verb in verbs():
            flags = {flag for option in verb.options for flag in option.flags}
            self.assertEqual(set(self.completed("duramen", verb.name, "-")), flags)
        self.assertEqual(self.completed("duramen", "ls", "--color", "a"), ["auto", "always"])
        self.assertEqual(self.completed("duramen", "ls", "--color", "=", "n"), ["never"])
        self.assertEqual(self.completed("duramen", "ls", "mod"), [])  # left to file names
        self.assertEqual(self.completed("duramen", "run", "--weights", ""), [])
        self.assertEqual(self.completed("duramen", "describe", "LayerN"), ["LayerNorm"])
        self.assertTrue(re.search("^complete -o default", (ROOT / "completions/duramen.bash").read_text(), re.M))

    def test_zsh_reads_its_file(self):
        subprocess.run([self.needs("zsh"), "-n", ROOT / "completions" / "_duramen"], check=True)

    def test_fish_completes(self):
        path = f"{pathlib.Path(TOOL).resolve().parent}:{os.environ['PATH']}"

        def completed(line):
            script = f'source {ROOT}/completions/duramen.fish; complete -C "{line}"'
            result = subprocess.run([self.needs("fish"), "-c", script], capture_output=True, text=True, cwd=self.folder,
                                    env={**os.environ, "PATH": path, "HOME": str(self.folder)})
            self.assertEqual(result.returncode, 0, result.stderr)
            return {word.split("\t")[0] for word in result.stdout.splitlines()}

        self.assertLessEqual({verb.name for verb in verbs()}, completed("duramen "))
        for verb in verbs():
            flags = {flag for option in verb.options for flag in option.flags if flag.startswith("--")}
            self.assertLessEqual(flags, completed(f"duramen {verb.name} --"))
        self.assertEqual(completed("duramen ls --color n"), {"never"})
        self.assertIn("Linear", completed("duramen describe Line"))


main()
