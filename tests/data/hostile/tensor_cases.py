"""What a pickle says of tensors and storages that is not so."""
import struct

import pickles
import zips
from pickles import FALSE, NONE, TRUE, call, integer, many, name, pairs, sizes, state, storage, tensor, text, torch_of

W = "'w'"


def of(*arguments, function="_rebuild_tensor_v2", module="torch._utils"):
    return torch_of(state(call(name(module, function), *arguments)))


def add_storages(add):
    for label, count in {"one-less": 3, "one-more": 5, "zero": 0, "minus-one": -1, "largest": 2**63 - 1,
                         "smallest": -2**63, "wraps-to-16-bytes": 2**62 + 4}.items():
        add(3, f"count-{label}-cve-2026-24747", "CORRUPT", torch_of(state(tensor(storage=storage(count)))),
            "'a/data/0'", f"expected {count} elements of 4 bytes, got 16 bytes", "at byte")
    add(3, "count-of-64-bits-more", "CORRUPT", torch_of(state(tensor(storage=storage(2**70)))), W, "at byte")
    add(3, "record-shorter-than-the-pickle-says", "CORRUPT", torch_of(state(), storages=(pickles.FLOATS[:8],)),
        "'a/data/0'", "expected 4 elements of 4 bytes, got 8 bytes")
    add(3, "record-with-a-byte-more", "CORRUPT", torch_of(state(), storages=(pickles.FLOATS + b"x",)), "'a/data/0'",
        "got 17 bytes")
    add(3, "record-missing", "CORRUPT", torch_of(state(tensor(storage=storage(key="7")))), "'a/data/7'", "missing")
    for label, key in {"climbs": "../../../etc/passwd", "absolute": "/etc/passwd", "empty": "", "pickle": "../data.pkl",
                       "with-a-nul": "0\0", "with-an-escape-sequence": "\x1b[2J", "of-a-megabyte": "k" * 1_000_000}.items():
        add(12, f"key-{label}", "CORRUPT", torch_of(state(tensor(storage=storage(key=key)))), "missing")
    other = pairs(text("w"), tensor(), text("v"), tensor((2,), storage=storage(2, "DoubleStorage")))
    add(3, "one-storage-two-classes", "CORRUPT", torch_of(other), "'a/data/0'", "two classes", "at byte")
    other = pairs(text("w"), tensor(), text("v"), tensor((3,), storage=storage(3)))
    add(3, "one-storage-two-counts", "CORRUPT", torch_of(other), "'a/data/0'", "expected 3 elements")
    for label, kind, module in (("unknown-class", "EvilStorage", "torch"), ("class-of-another-module", "FloatStorage", "m"),
                                ("class-of-numpy", "ndarray", "numpy")):
        add(2, label, "UNSUPPORTED", torch_of(state(tensor(storage=storage(kind=kind, module=module)))), W,
            f"unknown storage class {module}.{kind}", "at byte")
    add(2, "untyped-without-a-dtype", "CORRUPT", torch_of(state(tensor(storage=storage(16, "UntypedStorage")))), W,
        "untyped storage without a dtype", "at byte")
    good = [text("storage"), name("torch", "FloatStorage"), text("0"), text("cpu"), integer(4)]
    for place, label in enumerate(("tag", "class", "key", "location", "count")):
        for kind, value in {"none": NONE, "list": b"]"}.items():
            parts = list(good)
            parts[place] = value
            add(2, f"persistent-id-with-{kind}-as-{label}", "CORRUPT", torch_of(state(tensor(storage=many(*parts) + b"Q"))),
                W, "persistent id", "at byte")
    add(2, "persistent-id-of-four", "CORRUPT", torch_of(state(tensor(storage=many(*good[:4]) + b"Q"))), W, "tuple of 5")
    add(2, "persistent-id-of-six", "CORRUPT", torch_of(state(tensor(storage=many(*good, NONE) + b"Q"))), W, "tuple of 5")
    add(2, "persistent-id-a-text", "CORRUPT", torch_of(state(tensor(storage=text("0") + b"Q"))), W, "tuple of 5")
    add(2, "persistent-id-another-tag", "CORRUPT", torch_of(state(tensor(storage=storage(tag="module")))), W,
        "persistent id is not")
    for label, value in {"none": NONE, "a-tensor": tensor(), "a-list": b"]", "bytes": b"C\x04abcd"}.items():
        add(2, f"no-storage-but-{label}", "CORRUPT", torch_of(state(tensor(storage=value))), W, "without a storage", "at byte")
    add(3, "storage-by-itself-of-another-size", "CORRUPT", torch_of(pairs(text("s"), storage(9))), "'a/data/0'",
        "expected 9 elements of 4 bytes, got 16 bytes")
    add(20, "storage-by-itself", "OK", torch_of(pairs(text("s"), storage())), "opaque torch.FloatStorage(float32[4]")


