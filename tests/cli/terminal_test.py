#!/usr/bin/env python3
"""The tool at its edges: usage, closed and full outputs, terminals (colour, progress), signals."""
import signal
import struct
import subprocess
import time

from tool import DATA, TOOL, ToolTest, duramen, good, main, on_terminal, text_opcode, torch_file

MODEL = DATA / "torch" / "state_dict.pt"


def one_tensor_many_times(path, nbytes, count):
    """A .pt in which `count` names have the same tensor of bytes: much to hash, little to store."""
    size = b"J" + struct.pack("<i", nbytes)
    tensor = (b"ctorch._utils\n_rebuild_tensor_v2\n((" + text_opcode(b"storage") + b"ctorch\nByteStorage\n"
              + text_opcode(b"0") + text_opcode(b"cpu") + size + b"tQK\0" + size + b"\x85K\1\x85\x89"
              + b"ccollections\nOrderedDict\n)RtRq\1")
    items = b"".join(text_opcode(str(i).encode()) + (b"h\1" if i else tensor) for i in range(count))
    torch_file(path, b"\x80\2}(" + items + b"u.", [bytes(nbytes)])


class Usage(ToolTest):
    def test_verbs(self):
        self.assertIn("a command is required (duramen --help shows", self.refused(2))
        self.assertIn("(duramen --help lists them)", self.refused(2, "nonsense"))
        self.assertIn("(duramen ls --help shows what it takes)", self.refused(2, "ls"))
        self.assertIn("--jsn (duramen ls --help shows what it takes)", self.refused(2, "ls", MODEL, "--jsn"))
        self.assertIn("(duramen --help shows what there is)", self.refused(2, "--bogus"))
        self.refused(2, "")
        self.assertIn("-o FILE is required", self.refused(2, "convert", MODEL))
        self.assertIn("'lsx' (did you mean 'ls'?)", self.refused(2, "lsx"))
        self.assertIn("did you mean 'doctor'?", self.refused(2, "docter"))
        self.refused(2, "ls", MODEL, "--color", "sometimes")

    def test_help(self):
        self.assertEqual(good("help"), good("--help"))
        self.assertEqual(good("help", "ls"), good("ls", "--help"))
        self.assertIn("did you mean 'ls'?", self.refused(2, "help", "lsx"))

    def test_version(self):
        self.assertEqual(good("-V"), good("--version"))
        self.assertRegex(good("--version"), r"^duramen \d+\.\d+\.\d+\n$")


class Outputs(ToolTest):
    def test_a_full_stdout(self):
        for arguments in (["ls", MODEL], ["--help"], ["--version"], ["ls", "--help"], ["describe", "--json"]):
            with open("/dev/full", "w") as full:
                result = subprocess.run([TOOL, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual(result.returncode, 3)
            self.assertRegex(result.stderr, r"^duramen: error: stdout: cannot be written: .*\n$")

    def test_a_closed_stdout(self):
        result = subprocess.run(["bash", "-c", '"$0" ls "$1" >&-', TOOL, MODEL], capture_output=True, text=True)
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertIn("stdout", result.stderr)

    def test_files_do_not_take_the_place_of_closed_outputs(self):
        path = self.folder / "x.safetensors"
        command = '"$0" init "Linear(2, 2)" -o "$1" <&- >&- 2>&-'
        self.assertEqual(subprocess.run(["bash", "-c", command, TOOL, path]).returncode, 0)
        good("ls", path)

    def test_a_reader_that_has_enough(self):
        for ignored in (False, True):
            process = subprocess.Popen([TOOL, "describe", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN)
                                       if ignored else None)
            process.stdout.close()
            self.assertEqual(process.stderr.read(), b"")
            self.assertIn(process.wait(), (-signal.SIGPIPE, 3, 0))
            process.stderr.close()


class Terminal(ToolTest):
    def test_colour_on_a_terminal_only(self):
        self.assertNotIn("\x1b", good("ls", MODEL))
        self.assertIn("\x1b[1m", good("ls", MODEL, "--color=always"))
        for verb in (["ls", MODEL], ["info", MODEL], ["tree", "Linear(2, 2)"], ["describe", "Linear"]):
            code, written = on_terminal(*verb)
            self.assertEqual(code, 0)
            self.assertIn(b"\x1b[1m", written, verb)
            for env, flags in ({"NO_COLOR": "1"}, []), ({"TERM": "dumb"}, []), ({}, ["--color=never"]):
                self.assertNotIn(b"\x1b", on_terminal(*verb, *flags, env=env)[1])
        self.assertIn(b"\x1b", on_terminal("ls", MODEL, env={"NO_COLOR": ""})[1])

    def test_errors_have_no_control_bytes(self):
        code, written = on_terminal("ls", "/no/such\x1b[31m/file")
        self.assertEqual(code, 3)
        self.assertNotIn(b"\x1b", written)

    def test_json_has_no_colour(self):
        self.assertNotIn(b"\x1b", on_terminal("ls", "--json", MODEL)[1])

    def test_progress_for_work_over_a_second(self):
        path = self.folder / "large"
        one_tensor_many_times(path, 16 << 20, 400)
        code, written = on_terminal("ls", "--hash", path)
        self.assertEqual(code, 0)
        self.assertIn(b"hashing", written)
        self.assertRegex(written, rb"\[#+\.*\] +\d+% [\d.]+ [kMGT]?B/s \d+:\d\d left")
        self.assertLess(written.rfind(b"%"), written.rfind(b"\r\x1b[K"))  # the line is emptied
        self.assertEqual(on_terminal("ls", "--hash", MODEL)[1].count(b"hashing"), 0)


class Signals(ToolTest):
    def test_an_interrupted_save_leaves_the_old_file(self):
        path = self.file("x.pt", b"old")
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen([TOOL, "init", f"Sequential({'Linear(4096, 4096), ' * 4})", "-o", path],
                                       stderr=subprocess.PIPE)
            deadline = time.monotonic() + 60
            while len(list(self.folder.iterdir())) < 2 and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
            process.send_signal(number)
            self.assertEqual(process.stderr.read(), b"")
            process.stderr.close()
            self.assertEqual(process.wait(), -number)
            self.assertEqual(path.read_bytes(), b"old")
            self.assertEqual([entry.name for entry in self.folder.iterdir()], ["x.pt"])


main()
