"""Zip archives of which every field can be made a lie.

A change is a dict of fields and new values; a value may be a function of the true one.
"""
import dataclasses
import struct
import zlib

LOCAL = ("<4s5H3L2H", "signature version flags method time date crc stored size name_length extra_length")
CENTRAL = ("<4s6H3L5H2L", "signature made_by version flags method time date crc stored size name_length extra_length "
                          "comment_length disk internal external offset")
END = ("<4s4H2LH", "signature disk directory_disk count_here count directory_size directory_offset comment_length")
END64 = ("<4sQ2H2L4Q", "signature length made_by version disk directory_disk count_here count directory_size "
                       "directory_offset")
LOCATOR = ("<4sLQL", "signature disk offset disks")
DESCRIPTOR, ENCRYPTED, UTF8 = 0x0008, 0x0001, 0x0800
DEFLATED = 8


def record(layout, values, changes):
    form, names = layout
    values = dict(values)
    for name, value in changes.items():
        values[name] = value(values.get(name, 0)) if callable(value) else value
    numbers = [values.get(name, b"" if name == "signature" else 0) for name in names.split()]
    return struct.pack(form, *numbers)


def extra_field(number, content):
    return struct.pack("<HH", number, len(content)) + content


@dataclasses.dataclass
class Member:
    name: bytes
    content: bytes
    method: int = 0
    flags: int = 0
    packed: bytes = None      # what lies in the file
    crc: int = None
    local: dict = dataclasses.field(default_factory=dict)
    central: dict = dataclasses.field(default_factory=dict)
    local_name: bytes = None
    local_extra: bytes = b""
    central_extra: bytes = b""
    comment: bytes = b""
    descriptor: bytes = b""   # behind the payload
    before: bytes = b""       # the local header

    def stored(self):
        if self.packed is not None:
            return self.packed
        if self.method != DEFLATED:
            return self.content
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(self.content) + packer.flush()

    def facts(self):
        crc = zlib.crc32(self.content) if self.crc is None else self.crc
        return {"flags": self.flags, "method": self.method, "crc": crc, "stored": len(self.stored()),
                "size": len(self.content)}


def local_header(member):
    name = member.name if member.local_name is None else member.local_name
    facts = {"signature": b"PK\3\4", **member.facts(), "name_length": len(name), "extra_length": len(member.local_extra)}
    return record(LOCAL, facts, member.local) + name + member.local_extra


def central_header(member, offset):
    facts = {"signature": b"PK\1\2", **member.facts(), "name_length": len(member.name),
             "extra_length": len(member.central_extra), "comment_length": len(member.comment), "offset": offset}
    return record(CENTRAL, facts, member.central) + member.name + member.central_extra + member.comment


def archive(members, *, prefix=b"", suffix=b"", comment=b"", before_directory=b"", after_directory=b"", order=None,
            zip64=False, between_ends=b"", end=None, end64=None, locator=None, base=0):
    """`base` is added to every offset that is stored."""
    out = prefix
    offsets = []
    for member in members:
        out += member.before
        offsets.append(base + len(out))
        out += local_header(member) + member.stored() + member.descriptor
    out += before_directory
    start = len(out)
    listed = order or range(len(members))
    directory = b"".join(central_header(members[i], offsets[i]) for i in listed)
    out += directory + after_directory
    facts = {"count_here": len(listed), "count": len(listed), "directory_size": len(directory) + len(after_directory),
             "directory_offset": base + start}
    if zip64:
        at = base + len(out)
        out += record(END64, {"signature": b"PK\6\6", "length": 44, "made_by": 45, "version": 45, **facts}, end64 or {})
        out += record(LOCATOR, {"signature": b"PK\6\7", "offset": at, "disks": 1}, locator or {})
    out += between_ends
    out += record(END, {"signature": b"PK\5\6", **facts, "comment_length": len(comment)}, end or {}) + comment
    return out + suffix
