"""Pickles put together opcode by opcode, and the .pt files around them."""
import struct

import zips

FLOATS = struct.pack("<4f", 1, 2, 3, 4)
NONE, TRUE, FALSE, STOP, MARK, EMPTY_TUPLE, REDUCE = b"N", b"\x88", b"\x89", b".", b"(", b")", b"R"


def pickle(*body, protocol=2):
    return b"\x80" + bytes([protocol]) + b"".join(body) + STOP


def text(value):
    value = value if isinstance(value, bytes) else value.encode()
    return b"X" + struct.pack("<I", len(value)) + value


def integer(value):
    if -2**31 <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    size = value.bit_length() // 8 + 1
    return b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)


def name(module, attribute):
    return f"c{module}\n{attribute}\n".encode()


def stack_name(module, attribute):
    return text(module) + text(attribute) + b"\x93"


def many(*parts):
    return MARK + b"".join(parts) + b"t"


def call(callee, *arguments):
    return callee + many(*arguments) + REDUCE


def pairs(*items):
    return b"}" + MARK + b"".join(items) + b"u"


def sizes(*numbers):
    return many(*map(integer, numbers))


def storage(count=4, kind="FloatStorage", key="0", tag="storage", module="torch", location="cpu"):
    return many(text(tag), name(module, kind), text(key), text(location), integer(count)) + b"Q"


def ordered_dict():
    return call(name("collections", "OrderedDict"))


def tensor(size=(4,), stride=(1,), offset=0, storage=storage(), function="_rebuild_tensor_v2"):
    parts = [storage, integer(offset), sizes(*size), sizes(*stride)]
    if function != "_rebuild_tensor":
        parts += [FALSE, ordered_dict()]
    return call(name("torch._utils", function), *parts)


def state(value=None, key="w"):
    """{'w': value}, of a tensor of 1, 2, 3, 4."""
    return pairs(text(key), value if value is not None else tensor())


def members(pickled, storages=(FLOATS,), folder="a", version=b"3\n", byteorder=b"little"):
    out = [(f"{folder}/data.pkl", pickled), (f"{folder}/byteorder", byteorder)]
    out += [(f"{folder}/data/{key}", content) for key, content in enumerate(storages)]
    out.append((f"{folder}/version", version))
    return [zips.Member(where.encode(), content) for where, content in out if content is not None]


def torch_file(pickled, storages=(FLOATS,), **options):
    return zips.archive(members(pickled, storages, **options))


def torch_of(*body, storages=(FLOATS,), protocol=2):
    return torch_file(pickle(*body, protocol=protocol), storages)
