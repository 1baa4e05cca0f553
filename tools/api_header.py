"""Reads the C headers of include/duramen into plain records.

The parser knows exactly the style in which these headers are written: a comment, then one declaration. Anything else
is an error, so that nothing slips by unread.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

MARKS = ("DURAMEN_API", "DURAMEN_MUST_USE", "DURAMEN_CALL", "DURAMEN_NOEXCEPT", "DURAMEN_NULLABLE", "DURAMEN_NONNULL",
         "DURAMEN_OWN", "DURAMEN_BORROW")


class HeaderError(Exception):
    """A header breaks a rule; the text names the place."""


@dataclass
class Parameter:
    name: str
    type: str  # normalised: "const duramen_tensor*"
    marks: list
    length: str | None = None  # DURAMEN_LEN
    params: list | None = None  # of a callback in a struct
    returns: str = ""
    doc: str = ""


@dataclass
class Function:
    name: str
    header: str
    returns: Parameter
    params: list
    doc: str
    marks: list
    guard: int = 1  # the DURAMEN_TARGET_API_LEVEL from which on it is visible


@dataclass
class Type:
    name: str
    header: str
    kind: str  # handle, struct, alias, callback, foreign
    doc: str
    target: str = ""
    fields: list = field(default_factory=list)


@dataclass
class Constant:
    name: str
    value: int
    header: str
    doc: str


@dataclass
class Enum:
    """An anonymous enumeration: what its comment says, and its constants."""
    header: str
    doc: str
    constants: list

    def is_flags(self):
        return "set of bits" in " ".join(self.doc.split())


@dataclass
class Api:
    functions: list = field(default_factory=list)
    types: dict = field(default_factory=dict)
    constants: list = field(default_factory=list)
    enums: list = field(default_factory=list)
    macros: dict = field(default_factory=dict)
    headers: list = field(default_factory=list)
    includes: dict = field(default_factory=dict)

    def of_kind(self, kind):
        return [t for t in self.types.values() if t.kind == kind]

    def level(self):
        return int(self.macros["DURAMEN_API_LEVEL"])


def read_api(folder):
    """All headers, each after those that it includes."""
    api = Api()
    for path in in_order(Path(folder)):
        read_header(api, path)
    return api


def in_order(folder):
    done, out = set(), []

    def visit(name):
        if name in done:
            return
        done.add(name)
        for included in re.findall(r'#include "([^"]+)"', (folder / name).read_text()):
            visit(included)
        out.append(folder / name)

    for path in sorted(folder.glob("*.h")):
        visit(path.name)
    return out


def read_header(api, path):
    text = path.read_text()
    api.headers.append(path.name)
    api.includes[path.name] = re.findall(r"#include\s+(\S+)", text)
    for name, value in re.findall(r"^#define (\w+)(?:\([^)]*\))?[ \t]*(.*)$", text, re.M):
        api.macros.setdefault(name, value.strip().strip('"'))
    text = re.sub(r"#ifdef __cplusplus\n.*?#endif\n", "", text, flags=re.S)
    for guard, part in by_guard(text):
        part = re.sub(r"^#.*(?:\\\n.*)*$", "", part, flags=re.M)
        for doc, declaration in statements(part, path.name):
            read_statement(api, path.name, doc, declaration)
            if declaration.startswith("DURAMEN_API"):
                api.functions[-1].guard = guard


def by_guard(text):
    """The text in pieces: outside, and inside of each `#if DURAMEN_TARGET_API_LEVEL >= N`."""
    pieces = re.split(r"^#if DURAMEN_TARGET_API_LEVEL >= (\d+)\n(.*?)^#endif[^\n]*\n", text, flags=re.M | re.S)
    for i in range(0, len(pieces), 3):
        yield 1, pieces[i]
        if i + 2 < len(pieces):
            yield int(pieces[i + 1]), pieces[i + 2]


def statements(text, header):
    """Pairs of the comment above a declaration, and the declaration up to its semicolon."""
    position, doc = 0, ""
    token = re.compile(r"\s*(/\*.*?\*/|[^/\s])", re.S)
    while match := token.match(text, position):
        if match.group(1).startswith("/*"):
            doc, position = plain_comment(match.group(1)), match.end()
            continue
        start, depth, position = match.start(1), 0, match.start(1)
        while depth > 0 or text[position] != ";":
            if text.startswith("/*", position):
                position = text.index("*/", position) + 1
            depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(text[position], 0)
            position += 1
            if position >= len(text):
                raise HeaderError(f"{header}: a declaration has no end: {text[start:start + 60]!r}")
        yield doc, text[start:position]
        doc, position = "", position + 1


def plain_comment(comment):
    lines = [line.strip().removeprefix("*").strip() for line in comment[2:-2].splitlines()]
    return "\n".join(lines).strip()


def squeeze(text):
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.S)).strip()


def read_statement(api, header, doc, raw):
    flat = squeeze(raw)
    if flat.startswith("enum"):
        return read_enum(api, header, doc, raw)
    if match := re.fullmatch(r"struct (\w+)", flat):
        api.types.setdefault(match.group(1), Type(match.group(1), header, "foreign", doc))
        return None
    if match := re.fullmatch(r"typedef struct (\w+) (\w+)", flat):
        return add_type(api, Type(match.group(2), header, "handle", doc))
    if match := re.fullmatch(r"typedef struct (\w+) \{.*\} (\w+)", flat):
        return add_type(api, Type(match.group(2), header, "struct", doc, fields=read_fields(raw, header)))
    if match := re.fullmatch(r"typedef (.+?) ?\( ?DURAMEN_CALL ?\* ?(\w+)\)\((.*)\)", flat):
        params = [read_parameter(p, header) for p in split_commas(match.group(3))]
        return add_type(api, Type(match.group(2), header, "callback", doc, match.group(1), params))
    if match := re.fullmatch(r"typedef (\w+) (\w+)", flat):
        return add_type(api, Type(match.group(2), header, "alias", doc, match.group(1)))
    if flat.startswith("DURAMEN_API"):
        api.functions.append(read_function(flat, header, doc))
        return None
    raise HeaderError(f"{header}: not in the style of these headers: {flat[:80]!r}")


def add_type(api, new):
    old = api.types.get(new.name)
    if old and old.kind != "foreign":
        raise HeaderError(f"{new.header}: {new.name} is declared twice")
    api.types[new.name] = new


def read_enum(api, header, enum_doc, raw):
    body = raw[raw.index("{") + 1:raw.rindex("}")]
    doc, first = "", len(api.constants)
    for comment, name, value in re.findall(r"(/\*.*?\*/)|(\w+)\s*=\s*(-?\d+)", body, re.S):
        if comment:
            doc = plain_comment(comment)
            continue
        api.constants.append(Constant(name, int(value), header, doc))
        doc = ""
    left = re.sub(r"/\*.*?\*/|\w+\s*=\s*-?\d+|[\s,]", "", body, flags=re.S)
    if left:
        raise HeaderError(f"{header}: an enumerator without an explicit number: {left!r} (R6)")
    api.enums.append(Enum(header, enum_doc, api.constants[first:]))


def read_fields(raw, header):
    """The fields with their comments: above, or behind on the same line."""
    body = raw[raw.index("{") + 1:raw.rindex("}")]
    out = []
    for above, one, behind in re.findall(r"((?:\s*/\*(?:[^*]|\*(?!/))*\*/)*)([^;/]*);((?:[ \t]*/\*(?:[^*]|\*(?!/))*\*/)?)", body):
        flat = squeeze(one)
        if not flat:
            continue
        out.append(read_field(flat, header))
        out[-1].doc = " ".join(plain_comment(c) for c in re.findall(r"/\*.*?\*/", above + behind, re.S))
    return out


def read_field(flat, header):
    match = re.fullmatch(r"(.+?) ?\( ?DURAMEN_CALL ?\* ?(\w+)\)\((.*)\)", flat)
    if not match:
        return read_parameter(flat, header)
    returns, name, listed = (" ".join(w for w in part.split() if w not in MARKS) for part in match.groups())
    marks = [word for word in match.group(1).split() if word in MARKS]
    returns = normal_type(returns.replace("*", " * "))
    params = [read_parameter(p, header) for p in split_commas(match.group(3))]
    return Parameter(name, f"{returns} (*)({listed})", marks, params=params, returns=returns)


def read_function(flat, header, doc):
    match = re.fullmatch(r"(.*?)\b([a-zA-Z]\w+) ?\((.*)\)( DURAMEN_NOEXCEPT)?", flat)
    if not match:
        raise HeaderError(f"{header}: not a function: {flat[:80]!r}")
    head, name, params, noexcept = match.groups()
    marks = [word for word in head.split() if word in MARKS] + ([noexcept.strip()] if noexcept else [])
    returns = Parameter("", normal_type(" ".join(w for w in head.split() if w not in MARKS)), marks)
    listed = [] if params in ("void", "") else [read_parameter(p, header) for p in split_commas(params)]
    return Function(name, header, returns, listed, doc, marks)


def read_parameter(text, header):
    text = text.strip()
    length = None
    if match := re.search(r"\s*DURAMEN_LEN\((\w+)\)$", text):
        length, text = match.group(1), text[:match.start()]
    match = re.fullmatch(r"(.*?)(\w+)", text)
    if not match or not match.group(1).strip():
        raise HeaderError(f"{header}: a parameter without a name: {text!r}")
    words = match.group(1).replace("*", " * ").split()
    marks = [word for word in words if word in MARKS]
    return Parameter(match.group(2), normal_type(" ".join(w for w in words if w not in MARKS)), marks, length)


def normal_type(text):
    text = re.sub(r"\s*\*\s*", "*", text.replace("struct ", "").strip())
    return re.sub(r"\*(\w)", r"* \1", text)


def split_commas(text):
    out, depth, start = [], 0, 0
    for i, char in enumerate(text):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            out.append(text[start:i])
            start = i + 1
    return [*out, text[start:]]
