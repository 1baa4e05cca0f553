"""NumPy's archives of .npy files."""
import struct

from npy_cases import npy, of
from zips import DEFLATED, Member, archive, extra_field

FLOATS = npy()
OBJECTS = of("'|O'", data=b"cos\nsystem\n(S'id'\ntR.")
BOTH_SIZES = {"stored": 2**32 - 1, "size": 2**32 - 1}


def of_members(*members, **changes):
    return archive([Member(name, content, method) for name, content, method in members], **changes)


def as_savez(name, content, **changes):
    """A member as numpy.savez writes it: sizes in the local zip64 field, even if they are small."""
    sizes = struct.pack("<2Q", len(content), len(content))
    return Member(name, content, local={**BOTH_SIZES, **changes}, local_extra=extra_field(1, sizes))


def add_to(registry):
    add = registry.adder("npz", ".npz")
    good = "float32[2] 0000803f00000040"
    for method, label in ((0, "stored"), (DEFLATED, "deflated")):
        one = (b"a.npy", FLOATS, method)
        add(20, f"good-{label}", "OK", of_members(one), good)
        add(1, f"objects-beside-{label}-cve-2019-6446", "OK", of_members((b"o.npy", OBJECTS, method), one), good)
        add(20, f"bytes-beside-{label}", "OK", of_members((b"notes.txt", b"text", method), one), good)
        add(13, f"name-twice-{label}", "CORRUPT", of_members(one, one), "two entries have this name")
        add(13, f"name-twice-without-ending-{label}", "CORRUPT", of_members(one, (b"a", b"text", method)),
            "two members have this name")
        add(16, f"no-array-{label}", "CORRUPT", of_members((b"a.npy", b"text", method)), "'a.npy'", "does not begin as an array")
        add(15, f"empty-{label}", "CORRUPT", of_members((b"a.npy", b"", method)), "does not begin as an array")
        add(15, f"header-cut-{label}", "CORRUPT", of_members((b"a.npy", FLOATS[:30], method)), "'a.npy'", "truncated")
        add(15, f"data-cut-{label}", "CORRUPT", of_members((b"a.npy", FLOATS[:-1], method)), "expected 8 bytes, got 7")
        add(16, f"data-behind-{label}", "CORRUPT", of_members((b"a.npy", FLOATS + b"x", method)), "expected 8 bytes, got 9")
        add(17, f"name-not-utf8-{label}", "UNSUPPORTED", of_members((b"\xff.npy", FLOATS, method)), "not UTF-8")
        add(17, f"name-escape-{label}", "CORRUPT", of_members((b"\x1b[2J.npy", b"", method)), "\\x1b[2J")
        add(12, f"path-up-{label}", "OK", of_members((b"../../../etc/passwd.npy", FLOATS, method)), good)
        add(5, f"shape-overflows-{label}", "CORRUPT", of_members((b"a.npy", of(shape=f"({2**32}, {2**32})"), method)), "overflows")
        add(5, f"shape-of-objects-overflows-{label}", "CORRUPT",
            of_members((b"a.npy", of("'|O'", shape=f"({2**32}, {2**32})"), method)), "overflows")
        add(6, f"text-of-2-to-40-{label}", "CORRUPT", of_members((b"a.npy", of("'<U2'", shape=f"({2**40},)"), method)),
            "does not fit the shape")
        add(7, f"limit-of-all-{label}", "LIMIT", of_members(one, (b"b.npy", FLOATS, method)), "at most",
            limits={"max_total_bytes": 2 * len(FLOATS) - 1})
    add(20, "as-savez", "OK", archive([as_savez(b"a.npy", FLOATS)]), good)
    add(11, "local-crc", "CORRUPT", archive([as_savez(b"a.npy", FLOATS, crc=1)]), "'a.npy'", "other CRC", "got 1)")
    add(11, "crc-of-a-deflated-member", "CORRUPT", archive([Member(b"a.npy", FLOATS, DEFLATED, crc=5)]), "CRC-32")
    add(10, "bomb", "LIMIT", archive([Member(b"a.npy", of("'|u1'", shape=f"({100 << 20},)", data=bytes(100 << 20)), DEFLATED)]),
        "inflating takes too much memory")
    for label, size in (("less", -1), ("more", 1)):
        sizes = {"size": len(FLOATS) + size}
        add(10, f"inflates-to-one-{label}", "CORRUPT", archive([Member(b"a.npy", FLOATS, DEFLATED, local=sizes, central=sizes)]),
            "do not give")
    huge = {"size": 2**31}
    add(10, "inflates-to-2-gib", "CORRUPT", archive([Member(b"a.npy", FLOATS, DEFLATED, local=huge, central=huge)]), "cannot give")
