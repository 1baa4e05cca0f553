#!/usr/bin/env python3
"""Write tests/data/gguf: small files of every type of value and tensor. Needs Python alone; running it again gives the same
files.
"""
import pathlib
import struct
import sys

DATA = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(DATA / "hostile"))
from ggufs import ARRAY, BOOL, F32, F64, I8, I16, I32, I64, STRING, U8, U16, U32, U64, Writer  # noqa: E402


def q8_0(order, scale, numbers):
    return struct.pack(order + "e32b", scale, *numbers)


def q4_0(order, scale, nibbles):
    return struct.pack(order + "e", scale) + bytes(nibbles[i] | nibbles[i + 16] << 4 for i in range(16))


def all_types(order="<", version=3):
    w = Writer(order)
    values = [
        w.value("general.architecture", STRING, "test"), w.value("u8", U8, 200), w.value("i8", I8, -100),
        w.value("u16", U16, 60000), w.value("i16", I16, -30000), w.value("u32", U32, 4000000000),
        w.value("i32", I32, -2000000000), w.value("f32", F32, 1.5), w.value("bool", BOOL, True),
        w.value("u64", U64, 2**63 + 1), w.value("i64", I64, -2**40), w.value("f64", F64, 0.1),
        w.value("f64.short", F64, 0.5), w.value("i32.small", I32, 7), w.value("u64.small", U64, 7),
        w.value("empty", STRING, ""), w.value("bytes", STRING, b"\xff\x00"),
        w.value("list.u8", ARRAY, [0, 255, 0], of=U8), w.value("list.i32", ARRAY, [-1, 2], of=I32),
        w.value("list.u32", ARRAY, [1, 2], of=U32), w.value("list.f32", ARRAY, [0.5, -1.0], of=F32),
        w.value("list.f64", ARRAY, [0.5, 0.1], of=F64), w.value("list.bool", ARRAY, [True, False], of=BOOL),
        w.value("list.str", ARRAY, ["a", "", "\u00e9"], of=STRING), w.value("list.none", ARRAY, [], of=U16),
        w.value("scalar.0", U32, 5),
    ]
    def halves(numbers):
        return b"".join(struct.pack(order + "e", n) for n in numbers)
    contents = [
        ("f32", "F32", (3, 2), struct.pack(order + "6f", 1, 2, 3, 4, 5, 6)), ("f16", "F16", (2,), halves([0.5, -2])),
        ("bf16", "BF16", (2,), struct.pack(order + "2H", 0x3f80, 0xc000)), ("f64", "F64", (), struct.pack(order + "d", 0.1)),
        ("i8", "I8", (3,), struct.pack("3b", -1, 2, -3)), ("i16", "I16", (1, 1, 2), struct.pack(order + "2h", -1, 300)),
        ("i32", "I32", (2, 1, 1, 1), struct.pack(order + "2i", -1, 70000)), ("i64", "I64", (1,), struct.pack(order + "q", -5)),
        ("none", "F32", (0, 3), b""), ("q8_0", "Q8_0", (32, 2), q8_0(order, 0.5, range(-16, 16)) + q8_0(order, 2, [127, -128] * 16)),
        ("q4_0", "Q4_0", (32,), q4_0(order, 0.25, [i % 16 for i in range(32)])), ("q4_k", "Q4_K", (256, 1), bytes(range(144))),
    ]
    tensors, data = [], b""
    for name, kind, sizes, content in contents:
        tensors.append(w.tensor("tensor." + name, kind, sizes, len(data)))
        data += content + bytes(-len(content) % 32)
    return w.file(values, tensors, data, version)


def main():
    folder = DATA / "gguf"
    folder.mkdir(exist_ok=True)
    (folder / "all.gguf").write_bytes(all_types())
    (folder / "version2.gguf").write_bytes(all_types(version=2))
    (folder / "big_endian.gguf").write_bytes(all_types(">"))


if __name__ == "__main__":
    main()
