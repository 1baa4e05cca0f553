"""Zip archives of which two readers could see different content, and those that ask for more than they are."""
import struct
import zlib

import pickles
import zips
from zips import DEFLATED, DESCRIPTOR, Member, archive, extra_field

PICKLE = pickles.pickle(pickles.state())
GOOD_TENSOR = "'w': float32[4] 0000803f000000400000404000008040"
DATA = 2  # the place of a/data/0 among the members


def members(**changes):
    """Those of a good .pt, with fields of its storage changed."""
    made = pickles.members(PICKLE)
    for name, value in changes.items():
        setattr(made[DATA], name, value)
    return made


def plain(**options):
    return archive(members(), **options)


def changed(**changes):
    return archive(members(**changes))


def descriptor(crc=zlib.crc32(pickles.FLOATS), stored=16, size=16, signature=b"PK\7\x08", wide=False):
    return signature + struct.pack("<LQQ" if wide else "<LLL", crc, stored, size)


ZERO_LOCAL = {"crc": 0, "stored": 0, "size": 0}


def add_fields(add):
    """A field of the local header that is not the directory's, and one that is a lie in both."""
    other = lambda value: value ^ 1
    for field in ("crc", "stored", "size"):
        add(11, f"local-{field}-differs", "CORRUPT", changed(local={field: other}), "'a/data/0'", "local header", "(expected",
            "at byte")
        add(11, f"central-{field}-differs", "CORRUPT", changed(central={field: other}), "'a/data/0'", "at byte")
    add(11, "local-method-differs", "CORRUPT", changed(local={"method": DEFLATED}), "'a/data/0'", "local header", "at byte")
    add(11, "central-method-differs", "CORRUPT", changed(central={"method": DEFLATED}), "'a/data/0'", "at byte")
    add(11, "local-name-differs", "CORRUPT", changed(local_name=b"a/data/1"), "'a/data/0'", "another name", "at byte")
    add(11, "local-name-longer", "CORRUPT", changed(local_name=b"a/data/00"), "'a/data/0'", "at byte")
    add(11, "local-name-length-longer", "CORRUPT", changed(local={"name_length": 9}), "'a/data/0'", "at byte")
    add(11, "local-extra-length-longer", "CORRUPT", changed(local={"extra_length": 4}), "overlaps", "at byte")
    add(11, "local-extra-length-largest", "CORRUPT", changed(local={"extra_length": 65535}), "'a/data/0'", "leave the file")
    add(11, "local-name-length-largest", "CORRUPT", changed(local={"name_length": 65535}), "'a/data/0'", "leave the file")
    add(11, "local-signature-wrong", "CORRUPT", changed(local={"signature": b"PK\3\5"}), "'a/data/0'", "no local header")
    for bit in (0x1, 0x20, 0x40, 0x2000):
        add(11, f"flag-{bit:04x}-local-picklescan", "CORRUPT", changed(local={"flags": bit}), "'a/data/0'", "flags",
            "at byte")
        add(11, f"flag-{bit:04x}-central-picklescan", "UNSUPPORTED", changed(central={"flags": bit}), "'a/data/0'",
            "encrypted or patched", "at byte")
        add(11, f"flag-{bit:04x}-both", "UNSUPPORTED", changed(flags=bit), "'a/data/0'", "encrypted or patched")
    add(11, "descriptor-flag-local-only", "CORRUPT", changed(local={"flags": DESCRIPTOR}), "'a/data/0'", "flags")
    add(11, "descriptor-flag-central-only", "CORRUPT", changed(central={"flags": DESCRIPTOR}), "'a/data/0'", "flags")
    for method in (1, 6, 9, 12, 14, 93, 95, 99):
        add(11, f"method-{method}", "UNSUPPORTED", changed(method=method), "'a/data/0'", f"got method {method})")
    add(11, "stored-with-two-sizes", "CORRUPT", changed(local={"size": 17}, central={"size": 17}), "'a/data/0'",
        "two sizes")
    add(11, "central-disk", "CORRUPT", changed(central={"disk": 1}), "'a/data/0'", "several disks")
    add(11, "central-offset-one-more", "CORRUPT", changed(central={"offset": lambda n: n + 1}), "'a/data/0'",
        "no local header")
    add(6, "central-offset-largest", "CORRUPT", changed(central={"offset": 2**32 - 2}), "'a/data/0'", "no local header")
    add(6, "central-sizes-largest", "CORRUPT", changed(central={"stored": 2**32 - 2, "size": 2**32 - 2},
                                                       local={"stored": 2**32 - 2, "size": 2**32 - 2}), "'a/data/0'",
        "leave the file", "4294967294")
    add(11, "folder-attribute-on-a-file", "CORRUPT", changed(central={"external": 0x10}), "'a/data/0'", "folder")
    add(11, "central-name-length-longer", "CORRUPT", changed(central={"name_length": 9}), "at byte")
    add(11, "central-extra-length-longer", "CORRUPT", changed(central={"extra_length": 5}), "at byte")
    add(11, "central-comment-length-largest", "CORRUPT", changed(central={"comment_length": 65535}), "cut off")
    add(11, "central-signature-wrong", "CORRUPT", changed(central={"signature": b"PK\1\3"}), "expected an entry")
    add(20, "entry-comment", "OK", changed(comment=b"made by hand"), GOOD_TENSOR)
    add(20, "times-and-versions", "OK", changed(local={"time": 1, "version": 63}, central={"date": 7, "internal": 1}),
        GOOD_TENSOR)