def add_extents(add):
    for label, facts in {
        "size-one-more": ((5,), (1,), 0), "offset-beyond": ((1,), (1,), 4), "offset-makes-it-leave": ((4,), (1,), 1),
        "stride-too-large": ((2,), (4,), 0), "stride-of-64-bits": ((2,), (2**62,), 0), "offset-largest": ((1,), (1,), 2**63 - 1),
        "last-element-by-two-strides": ((2, 2), (2, 2), 0), "offset-largest-plus-size": ((4,), (1,), 2**63 - 4),
    }.items():
        size, stride, offset = facts
        add(4, label, "CORRUPT", torch_of(state(tensor(size, stride, offset))), W, "shape", "'a/data/0' with 16 bytes",
            "at byte")
    for label, facts in {
        "size-negative": ((-1,), (1,), 0), "size-smallest": ((-2**63,), (1,), 0), "stride-negative": ((2,), (-1,), 1),
        "stride-smallest": ((2,), (-2**63,), 0), "offset-negative": ((1,), (1,), -1), "offset-smallest": ((1,), (1,), -2**63),
    }.items():
        size, stride, offset = facts
        add(23, label, "CORRUPT", torch_of(state(tensor(size, stride, offset))), W, "at byte")
    for label, facts in {
        "product-overflows": ((2**32, 2**32), (0, 0), 0), "product-wraps-to-zero": ((2**32, 2**32, 1), (0, 0, 0), 0),
        "product-wraps-to-four": ((2**32, 2**32, 4), (0, 0, 1), 0), "bytes-overflow": ((2**61,), (0,), 0),
        "bits-overflow": ((2**60,), (0,), 0), "extent-overflows": ((2**31, 2**31), (2**33, 1), 0),
        "zero-and-overflow": ((0, 2**40, 2**40), (1, 1, 1), 0),
    }.items():
        size, stride, offset = facts
        add(5, label, "CORRUPT", torch_of(state(tensor(size, stride, offset))), W, "make no sense", "at byte")
    add(4, "expanded-to-17-terabytes-burn-5506", "LIMIT", torch_of(state(tensor((2**21, 2**21), (0, 0)))), "'a/data/0'",
        "larger than the file justifies", "17592186044416")
    many_views = pairs(*[text(f"v{i}") + tensor((2**23,), (0,)) for i in range(200)])
    add(4, "expanded-200-times-32-mib", "LIMIT", torch_of(many_views), "all tensors together")
    add(4, "expanded-a-little", "OK", torch_of(state(tensor((3, 4), (0, 1)))), "float32[3, 4]")
    add(4, "limit-of-a-tensor", "LIMIT", torch_of(state()), "'a/data/0'", "at most 15", limits={"max_tensor_bytes": 15})
    add(4, "limit-of-all", "LIMIT", torch_of(state()), "larger than the file justifies", limits={"max_total_bytes": 15})
    add(20, "empty-slice-beyond-its-storage", "OK", torch_of(state(tensor((0,), (1,), 99))), "float32[0]")
    add(20, "scalar", "OK", torch_of(state(tensor((), (), 3))), "float32[] 00008040")
    add(20, "transposed", "OK", torch_of(state(tensor((2, 2), (1, 2)))), "float32[2, 2] 0000803f00004040")
    add(2, "more-strides-than-sizes", "CORRUPT", torch_of(state(tensor((4,), (1, 1)))), W, "at byte")
    add(2, "fewer-strides-than-sizes", "CORRUPT", torch_of(state(tensor((2, 2), (1,)))), W, "at byte")
    add(7, "dimensions-1024", "OK", torch_of(state(tensor([1] * 1024, [1] * 1024))), "float32[1, 1, 1")
    add(7, "dimensions-1025", "LIMIT", torch_of(state(tensor([1] * 1025, [1] * 1025))), W, "too many dimensions", "1024")
    add(7, "dimensions-100000", "LIMIT", torch_of(state(tensor([1] * 100_000, [1] * 100_000))), W, "too many dimensions")


