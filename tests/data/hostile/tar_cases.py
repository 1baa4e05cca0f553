"""PyTorch's tar files of before version 0.2, and tars that two readers see differently (CVE-2025-32434 came by this way)."""
import struct

import pickles
from pickles import FLOATS, NONE, integer, many, name, pairs, pickle, text

GOOD_TENSOR = "'w': float32[4] 0000803f000000400000404000008040"
BLOCK = 512


def header(label, size, kind=b"0", magic=b"ustar\x0000", size_field=None, checksum=None, prefix=b"", uid=b"0000000\0"):
    field = b"%011o\0" % size if size_field is None else size_field
    start = label.ljust(100, b"\0") + b"0000644\0" + uid + b"0000000\0" + field + b"00000000000\0"
    rest = kind + bytes(100) + magic + bytes(80) + prefix.ljust(155, b"\0")
    total = sum(start) + 8 * 32 + sum(rest)
    sum_field = b"%06o\0 " % total if checksum is None else checksum
    return (start + sum_field + rest).ljust(BLOCK, b"\0")


def member(label, content, padding=b"\0", **changes):
    return header(label, len(content), **changes) + content + padding * (-len(content) % BLOCK)


def storages(count=1, key=7, elements=4, kind="FloatStorage", data=FLOATS, views=b"", module="torch", location=None):
    one = pickle(many(integer(key), text("cpu") if location is None else location, name(module, kind)))
    return pickle(integer(count)) + one + struct.pack("<q", elements) + data + pickle(b"]", views)


def tensors(count=1, key=9, storage=7, shape=(4,), stride=(1,), offset=0, rank=None):
    one = pickle(many(integer(key), integer(storage), name("torch", "FloatTensor")))
    numbers = struct.pack("<iI", len(shape) if rank is None else rank, 0)
    numbers += b"".join(struct.pack("<q", n) for n in (*shape, *stride, offset))
    return pickle(integer(count)) + (one + numbers) * count


def content(key=9):
    return pickle(pairs(text("w"), integer(key) + b"Q"))


SYS_INFO = pickle(pairs(text("little_endian"), b"\x88"))


def tar(pickled=None, stored=None, shapes=None, more=(), end=bytes(2 * BLOCK)):
    parts = [member(b"storages", storages() if stored is None else stored), member(b"tensors", tensors() if shapes is None else shapes),
             member(b"pickle", content() if pickled is None else pickled), member(b"sys_info", SYS_INFO)]
    return b"".join([*parts, *more]) + end