def add_names(add):
    made = members()
    add(13, "name-twice", "CORRUPT", archive(made + [made[DATA]]), "'a/data/0'", "two entries", "at byte")
    evil = Member(b"a/data.pkl", pickles.pickle(pickles.state(pickles.integer(1))))
    add(13, "pickle-twice-picklescan", "CORRUPT", archive([evil, *made]), "'a/data.pkl'", "two entries")
    add(13, "one-entry-listed-twice", "CORRUPT", archive(made, order=[0, 1, 2, 2, 3]), "'a/data/0'", "at byte")
    add(13, "entry-not-listed", "CORRUPT", archive(made, order=[0, 1, 3]), "belong to nothing", "at byte")
    for name, label in ((b"", "empty"), (b"a/data/0\0.txt", "with-a-nul")):
        add(17, f"name-{label}", "CORRUPT", archive([*made, Member(name, b"x")]), "empty or holds a NUL", "at byte")
    for name, label in ((b"../../etc/passwd", "climbs"), (b"/etc/passwd", "absolute"), (b"a/../../x", "climbs-inside"),
                        (b"a\\..\\..\\x", "backslashes"), (b"C:\\windows\\x", "drive"), (b"a/" + b"n" * 60_000, "of-60000"),
                        (b"a/\xff\xfe", "not-utf-8"), (b"a/\x1b[2J", "with-an-escape-sequence")):
        add(12, f"name-{label}-zip-slip", "OK", archive([*made, Member(name, b"x")]), GOOD_TENSOR)
    hidden = archive([*made, Member(b"a/\x1b]0;owned\x07\n", b"x", local={"crc": 5})])
    add(17, "name-with-an-escape-sequence-and-a-defect", "CORRUPT", hidden, "\\x1b", "\\x07\\x0a")
    add(11, "folders-name-in-another-case", "UNSUPPORTED",
        archive([Member(b"a/DATA.PKL", PICKLE), *made[1:]]), "not PyTorch's")
    add(11, "pickle-in-another-folder-picklescan", "UNSUPPORTED",
        archive([Member(b"b/data.pkl", PICKLE), *made[1:]], order=[1, 2, 3, 0]), "not PyTorch's", "data.pkl")
    add(11, "no-folder", "UNSUPPORTED", archive([Member(b"data.pkl", PICKLE)]), "not PyTorch's")


