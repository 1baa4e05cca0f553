"""The header tool must be able to fail: each planted declaration breaks one rule and has to be refused by its name."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DOC = "/* Does a thing.\n *\n * Threads: any. Since: level 1. */\n"
GOOD = "DURAMEN_API DURAMEN_MUST_USE duramen_status DURAMEN_CALL duramen_tensor_thing"
PLANTED = {
    "R1": DOC + "DURAMEN_API uint32_t DURAMEN_CALL other_thing(uint32_t a) DURAMEN_NOEXCEPT;",
    "R4": "union duramen_both { int32_t a; float b; };",
    "R7": DOC + GOOD + "(duramen_tensor* tensor, duramen_error** error);",
    "R8": DOC + "DURAMEN_API duramen_status DURAMEN_CALL duramen_tensor_thing(duramen_tensor* tensor, "
                "duramen_error** error) DURAMEN_NOEXCEPT;",
    "R9": DOC + GOOD + "(duramen_tensor* tensor, const char* name, duramen_error** error) DURAMEN_NOEXCEPT;",
    "R11": "typedef struct duramen_orphan duramen_orphan;",
    "R15": DOC + GOOD + "(duramen_tensor* tensor, char** out, duramen_error** error) DURAMEN_NOEXCEPT;",
    "R20": DOC + GOOD + "(duramen_tensor* tensor) DURAMEN_NOEXCEPT;",
    "R27": "typedef struct duramen_thing_options { uint64_t flags; } duramen_thing_options;",
    "R38": "/* Does a thing. Since: level 1. */\n" + GOOD
           + "(duramen_tensor* tensor, duramen_error** error) DURAMEN_NOEXCEPT;",
    "R67": "/* Does a thing. Threads: any. */\n" + GOOD
           + "(duramen_tensor* tensor, duramen_error** error) DURAMEN_NOEXCEPT;",
}
WITHOUT_NUMBER = {"R4"}  # refused while the sources are read, with the construct instead of the rule


def verdict(root, folder):
    return subprocess.run([sys.executable, root / "tools" / "api.py", "--check", "--headers", folder],
                          capture_output=True, text=True)


def main():
    root = Path(sys.argv[1])
    failures = 0
    for rule, declaration in PLANTED.items():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "duramen"
            shutil.copytree(root / "include" / "duramen", folder)
            header = folder / "tensor.h"
            header.write_text(re.sub(r"(#ifdef __cplusplus\n\})", declaration.replace("\\", r"\\") + r"\n\n\1",
                                     header.read_text()))
            result = verdict(root, folder)
            named = rule in WITHOUT_NUMBER or f"({rule})" in result.stderr
            if result.returncode != 1 or not named:
                failures += 1
                print(f"{rule}: a planted violation got {result.returncode}: {result.stderr}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "duramen"
        shutil.copytree(root / "include" / "duramen", folder)
        header = folder / "op.h"
        header.write_text(header.read_text().replace("duramen_relu", "duramen_rectify"))
        if verdict(root, folder).returncode != 1:
            failures += 1
            print("drift: a renamed function is not noticed", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