def add_archives(add):
    add(20, "good", "OK", tar(), GOOD_TENSOR)
    add(20, "of-gnu-tar", "OK", b"".join(member(label, part, magic=b"ustar  \0") for label, part in (
        (b"storages", storages()), (b"tensors", tensors()), (b"pickle", content()))) + bytes(2 * BLOCK), GOOD_TENSOR)
    whole = tar()
    add(15, "cut-in-half", "CORRUPT", whole[:len(whole) // 2 // BLOCK * BLOCK + 100], "at byte")
    add(15, "cut-in-a-header", "CORRUPT", whole[:BLOCK + 512 + 100], "at byte")
    add(15, "cut-before-its-end", "CORRUPT", whole[:-2 * BLOCK], "at byte")
    add(11, "one-block-at-its-end", "CORRUPT", whole[:-BLOCK], "no end", "at byte")
    add(16, "bytes-behind", "CORRUPT", whole + b"evil".ljust(BLOCK, b"\0"), "bytes after the end", "at byte")
    add(13, "member-twice", "CORRUPT", tar(more=[member(b"pickle", content())]), "'pickle'", "two members", "at byte")
    for label in ("storages", "tensors", "pickle"):
        parts = {"storages": storages(), "tensors": tensors(), "pickle": content()}
        del parts[label]
        add(16, f"without-{label}", "UNSUPPORTED", b"".join(member(n.encode(), c) for n, c in parts.items()) + bytes(2 * BLOCK),
            "not PyTorch's", label)
    add(12, "member-that-climbs", "OK", tar(more=[member(b"../../etc/passwd", b"x")]), GOOD_TENSOR)
    for kind, label in ((b"1", "hard-link"), (b"2", "symbolic-link"), (b"3", "device"), (b"5", "folder"), (b"6", "pipe"),
                        (b"L", "gnu-long-name"), (b"S", "gnu-sparse"), (b"Z", "unknown")):
        add(11, f"{label}-among-its-members", "UNSUPPORTED", tar(more=[member(b"x", b"", kind=kind)]), "not PyTorch's", "at byte")
    add(11, "name-in-two-fields", "UNSUPPORTED", tar(more=[member(b"x", b"", prefix=b"folder")]), "not PyTorch's", "at byte")
    record = lambda key, value: b"%d %s=%s\n" % (len(key) + len(value) + 3 + 2, key, value)
    add(11, "pax-path", "UNSUPPORTED", tar(more=[member(b"p", record(b"path", b"pickle00"), kind=b"x"), member(b"x", b"y")]), "pax", "at byte")
    add(11, "pax-size", "UNSUPPORTED", tar(more=[member(b"p", record(b"size", b"10000000"), kind=b"x"), member(b"x", b"y")]), "pax")
    add(11, "pax-record-length-wrong", "CORRUPT", tar(more=[member(b"p", b"999 a=b\n", kind=b"x"), member(b"x", b"y")]), "pax", "at byte")
    for label, field in {"not-octal": b"0000000009\0\0", "negative": b"-0000000001\0", "empty": bytes(12), "largest": b"77777777777\0",
                         "binary-largest": b"\x80" + b"\xff" * 11, "base-256-negative": b"\xff" * 12}.items():
        add(6, f"size-{label}", "CORRUPT", member(b"storages", b"x", size_field=field) + tar(), "at byte 0")
    add(11, "checksum-wrong", "CORRUPT", member(b"x", b"", checksum=b"000001\0 ") + tar(), "checksum", "at byte 0")
    add(11, "padding-not-zero", "CORRUPT", member(b"x", b"y", padding=b"e") + tar(), "padding", "at byte")
    add(11, "later-header-without-its-magic", "CORRUPT", tar(more=[member(b"x", b"", magic=bytes(8))]), "at byte")
    add(7, "many-members", "UNSUPPORTED", tar(more=[member(b"m%d" % i, b"") for i in range(100)]), "not PyTorch's")


def add_contents(add):
    add(1, "pickle-that-runs-code-cve-2025-32434", "UNSUPPORTED", tar(pickle(pickles.call(name("os", "system"), text("id")))),
        "os.system", "refused", "at byte")
    add(1, "storages-that-run-code-cve-2025-32434", "UNSUPPORTED", tar(stored=pickle(pickles.call(name("os", "system"), text("id")))),
        "os.system", "refused", "at byte")
    add(1, "tensors-that-run-code", "UNSUPPORTED", tar(shapes=pickle(pickles.call(name("os", "system"), text("id")))), "os.system")
    for label, count in {"minus-one": -1, "two": 2, "largest": 2**63 - 1}.items():
        add(7, f"storage-count-{label}", "CORRUPT", tar(stored=storages(count)), "'storages'", "at byte")
    add(7, "tensor-count-larger", "CORRUPT", tar(shapes=pickle(integer(2**62)) + tensors()[4:]), "'tensors'", "at byte")
    add(2, "storage-count-a-text", "CORRUPT", tar(stored=pickle(text("1"))), "integer", "at byte")
    for label, elements in {"minus-one": -1, "largest": 2**63 - 1, "wraps": 2**62 + 4, "beyond": 5000}.items():
        add(5, f"elements-{label}", "CORRUPT", tar(stored=storages(elements=elements)), "leaves its member", "at byte")
    add(3, "elements-one-less", "CORRUPT", tar(stored=storages(elements=3)), "at byte")
    add(2, "storage-of-an-unknown-class", "UNSUPPORTED", tar(stored=storages(kind="EvilStorage")), "torch.EvilStorage", "at byte")
    add(2, "storage-location-a-number", "CORRUPT", tar(stored=storages(location=integer(1))), "at byte")
    add(13, "one-key-for-a-storage-and-a-tensor", "CORRUPT", tar(shapes=tensors(key=7)), "one key", "at byte")
    add(2, "tensor-of-no-storage", "CORRUPT", tar(shapes=tensors(storage=8)), "no storage has the key 8", "at byte")
    add(2, "content-of-no-tensor", "CORRUPT", tar(content(8)), "at byte")
    for rank in (-1, 5000, 2**31 - 1):
        add(7, f"rank-{rank}", "CORRUPT", tar(shapes=tensors(rank=rank)), "dimensions", "at byte")
    for label, facts in {"size-one-more": ((5,), (1,), 0), "offset-beyond": ((4,), (1,), 1), "offset-negative": ((4,), (1,), -1),
                         "size-negative": ((-4,), (1,), 0), "stride-negative": ((4,), (-1,), 0),
                         "stride-largest": ((2,), (2**62,), 0), "product-overflows": ((2**32, 2**32), (0, 0), 0)}.items():
        shape, stride, offset = facts
        add(4, label, "CORRUPT", tar(shapes=tensors(shape=shape, stride=stride, offset=offset)), "shape", "at byte")
    add(4, "expanded-to-17-terabytes", "LIMIT", tar(shapes=tensors(shape=(2**21, 2**21), stride=(0, 0))), "larger than the file justifies")
    add(16, "bytes-behind-the-tensors", "CORRUPT", tar(shapes=tensors() + b"evil"), "'tensors'", "bytes after the end", "at byte")
    add(16, "bytes-behind-the-storages", "CORRUPT", tar(stored=storages() + b"evil"), "'storages'", "bytes after the end")
    add(16, "bytes-behind-the-pickle", "CORRUPT", tar(content() + b"evil"), "after the end", "at byte")
    view = lambda *numbers: many(*map(integer, numbers)) + b"a"
    add(20, "view", "OK", tar(stored=storages(views=view(8, 7, 1, 2)), shapes=tensors(storage=8, shape=(2,))), "'w': float32[2] 0000004000004040")
    for label, numbers in {"beyond": (8, 7, 3, 2), "negative": (8, 7, -1, 2), "count-negative": (8, 7, 0, -1),
                           "sum-overflows": (8, 7, 2**62, 2**62)}.items():
        add(4, f"view-{label}", "CORRUPT", tar(stored=storages(views=view(*numbers))), "view leaves its storage", "at byte")
    add(2, "view-of-nothing", "CORRUPT", tar(stored=storages(views=view(8, 6, 0, 1))), "no storage has the key 6")
    add(2, "view-of-three", "CORRUPT", tar(stored=storages(views=view(8, 7, 0))), "tuple of 4")
    add(2, "views-not-a-list", "CORRUPT", tar(stored=storages()[:-4] + pickle(NONE)), "not a list")


def add_to(registry):
    add = registry.adder("tar", ".pt")
    for part in (add_archives, add_contents):
        part(add)
