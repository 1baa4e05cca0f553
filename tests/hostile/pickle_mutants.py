"""PyTorch's files with changed pickles, records or bytes."""
import io
import pickletools
import struct
import zipfile

PLAIN = [bytes([code]) for code in b"()]}NRQbtsueald012\x85\x86\x87\x88\x89\x81\x8f\x90\x91\x93\x94"]
NAMES = [b"ctorch._utils\n_rebuild_tensor_v2\n", b"ctorch._utils\n_rebuild_tensor\n", b"ctorch._utils\n_rebuild_parameter\n",
         b"ccollections\nOrderedDict\n", b"ctorch\nSize\n", b"ctorch\nFloatStorage\n", b"ctorch\nBoolStorage\n",
         b"ctorch\nfloat64\n", b"ctorch.storage\nUntypedStorage\n", b"cbuiltins\nset\n", b"cbuiltins\ncomplex\n",
         b"ccollections\nCounter\n", b"c_codecs\nencode\n", b"cos\nsystem\n"]
NUMBERS = [-1, 0, 1, 2, 3, 4, 5, 8, 255, 256, 65536, 2**31 - 1, 2**31, 2**32, 2**62, 2**63 - 1]


def integer(value):
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if -2**31 <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    size = value.bit_length() // 8 + 1
    return b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)


def opcodes_of(pickle):
    places = [place for _, _, place in pickletools.genops(pickle)] + [len(pickle)]
    return [pickle[begin:end] for begin, end in zip(places, places[1:])]


def random_opcode(generator):
    choice = generator.randrange(8)
    if choice == 0:
        return integer(generator.choice(NUMBERS))
    if choice == 1:
        return generator.choice(NAMES)
    if choice in (2, 3):
        return (b"h", b"q")[choice - 2] + bytes([generator.randrange(20)])
    return generator.choice(PLAIN)


def other_like(opcode, generator):
    """An opcode of the same kind: a number for a number, a name for a name, a bit of a text."""
    if opcode[:1] in b"KMJ\x8a":
        return integer(generator.choice(NUMBERS))
    if opcode[:1] == b"c":
        return generator.choice(NAMES)
    if len(opcode) > 5:
        at = generator.randrange(5, len(opcode))
        return opcode[:at] + bytes([opcode[at] ^ 1 << generator.randrange(7)]) + opcode[at + 1:]
    return random_opcode(generator)


def changed_pickle(pickle, generator):
    opcodes = opcodes_of(pickle)
    for _ in range(generator.choice([1, 1, 1, 2, 3])):
        at, other = generator.randrange(1, len(opcodes)), generator.randrange(1, len(opcodes))
        change = generator.randrange(8)
        if change == 0:
            del opcodes[at]
            opcodes = opcodes if len(opcodes) > 2 else opcodes_of(pickle)
        elif change == 1:
            opcodes.insert(at, opcodes[other])
        elif change == 2:
            opcodes[at], opcodes[other] = opcodes[other], opcodes[at]
        elif change == 3:
            opcodes.insert(at, random_opcode(generator))
        else:
            opcodes[at] = other_like(opcodes[at], generator)
    return b"".join(opcodes)


def changed_records(members, generator):
    """Storages and the other records: cut, longer, gone, renamed, exchanged."""
    names = list(members)
    name = generator.choice(names)
    change = generator.randrange(6)
    if change == 0:
        members[name] = members[name][:generator.randrange(len(members[name]) + 1)]
    elif change == 1:
        members[name] += bytes(generator.choice([1, 4, 8]))
    elif change == 2:
        del members[name]
    elif change == 3:
        other = generator.choice(names)
        members[name], members[other] = members[other], members[name]
    elif change == 4:
        members[name + generator.choice(["0", "x", "/0"])] = members.pop(name)
    else:
        members[name] = generator.randbytes(len(members[name]))


def changed_bytes(content, generator):
    changed = bytearray(content)
    for _ in range(generator.choice([1, 1, 1, 2])):
        changed[generator.randrange(len(changed))] ^= generator.choice([1, 2, 4, 8, 16, 32, 64, 128, 255])
    return bytes(changed)


def zip_of(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def mutant(content, generator):
    """One of a file's many; of a file that is no zip one with changed bytes."""
    change = generator.randrange(8)
    if change == 0 or not content.startswith(b"PK"):
        return changed_bytes(content, generator)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    if change < 3:
        changed_records(members, generator)
    else:
        name = next(name for name in members if name.endswith("data.pkl"))
        members[name] = changed_pickle(members[name], generator)
    return zip_of(members)
