"""Every function of the C interface has a way through the C++ veneer, or stands here with the reason why not: covered.py ROOT."""
import json
import re
import sys
from pathlib import Path

# Patterns of names, and why a program in C++ needs none of them.
NOT_NEEDED = {
    r"\w+_init": "structs start as {} with their size",
    r"\w+_(retain|release)": "handles do that",
    r"duramen_abi_epoch": "check_compat compares it",
    r"duramen_module_(set_)?attachment": "for bindings that hang an object of their own on a module",
}


def main():
    root = Path(sys.argv[1])
    api = json.loads((root / "share" / "duramen" / "duramen-api.json").read_text())
    names = {function["name"] for function in api["functions"]}
    folder = root / "include" / "duramen" / "cxx"
    code = re.sub(r"//.*", "", "".join(path.read_text() for path in folder.glob("*.hpp")))
    lacking = sorted(names - set(re.findall(r"\bduramen_\w+", code)))
    excused = {name for name in lacking for pattern in NOT_NEEDED if re.fullmatch(pattern, name)}
    unused = [pattern for pattern in NOT_NEEDED if not any(re.fullmatch(pattern, name) for name in names)]
    for name in [*(name for name in lacking if name not in excused), *unused]:
        print(f"no way through the veneer: {name}" if name in names else f"no function is {name}", file=sys.stderr)
    print(f"{len(names)} functions, {len(excused)} of them not needed")
    return 1 if set(lacking) - excused or unused else 0


if __name__ == "__main__":
    sys.exit(main())
