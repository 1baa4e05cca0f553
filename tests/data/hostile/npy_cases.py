"""NumPy's .npy."""
import struct

MAGIC = b"\x93NUMPY"
GOOD = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"


def npy(header=GOOD, data=struct.pack("<2f", 1, 2), version=(1, 0), length=None):
    header = header.encode("latin-1") if isinstance(header, str) else header
    form = "<H" if version[0] == 1 else "<I"
    return MAGIC + bytes(version) + struct.pack(form, len(header) if length is None else length) + header + data


def of(descr="'<f4'", order="False", shape="(2,)", data=struct.pack("<2f", 1, 2)):
    return npy(f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}", data)


def add_to(registry):
    add = registry.adder("npy", ".npy")
    add(20, "good", "OK", npy(), "float32[2] 0000803f00000040")
    for size, label in ((6, "magic-alone"), (7, "half-a-version"), (8, "no-length"), (9, "half-a-length"), (10, "no-header"),
                        (40, "half-a-header")):
        add(15, label, "CORRUPT", npy()[:size], "npy header", "truncated")
    add(15, "data-cut-off", "CORRUPT", npy()[:-1], "npy data", "expected 8 bytes, got 7", "truncated", "at byte")
    add(15, "no-data", "CORRUPT", npy(data=b""), "expected 8 bytes, got 0", "truncated")
    add(16, "bytes-behind", "CORRUPT", npy() + b"x", "expected 8 bytes, got 9", "at byte")
    for version in ((0, 0), (1, 1), (4, 0), (255, 255)):
        add(16, f"version-{version[0]}.{version[1]}", "UNSUPPORTED", npy(version=version), "unknown version", "at byte 6")
    add(7, "header-length-largest-v1", "CORRUPT", npy(length=65535), "truncated")
    add(7, "header-length-largest-v2", "LIMIT", npy(version=(2, 0), length=2**32 - 1), "1048576", "4294967295", "at byte 8")
    for label, header in {
        "header-empty": "", "header-a-list": "[]", "header-a-number": "1", "key-unknown": GOOD[:-1] + "'x': 1}",
        "descr-missing": "{'fortran_order': False, 'shape': (2,)}", "shape-missing": "{'descr': '<f4', 'fortran_order': False}",
        "order-missing": "{'descr': '<f4', 'shape': (2,)}", "descr-twice": GOOD[:-1] + "'descr': '<f4'}",
        "not-closed": GOOD[:-1], "two-dicts": GOOD + "{}", "quotes-differ": "{'descr': '<f4\", }",
        "escape-in-a-text": GOOD.replace("'<f4'", "'\\x3cf4'"), "nul-in-it": GOOD + "\0", "code": "__import__('os').system('id')",
        "code-in-the-shape": GOOD.replace("(2,)", "(__import__('os').system('id'),)"),
        "comment": GOOD + "#", "not-ascii": GOOD.replace("descr", "d\xe9scr"),
        "key-with-an-escape-sequence": GOOD.replace("descr", "\x1b[2J"),
        "nested-100000": "{'descr': '<f4', 'fortran_order': False, 'shape': " + "(" * 60_000,
    }.items():
        add(1 if "code" in label else 16, label, "CORRUPT", npy(header), "npy header", "at byte")
    for label, shape in {"a-number": "2", "in-parentheses": "(2)", "a-list": "[2]", "negative": "(-2,)", "a-real": "(2.0,)",
                         "a-text": "('2',)", "hexadecimal": "(0x2,)", "with-underscores": "(1_0,)", "2-to-63": f"({2**63},)",
                         "of-100-digits": f"({'9' * 100},)", "none": "None", "nested": "((2,),)", "an-exponent": "(2e0,)",
                         }.items():
        add(18 if "digits" not in label else 5, f"shape-{label}", "CORRUPT", of(shape=shape), "npy header", "at byte")
    for label, shape in {"overflows": f"({2**32}, {2**32})", "bytes-overflow": f"({2**61}, 4)",
                         "wraps-to-eight": f"({2**62}, 4, 2)", "zero-and-overflow": f"(0, {2**62}, {2**62})",
                         "zero-and-bits-overflow": f"(2, 0, {2**57})"}.items():
        add(5, f"shape-{label}", "CORRUPT", of(shape=shape), "overflows", "at byte")
    add(20, "shape-of-nothing-largest", "OK", of(shape=f"(2, 0, {2**57 - 1})", data=b""), f"float32[2, 0, {2**57 - 1}]")
    add(6, "shape-of-2-to-57", "CORRUPT", of(shape=f"({2**57},)"), "expected 576460752303423488 bytes, got 8")
    add(7, "dimensions-65", "LIMIT", of(shape="(" + "1, " * 65 + ")", data=bytes(4)), "64", "at byte")
    for label, order in {"a-number": "0", "a-text": "'False'", "lower-case": "false", "none": "None"}.items():
        add(16, f"order-{label}", "CORRUPT", of(order=order), "True or False", "at byte")
    for descr in ("'O'", "'|O'", "'<U4'", "'|S4'", "'<M8[ns]'", "'<m8'", "'|V2'", "'<f16'", "'<c32'", "'<i3'", "'f'",
                  "'<b1x'", "''", "[('a', '<f4')]", "('<f4', (2,))"):
        label = "".join(c if c.isalnum() else "-" for c in descr).strip("-") or "empty"
        add(1 if "O" in descr else 16, f"descr-{label}{'-object-cve-2019-6446' if 'O' in descr else ''}{descr.count('|') or ''}",
            "UNSUPPORTED", of(descr=descr), "npy header", "at byte")
    add(17, "descr-with-an-escape-sequence", "UNSUPPORTED", of(descr="'\x1b[2J'"), "\\x1b")
    add(16, "descr-a-number", "CORRUPT", of(descr="4"), "at byte")
    add(20, "big-endian", "OK", of(descr="'>f4'", data=struct.pack(">2f", 1, 2)), "float32[2] 0000803f00000040")
    add(20, "fortran-order", "OK", of(order="True", shape="(2, 1)"), "float32[2, 1]")
    add(20, "bool-bytes-of-any-value", "OK", of(descr="'|b1'", shape="(4,)", data=b"\0\1\2\xff"), "bool[4] 00010101")
    add(19, "misaligned-data", "OK", npy(GOOD + " "), "float32[2] 0000803f00000040")
    add(4, "limit-of-a-tensor", "LIMIT", npy(), "at most 7", limits={"max_tensor_bytes": 7})
    add(7, "limit-of-the-header", "LIMIT", npy(), "at most 10", limits={"max_header_bytes": 10})
