"""Pickles: every opcode with operands that are missing, cut off or of the wrong kind; the memo, the stack, depth."""
import struct

import pickles
from pickles import EMPTY_TUPLE, MARK, NONE, REDUCE, call, integer, many, name, pairs, pickle, tensor, text, torch_of

# The opcodes that take values off the stack, and how many they need.
TAKERS = {
    "pop": (b"0", 1), "dup": (b"2", 1), "reduce": (b"R", 2), "build": (b"b", 2), "append": (b"a", 2),
    "setitem": (b"s", 3), "newobj": (b"\x81", 2), "newobj-ex": (b"\x92", 3), "tuple1": (b"\x85", 1),
    "tuple2": (b"\x86", 2), "tuple3": (b"\x87", 3), "stack-global": (b"\x93", 2), "binpersid": (b"Q", 1),
    "put": (b"p0\n", 1), "binput": (b"q\0", 1), "long-binput": (b"r\0\0\0\0", 1), "memoize": (b"\x94", 1),
}
# Those that need a mark.
MARKED = {"tuple": b"t", "list": b"l", "dict": b"d", "appends": b"e", "setitems": b"u", "additems": b"\x90",
          "frozenset": b"\x91", "obj": b"o", "pop-mark": b"1", "inst": b"icollections\nOrderedDict\n"}
# Those with a fixed argument, and its length.
FIXED = {"binint": (b"J", 4), "binint1": (b"K", 1), "binint2": (b"M", 2), "binfloat": (b"G", 8), "binget": (b"h", 1),
         "long-binget": (b"j", 4), "binput": (b"q", 1), "long-binput": (b"r", 4), "proto": (b"\x80", 1),
         "frame": (b"\x95", 8)}
# Those with a counted one, and the size of the count.
COUNTED = {"binunicode": (b"X", 4), "short-binstring": (b"U", 1), "binstring": (b"T", 4), "binbytes": (b"B", 4),
           "short-binbytes": (b"C", 1), "long1": (b"\x8a", 1), "long4": (b"\x8b", 4), "short-binunicode": (b"\x8c", 1),
           "binunicode8": (b"\x8d", 8), "binbytes8": (b"\x8e", 8), "bytearray8": (b"\x96", 8)}
LINES = {"int": b"I", "long": b"L", "float": b"F", "string": b"S", "unicode": b"V", "get": b"g", "put": b"Np",
         "global": b"c", "inst": b"(i"}


def add_operands(add):
    for label, (opcode, count) in TAKERS.items():
        add(2, f"{label}-on-an-empty-stack", "CORRUPT", torch_of(NONE * (count - 1), opcode), "'data.pkl'",
            "too few values", "at byte")
        add(2, f"{label}-below-a-mark", "CORRUPT", torch_of(NONE * count, MARK, opcode * (2 if label == "pop" else 1)),
            "'data.pkl'", "at byte") if label != "pop" else None
    for label, opcode in MARKED.items():
        add(2, f"{label}-without-a-mark", "CORRUPT", torch_of(NONE, opcode), "'data.pkl'", "mark", "at byte")
    for label, opcode in {"appends": b"e", "setitems": b"u", "additems": b"\x90"}.items():
        add(2, f"{label}-with-nothing-below-the-mark", "CORRUPT", torch_of(MARK, opcode), "too few values", "at byte")
    for label, (opcode, length) in FIXED.items():
        add(15, f"{label}-cut-off", "CORRUPT", pickles.torch_file(b"\x80\2N" + opcode + bytes(length - 1)),
            "'data.pkl'", "cut off", "at byte")
    for label, (opcode, width) in COUNTED.items():
        add(15, f"{label}-count-cut-off", "CORRUPT", pickles.torch_file(b"\x80\2" + opcode + bytes(width - 1)),
            "cut off", "at byte 2")
        largest = (b"\xff" * width)
        add(7, f"{label}-count-largest", "CORRUPT", pickles.torch_file(b"\x80\2" + opcode + largest + b"abc."),
            "cut off", str(int.from_bytes(largest, "little")), "got 4", "at byte 2")
    for label, opcode in LINES.items():
        add(15, f"{label}-without-an-end", "CORRUPT", pickles.torch_file(opcode + b"1" * 30), "line without an end",
            "at byte")


