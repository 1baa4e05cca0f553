"""Safetensors: the verdicts of its reference and of a reader that is stricter where two readers could disagree."""
import json
import struct

ONE = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'


def raw(header, data=b"", length=None):
    header = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def tensor(dtype="F32", shape=(1,), begin=0, end=4):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


def of(entries, size=4, data=None):
    return raw(json.dumps(entries, separators=(",", ":")), bytes(size) if data is None else data)


def add_lengths(add):
    good = raw(f'{{"a":{ONE}}}', bytes(4))
    add(15, "seven-bytes", "CORRUPT", good[:7], "too short", "expected at least 8 bytes, got 7")
    add(15, "header-length-alone", "CORRUPT", good[:8], "longer than the file", "at byte 0")
    add(15, "cut-in-the-header", "CORRUPT", good[:40], "longer than the file", "expected at least 62 bytes, got 40", "truncated")
    add(15, "cut-in-the-data", "CORRUPT", good[:-1], "'a'", "leave the file", "expected 66 bytes, got 65", "truncated", "at byte")
    add(15, "cut-before-the-data", "CORRUPT", good[:-4], "'a'", "expected 66 bytes, got 62", "truncated")
    add(6, "header-length-one-more", "CORRUPT", raw(f'{{"a":{ONE}}}', length=len(f'{{"a":{ONE}}}') + 1),
        "longer than the file")
    add(7, "header-length-100000001", "LIMIT", raw("{}", length=100_000_001), "100000000", "100000001", "at byte 0")
    add(7, "header-length-100000000", "CORRUPT", raw("{}", length=100_000_000), "longer than the file")
    add(5, "header-length-2-to-63", "UNSUPPORTED", raw("[]" * 40, length=2**63), "not a checkpoint")
    add(5, "header-length-largest", "LIMIT", raw("{}" + " " * 40, length=2**64 - 1), "18446744073709551615")
    add(5, "header-length-minus-8", "LIMIT", raw("{}" + " " * 40, length=2**64 - 8), "18446744073709551608")
    add(7, "header-length-4-gib", "LIMIT", raw("{}", length=2**32), "4294967296")
    add(15, "empty-header", "CORRUPT", raw(""), "not JSON")
    add(20, "nothing-in-it", "OK", raw("{}      "), "safetensors", "{}")
    add(16, "white-space-before", "OK", raw(f'    {{"a":{ONE}}}', bytes(4)), "'a': float32[1]")
    add(16, "white-space-behind", "OK", raw(f'{{"a":{ONE}}}    ', bytes(4)), "'a': float32[1]")


def add_json(add):
    for name, header in {
        "trailing-comma": f'{{"a":{ONE},}}', "nul-behind": f'{{"a":{ONE}}}\0\0', "two-objects": f'{{"a":{ONE}}}{{}}',
        "comment": f'{{/* no */"a":{ONE}}}', "byte-order-mark": b"\xef\xbb\xbf" + f'{{"a":{ONE}}}'.encode(),
        "single-quotes": f"{{'a':{ONE}}}", "nan": '{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}',
        "infinity": '{"a":{"dtype":"F32","shape":[Infinity],"data_offsets":[0,4]}}',
        "raw-newline-in-a-name": f'{{"a\nb":{ONE}}}', "raw-control-in-a-name": f'{{"a\x1bb":{ONE}}}',
        "not-closed": f'{{"a":{ONE}', "lone-high-surrogate": f'{{"\\ud800":{ONE}}}',
        "lone-low-surrogate": f'{{"\\udc00":{ONE}}}', "wrong-escape": f'{{"\\x61":{ONE}}}',
        "invalid-utf-8": b'{"\xff":' + ONE.encode() + b"}", "overlong-utf-8": b'{"\xc0\xaf":' + ONE.encode() + b"}",
        "utf-8-surrogate": b'{"\xed\xa0\x80":' + ONE.encode() + b"}",
        "utf-8-beyond-unicode": b'{"\xf4\x90\x80\x80":' + ONE.encode() + b"}", "colon-missing": f'{{"a" {ONE}}}',
        "half-a-number": '{"a":{"dtype":"F32","shape":[1.],"data_offsets":[0,4]}}',
    }.items():
        add(17 if "utf" in name or "surrogate" in name or "control" in name else 16, name, "CORRUPT",
            raw(header, bytes(4)), "number" if name == "half-a-number" else "not JSON", "byte")
    add(16, "array-as-root", "CORRUPT", raw("[1, 2, 3]"), "not a JSON object", "at byte 8")
    add(16, "text-as-root", "CORRUPT", raw('"abc"'), "not a JSON object")
    add(16, "null-as-root", "CORRUPT", raw("null"), "not a JSON object")
    for name, number in {"a-fraction": "1.0", "an-exponent": "1e0", "minus-zero": "-0", "minus-one": "-1",
                         "2-to-64": "18446744073709551616", "a-leading-zero": "01", "2-to-63": "9223372036854775808",
                         "a-plus": "+1", "hexadecimal": "0x1", "a-text": '"1"', "true": "true", "null": "null",
                         "a-huge-exponent": "1e999999999", "a-nested-array": "[1]"}.items():
        add(18, f"size-is-{name}", "CORRUPT",
            raw(f'{{"a":{{"dtype":"F32","shape":[{number}],"data_offsets":[0,4]}}}}', bytes(4)), "at byte")
    for name, number in {"a-fraction": "4.0", "minus-zero": "-0", "2-to-64": "18446744073709551616",
                         "a-text": '"4"'}.items():
        add(18, f"offset-is-{name}", "CORRUPT",
            raw(f'{{"a":{{"dtype":"F32","shape":[1],"data_offsets":[0,{number}]}}}}', bytes(4)), "at byte")


