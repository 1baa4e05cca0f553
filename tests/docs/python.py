#!/usr/bin/env python3
"""Runs the README's Python program in an empty folder: python.py LIBRARY."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SAID = """['0.weight', '0.bias', '2.weight', '2.bias']
[0, 1, 1, 0]
<All keys matched successfully>
"""


def main():
    environment = {**os.environ, "DURAMEN_LIBRARY": os.path.abspath(sys.argv[1]),
                   "PYTHONPATH": str(ROOT / "bindings" / "python"), "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "readme.py"
        extract = [sys.executable, ROOT / "tests" / "docs" / "extract.py", ROOT / "README.md", "python", program]
        subprocess.run(extract, check=True)
        run = subprocess.run([sys.executable, program], cwd=folder, env=environment, capture_output=True, text=True)
        if run.returncode or run.stdout != SAID or not (Path(folder) / "xor.pt").stat().st_size:
            sys.exit(f"docs: exit {run.returncode}\n{run.stdout}{run.stderr}")


if __name__ == "__main__":
    main()