def add_kinds(add):
    bad = {"none": NONE, "an-integer": integer(1), "a-text": text("t"), "a-tuple": many(NONE), "a-tensor": tensor(),
           "a-name": name("collections", "OrderedDict"), "a-set": b"\x8f", "a-real": b"G" + bytes(8),
           "a-bool": b"\x88", "a-storage": pickles.storage()}
    for label, value in bad.items():
        if label != "a-tensor":
            add(2, f"append-to-{label}", "CORRUPT", torch_of(value, NONE, b"a"), "APPEND", "at byte")
            add(2, f"setitem-on-{label}", "CORRUPT", torch_of(value, NONE, NONE, b"s"), "SETITEM", "at byte")
            add(2, f"build-of-{label}", "CORRUPT", torch_of(value, NONE, b"b"), "BUILD", "at byte")
        if label not in ("a-tensor", "a-name"):
            add(2, f"call-of-{label}", "CORRUPT", torch_of(value, EMPTY_TUPLE, REDUCE), "call of what is not a name",
                "at byte")
            add(2, f"newobj-of-{label}", "CORRUPT", torch_of(value, EMPTY_TUPLE, b"\x81"), "not a name", "at byte")
            add(2, f"obj-of-{label}", "CORRUPT", torch_of(MARK, value, b"o"), "OBJ", "at byte")
        if label not in ("a-tuple",):
            add(2, f"call-with-{label}", "CORRUPT", torch_of(name("m", "f"), value, REDUCE), "tuple of arguments",
                "at byte")
        if label != "a-text":
            add(2, f"stack-global-of-{label}", "CORRUPT", torch_of(value, text("f"), b"\x93"), "STACK_GLOBAL", "at byte")
            add(2, f"stack-global-named-{label}", "CORRUPT", torch_of(text("m"), value, b"\x93"), "STACK_GLOBAL")
        if label != "a-set":
            add(2, f"additems-to-{label}", "CORRUPT", torch_of(value, MARK, NONE, b"\x90"), "ADDITEMS", "at byte")
    add(2, "setitem-on-a-tensor-cve-2026-24747", "OK", torch_of(tensor(), integer(0), integer(1), b"s"),
        "opaque torch._utils._rebuild_tensor_v2")
    add(2, "append-to-a-tensor-cve-2026-24747", "OK", torch_of(tensor(), integer(0), b"a"),
        "opaque torch._utils._rebuild_tensor_v2")
    add(2, "setitem-on-a-list", "CORRUPT", torch_of(b"]", integer(0), integer(1), b"s"), "SETITEM", "at byte")
    add(2, "append-to-a-dict", "CORRUPT", torch_of(b"}", integer(0), b"a"), "APPEND", "at byte")
    add(2, "build-of-an-object-twice", "CORRUPT", torch_of(call(name("m", "C")), pairs(), b"b", pairs(), b"b"), "BUILD")
    add(2, "object-that-is-a-list-and-a-dict", "CORRUPT", torch_of(call(name("m", "C")), NONE, b"a", NONE, NONE, b"s"),
        "a list and a dict")
    add(2, "keywords-that-are-no-dict", "CORRUPT", torch_of(name("m", "C"), EMPTY_TUPLE, NONE, b"\x92"), "keyword")
    add(2, "setitems-odd", "CORRUPT", torch_of(b"}", MARK, NONE, b"u"), "key without a value", "at byte")
    add(2, "dict-odd", "CORRUPT", torch_of(MARK, NONE, b"d"), "key without a value", "at byte")
    add(2, "build-of-a-dict-with-metadata", "CORRUPT", torch_of(b"}", pairs(), b"b"), "BUILD")