def add_nesting(add):
    def nested(levels):
        inner = "[" * levels + "1" + "]" * levels
        return raw(f'{{"a":{{"x":{inner},"dtype":"F32","shape":[1],"data_offsets":[0,4]}}}}', bytes(4))
    add(9, "unknown-field-nested-125", "OK", nested(125), "'a': float32[1]")
    add(9, "unknown-field-nested-126", "LIMIT", nested(126), "nested too deeply", "127")
    add(9, "unknown-field-nested-100000", "LIMIT", nested(100_000), "nested too deeply")
    add(9, "objects-nested-50000", "LIMIT", raw('{"a":' * 50_000 + "1" + "}" * 50_000), "nested too deeply")
    add(9, "brackets-never-closed", "CORRUPT", raw('{"a":' + "[" * 100_000), "not JSON", "at byte")
    add(7, "rank-100000", "LIMIT", of({"a": tensor(shape=[1] * 100_000)}), "'a'", "too many dimensions", "1024")
    add(7, "rank-1024", "OK", of({"a": tensor(shape=[1] * 1024)}), "'a': float32[1, 1, 1")


def add_duplicates(add):
    add(13, "name-twice", "CORRUPT", raw(f'{{"a":{ONE},"a":{ONE}}}', bytes(4)), "'a'", "twice", "at byte")
    add(13, "name-twice-first-invalid", "CORRUPT",
        raw(f'{{"a":{{"dtype":"F32","shape":[9],"data_offsets":[0,4]}},"a":{ONE}}}', bytes(4)), "'a'", "at byte")
    add(13, "name-twice-with-a-hole", "CORRUPT", raw(
        f'{{"a":{ONE},"a":{{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}}}', bytes(8)), "'a'", "twice", "at byte")
    add(13, "name-twice-by-an-escape", "CORRUPT", raw(
        f'{{"a":{ONE},"\\u0061":{{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}}}', bytes(8)), "'a'", "twice")
    add(13, "metadata-twice", "CORRUPT", raw('{"__metadata__":{},"__metadata__":{}}'), "'__metadata__'", "twice")
    add(13, "metadata-key-twice", "CORRUPT", raw('{"__metadata__":{"k":"1","k":"2"}}'), "'k'", "twice", "at byte")
    for field, text in {"dtype": '"dtype":"F32"', "shape": '"shape":[1]', "data_offsets": '"data_offsets":[0,4]'}.items():
        add(13, f"{field}-twice", "CORRUPT", raw(f'{{"a":{{{text},{ONE[1:]}}}', bytes(4)), "'a'", "each once", "at byte")
        missing = ONE.replace(text + ",", "").replace("," + text, "")
        add(16, f"{field}-missing", "CORRUPT", raw(f'{{"a":{missing}}}', bytes(4)), "'a'", "each once", "at byte")
    add(13, "unknown-field-twice", "CORRUPT", raw(f'{{"a":{{"x":1,"x":2,{ONE[1:]}}}', bytes(4)), "'a'", "twice")
    add(16, "unknown-field", "OK", raw(f'{{"a":{{"x":1,{ONE[1:]}}}', bytes(4)), "'a': float32[1]")
    many = {f"n{i}": tensor("U8", [0], 0, 0) for i in range(20_000)}
    add(14, "names-20000-on-nothing", "OK", of(many, 0), "20000 items")


