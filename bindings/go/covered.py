"""Every function of the C interface has a way through the Go package, or stands here with the reason why not: covered.py ROOT."""
import json
import re
import sys
from pathlib import Path

# Patterns of names, and why a program in Go needs none of them.
NOT_NEEDED = {
    r"\w+_init": "structs start as {} with their size",
    r"\w+_(retain|release)": "handles do that",
    r"duramen_(abi_epoch|api_level)": "check_compat compares them",
    r"duramen_error_detail": "all details are copied into a map",
    r"duramen_tensor_device_type": "there is the CPU",
    r"duramen_listing_find": "Listing.Find looks through Go's own texts",
    r"duramen_module_(set_)?attachment": "for bindings that hang an object of their own on a module",
    r"duramen_diff_equal_count": "DiffJSON tells it",
    r"duramen_container_append": "duramen_container_extend takes one, too",
    r"duramen_function_apply": "duramen_function_apply_many takes one output, too",
    r"duramen_rename_rules_(add|count)": "rules are texts, and List gives them all",
    r"duramen_options_set_list": "set_value takes a list",
    r"duramen_value_create_dict_with_attributes": "for tools that write a state dict anew; a StateDict has its versions",
    r"duramen_\w+_write_descriptor": "an *os.File is an io.Writer",
    r"duramen_tensor_\w*dlpack\w*": "package raw has them; Go has no other library that speaks DLPack",
}


def main():
    root = Path(sys.argv[1])
    api = json.loads((root / "share" / "duramen" / "duramen-api.json").read_text())
    names = {function["name"] for function in api["functions"]}
    folder = root / "bindings" / "go"
    sources = [*folder.glob("*.go"), *folder.glob("*.c")]
    code = re.sub(r"//.*", "", "".join(path.read_text() for path in sources if not path.name.endswith("_test.go")))
    lacking = names - set(re.findall(r"\bduramen_\w+", code))
    excused = {name for name in lacking for pattern in NOT_NEEDED if re.fullmatch(pattern, name)}
    unused = [pattern for pattern in NOT_NEEDED if not any(re.fullmatch(pattern, name) for name in lacking)]
    for name in sorted(lacking - excused):
        print(f"no way through the Go package: {name}", file=sys.stderr)
    for pattern in unused:
        print(f"nothing that is lacking is {pattern}", file=sys.stderr)
    print(f"{len(names)} functions, {len(excused)} of them not needed")
    return 1 if lacking - excused or unused else 0


if __name__ == "__main__":
    sys.exit(main())