def add_ends(add):
    add(15, "empty", "CORRUPT", pickles.torch_file(b""), "'data.pkl'", "cut off", "at byte 0")
    add(15, "no-stop", "CORRUPT", pickles.torch_file(b"\x80\2N"), "cut off", "at byte 3")
    add(16, "bytes-behind-stop", "CORRUPT", pickles.torch_file(pickle(NONE) + b"cos\nsystem\n"), "bytes after the end")
    add(16, "two-pickles-streams", "CORRUPT", pickles.torch_file(pickle(NONE) * 2), "bytes after the end", "at byte")
    add(2, "stop-with-nothing", "CORRUPT", torch_of(), "does not end with one value", "at byte 2")
    add(2, "stop-with-two", "CORRUPT", torch_of(NONE, NONE), "does not end with one value")
    add(2, "stop-below-a-mark", "CORRUPT", torch_of(NONE, MARK), "does not end with one value")
    for opcode in (0x00, 0x01, 0x7f, 0x99, 0xff):
        add(2, f"opcode-{opcode:02x}", "CORRUPT", torch_of(bytes([opcode])), f"unknown opcode {opcode}", "at byte 2")
    for protocol in (6, 255):
        add(16, f"protocol-{protocol}", "UNSUPPORTED", torch_of(NONE, protocol=protocol), "protocol", "at byte 0")
    for label, opcode in {"ext1": b"\x82\1", "ext2": b"\x83\1\1", "ext4": b"\x84\1\1\1\1", "next-buffer": b"\x97",
                          "readonly-buffer": b"\x98"}.items():
        add(1, f"{label}-runs-nothing", "UNSUPPORTED", torch_of(opcode), "not supported", "at byte 2")
    add(2, "persid-as-text", "UNSUPPORTED", pickles.torch_file(b"Pstorage\n."), "persistent ids as text", "at byte 0")
    add(20, "set", "OK", torch_of(call(name("__builtin__", "set"), b"]" + MARK + integer(1) + integer(2) + b"e")),
        "opaque builtins.set(1, 2)")
    add(20, "protocol-twice", "OK", torch_of(b"\x80\2", pickles.state()), "'w': float32[4]")
    add(20, "frame-that-lies", "OK", torch_of(b"\x95" + b"\xff" * 8, pickles.state(), protocol=4), "'w': float32[4]")


def add_numbers(add):
    for label, line in {"int-word": b"Iabc\n", "int-empty": b"I\n", "int-with-spaces": b"I 1\n", "long-word": b"LxL\n",
                        "int-with-a-dot": b"I1.0\n", "int-with-underscores": b"I1_0\n", "float-word": b"Fabc\n",
                        "float-empty": b"F\n", "float-with-a-comma": b"F1,5\n", "float-hexadecimal": b"F0x1p3\n",
                        "get-word": b"gx\n", "get-negative": b"g-1\n", "put-word": b"Npx\n", "put-negative": b"Np-1\n",
                        "get-largest": b"g18446744073709551615\n"}.items():
        add(18, label, "CORRUPT", pickles.torch_file(line + b"."), "'data.pkl'", "at byte")
    add(18, "int-of-5000-digits", "CORRUPT", pickles.torch_file(b"I" + b"9" * 5000 + b"\n."), "too many digits")
    add(18, "long-of-30-digits", "OK", pickles.torch_file(b"L" + b"9" * 30 + b"L\n."), "big int " + "9" * 30)
    add(18, "long1-of-255-bytes", "OK", torch_of(b"\x8a\xff" + b"\x7f" * 255), "big int 62871626394860568737")
    add(18, "long4-of-2-mb", "LIMIT", torch_of(b"\x8b" + struct.pack("<I", 1 << 21) + b"\x7f" * (1 << 21)), "too many digits")
    add(18, "long4-negative-length", "CORRUPT", torch_of(b"\x8b" + struct.pack("<i", -1)), "cut off")
    add(18, "float-with-a-huge-exponent", "OK", pickles.torch_file(b"F1e999999999\n."), "inf")
    add(18, "float-nan", "OK", pickles.torch_file(b"Fnan\n."), "nan")
    add(18, "long1-empty", "OK", torch_of(b"\x8a\0"), " 0")