def add_ends(add):
    good = plain()
    add(15, "cut-by-a-byte", "CORRUPT", good[:-1], "no end record", "truncated", "at byte")
    add(15, "cut-in-half", "CORRUPT", good[:len(good) // 2], "no end record", "truncated")
    add(15, "first-four-bytes", "CORRUPT", good[:4], "truncated")
    add(11, "one-byte-behind", "CORRUPT", plain(suffix=b"\0"), "does not end the file", "1 bytes more")
    add(11, "text-behind", "CORRUPT", plain(suffix=b"#!/bin/sh\n"), "does not end the file", "10 bytes more")
    add(11, "comment", "UNSUPPORTED", plain(comment=b"hello"), "comment", "got 5 bytes")
    add(11, "comment-largest", "UNSUPPORTED", plain(comment=b"h" * 65535), "comment", "65535")
    add(11, "comment-longer-than-the-file", "CORRUPT", plain(end={"comment_length": 9}), "cut off")
    add(11, "comment-with-an-end-record", "CORRUPT", plain(comment=zips.record(zips.END, {"signature": b"PK\5\6"}, {})),
        "directory does not end", "at byte")
    add(11, "two-end-records", "CORRUPT", good + good[-22:], "at byte")
    add(11, "two-archives-one-after-the-other", "CORRUPT", good + archive(members(), base=len(good)), "belong to nothing")
    add(11, "two-archives-offsets-not-moved", "CORRUPT", good + good, "does not end where its end record begins")
    add(11, "bytes-before", "UNSUPPORTED", plain(prefix=b"#!/bin/sh\n", base=0), "")
    add(11, "stub-before-offsets-not-moved", "CORRUPT", plain(prefix=b"PK\3\4" + bytes(60), base=-64), "at byte")
    add(11, "stub-before-offsets-moved", "CORRUPT", plain(prefix=b"PK\3\4" + bytes(60)), "belong to nothing", "at byte")
    add(11, "bytes-before-the-directory", "CORRUPT", plain(before_directory=b"evil"), "belong to nothing", "4 bytes")
    add(11, "bytes-behind-the-directory", "CORRUPT", plain(after_directory=b"evil"), "more bytes than its 4 entries")
    add(11, "bytes-before-the-end-record", "CORRUPT", plain(between_ends=b"evil"), "directory does not end")
    add(11, "bytes-between-entries", "CORRUPT", changed(before=b"evil"), "'a/data/0'", "4 bytes before it")
    for field, value in {"disk": 1, "directory_disk": 1, "count_here": 3}.items():
        add(11, f"end-{field}", "CORRUPT", plain(end={field: value}), "several disks")
    for name, change in {"one-less": -1, "one-more": 1}.items():
        both = {field: lambda n, c=change: n + c for field in ("count_here", "count")}
        add(11, f"end-count-{name}", "CORRUPT", plain(end=both), "entr", "at byte")
        add(11, f"end-size-{name}", "CORRUPT", plain(end={"directory_size": lambda n, c=change: n + c}),
            "directory does not end")
        add(11, f"end-offset-{name}", "CORRUPT", plain(end={"directory_offset": lambda n, c=change: n + c}),
            "directory does not end")
    add(7, "end-count-65534", "CORRUPT", plain(end={"count_here": 65534, "count": 65534}), "more entries than fit",
        "got 65534")
    add(6, "end-offset-largest", "CORRUPT", plain(end={"directory_offset": 2**32 - 1}), "directory does not end")
    add(11, "no-entries", "CORRUPT", b"PK\3\4" + archive([]), "at byte")
    add(20, "empty-archive", "OK", archive([]))  # numpy.savez without arrays


def add_zip64(add):
    add(20, "zip64-end", "OK", plain(zip64=True), GOOD_TENSOR)
    add(20, "zip64-end-with-all-ones", "OK", plain(zip64=True, end={
        "count": 65535, "count_here": 65535, "directory_size": 2**32 - 1, "directory_offset": 2**32 - 1}), GOOD_TENSOR)
    for field, value in {"directory_offset": 0, "directory_size": 5, "count": 3, "count_here": 3, "disk": 1,
                         "directory_disk": 2}.items():
        add(11, f"zip64-end-{field}-differs", "CORRUPT", plain(zip64=True, end64={field: value}), "disagrees", "at byte")
    for field, value in {"offset": 0, "disk": 1, "disks": 2}.items():
        add(11, f"zip64-locator-{field}", "CORRUPT", plain(zip64=True, locator={field: value}), "at byte")
    add(6, "zip64-locator-offset-largest", "CORRUPT", plain(zip64=True, locator={"offset": 2**64 - 1}),
        "18446744073709551615")
    add(11, "zip64-end-signature", "CORRUPT", plain(zip64=True, end64={"signature": b"PK\6\5"}), "no zip64 end record")
    add(11, "zip64-end-length", "CORRUPT", plain(zip64=True, end64={"length": 45}), "no zip64 end record")
    add(11, "zip64-end-behind-another", "CORRUPT", plain(zip64=True, between_ends=b"evil"), "directory does not end")
    ones = {"count": 65535, "count_here": 65535, "directory_size": 2**32 - 1, "directory_offset": 2**32 - 1}
    for field, value in {"count": 2**60, "directory_offset": 2**64 - 1, "directory_size": 2**63}.items():
        changes = {field: value} if field != "count" else {"count": value, "count_here": value}
        add(7, f"zip64-end-{field}-huge", "CORRUPT", plain(zip64=True, end=ones, end64=changes), "at byte")
    wide = extra_field(1, struct.pack("<QQQ", 16, 16, 0))
    all_ones = {"stored": 2**32 - 1, "size": 2**32 - 1}
    true_sizes = extra_field(1, struct.pack("<QQ", 16, 16))
    add(20, "zip64-field-of-sizes", "OK", changed(central=all_ones, central_extra=true_sizes, local=all_ones,
                                                  local_extra=true_sizes), GOOD_TENSOR)
    add(20, "zip64-field-local-zeros-as-torch-writes", "OK", changed(
        flags=DESCRIPTOR, local=ZERO_LOCAL, local_extra=extra_field(1, struct.pack("<QQ", 16, 0)),
        descriptor=descriptor()), GOOD_TENSOR)
    add(11, "zip64-override-of-size", "CORRUPT", changed(
        central=all_ones, central_extra=extra_field(1, struct.pack("<QQ", 8, 8))), "'a/data/0'", "other stored size", "expected 8, got 16")
    add(11, "zip64-override-not-asked-for", "CORRUPT", changed(central_extra=wide), "'a/data/0'", "too long")
    add(11, "zip64-field-too-short", "CORRUPT", changed(central=all_ones, central_extra=extra_field(1, bytes(8))),
        "'a/data/0'", "too short")
    add(11, "zip64-field-missing", "CORRUPT", changed(central=all_ones, local=all_ones), "'a/data/0'", "leave the file")
    add(11, "zip64-field-twice", "CORRUPT", changed(central=all_ones, central_extra=true_sizes * 2), "'a/data/0'",
        "two zip64 fields")
    add(11, "extra-field-cut-off", "CORRUPT", changed(central_extra=b"\1\0\xff\0abc"), "'a/data/0'", "cut off")
    add(11, "extra-field-of-three-bytes", "CORRUPT", changed(central_extra=b"\1\0\1"), "'a/data/0'", "cut off")
    add(6, "zip64-offset-beyond-the-file", "CORRUPT", changed(
        central={"offset": 2**32 - 1}, central_extra=extra_field(1, struct.pack("<Q", 2**63))), "'a/data/0'",
        "no local header", "9223372036854775808")
    add(5, "zip64-size-that-wraps", "CORRUPT", changed(
        central=all_ones, central_extra=extra_field(1, struct.pack("<QQ", 2**64 - 16, 2**64 - 16)), local=all_ones),
        "'a/data/0'", "leave the file")


def add_descriptors(add):
    good = {"flags": DESCRIPTOR, "local": ZERO_LOCAL}
    add(20, "descriptor", "OK", changed(**good, descriptor=descriptor()), GOOD_TENSOR)
    add(20, "descriptor-without-signature", "OK", changed(**good, descriptor=descriptor(signature=b"")), GOOD_TENSOR)
    add(20, "descriptor-wide", "OK", changed(**good, descriptor=descriptor(wide=True)), GOOD_TENSOR)
    for name, made in {"crc": descriptor(crc=1), "stored-size": descriptor(stored=15), "size": descriptor(size=17),
                       "signature": descriptor(signature=b"PK\7\7"), "wide-size": descriptor(size=2**32 + 16, wide=True)
                       }.items():
        add(11, f"descriptor-{name}-differs", "CORRUPT", changed(**good, descriptor=made), "'a/data/0'",
            "data descriptor", "at byte")
    add(11, "descriptor-missing", "CORRUPT", changed(**good), "'a/data/0'", "data descriptor")
    add(11, "descriptor-with-more-behind", "CORRUPT", changed(**good, descriptor=descriptor() + b"evil"), "'a/data/0'",
        "descriptor", "at byte")
    add(11, "descriptor-not-promised", "CORRUPT", changed(descriptor=descriptor()), "belong to nothing")


def add_bombs(add):
    zeros = bytes(1 << 20)
    add(10, "deflated-storage", "OK", changed(method=DEFLATED), GOOD_TENSOR)
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"".join(packed.compress(zeros) for _ in range(128)) + packed.flush()
    made = pickles.members(pickles.pickle(pickles.state(pickles.tensor(
        (1 << 25,), storage=pickles.storage(1 << 25)))))
    size = 1 << 27
    made[DATA] = Member(b"a/data/0", b"", DEFLATED, packed=bomb, local={"size": size, "crc": 0},
                        central={"size": size, "crc": 0})
    add(10, "storage-of-128-mib-in-130-kb", "LIMIT", archive(made), "'a/data/0'", "inflating", "134217728")
    for name, size in {"one-byte-less": 15, "one-byte-more": 17, "ten-times": 160}.items():
        lie = pickles.members(pickles.pickle(pickles.state(pickles.tensor(
            (size,), storage=pickles.storage(size, "ByteStorage")))))
        lie[DATA] = Member(b"a/data/0", pickles.FLOATS, DEFLATED, local={"size": size}, central={"size": size})
        add(10, f"deflated-to-{name}", "CORRUPT", archive(lie), "'a/data/0'", "do not give", str(size), "at byte")
    ratio = {"size": 10**9}
    lie = pickles.members(pickles.pickle(pickles.state(pickles.tensor(
        (10**9,), storage=pickles.storage(10**9, "ByteStorage")))))
    lie[DATA] = Member(b"a/data/0", pickles.FLOATS, DEFLATED, local=ratio, central=ratio)
    add(10, "ratio-beyond-deflate", "CORRUPT", archive(lie), "'a/data/0'", "cannot give 1000000000", "at byte")
    add(10, "deflate-cut-off", "CORRUPT", changed(method=DEFLATED, packed=b"\x63", local={}, central={}), "'a/data/0'",
        "do not give")
    add(10, "deflate-with-bytes-behind", "CORRUPT", changed(
        method=DEFLATED, packed=Member(b"", pickles.FLOATS, DEFLATED).stored() + b"evil"), "'a/data/0'", "do not give")
    add(10, "deflate-of-garbage", "CORRUPT", changed(method=DEFLATED, packed=b"\xff" * 20), "'a/data/0'", "do not give")
    deflated = pickles.members(pickles.pickle(pickles.text("x" * (1 << 20))))
    deflated[0].method = DEFLATED
    add(10, "deflated-pickle", "OK", archive(deflated), "xxxx")
    bomb_pickle = pickles.members(b"")
    bomb_pickle[0] = Member(b"a/data.pkl", b"", DEFLATED, packed=bomb, local={"size": 1 << 27, "crc": 0},
                            central={"size": 1 << 27, "crc": 0})
    add(10, "deflated-pickle-of-128-mib", "LIMIT", archive(bomb_pickle), "data.pkl")
    # Fifield's: entries that share one payload by way of overlapping ranges.
    inner = members()
    payload = zips.local_header(inner[DATA]) + inner[DATA].stored()
    outer = Member(b"a/data/1", payload, before=b"")
    made = [inner[0], inner[1], outer, inner[3]]
    whole = archive(made)
    at = whole.index(payload)
    entry = zips.central_header(inner[DATA], at)
    start = whole.index(b"PK\1\2")
    end = whole[:start] + entry + whole[start:-22] + zips.record(zips.END, {
        "signature": b"PK\5\6", "count_here": 5, "count": 5, "directory_size": len(whole) - 22 - start + len(entry),
        "directory_offset": start}, {})
    add(10, "overlapping-entries-fifield", "CORRUPT", end, "overlaps", "at byte")
    add(10, "quine-like-nested-zip", "OK", archive([*members(), Member(b"a/self.zip", plain())]), GOOD_TENSOR)
    many = [*members(), *[Member(f"a/x{i}".encode(), b"") for i in range(30_000)]]
    add(7, "entries-30000", "OK", archive(many), GOOD_TENSOR)
    add(7, "limit-of-entries", "LIMIT", plain(), "at most 3", "got 4", limits={"max_entries": 3})
    add(7, "limit-of-the-directory", "LIMIT", plain(), "at most 100 bytes", limits={"max_header_bytes": 100})


def add_checksums(add):
    wrong = {"crc": 5}
    add(11, "crc-wrong-not-verified", "OK", changed(crc=5), GOOD_TENSOR)
    add(11, "crc-wrong-verified", "CORRUPT", changed(crc=5), "'a/data/0'", "CRC-32", "expected 5", "at byte", verify=True)
    add(11, "crc-zero-verified", "OK", changed(crc=0), GOOD_TENSOR, verify=True)
    made = pickles.members(PICKLE)
    made[0].crc = 5
    add(11, "crc-of-the-pickle-wrong-verified-picklescan", "CORRUPT", archive(made), "'a/data.pkl'", "CRC-32", verify=True)
    made = [*members(), Member(b"a/unused", b"x", local=wrong, central=wrong)]
    add(11, "crc-of-an-unused-entry-verified", "CORRUPT", archive(made), "'a/unused'", "CRC-32", verify=True)


def add_records(add):
    def torch(**options):
        return pickles.torch_file(PICKLE, **options)
    add(16, "version-missing", "CORRUPT", torch(version=None), "version", "missing")
    for name, version in {"0": b"0", "11": b"11\n", "word": b"three", "negative": b"-3", "huge": b"9" * 40,
                          "empty": b"", "with-control": b"3\x1b[2J"}.items():
        add(16, f"version-{name}", "CORRUPT" if name == "empty" else "UNSUPPORTED", torch(version=version), "version")
    add(7, "version-too-large", "CORRUPT", torch(version=b"3" * 65), "version", "too large")
    for name, order in {"word": b"middle", "control": b"\x1b[2J", "empty": b""}.items():
        add(16, f"byteorder-{name}", "CORRUPT", torch(byteorder=order), "byteorder", "expected little or big")
    add(7, "byteorder-too-large", "CORRUPT", torch(byteorder=b"little" * 20), "byteorder", "too large")
    add(20, "byteorder-missing", "OK", torch(byteorder=None), GOOD_TENSOR)
    add(20, "byteorder-big", "OK", torch(byteorder=b"big"), "'w': float32[4] 3f800000")
    add(7, "limit-of-the-pickle", "LIMIT", pickles.torch_of(pickles.text("x" * 300)), "data.pkl", "at most 300",
        limits={"max_header_bytes": 300})


def add_to(registry):
    add = registry.adder("zip", ".pt")
    for part in (add_fields, add_names, add_ends, add_zip64, add_descriptors, add_bombs, add_checksums, add_records):
        part(add)
