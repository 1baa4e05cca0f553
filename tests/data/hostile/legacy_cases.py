"""What torch.save wrote before version 1.6: five pickles, and the storages behind them."""
import struct

import pickles
from pickles import FLOATS, NONE, integer, many, name, pairs, pickle, sizes, text

MAGIC = pickle(b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19")
VERSION = pickle(integer(1001))
LITTLE = pickle(pairs(text("little_endian"), pickles.TRUE))
BIG = pickle(pairs(text("little_endian"), pickles.FALSE))
GOOD_TENSOR = "'w': float32[4] 0000803f000000400000404000008040"


def storage(count=4, kind="FloatStorage", key="7", view=NONE, module="torch"):
    return many(text("storage"), name(module, kind), text(key), text("cpu"), integer(count), view) + b"Q"


def view(key, first, count):
    return many(text(key), integer(first), integer(count))


def tensor(size=(4,), stride=(1,), offset=0, **changes):
    return pickles.tensor(size, stride, offset, storage(**changes))


def keys(*names):
    return pickle(b"]", b"".join(text(key) + b"a" for key in names))


def stream(content=None, listed=("7",), data=struct.pack("<q", 4) + FLOATS, head=MAGIC + VERSION + LITTLE, last=None):
    content = pickle(pickles.state(tensor())) if content is None else content
    return head + content + (keys(*listed) if last is None else last) + data


def of(value, **changes):
    return stream(pickle(pickles.state(value)), **changes)


def add_heads(add):
    add(20, "good", "OK", stream(), GOOD_TENSOR)
    add(20, "of-a-big-machine", "OK", stream(head=MAGIC + VERSION + BIG, data=struct.pack(">q", 4) + FLOATS), GOOD_TENSOR)
    add(16, "magic-another-number", "UNSUPPORTED", stream(head=pickle(b"\x8a\x0a" + bytes(range(1, 11))) + VERSION + LITTLE), "pickle")
    for label, version in {"1000": integer(1000), "none": NONE, "text": text("1001"), "negative": integer(-1)}.items():
        add(16, f"version-{label}", "UNSUPPORTED", stream(head=MAGIC + pickle(version) + LITTLE), "protocol version",
            "expected 1001", "at byte")
    for label, facts in {"none": NONE, "a-list": b"]", "endian-a-text": pairs(text("little_endian"), text("yes"))}.items():
        add(2, f"facts-{label}", "CORRUPT", stream(head=MAGIC + VERSION + pickle(facts)), "sys_info", "at byte")
    add(1, "facts-that-run-code", "UNSUPPORTED", stream(head=MAGIC + VERSION + pickle(
        pickles.call(name("os", "system"), text("id")))), "os.system", "refused", "at byte")
    add(7, "version-of-5000-bytes", "CORRUPT", stream(head=MAGIC + pickle(text("x" * 5000)) + LITTLE), "protocol version", "cut off")
    whole = stream()
    heads = {"magic-alone": MAGIC, "no-facts": MAGIC + VERSION, "no-object": MAGIC + VERSION + LITTLE}
    for label, content in heads.items():
        add(15, f"cut-{label}", "CORRUPT", content, "cut off", "at byte")
    for label, less in {"by-a-byte": 1, "in-the-data": 10, "before-the-data": 16, "in-the-count": 20, "before-the-count": 24,
                        "in-the-keys": 30}.items():
        add(15, f"cut-{label}", "CORRUPT", whole[:-less], "cut off", "at byte")


def add_keys(add):
    add(13, "key-twice", "CORRUPT", stream(listed=("7", "7"), data=(struct.pack("<q", 4) + FLOATS) * 2), "'7'", "twice")
    add(16, "key-of-nothing", "CORRUPT", stream(listed=("7", "8")), "'8'", "nothing in the object", "at byte")
    add(16, "key-missing", "CORRUPT", stream(listed=(), data=b""), "'7'", "not in the list", "at byte")
    add(2, "keys-a-tuple", "CORRUPT", stream(last=pickle(many(text("7")))), "storage keys", "not a list", "at byte")
    add(2, "key-a-number", "CORRUPT", stream(last=pickle(b"]", integer(7), b"a")), "storage keys", "not a text")
    add(1, "keys-that-run-code", "UNSUPPORTED", stream(last=pickle(pickles.call(name("os", "system"), text("id")))),
        "os.system", "refused")
    add(16, "bytes-behind", "CORRUPT", stream() + b"evil", "bytes after the last storage", "got 4", "at byte")
    add(16, "pickle-behind-picklescan", "CORRUPT", stream() + pickle(pickles.call(name("os", "system"), text("id"))),
        "bytes after the last storage")
    add(16, "two-streams", "CORRUPT", stream() * 2, "bytes after the last storage")


def add_counts(add):
    for label, count in {"one-less": 3, "one-more": 5, "zero": 0, "minus-one": -1, "largest": 2**63 - 1,
                         "wraps": 2**62 + 4}.items():
        add(3, f"count-{label}", "CORRUPT", stream(data=struct.pack("<q", count) + FLOATS), "'7'",
            "expected 4 elements", "at byte")
    for label, count in {"minus-one": -1, "smallest": -2**63, "largest": 2**63 - 1, "wraps": 2**62 + 4}.items():
        add(5, f"id-count-{label}", "CORRUPT", of(tensor(count=count)), "'7'", "at byte")
    add(3, "big-count-in-a-little-file", "CORRUPT", stream(data=struct.pack(">q", 4) + FLOATS), "'7'", "expected 4")
    two = pairs(text("w"), tensor(), text("v"), tensor((2,), count=2))
    add(3, "two-sizes", "CORRUPT", stream(pickle(two)), "'7'", "two sizes", "at byte")
    two = pairs(text("w"), tensor(), text("v"), tensor((4,), kind="IntStorage"))
    add(3, "two-classes", "CORRUPT", stream(pickle(two)), "'7'", "two classes", "at byte")
    add(4, "tensor-leaves-its-storage", "CORRUPT", of(tensor((5,))), "'w'", "leaves its storage", "at byte")
    add(4, "expanded-to-17-terabytes", "LIMIT", of(tensor((2**21, 2**21), (0, 0))), "larger than the file justifies")
    for size, label in ((5, "five"), (7, "seven")):
        parts = [text("storage"), name("torch", "FloatStorage"), text("7"), text("cpu"), integer(4), NONE, NONE][:size]
        add(2, f"persistent-id-of-{label}", "CORRUPT", of(pickles.tensor(storage=many(*parts) + b"Q")), "tuple of 6", "at byte")


def add_limits(add):
    add(7, "limit-of-the-pickle", "LIMIT", stream(), "object", "at most 100", limits={"max_header_bytes": 100})
    add(4, "limit-of-a-tensor", "LIMIT", stream(), "at most 15", limits={"max_tensor_bytes": 15})


def add_views(add):
    def viewed(first, count, size, key="v"):
        return of(tensor(size, view=view(key, first, count)))
    add(20, "view", "OK", viewed(1, 2, (2,)), "'w': float32[2] 0000004000004040")
    for label, numbers in {"beyond": (2, 3), "negative-first": (-1, 2), "negative-count": (1, -1), "first-largest": (2**63 - 1, 2),
                           "count-largest": (0, 2**63 - 1), "sum-overflows": (2**62, 2**62), "first-beyond": (5, 0)}.items():
        add(4, f"view-{label}", "CORRUPT", viewed(*numbers, (1,)), "view leaves its storage", "at byte")
    add(4, "tensor-leaves-its-view", "CORRUPT", viewed(1, 2, (3,)), "'w'", "leaves its storage", "at byte")
    add(2, "view-a-list", "CORRUPT", of(tensor(view=b"]")), "not a view", "at byte")
    add(2, "view-of-two", "CORRUPT", of(tensor(view=many(text("v"), integer(0)))), "not a view")
    add(2, "view-key-a-number", "CORRUPT", of(tensor(view=many(integer(1), integer(0), integer(4)))), "not a view")
    add(2, "view-first-a-text", "CORRUPT", of(tensor(view=many(text("v"), text("0"), integer(4)))), "offset of a view")
    add(13, "view-key-of-a-storage", "CORRUPT", viewed(1, 2, (2,), "7"), "'7'", "key of a storage", "at byte")
    two = pairs(text("w"), tensor((2,), view=view("v", 0, 2)), text("u"), tensor((2,), view=view("v", 1, 2)))
    add(13, "one-key-two-views", "CORRUPT", stream(pickle(two)), "'v'", "one key for two views", "at byte")
    size = 1 << 18
    raw = storage(size, "UntypedStorage", view=view("v", size, 0), module="torch.storage")
    nothing = pickles.call(name("torch._utils", "_rebuild_tensor_v3"), raw, integer(0), sizes(0), sizes(1), pickles.FALSE,
                           pickles.ordered_dict(), name("torch", "float64"))
    add(4, "empty-tensor-at-the-end-of-a-view-of-bytes", "OK", of(nothing, data=struct.pack("<q", size) + bytes(size)),
        "'w': float64[0]")


def add_to(registry):
    add = registry.adder("legacy", ".pt")
    for part in (add_heads, add_keys, add_counts, add_limits, add_views):
        part(add)