def add_texts(add):
    for label, content in {"invalid": b"\xff", "overlong": b"\xc0\xaf", "beyond-unicode": b"\xf4\x90\x80\x80",
                           "cut-off": b"\xe2\x82"}.items():
        add(17, f"utf-8-{label}", "CORRUPT", torch_of(text(content)), "not UTF-8", "at byte 2")
    add(17, "utf-8-surrogate", "UNSUPPORTED", torch_of(text(b"\xed\xa0\x80")), "surrogate", "at byte 2")
    for label, line in {"not-quoted": b"Sabc\n", "quotes-differ": b"S'abc\"\n", "escape-cut-off": b"S'\\x1'\n",
                        "escape-at-the-end": b"S'\\'\n", "unknown-escape": b"S'\\q'\n", "one-quote": b"S'\n"}.items():
        add(17, f"string-{label}", "CORRUPT", pickles.torch_file(line + b"."), "wrong escape", "at byte 0")
    for label, line in {"escape-cut-off": b"V\\u12\n", "escape-no-hex": b"V\\uzzzz\n", "beyond-unicode": b"V\\UFFFFFFFF\n",
                        }.items():
        add(17, f"unicode-{label}", "CORRUPT", pickles.torch_file(line + b"."), "wrong escape", "at byte 0")
    add(17, "string-escapes", "OK", pickles.torch_file(b"S'\\x41\\102\\7\\n\\'\\\\'\n."), "'AB\x07\n'\\'")
    add(17, "unicode-escapes", "OK", pickles.torch_file(b"V\\u0041\\U0001F600\\x\xe9\n."), "'A\U0001f600\\x\xe9'")
    add(17, "unicode-surrogate", "UNSUPPORTED", pickles.torch_file(b"V\\ud800\n."), "surrogate")
    add(17, "key-with-an-escape-sequence-and-a-defect", "CORRUPT",
        torch_of(pickles.state(tensor((5,)), "\x1b]0;owned\x07\n\x9b")), "\\x1b]0;owned\\x07\\x0a", "at byte")
    add(17, "key-with-a-nul", "OK", torch_of(pickles.state(key="a\0b")), "float32[4]")
    add(17, "class-with-an-escape-sequence", "OK", torch_of(call(name("m\x1b[2J", "C"))), "opaque")


def add_memo(add):
    add(8, "get-of-nothing", "CORRUPT", torch_of(b"h\0"), "memo has no such key", "at byte 2")
    add(8, "get-beyond", "CORRUPT", torch_of(NONE, b"q\0", b"j\xff\xff\xff\xff"), "memo has no such key")
    add(8, "put-4-billion", "CORRUPT", torch_of(NONE, b"r\xff\xff\xff\xff"), "memo key that is too large", "at byte 3")
    add(8, "put-line-2-to-63", "CORRUPT", pickles.torch_file(b"Np9223372036854775807\n."), "too large")
    laugh = b"]q\0"
    for level in range(1, 30):
        laugh += b"]" + b"q" + bytes([level]) + MARK + (b"h" + bytes([level - 1])) * 10 + b"e"
    add(8, "billion-laughs", "LIMIT", torch_of(b"]", MARK, laugh, b"e"), "too large when its shared parts are walked")
    cube = torch_of(b"]", b"q\0", MARK, MARK, (b"N" * 208), b"l", b"q\1", b"0", MARK, (b"h\1" * 208), b"l", b"q\2", b"0",
                    (b"h\2" * 208), b"e")
    add(8, "nine-million-entries-of-three-lists", "LIMIT", cube, "too large when its shared parts are walked")
    doubles = b"]" + (b"2\x86") * 60
    add(8, "doubled-60-times-by-dup", "LIMIT", torch_of(doubles), "too large when its shared parts are walked")
    add(8, "list-in-itself", "UNSUPPORTED", torch_of(b"]q\0h\0a"), "holds itself", "at byte")
    add(8, "dict-in-itself", "UNSUPPORTED", torch_of(b"}q\0", text("k"), b"h\0s"), "holds itself", "at byte")
    add(8, "object-in-its-own-state", "OK", torch_of(call(name("m", "C")), b"q\0", pairs(text("me"), b"h\0"), b"b"),
        "opaque m.C((), {'me': opaque m.C()})")
    add(8, "two-lists-in-one-another", "UNSUPPORTED", torch_of(b"]q\0]q\1h\0a0h\1a"), "holds itself")
    add(8, "object-that-calls-itself", "OK", torch_of(
        call(name("m", "C")), b"q\0", pairs(text("x"), call(b"h\0")), b"b"), "opaque call(opaque m.C(), ())")
    add(8, "shared-tensor-20000-times", "OK", torch_of(b"]", MARK, tensor(), b"q\0", b"h\0" * 20_000, b"e"), "20001 items")


