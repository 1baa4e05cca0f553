"""Which Python a test runs in: the first one that has what the test imports."""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77


def candidates():
    """This one, $DURAMEN_PYTHON, and the one that ./dev setup --ci makes."""
    yield sys.executable
    yield os.environ.get("DURAMEN_PYTHON", "")
    yield str(ROOT / "build" / "python" / "bin" / "python")


def use_one_with(*modules):
    """Continues in the first interpreter that has the modules; exits as skipped, or as failed where all is required."""
    check = ["-c", f"import {', '.join(modules)}"]
    for python in candidates():
        if python and os.path.exists(python) and subprocess.run([python, *check], capture_output=True).returncode == 0:
            if python != sys.executable:
                os.execv(python, [python, *sys.argv])
            return
    print(f"skipped: no Python with {' and '.join(modules)} (set DURAMEN_PYTHON, or ./dev setup --ci)")
    sys.exit(1 if os.environ.get("DURAMEN_REQUIRE_ALL") == "1" else SKIPPED)