def add_entries(add):
    for name, value in {"null": "null", "a-number": "1", "a-text": '"F32"', "an-array": '["F32",[1],[0,4]]'}.items():
        add(16, f"entry-is-{name}", "CORRUPT", raw(f'{{"a":{value}}}', bytes(4)), "'a'", "expected an object", "at byte")
    for name, text in {"three-offsets": "[0,4,8]", "one-offset": "[0]", "no-offsets": "[]", "offsets-null": "null",
                       "offsets-object": "{}"}.items():
        add(16, name, "CORRUPT", raw(f'{{"a":{{"dtype":"F32","shape":[1],"data_offsets":{text}}}}}', bytes(4)), "'a'",
            "not a pair", "at byte")
    for name, text in {"lower-case": '"f32"', "unknown": '"F33"', "empty": '""', "with-a-nul": '"F32\\u0000"'}.items():
        add(16, f"dtype-{name}", "UNSUPPORTED", raw(f'{{"a":{{"dtype":{text},"shape":[1],"data_offsets":[0,4]}}}}',
                                                    bytes(4)), "'a'", "unknown dtype", "at byte")
    add(16, "dtype-a-number", "CORRUPT", raw('{"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}', bytes(4)), "'a'",
        "not a string")
    add(16, "shape-an-object", "CORRUPT", raw('{"a":{"dtype":"F32","shape":{},"data_offsets":[0,4]}}', bytes(4)), "'a'",
        "not an array")
    add(16, "metadata-null", "OK", raw(f'{{"__metadata__":null,"a":{ONE}}}', bytes(4)), "'a': float32[1]")
    add(16, "metadata-a-number", "CORRUPT", raw('{"__metadata__":1}'), "__metadata__", "expected an object", "at byte")
    add(16, "metadata-value-a-number", "CORRUPT", raw('{"__metadata__":{"k":1}}'), "'k'", "not a string", "at byte")
    add(16, "metadata-value-nested", "CORRUPT", raw('{"__metadata__":{"k":{"l":"m"}}}'), "'k'", "not a string")
    add(17, "name-empty", "OK", raw(f'{{"":{ONE}}}', bytes(4)), "'': float32[1]")
    add(17, "name-with-a-newline", "OK", raw(f'{{"a\\nb":{ONE}}}', bytes(4)), "float32[1]")
    add(17, "name-with-a-nul", "CORRUPT", raw(f'{{"a\\u0000b":{ONE}}}', bytes(4)), "NUL", "at byte")
    add(17, "name-with-an-escape-sequence", "CORRUPT", raw(
        '{"\\u001b[2J\\u001b]0;owned\\u0007":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', bytes(4)), "\\x1b")
    add(17, "name-right-to-left", "OK", raw(f'{{"\\u202egnp.exe":{ONE}}}', bytes(4)), "float32[1]")
    add(17, "name-of-a-megabyte-with-a-defect", "CORRUPT", raw(
        '{"%s":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}' % ("n" * 1_000_000), bytes(4)), "do not fit")