def add_depth(add):
    for label, opening, closing in (("lists", b"]", b"a"), ("tuples", b"", b"\x85"), ("dicts", b"}K\1", b"s"),
                                    ("objects", b"cm\nC\n", b"\x85R")):
        inner = NONE
        deep = opening * 100_000 + inner + closing * 100_000
        add(9, f"{label}-nested-100000", "LIMIT", torch_of(deep), "nested too deeply", "at byte")
    add(9, "lists-nested-200", "OK", torch_of(b"]" * 200 + b"a" * 199), "[[[")
    add(9, "marks-a-million", "CORRUPT", torch_of(MARK * 1_000_000), "does not end with one value")
    add(9, "limit-of-depth", "LIMIT", torch_of(b"]" * 5 + b"a" * 4), "at most 3", limits={"max_depth": 3})
    add(9, "calls-of-calls-50000", "LIMIT", torch_of(name("m", "f"), b")R" * 50_000), "nested too deeply")
    add(9, "build-in-build-50000", "LIMIT", torch_of((name("m", "f") + b")R") * 50_000, b"b" * 49_999), "nested too deeply")
    add(7, "limit-of-entries", "LIMIT", torch_of(b"]", MARK, NONE * 50, b"e"), "at most 20", limits={"max_entries": 20})
    add(7, "stack-of-3-million", "CORRUPT", torch_of(NONE * 3_000_000), "does not end with one value")
    add(7, "empty-dicts-a-million", "LIMIT", torch_of(b"]", MARK, b"}" * 1_000_000, b"e"), "more memory than the file")
    add(7, "numbers-a-million", "OK", torch_of(b"]", MARK, b"K\1" * 1_000_000, b"e"), "1000000 items")


def add_dicts(add):
    def two(first, second):
        return torch_of(pairs(first, NONE, second, NONE))
    add(13, "key-twice", "CORRUPT", torch_of(pairs(text("w"), tensor(), text("w"), tensor())), "'w'", "twice", "at byte")
    add(13, "key-twice-in-an-ordered-dict", "CORRUPT", torch_of(
        pickles.ordered_dict(), MARK, text("w"), tensor(), text("w"), tensor(), b"u"), "'w'", "twice", "at byte")
    add(13, "key-1-and-true", "CORRUPT", two(integer(1), b"\x88"), "True twice", "at byte")
    add(13, "key-1-and-1.0", "CORRUPT", two(integer(1), b"G" + struct.pack(">d", 1)), "1.0 twice")
    add(13, "key-none-twice", "CORRUPT", two(NONE, NONE), "None twice")
    add(13, "key-1-and-text-1", "OK", two(integer(1), text("1")), "{1: None, '1': None}")
    add(14, "keys-that-hash-alike", "OK", torch_of(b"}", MARK, b"".join(
        integer(i * ((1 << 61) - 1)) + NONE for i in range(1, 4)), b"".join(integer(i) + NONE for i in range(50_000)), b"u"),
        "50003 items")
    add(14, "keys-of-doubles-that-are-alike", "OK", torch_of(b"}", MARK, b"".join(
        b"G" + struct.pack(">d", i + 0.5) + NONE for i in range(50_000)), b"u"), "50000 items")


def module(*entries):
    """A module that was saved whole, with these entries of its state."""
    return name("net", "Module") + b")\x81}" + MARK + b"".join(entries) + b"ub"


def add_modules(add):
    nothing = [text("_parameters") + b"}", text("_buffers") + pairs(text("b"), tensor()), text("_modules") + b"}"]
    for label, value in {"a-number": integer(2**31 - 1), "a-float": b"G" + struct.pack(">d", 2.0**37),
                         "a-text": text("abcd"), "a-long": integer(-2**40)}.items():
        inner = module(text("_modules") + value)
        names = call(name("net", "Set"), inner)
        add(2, f"module-in-names-of-buffers-{label}", "OK", torch_of(module(
            *nothing, text("_non_persistent_buffers_set") + names)), "b")
    add(9, "module-that-is-its-own-parameter", "CORRUPT", torch_of(
        name("net", "Module"), b")\x81q\1}", MARK, text("_parameters"), name("collections", "OrderedDict"), MARK, b"]", MARK,
        b"h\1e", b"tR", text("_buffers"), b"}", text("_modules"), b"}", b"ub"), "no pair")


def add_to(registry):
    add = registry.adder("pickle", ".pt")
    for part in (add_operands, add_kinds, add_ends, add_numbers, add_texts, add_memo, add_depth, add_dicts, add_modules):
        part(add)