def add_arguments(add):
    good = [storage(), integer(0), sizes(4), sizes(1), FALSE, pickles.ordered_dict()]
    for count in (0, 1, 3, 5):
        add(2, f"{count}-arguments", "CORRUPT", of(*good[:count]), W, "wrong number of arguments", "at byte")
    add(2, "8-arguments", "CORRUPT", of(*good, NONE, NONE), W, "wrong number of arguments")
    labels = ("storage", "offset", "size", "stride", "requires-grad")
    for place, label in enumerate(labels):
        for kind, value in {"none": NONE, "text": text("4"), "real": b"G" + struct.pack(">d", 4), "dict": b"}"}.items():
            parts = list(good)
            parts[place] = value
            add(2, f"{label}-is-{kind}", "CORRUPT", of(*parts), W, "at byte")
    add(2, "size-holds-a-real", "CORRUPT", of(storage(), integer(0), many(b"G" + struct.pack(">d", 4)), *good[3:]), W,
        "a size is not an integer", "at byte")
    add(2, "size-holds-a-bool", "CORRUPT", of(storage(), integer(0), many(TRUE), *good[3:]), W, "a size is not an integer")
    add(5, "size-of-70-bits", "CORRUPT", of(storage(), integer(0), many(integer(2**70)), *good[3:]), W, "64 bits")
    add(5, "offset-of-70-bits", "CORRUPT", of(storage(), integer(2**70), *good[2:]), W, "offset", "64 bits")
    add(20, "size-is-a-torch-size", "OK", of(storage(), integer(0), call(name("torch", "Size"), sizes(4)), *good[3:]),
        "float32[4]")
    add(2, "size-is-a-list", "CORRUPT", of(storage(), integer(0), b"]", *good[3:]), W, "not a tuple")
    add(2, "v2-metadata-a-list", "CORRUPT", of(*good, b"]"), W, "metadata is not a dict")
    add(2, "v2-conjugated", "UNSUPPORTED", of(*good, pairs(text("conj"), TRUE)), W, "conjugated")
    add(2, "v2-negated", "OK", of(*good, pairs(text("neg"), TRUE)), "000080bf")
    dtype = name("torch", "float32")
    raw = storage(16, "UntypedStorage", module="torch.storage")
    v3 = [raw, *good[1:]]
    add(20, "v3", "OK", of(*v3, dtype, function="_rebuild_tensor_v3"), "'w': float32[4] 0000803f")
    for label, value in {"a-text": text("float32"), "none": NONE, "another-module": name("numpy", "float32")}.items():
        add(2, f"v3-dtype-is-{label}", "CORRUPT", of(*v3, value, function="_rebuild_tensor_v3"), W, "not a dtype")
    add(2, "v3-dtype-unknown", "UNSUPPORTED", of(*v3, name("torch", "float31"), function="_rebuild_tensor_v3"), W,
        "unknown dtype torch.float31")
    add(2, "v3-dtype-against-the-storage", "CORRUPT", of(*good, name("torch", "float64"), function="_rebuild_tensor_v3"),
        W, "another dtype than its storage")
    add(6, "v3-untyped-too-short", "CORRUPT", of(raw, integer(0), sizes(4), sizes(1), *good[4:], name("torch", "float64"),
                                                 function="_rebuild_tensor_v3"), W, "leaves its storage")
    for label, arguments in {"nothing": (), "no-tensor": (NONE, TRUE, NONE), "a-real": (tensor(), b"G" + bytes(8), NONE)}.items():
        add(2, f"parameter-of-{label}", "OK" if label == "no-tensor" else "CORRUPT",
            of(*arguments, function="_rebuild_parameter"), "opaque" if label == "no-tensor" else W)
    for label, arguments in {"nothing": (), "five": good[:5], "a-list": (b"]",) * 7}.items():
        add(2, f"quantized-of-{label}", "CORRUPT", of(*arguments, function="_rebuild_qtensor"), W, "at byte")
    add(2, "from-type-of-nothing", "OK", of(function="_rebuild_from_type_v2", module="torch._tensor"), "opaque")
    add(2, "latin-1-of-what-is-not", "CORRUPT", torch_of(call(name("_codecs", "encode"), text("\u20ac"), text("latin1"))),
        "latin-1", "at byte")
    add(20, "bool-bytes-of-any-value", "OK", torch_of(state(tensor(storage=storage(4, "BoolStorage"))),
                                                      storages=(b"\0\1\2\xff",)), "bool[4] 00010101")
    add(20, "nan-payloads", "OK", torch_of(state(tensor((1,), storage=storage(1))), storages=(b"\x01\x02\xa0\x7f",)),
        "0102a07f")
    members = pickles.members(pickles.pickle(state(tensor((1,), storage=storage(1, "DoubleStorage")))), (struct.pack("<d", 1),))
    members.insert(2, zips.Member(b"a/x", b"1"))
    add(19, "misaligned-storage", "OK", zips.archive(members), "float64[1] 000000000000f03f")


def add_to(registry):
    add = registry.adder("tensor", ".pt")
    for part in (add_storages, add_extents, add_arguments):
        part(add)
