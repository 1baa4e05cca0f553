"""GGUF files of which every field can be made a lie."""
import struct

U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 = range(13)
CODES = {U8: "B", I8: "b", U16: "H", I16: "h", U32: "I", I32: "i", F32: "f", BOOL: "?", U64: "Q", I64: "q", F64: "d"}
TYPES = {"F32": 0, "F16": 1, "Q4_0": 2, "Q8_0": 8, "Q4_K": 12, "I8": 24, "I16": 25, "I32": 26, "I64": 27, "F64": 28,
         "BF16": 30}


class Writer:
    """The bytes of a file; what a defect changes is an argument."""

    def __init__(self, order="<"):
        self.order = order

    def number(self, code, value):
        return struct.pack(self.order + code, value)

    def string(self, text, length=None):
        data = text if isinstance(text, bytes) else text.encode()
        return self.number("Q", len(data) if length is None else length) + data

    def scalar(self, kind, value):
        return self.string(value) if kind == STRING else self.number(CODES[kind], value)

    def value(self, key, kind, value, of=None):
        body = self.string(key) + self.number("I", kind)
        if kind != ARRAY:
            return body + self.scalar(kind, value)
        return body + self.number("I", of) + self.number("Q", len(value)) + b"".join(self.scalar(of, v) for v in value)

    def tensor(self, name, kind, sizes, offset, rank=None):
        number = TYPES[kind] if isinstance(kind, str) else kind
        return (self.string(name) + self.number("I", len(sizes) if rank is None else rank)
                + b"".join(self.number("Q" if size >= 0 else "q", size) for size in sizes)
                + self.number("I", number) + self.number("Q", offset))

    def file(self, values=(), tensors=(), data=b"", version=3, magic=b"GGUF", counts=None, alignment=32):
        tensor_count, value_count = counts or (len(tensors), len(values))
        header = magic + self.number("I", version) + self.number("q", tensor_count) + self.number("q", value_count)
        header += b"".join(values) + b"".join(tensors)
        return header + bytes(-len(header) % alignment) + data
