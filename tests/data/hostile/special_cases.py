"""What is no ordinary file, and files that are large on paper only."""
import json
import struct

HUGE = 1 << 36


def add_to(registry):
    add = registry.add
    add(21, "special-folder.pt", "IO", None, "a directory", special="folder", from_memory="skip")
    add(21, "special-pipe.pt", "IO", None, "a pipe", special="pipe", from_memory="skip")
    add(21, "special-missing.pt", "IO", None, "No such file", special="missing", from_memory="skip")
    add(21, "special-endless-zeros.pt", "IO", None, "a device", special="link /dev/zero", from_memory="skip")
    add(21, "special-null.pt", "IO", None, "a device", special="link /dev/null", from_memory="skip")
    add(21, "special-link-to-nothing.pt", "IO", None, "No such file", special="link nowhere", from_memory="skip")
    add(21, "special-link-to-itself.pt", "IO", None, "symbolic links", special="link 21-special-link-to-itself.pt",
        from_memory="skip")
    # 64 GiB of nothing cannot be mapped under the cap on memory, nor read.
    add(21, "special-sparse-zeros.pt", "NO_MEMORY", None, "", sparse=(HUGE, {}), from_memory="skip")
    header = json.dumps({"a": {"dtype": "U8", "shape": [HUGE], "data_offsets": [0, HUGE]}}).encode()
    add(21, "special-sparse-tensor.safetensors", "NO_MEMORY", None, "",
        sparse=(HUGE + 8 + len(header), {0: struct.pack("<Q", len(header)) + header}), from_memory="skip")
