"""GGUF: the ideas are those of ggml's own tests of handcrafted files, and of CVE-2024-21802 and later findings."""
import struct

from ggufs import ARRAY, BOOL, F32, I32, STRING, U8, U32, U64, Writer


def add_to(registry):
    def add(threat, name, content, status, *says):
        registry.add(threat, f"gguf-{name}.gguf", status, content, *says)

    w = Writer()
    one = w.tensor("a", "F32", (4,), 0)
    data = bytes(32)
    big = 2**62

    def value(*parts):
        return w.file([b"".join(parts)])

    def aligned(kind, number):
        return w.file([w.value("general.alignment", kind, number)], [one], data)

    key = w.string("key")
    add(16, "magic", w.file(tensors=[one], data=data, magic=b"GGUf"), "UNSUPPORTED", "not a checkpoint")
    for version in (0, 1, 4, 2**31):
        add(16, f"version-{version}", w.file(tensors=[one], data=data, version=version), "UNSUPPORTED", "unknown version")
    add(16, "version-swapped-1", Writer(">").file(version=1), "UNSUPPORTED", "unknown version")
    add(15, "counts-cut", b"GGUF" + struct.pack("<I", 3) + bytes(7), "CORRUPT", "truncated")
    add(7, "tensors-negative", w.file(counts=(-1, 0)), "CORRUPT", "more tensors than fit")
    add(7, "values-negative", w.file(counts=(0, -1)), "CORRUPT", "more values than fit")
    add(7, "tensors-many", w.file(counts=(10**6, 0)), "CORRUPT", "more tensors than fit")
    add(7, "values-many", w.file(counts=(0, 10**6)), "CORRUPT", "more values than fit")
    add(7, "values-one-more", w.file([w.value("a", U8, 1)] * 1, counts=(0, 2), data=bytes(99)), "CORRUPT", "the name of a value")
    add(7, "key-length", value(w.string("key", big), bytes(30)), "CORRUPT", "truncated")
    add(7, "key-length-wraps", value(w.string("key", 2**64 - 1), bytes(30)), "CORRUPT", "truncated")
    add(16, "key-empty", value(w.value("", U32, 1), bytes(30)), "CORRUPT", "the name of a value has 0 bytes")
    add(16, "key-long", value(w.value("k" * 65536, U32, 1)), "CORRUPT", "the name of a value")
    add(17, "key-nul", value(w.value("a\0b", U32, 1)), "CORRUPT", "holds a NUL")
    add(17, "key-utf8", value(w.value(b"\xff", U32, 1)), "CORRUPT", "not UTF-8")
    add(13, "key-twice", w.file([w.value("a", U8, 1), w.value("b", U8, 1), w.value("a", U8, 2)]), "CORRUPT", "there twice")
    add(16, "value-type", value(key, w.number("I", 13), bytes(20)), "CORRUPT", "unknown type of a value")
    add(16, "value-type-negative", value(key, w.number("i", -1), bytes(20)), "CORRUPT", "unknown type of a value")
    add(15, "value-cut", w.file([w.value("key", U64, 1)])[:-24], "CORRUPT", "truncated")
    add(16, "bool-2", value(key, w.number("I", BOOL), b"\2"), "CORRUPT", "neither 0 nor 1")
    add(7, "string-length", value(key, w.number("I", STRING), w.number("Q", big), bytes(8)), "CORRUPT", "truncated")
    add(16, "array-type", value(key, w.number("I", ARRAY), w.number("I", 13), w.number("Q", 0)), "CORRUPT", "unknown type")
    add(7, "array-count", value(key, w.number("I", ARRAY), w.number("I", U64), w.number("Q", big)), "CORRUPT", "more elements than fit")
    add(7, "array-count-wraps", value(key, w.number("I", ARRAY), w.number("I", U64), w.number("Q", 2**61 + 1)), "CORRUPT", "more elements than fit")
    add(7, "array-of-bytes-count", value(key, w.number("I", ARRAY), w.number("I", U8), w.number("q", -1)), "CORRUPT", "more elements than fit")
    add(7, "array-of-strings", value(key, w.number("I", ARRAY), w.number("I", STRING), w.number("Q", 1), w.number("Q", big)), "CORRUPT", "truncated")
    add(16, "array-of-bools", value(key, w.number("I", ARRAY), w.number("I", BOOL), w.number("Q", 2), b"\1\3"), "CORRUPT", "neither 0 nor 1")
    add(9, "array-of-arrays", value(key, w.number("I", ARRAY) * 2, w.number("Q", 1), w.number("I", U8), w.number("Q", 0)), "UNSUPPORTED", "array of arrays")
    add(9, "array-nested", value(key, w.number("I", ARRAY), (w.number("I", ARRAY) + w.number("Q", 1)) * 500), "UNSUPPORTED", "array of arrays")
    for kind, number in ((U32, 0), (U32, 3), (U32, 48), (U64, 32), (I32, 32), (U8, 32), (F32, 32.0), (BOOL, True)):
        add(16, f"alignment-{kind}-{int(number)}", aligned(kind, number), "CORRUPT", "expected a power of two of type u32")
    add(16, "alignment-text", w.file([w.value("general.alignment", STRING, "32")], [one], data), "CORRUPT", "expected a power of two")
    add(16, "alignment-list", w.file([w.value("general.alignment", ARRAY, [32], of=U32)], [one], data), "CORRUPT", "expected a power of two")
    add(16, "alignment-other", w.file([w.value("general.alignment", U32, 64)], [one, w.tensor("b", "F32", (4,), 32)], bytes(128), alignment=64), "CORRUPT", "not where the ones before it end (expected offset 64")
    add(6, "alignment-huge", w.file([w.value("general.alignment", U32, 2**31)], [one], data), "CORRUPT", "truncated")
    add(16, "name-long", w.file(tensors=[w.tensor("n" * 64, "F32", (4,), 0)], data=data), "CORRUPT", "the name of a tensor has 64 bytes")
    add(7, "name-length", w.file(tensors=[w.string("a", big) + one], data=data), "CORRUPT", "truncated")
    add(16, "name-empty", w.file(tensors=[w.tensor("", "F32", (4,), 0)], data=data), "CORRUPT", "the name of a tensor has 0 bytes")
    add(17, "name-nul", w.file(tensors=[w.tensor("a\0", "F32", (4,), 0)], data=data), "CORRUPT", "holds a NUL")
    add(17, "name-escape", w.file(tensors=[w.tensor(b"\x1b[31m\xff", "F32", (4,), 0)], data=data), "CORRUPT", "\\x1b[31m\\xff': the name is not UTF-8")
    add(13, "name-twice", w.file(tensors=[one, w.tensor("a", "F32", (4,), 32)], data=bytes(64)), "CORRUPT", "there twice")
    add(13, "name-of-value", w.file([w.value("a", U8, 1)], [one], data), "CORRUPT", "'a': this name is there twice")
    add(16, "rank-5", w.file(tensors=[w.tensor("a", "F32", (1,) * 5, 0)], data=data), "CORRUPT", "too many dimensions")
    add(16, "rank-huge", w.file(tensors=[w.tensor("a", "F32", (4,), 0, rank=2**32 - 1)], data=data), "CORRUPT", "too many dimensions")
    add(15, "rank-cut", w.file(tensors=[w.tensor("a", "F32", (4,), 0, rank=4)]), "CORRUPT", "truncated")
    add(23, "size-negative", w.file(tensors=[w.tensor("a", "F32", (-4,), 0)], data=data), "CORRUPT", "a size is negative")
    for name, sizes in (("wraps", (2**32, 2**32)), ("bytes", (2**61,)), ("to-16", (2**62 + 4,)), ("zero", (0, big, big)),
                        ("zero-last", (big, big, 0)), ("dequantised", (2**60,)), ("zero-in-bits", (2**58, 0, 2))):
        add(5, f"size-{name}", w.file(tensors=[w.tensor("a", "Q8_0" if name == "dequantised" else "F32", sizes, 0)], data=data), "CORRUPT", "overflows")
    add(6, "size-file", w.file(tensors=[w.tensor("a", "F32", (2**40,), 0)], data=data), "CORRUPT", "leave the file")
    add(6, "size-one-more", w.file(tensors=[w.tensor("a", "F32", (9,), 0)], data=data), "CORRUPT", "leave the file")
    for kind in (4, 5, 31, 33, 36, 38, 42, 2**31, 2**32 - 1):
        add(16, f"type-{kind}", w.file(tensors=[w.tensor("a", kind, (4,), 0)], data=data), "UNSUPPORTED", "unknown type of a tensor")
    add(16, "rows-33", w.file(tensors=[w.tensor("a", "Q8_0", (33,), 0)], data=bytes(64)), "CORRUPT", "no whole blocks")
    add(16, "rows-16-by-2", w.file(tensors=[w.tensor("a", "Q8_0", (16, 2), 0)], data=bytes(64)), "CORRUPT", "no whole blocks")
    add(16, "rows-none", w.file(tensors=[w.tensor("a", "Q4_K", (), 0)], data=bytes(160)), "CORRUPT", "no whole blocks")
    add(6, "offset-first", w.file(tensors=[w.tensor("a", "F32", (4,), 32)], data=bytes(64)), "CORRUPT", "expected offset 0, got 32")
    add(6, "offset-overlap", w.file(tensors=[one, w.tensor("b", "F32", (4,), 0)], data=bytes(64)), "CORRUPT", "expected offset 32, got 0")
    add(6, "offset-gap", w.file(tensors=[one, w.tensor("b", "F32", (4,), 64)], data=bytes(96)), "CORRUPT", "expected offset 32, got 64")
    add(6, "offset-unaligned", w.file(tensors=[one, w.tensor("b", "F32", (4,), 16)], data=bytes(64)), "CORRUPT", "expected offset 32, got 16")
    add(5, "offset-huge", w.file(tensors=[one, w.tensor("b", "F32", (4,), 2**64 - 32)], data=bytes(64)), "CORRUPT", "expected offset 32")
    add(6, "order-reversed", w.file(tensors=[w.tensor("a", "F32", (4,), 32), w.tensor("b", "F32", (4,), 0)], data=bytes(64)), "CORRUPT", "expected offset 0")
    add(15, "data-missing", w.file(tensors=[one]), "CORRUPT", "leave the file")
    add(15, "data-cut", w.file(tensors=[one], data=bytes(15)), "CORRUPT", "leave the file")
    add(16, "data-more", w.file(tensors=[one], data=bytes(33)), "CORRUPT", "bytes after the last tensor")
    add(16, "data-without-tensors", w.file([w.value("a", U8, 1)], data=b"PK\5\6" + bytes(18)), "CORRUPT", "bytes after the last tensor")
    add(16, "ggml", b"lmgg" + bytes(60), "UNSUPPORTED", "before GGUF")