def add_ranges(add):
    add(6, "end-beyond-the-file", "CORRUPT", of({"a": tensor(shape=[2], end=8)}), "'a'", "[0, 8]", "leave the file", "at byte")
    add(6, "offsets-reversed", "CORRUPT", of({"a": tensor(begin=4, end=0)}), "'a'", "[4, 0]", "reversed")
    add(5, "offset-largest", "CORRUPT", of({"a": tensor(begin=0, end=2**64 - 1)}), "'a'", "18446744073709551615")
    add(5, "both-offsets-largest", "CORRUPT", of({"a": tensor(shape=[0], begin=2**64 - 1, end=2**64 - 1)}), "'a'")
    add(16, "hole-at-the-start", "CORRUPT", of({"a": tensor(begin=4, end=8)}, 8), "'a'", "belong to nothing",
        "expected to begin at 0, got 4", "at byte")
    add(16, "hole-in-the-middle", "CORRUPT", of({"a": tensor(), "b": tensor(begin=8, end=12)}, 12), "'b'",
        "belong to nothing", "expected to begin at 4, got 8")
    add(10, "two-tensors-overlap", "CORRUPT", of({"a": tensor(), "b": tensor(begin=2, end=6)}, 6), "'b'", "overlaps",
        "expected to begin at 4, got 2")
    add(10, "two-tensors-on-the-same-bytes", "CORRUPT", of({"a": tensor(), "b": tensor()}), "overlaps", "at byte")
    add(10, "ten-thousand-on-the-same-bytes", "CORRUPT", of({f"n{i}": tensor() for i in range(10_000)}), "overlaps")
    add(16, "one-byte-behind", "CORRUPT", of({"a": tensor()}, 5), "bytes after the last tensor", "expected 4", "got 5")
    add(16, "zip-behind-polyglot", "CORRUPT", of({"a": tensor()}) + b"PK\5\6" + bytes(18), "bytes after the last tensor")
    add(16, "data-without-tensors", "CORRUPT", raw("{}", bytes(4)), "bytes after the last tensor", "expected 0")
    add(3, "shape-too-large-for-its-bytes", "CORRUPT", of({"a": tensor(shape=[2])}), "'a'", "expected 8 bytes, got 4")
    add(3, "shape-too-small-for-its-bytes", "CORRUPT", of({"a": tensor(shape=[], end=8)}, 8), "'a'",
        "expected 4 bytes, got 8")
    add(5, "shape-product-overflows", "CORRUPT", of({"a": tensor(shape=[2**32, 2**32])}), "'a'", "overflows")
    add(5, "shape-product-wraps-to-4", "CORRUPT", of({"a": tensor("U8", [2**32, 2**32 + 1, 4])}), "'a'", "overflows")
    add(5, "shape-bits-overflow", "CORRUPT", of({"a": tensor("F64", [2**61])}), "'a'", "overflows")
    add(5, "shape-largest-times-zero", "CORRUPT", of({"a": tensor(shape=[2**64 - 1, 2, 0], end=0)}, 0), "'a'")
    add(5, "shape-zero-first", "CORRUPT", of({"a": tensor(shape=[0, 2**62, 2**62], end=0)}, 0), "'a'", "overflows")
    add(23, "shape-2-to-63", "CORRUPT", of({"a": tensor("U8", [2**63])}), "'a'")
    add(19, "misaligned-double", "OK", of({"a": tensor("U8", [1], 0, 1), "b": tensor("F64", [1], 1, 9)}, 9),
        "'b': float64[1]")
    add(20, "bool-bytes-of-any-value", "OK", of({"a": tensor("BOOL", [4])}, data=b"\0\1\2\xff"), "00010101")
    add(20, "nan-payloads", "OK", of({"a": tensor()}, data=b"\x01\x02\xa0\x7f"), "0102a07f")
    add(20, "zero-size-between-others", "OK",
        of({"a": tensor(), "b": tensor(shape=[0, 5], begin=4, end=4), "c": tensor(begin=4, end=8)}, 8), "'b': float32[0, 5]")
    add(20, "zero-sizes-at-one-offset", "OK", of({"a": tensor(shape=[0], end=0), "b": tensor(shape=[3, 0], end=0)}, 0),
        "'b': float32[3, 0]")
    add(20, "scalar", "OK", of({"a": tensor(shape=[])}), "'a': float32[]")
    add(20, "keys-in-another-order", "OK", raw('{"b":{"data_offsets":[4,8],"shape":[1],"dtype":"F32"},"a":%s}' % ONE,
                                               bytes(8)), "'a': float32[1]", "'b': float32[1]")
    add(20, "half-bytes-even", "OK", of({"a": tensor("F4", [2, 4])}), "float4_e2m1fn_x2[2, 2]")
    add(20, "half-bytes-odd", "CORRUPT", of({"a": tensor("F4", [3], end=1)}, 1), "'a'", "whole bytes")
    add(20, "half-bytes-scalar", "CORRUPT", of({"a": tensor("F4", [], end=1)}, 1), "'a'", "whole bytes")
    add(20, "six-bits-odd", "CORRUPT", of({"a": tensor("F6_E2M3", [1], end=1)}, 1), "'a'", "whole bytes")
    add(20, "six-bits-four", "OK", of({"a": tensor("F6_E3M2", [4], end=3)}, 3), "float6_e3m2[4]")


def add_limits(add):
    add(7, "limit-of-entries", "LIMIT", of({"a": tensor(), "b": tensor(begin=4, end=8)}, 8), "at most 1",
        limits={"max_entries": 1})
    add(7, "limit-of-the-header", "LIMIT", of({"a": tensor()}), "at most 10 bytes", limits={"max_header_bytes": 10})
    add(4, "limit-of-a-tensor", "LIMIT", of({"a": tensor()}), "'a'", "at most 3", limits={"max_tensor_bytes": 3})
    add(4, "limit-of-all", "LIMIT", of({"a": tensor(), "b": tensor(begin=4, end=8)}, 8), "at most 7 bytes, got 8",
        limits={"max_total_bytes": 7})


def add_to(registry):
    add = registry.adder("safetensors", ".safetensors")
    for part in (add_lengths, add_json, add_nesting, add_duplicates, add_entries, add_ranges, add_limits):
        part(add)
